"""Attacks by names, sets and what moves in an inbox."""

import threading
from collections.abc import Callable
from contextlib import suppress

import paramiko

from tests.hostile import documents
from tests.hostile.attacker import ATTACKER, DAY, Attacker, Session
from tests.hostile.running import Attack


def _odd_names(attacker: Attacker) -> None:
    session, key = attacker.session(), attacker.next_key()
    refused = session.put((f"FI.{key}.1.{one:05d}.xml", b"") for one in range(attacker.size(300, 20_000)))
    session.put([(f"GO.{key}.1", b"")])
    attacker.completed.append(key)
    attacker.notes["names"] = f"{attacker.size(300, 20_000) - len(refused)} taken"


def _only_gos(attacker: Attacker) -> None:
    session = attacker.session()
    keys = [attacker.next_key() for _ in range(attacker.size(50, 20_000))]
    refused = session.put((f"GO.{key}.1", b"") for key in keys)
    attacker.completed += [key for key in keys if f"/IN/GO.{key}.1" not in refused]


def _only_data(attacker: Attacker) -> None:
    session = attacker.session()
    keys = [attacker.next_key() for _ in range(attacker.size(50, 2_000))]
    session.put((f"TD.{key}.1", b"") for key in keys)
    session.put((f"FI.{key}.1.1", b"x") for key in keys)


def _lying_there(attacker: Attacker, count: int, end: str) -> None:
    folder = attacker.target.folder(ATTACKER, "IN")
    for one in range(count):
        (folder / f"FI.FLEX.{ATTACKER}.{DAY}.{51_000 + one:05d}.R.{end}").touch()


def _faulty_names(attacker: Attacker) -> None:
    """Leave parts whose names are at fault: each is a set that is refused at once."""
    _lying_there(attacker, attacker.size(50, 5_000), "1.9")


def _full_inbox(attacker: Attacker) -> None:
    """Fill an inbox up to what the door admits; most lay there from before."""
    _lying_there(attacker, attacker.size(1_000, 49_000), "1.1")
    session = attacker.session()
    for _ in attacker.until(1, 20):
        refused = session.put((f"x{attacker.sequence:05d}.{one}", b"") for one in range(100))
        attacker.sequence += 1
        if refused:
            attacker.notes["the door"] = next(iter(refused.values()))[:70]
            break


def _again(
    attacker: Attacker, work: "Callable[[Session, str], object]", seconds: tuple[float, float]
) -> None:
    """Drop one set after another and do something to it at once, whatever is answered."""
    session, count = attacker.session(), 0
    for count in attacker.until(*seconds):  # noqa: B007 - counted
        key = attacker.next_key()
        session.put([(f"FI.{key}.1.1", documents.small())])
        session.put([(f"GO.{key}.1", b"")])
        with suppress(OSError, paramiko.SSHException):
            work(session, key)
        with suppress(OSError):
            if _is_there(attacker, key):
                attacker.completed.append(key)
    attacker.notes["sets"] = f"{count + 1}"


def _is_there(attacker: Attacker, key: str) -> bool:
    """Return whether a GO still lies there: what was taken away is not answered."""
    return (attacker.target.folder(ATTACKER, "IN") / f"GO.{key}.1").exists()


def _moved_back(attacker: Attacker) -> None:
    def work(session: Session, key: str) -> None:
        for _ in range(5):
            session.client.rename(f"/IN/GO.{key}.1", f"/IN/GO.{key}.1.tmp")
            session.client.rename(f"/IN/GO.{key}.1.tmp", f"/IN/GO.{key}.1")

    _again(attacker, work, (1, 6))


def _deleted(attacker: Attacker) -> None:
    def work(session: Session, key: str) -> None:
        session.client.remove(f"/IN/FI.{key}.1.1")
        session.client.remove(f"/IN/GO.{key}.1")

    _again(attacker, work, (1, 6))


def _replaced(attacker: Attacker) -> None:
    def work(session: Session, key: str) -> None:
        session.put([(f"FI.{key}.1.1.tmp", documents.small(amount="1"))])
        session.client.posix_rename(f"/IN/FI.{key}.1.1.tmp", f"/IN/FI.{key}.1.1")
        session.put([(f"FI.{key}.1.1", documents.small(amount="2"))])

    _again(attacker, work, (1, 6))


PLACES = (
    "/OUT/x",
    "/REPORT/x",
    "../000640/IN/x",
    "/IN/../../000640/IN/x",
    "/etc/passwd",
    "/IN/" + "x" * 4_000,
)


def _paths(attacker: Attacker) -> None:
    """Ask for links, hard links, paths that lead out, renames from place to place: each is to be refused."""
    session = attacker.session()
    client, done = session.client, []
    (attacker.target.folder(ATTACKER, "OUT") / "GO.mine").touch()
    session.put([("x", b"x")])
    for _ in attacker.until(0.5, 5):
        for place in PLACES:
            for name, ask in (
                ("symlink", lambda at=place: client.symlink(at, "/IN/l")),
                ("link back", lambda at=place: client.symlink("/IN/x", at)),
                ("rename", lambda at=place: client.rename("/IN/x", at)),
                ("posix rename", lambda at=place: client.posix_rename("/IN/x", at)),
                ("rename in", lambda at=place: client.rename(at, "/IN/y")),
                ("hard link", lambda at=place: client._request(200, "hardlink@openssh.com", "/IN/x", at)),  # type: ignore[attr-defined]
                ("write", lambda at=place: client.open(at, "w")),
                ("folder", lambda at=place: client.mkdir(at)),
            ):
                with suppress(OSError):
                    ask()
                    done.append(f"{name} {place[:30]}")
    attacker.faults += [f"done, and should not be: {one}" for one in sorted(set(done))[:3]]


def _renames(attacker: Attacker) -> None:
    """Rename files over one another by several sessions, without a pause."""

    def work(number: int) -> None:
        session = attacker.session()
        session.put([(f"a{number}", b"a"), ("common", b"b")])
        for _ in attacker.until(2, 8):
            with suppress(OSError):
                session.client.posix_rename(f"/IN/a{number}", "/IN/common")
            with suppress(OSError):
                session.client.rename("/IN/common", f"/IN/a{number}")

    threads = [threading.Thread(target=work, args=(one,)) for one in range(attacker.size(2, 5))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


ATTACKS = (
    Attack("odd names", "20,000 odd names in one set", _odd_names, short=True),
    Attack("GOs alone", "2,000 GOs without a part", _only_gos),
    Attack("parts without a GO", "2,000 sets of a TD and a part", _only_data),
    Attack("a full inbox", "49,000 names, then as many as the door takes", _full_inbox),
    Attack("names at fault", "5,000 parts, each a set that is refused at once", _faulty_names),
    Attack("GO moved and back", "while it is claimed", _moved_back),
    Attack("deleted while claimed", "part and GO", _deleted),
    Attack("replaced after its GO", "a part, by rename and by writing", _replaced),
    Attack(
        "links and paths", "links, hard links, paths out, renames from place to place", _paths, short=True
    ),
    Attack("renames", "over one another, five sessions", _renames),
)
