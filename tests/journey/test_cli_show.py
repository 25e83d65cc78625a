"""`show` and `cat`: one set, what matters first; its lines, its runs, its files."""

import json
import os
import pty
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from flexibatch.cli import set_details, set_files
from tests.doubles.installation import SAMPLES, Installation
from tests.doubles.program import Caller
from tests.house.test_startup import HEAVY, completion, loaded

RERUN = SAMPLES / "accepted-rerun"
KEY = "FLEX.000640.20261005.00001.R.1"
LATE = "50022388670"


@pytest.fixture
def call(installation: Installation, capsys: pytest.CaptureFixture[str]) -> Caller:
    """Return the program, called in the installation."""
    return Caller(installation.home.path, capsys)


def sent(installation: Installation, content: bytes | None = None) -> str:
    """Let a bureau send a set, and sweep; return its ticket."""
    part = next(RERUN.glob("FI.FLEX.*")).read_bytes() if content is None else content
    installation.put(f"FI.{KEY}.1", part)
    installation.put(f"GO.{KEY}")
    installation.sweep()
    [(ticket,)] = installation.rows("SELECT ticket FROM file_set")
    return str(ticket)


def run_again(installation: Installation, call: Caller, ticket: str) -> None:
    """Import the Dimona that was missing, and have the set judged again."""
    installation.import_register(RERUN / "later.csv")
    call("rerun", ticket)


# ------------------------------------------------------------------------------------------------------- show


def test_the_verdict_its_codes_and_what_to_do_come_first(installation: Installation, call: Caller) -> None:
    """Then the fields that hold something; what is zero or empty is left out, in JSON it stands."""
    ticket = sent(installation)
    told = call.done("show", ticket).out
    order = [
        "settled: it was read to the end",
        "verdict",
        "Codes",
        "00024-152",
        f"`flexibatch rerun {ticket} --dry-run`",
        "sender_name",
        "Files",
        "Anomalies of the last run",
    ]
    places = [told.index(one) for one in order]
    assert places == sorted(places)
    assert "1 accepted" in told or "refused" in told
    for empty in ("withdrawn", "discarded", "purged_at", "attempts", "troubles", "not_before"):
        assert empty not in told
        assert empty in call.done("show", ticket, "--json").json


def test_anomalies_name_worker_and_references(installation: Installation, call: Caller) -> None:
    """The number and the UUID of the line stand in the table of anomalies."""
    ticket = sent(installation)
    [(inss, reference)] = {
        (one["inss"], one["reference"]) for one in call.done("show", ticket, "--json").json["anomalies"]
    }
    table = call.done("show", ticket).out.split("Anomalies of the last run")[1]
    assert LATE == inss
    assert inss in table
    assert reference in table


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        ("quarantine", "flexibatch quarantine release"),
        ("claimed", "flexibatch list --waiting --sender 000640"),
        ("refused", "sends a new set"),
    ],
)
def test_what_to_do_depends_on_the_state(
    installation: Installation, call: Caller, state: str, sentence: str
) -> None:
    """Each state that asks for something says so."""
    ticket = sent(installation, b"<no-wage/>")
    with installation.home.database.writing() as connection:
        connection.exec_driver_sql(f"UPDATE file_set SET state = '{state}'")  # noqa: S608 - three words
    assert sentence in call.done("show", ticket).out


def test_every_line_is_shown_with_its_outcome(installation: Installation, call: Caller) -> None:
    """Accepted and refused, in the order of the document; JSON has amounts in eurocents."""
    ticket = sent(installation)
    lines = call.done("show", ticket, "--lines", "--json").json
    assert [(1, 1, "accepted", []), (1, 2, "refused", ["00024-152"])] == [
        (one["form"], one["line"], one["outcome"], one["codes"]) for one in lines
    ]
    assert (LATE, None) == (lines[1]["inss"], lines[1]["ticket"])
    table = call.done("show", f"GO.{KEY}", "--lines").out.splitlines()
    assert [*set_details.LINE_COLUMNS] == table[0].split()
    assert len(table) == 3
    assert "original" in table[1]
    assert f"{lines[0]['amount'] // 100}.{lines[0]['amount'] % 100:02d}" in table[1]


def test_runs_are_shown_one_by_one_and_beside_each_other(installation: Installation, call: Caller) -> None:
    """`--run` chooses anomalies and lines of a run, `--diff` the lines that two runs decided differently."""
    ticket = sent(installation)
    run_again(installation, call, ticket)
    assert ([], 1) == tuple(
        one if number == 2 else len(one)
        for number in (2, 1)
        for one in [call.done("show", ticket, "--run", str(number), "--json").json["anomalies"]]
    )
    assert "Anomalies of run 1" in call.done("show", ticket, "--run", "1").out
    assert ["unchanged", "accepted"] == [
        one["outcome"] for one in call.done("show", ticket, "--lines", "--json").json
    ]
    assert ["accepted", "refused"] == [
        one["outcome"] for one in call.done("show", ticket, "--lines", "--run", "1", "--json").json
    ]
    (change,) = call.done("show", ticket, "--diff", "1:2", "--json").json
    assert (2, LATE, "refused", ["00024-152"], "accepted", []) == tuple(
        change[name] for name in ("line", "inss", "before", "codes_before", "after", "codes_after")
    )
    assert LATE in call.done("show", ticket, "--diff", "1:2").out
    assert [] == call.done("show", ticket, "--diff", "2:2", "--json").json


