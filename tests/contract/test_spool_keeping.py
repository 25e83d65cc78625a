"""Claim, copy, archive: repeatable wherever they were cut short, and out of a bureau's reach."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from flexibatch.adapters.folders import UPLOADING
from flexibatch.adapters.spool.local.spool import LocalSpool
from flexibatch.adapters.spool.private_folders import PrivateFolders
from flexibatch.domain.case import Ticketed
from flexibatch.errors import Unavailable
from tests.doubles.spool import (
    CASE,
    CLAIM,
    FI,
    FI2,
    GO,
    KEPT,
    KEY,
    LIMIT,
    NAMES,
    SET,
    TICKET,
    filled_inbox,
    keep_whole,
    made_spool,
    sha,
    tree,
)


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    return made_spool(tmp_path)


@pytest.fixture
def inbox(spool: Path) -> Path:
    return filled_inbox(spool)


@pytest.fixture
def private_folders(spool: Path) -> PrivateFolders:
    return PrivateFolders(spool, LIMIT)


@pytest.fixture
def claimed(spool: Path) -> Path:
    return spool / "claimed" / TICKET


def take(private_folders: PrivateFolders, ticketed: Ticketed = SET) -> bool:
    """Move a set from its inbox into its private folder."""
    return LocalSpool(private_folders.spool, private_folders.folder).take(ticketed)


# --------------------------------------------------------------------------------------------------- claiming


def test_where_the_disk_went_away_no_set_is_gone(
    spool: Path, inbox: Path, private_folders: PrivateFolders
) -> None:
    """Its ticket is not given back: the set is there when the disk is."""
    away = spool.with_name("away")
    (spool / "senders").rename(away)
    with pytest.raises(Unavailable, match="mounted"):
        take(private_folders)
    away.rename(spool / "senders")
    assert take(private_folders)
    assert {} == tree(inbox)


def test_a_set_with_a_file_that_is_being_written_is_no_claim(
    inbox: Path, private_folders: PrivateFolders, claimed: Path
) -> None:
    """Nothing is moved; when the upload has ended it is claimed."""
    (inbox / FI).chmod(0o660 | UPLOADING)
    before = tree(inbox)
    assert not take(private_folders)
    assert (before, False) == (tree(inbox), claimed.exists())
    (inbox / FI).chmod(0o660)
    assert take(private_folders)


def test_a_folder_in_place_of_the_go_is_no_claim(
    inbox: Path, private_folders: PrivateFolders, claimed: Path
) -> None:
    """Sub-folders are never moved."""
    (inbox / GO).unlink()
    (inbox / GO).mkdir()
    assert not take(private_folders)
    assert (False, True) == (claimed.exists(), (inbox / GO).is_dir())


def _folder_made(folder: Path, _inbox: Path) -> None:
    (folder / "arrived").mkdir(parents=True)


def _go_moved(folder: Path, inbox: Path) -> None:
    _folder_made(folder, inbox)
    (inbox / GO).rename(folder / "arrived" / GO)


def _all_moved(folder: Path, inbox: Path) -> None:
    _go_moved(folder, inbox)
    for name in (FI, FI2):
        (inbox / name).rename(folder / "arrived" / name)


def _half_copied(folder: Path, inbox: Path) -> None:
    _all_moved(folder, inbox)
    (folder / "in").mkdir()
    (folder / "in" / GO).write_bytes(b"")
    (folder / "in-1-1").write_bytes(b"on")


def _all_copied(folder: Path, inbox: Path) -> None:
    _half_copied(folder, inbox)
    (folder / "in" / FI).write_bytes(b"one")
    (folder / "in" / FI2).write_bytes(b"two")


def _go_removed(folder: Path, inbox: Path) -> None:
    _all_copied(folder, inbox)
    (folder / "arrived" / GO).unlink()


def _all_removed(folder: Path, inbox: Path) -> None:
    _go_removed(folder, inbox)
    for name in (FI, FI2):
        (folder / "arrived" / name).unlink()


def _claimed(folder: Path, inbox: Path) -> None:
    _all_removed(folder, inbox)
    (folder / "arrived").rmdir()


STEPS = (
    _folder_made,
    _go_moved,
    _all_moved,
    _half_copied,
    _all_copied,
    _go_removed,
    _all_removed,
    _claimed,
)


@pytest.mark.parametrize("cut", STEPS)
def test_a_claim_cut_short_is_completed(
    cut: Callable[[Path, Path], None], inbox: Path, private_folders: PrivateFolders, claimed: Path
) -> None:
    """Wherever the process died, the next one ends with the same files, digests and folders."""
    cut(claimed, inbox)
    assert take(private_folders)
    kept = {one.name: (one.size, one.sha256) for one in keep_whole(private_folders)}
    assert {GO: (0, sha(b"")), FI: (3, sha(b"one")), FI2: (3, sha(b"two"))} == kept
    assert (KEPT, {}) == (tree(claimed), tree(inbox))
    assert ["in"] == [path.name for path in claimed.iterdir()]


@pytest.mark.parametrize("cut", STEPS[1:])
def test_a_claim_cut_short_keeps_what_came_first(
    cut: Callable[[Path, Path], None], inbox: Path, private_folders: PrivateFolders, claimed: Path
) -> None:
    """A bureau that sends the same names again meanwhile changes nothing of what was moved already."""
    cut(claimed, inbox)
    moved = [name for name in NAMES if not (inbox / name).exists()]
    for name in moved:
        (inbox / name).write_bytes(b"again")
    assert take(private_folders)
    keep_whole(private_folders)
    assert (KEPT, set(moved)) == (tree(claimed), set(tree(inbox)))


@pytest.mark.parametrize("kept", [False, True])
def test_a_name_that_a_power_cut_brought_back_is_no_new_set(
    kept: bool, inbox: Path, private_folders: PrivateFolders, claimed: Path
) -> None:
    """What was moved is not let go before its inbox is on disk: until then the same file is known as such."""
    assert take(private_folders)
    if kept:
        private_folders.keep(SET)
    for name in NAMES:
        (inbox / name).hardlink_to(claimed / "arrived" / name)
    assert take(private_folders)
    keep_whole(private_folders)
    assert (KEPT, {}) == (tree(claimed), tree(inbox))


def test_a_handle_kept_open_changes_nothing(
    inbox: Path, private_folders: PrivateFolders, claimed: Path
) -> None:
    """A client that writes on after the claim writes into a file that nobody reads any more."""
    with (inbox / FI).open("r+b") as uploading:
        assert take(private_folders)
        before = keep_whole(private_folders)
        uploading.write(b"ANOTHER")
        uploading.flush()
    assert KEPT == tree(claimed)
    assert before == keep_whole(private_folders)


def test_a_second_name_of_a_file_changes_nothing(
    inbox: Path, private_folders: PrivateFolders, claimed: Path
) -> None:
    """A hard link is another name of the moved file, not of the copy."""
    (inbox / "second").hardlink_to(inbox / FI)
    assert take(private_folders)
    keep_whole(private_folders)
    (inbox / "second").write_bytes(b"ANOTHER")
    assert KEPT == tree(claimed)


@pytest.mark.parametrize(("size", "copied"), [(LIMIT, LIMIT), (LIMIT + 1, LIMIT + 1), (5 * LIMIT, LIMIT + 1)])
def test_no_more_than_the_limit_is_copied(
    size: int, copied: int, inbox: Path, private_folders: PrivateFolders, claimed: Path
) -> None:
    """One byte more than the limit proves enough; the true size is told."""
    (inbox / FI).write_bytes(b"x" * size)
    take(private_folders)
    kept = {one.name: one.size for one in keep_whole(private_folders)}
    assert (size, copied) == (kept[FI], (claimed / "in" / FI).stat().st_size)


def test_files_without_rights_are_read(inbox: Path, private_folders: PrivateFolders) -> None:
    """A client may leave a file with no mode bits at all."""
    (inbox / FI).chmod(0)
    take(private_folders)
    assert sha(b"one") == {one.name: one.sha256 for one in keep_whole(private_folders)}[FI]


def _link(path: Path, outside: Path) -> None:
    path.symlink_to(outside)


def _pipe(path: Path, _outside: Path) -> None:
    os.mkfifo(path)


@pytest.mark.parametrize("swap", [_link, _pipe])
@pytest.mark.parametrize("name", [GO, FI])
def test_what_was_swapped_after_the_look_is_not_read(
    swap: Callable[[Path, Path], None], name: str, inbox: Path, private_folders: PrivateFolders, claimed: Path
) -> None:
    """A link or a pipe put in a file's place is moved, never opened, never waited for, and reported."""
    secret = inbox.parent / "secret"
    secret.write_bytes(b"secret")
    (inbox / name).unlink()
    swap(inbox / name, secret)
    assert take(private_folders)
    for _again in range(2):
        with capture_logs() as logs:
            kept = keep_whole(private_folders)
        assert ["claim.irregular"] == [line["event"] for line in logs]
        assert {*NAMES} - {name} == {one.name for one in kept}
    assert b"secret" not in tree(claimed / "in").values()
    assert secret.exists()


