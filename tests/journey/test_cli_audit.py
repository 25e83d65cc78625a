"""Every command that changes something says in the audit who did what, and when; no other one does."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import click
import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import select, text

from flexibatch import cli
from flexibatch.adapters.clock import SystemClock
from flexibatch.adapters.store import tables
from flexibatch.adapters.store.engine import instant
from flexibatch.wiring.home import Home, make_home
from samples.signing import CERTIFICATE
from tests.doubles.clock import FixedClock
from tests.doubles.installation import SAMPLES, Installation, moved_to_today
from tests.doubles.numbers import bis_number, company_number, nsso_number, worker_number
from tests.doubles.program import Caller

NEW, COMPANY = "000777", company_number(9)
LOOKS = {
    "audit list",
    "cat",
    "check",
    "db check",
    "declarations list",
    "declarations show",
    "dimona show",
    "dimona skeleton",
    "dimona stats",
    "dimona workers",
    "doctor",
    "employer list",
    "employer show",
    "list",
    "mandate list",
    "quarantine list",
    "schema list",
    "sender certificate list",
    "sender key list",
    "sender list",
    "sender show",
    "show",
    "status",
    "worker show",
}
CHANNEL = {"serve", "sweep", "watch"}
"""What these do is the channel's work: sets, runs and events tell it."""
ELSEWHERE = {"init", "db upgrade", "sender export-openssh"}
"""Tried below, and by test_openssh, which has the folders that sshd trusts."""
ACTS: dict[str, tuple[str, ...]] = {
    "sender add": (NEW, "--name", "B", "--language", "nl", "--signature", "optional"),
    "sender set": (NEW, "--allow-ssh-rsa"),
    "sender key add": (NEW, "{place}/key.pub"),
    "sender key remove": (NEW, "{place}/key.pub", "--yes"),
    "sender certificate add": (NEW, str(CERTIFICATE)),
    "sender certificate remove": (NEW, str(CERTIFICATE), "--yes"),
    "sender hold": (NEW,),
    "sender release": (NEW,),
    "mandate add": (NEW, "--company", COMPANY),
    "mandate end": (NEW, "--company", COMPANY, "--yes"),
    "mandate import": ("{place}/mandates.csv",),
    "employer set": ("--nsso", nsso_number(9), "--third-payer"),
    "sender remove": (NEW, "--yes"),
    "dimona import": ("{place}/replaced.csv",),
    "rerun": ("{first}",),
    "republish": ("{first}",),
    "purge": ("--older-than", "0d", "--below-retention", "--yes"),
    "person export": (worker_number(1),),
    "quarantine release": ("{second}",),
    "quarantine discard": ("{third}", "--yes"),
}
"""What follows each command that changes something, in an order in which each can be done."""

WITH_NOTE = {
    "mandate end",
    "purge",
    "quarantine discard",
    "quarantine release",
    "republish",
    "rerun",
    "sender certificate remove",
    "sender hold",
    "sender key remove",
    "sender release",
    "sender remove",
}
"""What takes something away, or answers, or no longer does: why is kept."""


@pytest.fixture
def places(served: Installation, tmp_path: Path) -> dict[str, object]:
    """Return what the calls name: three settled sets, two of them put into quarantine, and a folder of files."""
    for number in ("00001", "00002", "00003"):
        for path in sorted((SAMPLES / "accepted-two-workers").glob("[FG][IO].FLEX.*")):
            name, content = moved_to_today(path)
            (served.inbox() / name.replace(".00001.", f".{number}.")).write_bytes(content)
    served.sweep()
    tickets = [str(ticket) for (ticket,) in served.rows("SELECT ticket FROM file_set ORDER BY arrival")]
    with served.home.database.writing() as connection:
        connection.execute(text("UPDATE file_set SET state = 'quarantine', passed = false WHERE arrival > 1"))
    public = ed25519.Ed25519PrivateKey.generate().public_key()
    (tmp_path / "key.pub").write_bytes(public.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH))
    (tmp_path / "mandates.csv").write_text(f"sender,enterprise_number\n{NEW},{company_number(10)}\n")
    (tmp_path / "replaced.csv").write_text(
        f"old_inss;new_inss;date\n{bis_number(1)};{bis_number(2)};2026-09-15\n"
    )
    return {"place": tmp_path, **dict(zip(("first", "second", "third"), tickets, strict=True))}


def _leaves(group: click.Group, path: str = "") -> Iterator[str]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from _leaves(command, f"{path}{name} ")
        else:
            yield f"{path}{name}"


def _notes(home: Home) -> list[str]:
    with home.database.reading() as connection:
        rows = connection.execute(select(tables.audit).order_by(tables.audit.c.id)).all()
    return [row.details.get("note") for row in rows]


def _acts(home: Home) -> list[tuple[object, ...]]:
    with home.database.reading() as connection:
        rows = connection.execute(select(tables.audit).order_by(tables.audit.c.id)).all()
    return [(row.operator, row.action, instant(row.at)) for row in rows]


def test_every_command_is_looked_at_here() -> None:
    """A command either changes something, and is tried below, or it only looks."""
    assert LOOKS | CHANNEL | ELSEWHERE | set(ACTS) == set(_leaves(cli.cli))


def test_who_changes_something_is_written_down(
    call: Caller, served: Installation, places: dict[str, object]
) -> None:
    """Each call leaves its operator, its name and its moment; the dry runs of those that have one nothing."""
    clock = FixedClock(SystemClock().now() + timedelta(days=1))
    call.clock = clock
    for command, words in ACTS.items():
        told = (*command.split(), *(word.format(**places) for word in words))
        before = _acts(served.home)
        if command in {"rerun", "purge"}:
            call.done(*told, "--dry-run")
            assert before == _acts(served.home), command
        call.done(*told, *(("--note", f"why {command}") if command in WITH_NOTE else ()))
        assert (f"why {command}" if command in WITH_NOTE else None) == _notes(served.home)[-1]
        done = _acts(served.home)[len(before) :]
        assert ("anna", command, clock.now()) == done[-1], command
        clock.advance(timedelta(minutes=1))


def test_what_is_refused_leaves_no_trace(call: Caller, home: Home) -> None:
    """A change that was not made is not told as one."""
    call.done("sender", "add", "000640", "--name", "B", "--language", "nl")
    before = _acts(home)
    for words in (("sender", "release", "000640"), ("sender", "hold", "000641"), ("republish", "0" * 13)):
        call(*words)
    assert before == _acts(home)


def test_who_made_or_upgraded_the_database_is_written_down(call: Caller, tmp_path: Path) -> None:
    """`init` and `db upgrade` tell it where they did something, with the revision there was before."""
    call.home = tmp_path / "new"
    for words in (("init",), ("init",), ("db", "upgrade")):
        call.done(*words)
    (row,) = call.done("audit", "list", "--json").json
    assert ("anna", "db upgrade", {"before": None}) == (row["who"], row["action"], row["details"])


@pytest.mark.parametrize("name", ["a" * 65, "an\nna", "\udc80"])
def test_a_name_that_the_audit_cannot_keep_is_refused(name: str, home: Home) -> None:
    """Whoever acts is named in full, on one line."""
    path = ["--home", str(home.path), "--operator", name]
    assert 2 == cli.run([*path, "sender", "add", "000640", "--name", "B", "--language", "nl"])
    assert [] == _acts(home)


def test_a_home_that_a_program_makes_has_no_operator(tmp_path: Path) -> None:
    """Where nobody acts, nobody is named."""
    made = make_home(tmp_path / "home", {})
    assert [] == _acts(made)
    made.close()