def test_a_set_refused_whole_has_no_lines(installation: Installation, call: Caller) -> None:
    """Against a run that read it, every line is a change."""
    ticket = sent(installation, b"<no-wage/>")
    assert [] == call.done("show", ticket, "--lines", "--json").json
    assert "none" in call.done("show", ticket, "--lines").err


def test_lines_and_files_that_are_gone_are_told(installation: Installation, call: Caller) -> None:
    """What was purged, or never kept, is a sentence."""
    ticket = sent(installation)
    shutil.rmtree(installation.spool / "archive")
    for words in (
        ("show", ticket, "--lines"),
        ("show", ticket, "--diff", "1:1"),
        ("cat", ticket, f"GO.{KEY}"),
    ):
        told = call(*words)
        assert (2, "", 1) == (told.status, told.out, told.sentences)
        assert "kept" in told.err


def test_the_page_is_found(installation: Installation, call: Caller) -> None:
    """Its path is one line; where it is gone, how to have it again is told."""
    ticket = sent(installation)
    path = Path(call.done("show", ticket, "--report").out.removesuffix("\n"))
    assert "<html" in path.read_text("utf-8")
    assert str(path) == call.done("show", ticket, "--report", "--json").json["report"]
    path.unlink()
    told = call("show", ticket, "--report")
    assert (2, 1) == (told.status, told.sentences)
    assert f"flexibatch show {ticket} --lines" in told.err


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--run", "9"), "has no run 9; those that it has: 1."),
        (("--lines", "--run", "9"), "has no run 9"),
        (("--diff", "1:9"), "has no run 9"),
        (("--diff", "1-9"), "names no two runs"),
        (("--diff", "1:2", "--lines"), "Give one of"),
        (("--report", "--run", "1"), "Give one of"),
    ],
)
def test_what_cannot_be_shown_is_a_sentence(
    installation: Installation, call: Caller, words: tuple[str, ...], sentence: str
) -> None:
    """Runs that are not there, options that exclude each other."""
    told = call("show", sent(installation), *words)
    assert (2, "") == (told.status, told.out)
    assert sentence in told.err


# -------------------------------------------------------------------------------------------------------- cat


def test_received_files_and_answers_are_printed_byte_for_byte(installation: Installation) -> None:
    """The part as it was sent; answers of each run by their names."""
    ticket = sent(installation)
    caller = [sys.executable, "-m", "flexibatch", "-H", str(installation.home.path), "cat", ticket]
    part = next(RERUN.glob("FI.FLEX.*")).read_bytes()
    assert part == subprocess.run([*caller, f"FI.{KEY}.1"], capture_output=True, check=True).stdout
    published = {name: content for name, content in installation.published().items() if name[:2] == "FO"}
    assert published
    for name, content in published.items():
        assert content == subprocess.run([*caller, name], capture_output=True, check=True).stdout


def test_a_place_is_shown_as_json(installation: Installation, call: Caller) -> None:
    """For programs that read it themselves."""
    ticket = sent(installation)
    told = call.done("cat", ticket, f"FI.{KEY}.1", "--json").json
    assert Path(told["path"]).is_file()
    assert (ticket, f"FI.{KEY}.1", None) == (told["ticket"], told["name"], told["run"])


@pytest.mark.parametrize(
    "name",
    [
        "/etc/passwd",
        "../../../flexibatch.toml",
        "in/../in/x",
        "FI.FLEX.000641.20261005.00001.R.1.1",
        "lines.json.gz",
        "",
        ".",
        "\u202egnp",
    ],
)
def test_only_names_of_the_set_lead_to_a_file(installation: Installation, call: Caller, name: str) -> None:
    """No path, no other set's name, nothing that lies beside; the names that there are stand in the sentence."""
    told = call("cat", sent(installation), name)
    assert (2, "") == (told.status, told.out)
    assert f"FI.{KEY}.1" in told.err
    assert "\u202e" not in told.err