@pytest.mark.parametrize("part", ["0", "10", "٣", "9" * 200])
def test_only_good_part_numbers_are_numbers(part: str, inbox: Path, private_folders: PrivateFolders) -> None:
    """Whatever stands in a bad name, what is kept fits into a table."""
    name = f"FI.{KEY}.2.{part}"
    (inbox / FI).rename(inbox / name)
    again = Ticketed(TICKET, replace(CLAIM, names=(GO, name)))
    take(private_folders, again)
    assert [None, None] == [one.part for one in private_folders.keep(again)]


def test_trouble_is_told_with_what_to_do(spool: Path, inbox: Path, private_folders: PrivateFolders) -> None:
    """A folder that cannot be made is trouble of the channel, and nothing was claimed."""
    (spool / "claimed").rmdir()
    (spool / "claimed").write_bytes(b"")
    with pytest.raises(Unavailable, match="tried again"):
        take(private_folders)
    assert set(NAMES) == set(tree(inbox))


# -------------------------------------------------------------------------------------------- private folders


def test_a_set_is_archived_by_its_day(
    spool: Path, inbox: Path, private_folders: PrivateFolders, claimed: Path
) -> None:
    """The private folder moves as it is; archiving again changes nothing."""
    assert take(private_folders)
    keep_whole(private_folders)
    assert claimed == private_folders.folder(CASE).path
    for _again in range(2):
        private_folders.archive(CASE)
        archived = spool / "archive/2026/10/05" / TICKET
        assert (archived, KEPT, False) == (
            private_folders.folder(CASE).path,
            tree(archived),
            claimed.exists(),
        )
    assert {} == tree(inbox)