def test_a_link_in_the_place_of_a_file_is_not_followed(
    installation: Installation, call: Caller, tmp_path: Path
) -> None:
    """Whoever put it there: nothing behind it is printed."""
    ticket = sent(installation)
    path = Path(call.done("cat", ticket, f"FI.{KEY}.1", "--json").json["path"])
    secret = tmp_path / "secret"
    secret.write_text("secret")
    path.unlink()
    path.symlink_to(secret)
    told = call("cat", ticket, f"FI.{KEY}.1")
    assert 3 == told.status
    assert "secret" not in told.out


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        (b"<a>\r\n\t\xc3\xa9</a>", True),
        (b"<a>\x1b[2J</a>", False),
        (b"\x00\x01\x02", False),
        (b"<a>\xe9</a>", False),
        ("<a>\u202e</a>".encode(), False),
        (b"<a>" + b" " * (set_files.BLOCK - 4) + b"\xc3\xa9\xc3", False),
        (b"<a>" + b" " * (set_files.BLOCK - 4) + b"\xc3\xa9", True),
    ],
    ids=["text", "escape", "binary", "latin", "turned", "cut", "across-blocks"],
)
def test_what_a_terminal_would_obey_is_not_printed_there(
    installation: Installation, content: bytes, *, shown: bool
) -> None:
    """Text is; anything else is refused at a terminal, and goes into a pipe as it is."""
    ticket = sent(installation, content)
    words = [sys.executable, "-m", "flexibatch", "-H", str(installation.home.path), "cat", ticket]
    words.append(f"FI.{KEY}.1")
    assert content == subprocess.run(words, capture_output=True, check=True).stdout
    other, terminal = pty.openpty()
    process = subprocess.Popen(words, stdout=terminal, stderr=subprocess.PIPE)
    os.close(terminal)
    read = b""
    try:
        while block := os.read(other, 1 << 16):
            read += block
    except OSError:  # nobody holds the terminal any more
        pass
    os.close(other)
    assert process.stderr is not None
    told = process.stderr.read().decode()
    process.stderr.close()
    assert process.wait() == (0 if shown else 2)
    assert (read != b"") is shown
    assert ("send it into a file" in told) is not shown


# ------------------------------------------------------------------------------------------------- completion


def words_of(installation: Installation, line: str) -> list[str]:
    """Return the words that bash is given for a line, which must load nothing heavy and say nothing else."""
    home = installation.home.path
    modules, told = loaded([], completion(f"flexibatch -H {home} {line}"))
    assert set() == modules & (HEAVY - {"psycopg"})
    return [word.removeprefix("plain,") for word in told.splitlines() if word]


def test_tickets_names_and_senders_are_completed(installation: Installation) -> None:
    """From the home that the line names, before the command or behind it."""
    ticket = sent(installation)
    assert [ticket] == words_of(installation, f"show {ticket[:3]}")
    assert [ticket, f"GO.{KEY}"] == words_of(installation, "republish ")
    assert [f"GO.{KEY}"] == words_of(installation, "rerun --dry-run GO.")
    assert [] == words_of(installation, "show FI.")
    assert "000640" in words_of(installation, "list --sender 0006")
    assert "000640" in words_of(installation, "sender show ")
    line = f"flexibatch show -H {installation.home.path} {ticket[:5]}"
    assert [f"plain,{ticket}"] == loaded([], completion(line))[1].splitlines()


def test_a_name_that_a_shell_would_run_is_not_completed(installation: Installation) -> None:
    """A shell puts a completed word into its line as it is: a bureau decides what a set is called."""
    sent(installation)
    with installation.home.database.writing() as connection:
        connection.execute(text("UPDATE file_set SET name = 'GO.FLEX.000640.20261005.00001.R.1;reboot'"))
    assert [] == words_of(installation, "rerun --dry-run GO.")


def test_a_name_moves_no_cursor(installation: Installation, call: Caller) -> None:
    """What a terminal obeys stands in no sentence and no path, however a set is called."""
    ticket = sent(installation)
    with installation.home.database.writing() as connection:
        connection.execute(text("UPDATE file_set SET name = 'GO.\x1b[2J\u202e'"))
        connection.execute(text("UPDATE received_file SET name = 'GO.\x1b[2J\u202e' WHERE kind = 'GO'"))
    for told in (call("cat", ticket, "nothing"), call("show", ticket, "--report"), call("show", ticket)):
        assert set() == {"\x1b", "\u202e"} & set(told.out + told.err)


@pytest.mark.parametrize("line", ["show ", "list --sender 0", "cat 0"])
def test_where_there_is_no_home_nothing_is_completed(line: str, tmp_path: Path) -> None:
    """Silence, whatever is missing or broken there."""
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "flexibatch.toml").write_text("database = 1 2 3")
    for home in (tmp_path, tmp_path / "none", tmp_path / "broken"):
        done = subprocess.run(
            [sys.executable, "-m", "flexibatch"],
            env={**os.environ, **completion(f"flexibatch -H {home} {line}")},
            capture_output=True,
            text=True,
            check=False,
        )
        assert ("", "") == (done.stdout.strip(), done.stderr)


def test_an_error_names_its_set_as_json(installation: Installation, call: Caller) -> None:
    """A file that is not there is one object too."""
    told = json.loads(call("cat", sent(installation), "x", "--json").err)
    assert ("refused", 2) == (told["kind"], told["exit_status"])