def test_quarantine_holds_a_set_until_it_is_archived(
    spool: Path, inbox: Path, private_folders: PrivateFolders, claimed: Path
) -> None:
    """It moves there whole, once, and is found there."""
    assert inbox.is_dir()
    take(private_folders)
    keep_whole(private_folders)
    for _again in range(2):
        private_folders.quarantine(TICKET)
        assert spool / "quarantine" / TICKET == private_folders.folder(CASE).path
    assert not claimed.exists()
    private_folders.archive(CASE)
    assert KEPT == tree(spool / "archive/2026/10/05" / TICKET)


def test_what_came_late_lies_beside_its_set(
    spool: Path, inbox: Path, private_folders: PrivateFolders
) -> None:
    """Parts left over from a received set go to that set's archive."""
    assert inbox.is_dir()
    earlier = spool / "archive/2026/10/04/EARLIER"
    earlier.mkdir(parents=True)
    take(private_folders)
    keep_whole(private_folders)
    late = replace(CASE, silent=True, earlier_ticket="EARLIER")
    for _again in range(2):
        private_folders.archive(late)
        assert KEPT == tree(earlier / "late" / TICKET)


def test_private_folders_are_private(
    spool: Path, inbox: Path, private_folders: PrivateFolders, claimed: Path
) -> None:
    """Nobody but the channel's user looks into what was claimed."""
    assert inbox.is_dir()
    take(private_folders)
    folders = [
        spool / "claimed",
        spool / "archive",
        spool / "quarantine",
        claimed / "arrived",
        claimed / "in",
    ]
    assert {0o700} == {folder.stat().st_mode & 0o777 for folder in folders}
