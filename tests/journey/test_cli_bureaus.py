"""Bureaus at the command line: senders, keys and mandates, each change written down with who made it."""

import os
import pty
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from sqlalchemy import select

from flexibatch import cli
from flexibatch.adapters.mandates_csv import read_mandates
from flexibatch.adapters.store import bureaus, identities, tables
from flexibatch.domain.bureaus import mandate
from flexibatch.domain.identifiers import normal_nsso
from flexibatch.wiring.home import Home, make_home
from tests.doubles.clock import FixedClock
from tests.doubles.numbers import company_number, nsso_number
from tests.doubles.program import Caller
from tests.doubles.sheets import sheets

NSSO, COMPANY, OTHER = nsso_number(1), company_number(1), company_number(2)
ROOT = Path(__file__).parents[2]
FOLDERS = {"IN", "OUT", "INTEST", "OUTTEST", "INTEST-S", "OUTTEST-S", "REPORT"}
Key = ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


def add(call: Caller, number: str = "000640", *words: str) -> None:
    call.done("sender", "add", number, "--name", "Bureau", "--language", "nl", *words)


def key_file(folder: Path, key: Key, name: str = "key.pub") -> Path:
    path = folder / name
    path.write_bytes(
        key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH) + b" anna@bureau\n"
    )
    return path


def acts(home: Home) -> list[tuple[str, str, str]]:
    with home.database.reading() as connection:
        columns = (tables.audit.c.operator, tables.audit.c.action, tables.audit.c.subject)
        return [tuple(row) for row in connection.execute(select(*columns).order_by(tables.audit.c.id))]


def mandated(home: Home, day: str, company: str = COMPANY) -> bool:
    with home.database.reading() as connection:
        employer = identities.find_employer(connection, None, company).employer_id
        assert employer is not None
        return bureaus.mandated(connection, "000640", employer, datetime.fromisoformat(day).date())


# ---------------------------------------------------------------------------------------------------- senders


def test_a_sender_is_added_with_its_seven_folders(call: Caller, home: Home) -> None:
    """`sender add` registers the bureau, makes what its clients expect, and is written down."""
    add(call, "000640", "--user", "bureau-640")
    folder = home.settings.spool / "senders" / "000640"
    assert FOLDERS == {path.name for path in folder.iterdir()}
    assert call.done("sender", "show", "000640", "--json").json == {
        "number": "000640",
        "name": "Bureau",
        "language": "nl",
        "signature": "required",
        "user_name": "bureau-640",
        "allow_ssh_rsa": False,
        "acceptance": None,
        "state": "active",
        "added_at": "2026-10-05T07:16:02+00:00",
        "removed_at": None,
        "keys": [],
        "certificates": [],
        "mandates": 0,
        "folder": str(folder),
    }
    assert [("anna", "sender add", "000640")] == acts(home)


def test_a_sender_is_held_released_removed_and_brought_back(call: Caller, home: Home) -> None:
    """Each state follows from a command, is told once, and a removed sender loses keys and user name."""
    add(
        call,
        "000640",
        "--user",
        "anna",
        "--key",
        str(key_file(home.path, ed25519.Ed25519PrivateKey.generate())),
    )
    call.done("mandate", "add", "000640", "--company", COMPANY)

    def state() -> tuple[str, int, str | None]:
        shown = call.done("sender", "show", "000640", "--json").json
        return shown["state"], len(shown["keys"]), shown["user_name"]

    assert ("active", 1, "anna") == state()
    assert "is on hold" in call.done("sender", "hold", "000640").err
    assert "on hold already" in call.done("sender", "hold", "000640").err
    assert ("held", 1, "anna") == state()
    assert "is released" in call.done("sender", "release", "000640").err
    assert "was not on hold" in call.done("sender", "release", "000640").err
    call.done("sender", "remove", "000640", "--yes")
    assert ("removed", 0, None) == state()
    for command in ("hold", "release", "remove"):
        assert 2 == call("sender", command, "000640", *(["--yes"] if command == "remove" else [])).status
    told = call.done("sender", "add", "000640", "--name", "B", "--language", "de").err
    assert "is back" in told
    assert "its mandates of before stand (1)" in told
    assert ("active", 0, None) == state()
    assert [
        "sender add",
        "sender key add",
        "mandate add",
        "sender hold",
        "sender release",
        "sender remove",
    ] == [action for _who, action, _what in acts(home)][:-1]


def test_what_a_sender_was_registered_with_is_changed(call: Caller) -> None:
    """Each change is told, kept and audited; what cannot be kept changes nothing."""
    call.done("sender", "add", "000640", "--name", "B", "--language", "fr", "--signature", "optional")
    call.done("sender", "add", "000641", "--name", "C", "--language", "fr", "--user", "taken")
    told = call.done("sender", "set", "000640", "--name", "Büro", "--language", "de", "--user", "buero")
    words = ("name is Büro", "language is de", "user name is buero")
    assert [] == [word for word in words if word not in told.err]
    wanted = {"name": "Büro", "language": "de", "user_name": "buero", "signature": "optional"}
    assert wanted.items() <= call.done("sender", "show", "000640", "--json").json.items()
    assert "so already" in call.done("sender", "set", "000640", "--language", "de").err
    refused = call("sender", "set", "000640", "--language", "nl", "--user", "taken")
    assert (2, 1) == (refused.status, refused.sentences)
    assert wanted.items() <= call.done("sender", "show", "000640", "--json").json.items()
    audited = [row["action"] for row in call.done("audit", "list", "--json").json]
    assert 1 == audited.count("sender set")


@pytest.mark.parametrize(
    "words",
    [
        ("sender", "add", "640", "--name", "B", "--language", "nl"),
        ("sender", "add", "000000", "--name", "B", "--language", "nl"),
        ("sender", "add", "999999", "--name", "B", "--language", "nl"),
        ("sender", "add", "000640", "--name", "B", "--language", "nl"),
        ("sender", "add", "000641", "--name", " ", "--language", "nl"),
        ("sender", "add", "000641", "--name", "B\n", "--language", "nl"),
        ("sender", "add", "000641", "--name", "B", "--language", "it"),
        ("sender", "add", "000641", "--language", "nl"),
        ("sender", "add", "000641", "--name", "B", "--language", "nl", "--user", "taken"),
        ("sender", "add", "000641", "--name", "B", "--language", "nl", "--user", "../x"),
        ("sender", "add", "000641", "--name", "B", "--language", "nl", "--user", "000640"),
        ("sender", "add", "000641", "--name", "B", "--language", "nl", "--key", "nowhere.pub"),
        ("sender", "show", "000641"),
        ("sender", "hold", "000641"),
        ("sender", "remove", "640", "--yes"),
        ("sender", "key", "list", "000641"),
        ("sender", "key", "remove", "000640", "SHA256:none", "--yes"),
        ("sender", "key", "remove", "000640", "nowhere.pub", "--yes"),
        ("sender", "rename", "000640"),
        ("mandate", "add", "000641", "--company", COMPANY),
        ("mandate", "add", "000640"),
        ("mandate", "add", "000640", "--nsso", "0"),
        ("mandate", "add", "000640", "--company", "0400100057"),
        ("mandate", "add", "000640", "--nsso", "100100023"),
        ("mandate", "add", "000640", "--company", COMPANY, "--from", "05/10/2026"),
        ("mandate", "add", "000640", "--company", COMPANY, "--from", "2026-02-30"),
        ("mandate", "add", "000640", "--company", COMPANY, "--until", "2026-10-04"),
        ("mandate", "end", "000640", "--company", COMPANY, "--yes"),
        ("mandate", "list", "--sender", "000641"),
        ("mandate", "import", "nowhere.csv"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_status_2(
    words: tuple[str, ...], call: Caller, home: Home
) -> None:
    """Unknown senders, wrong numbers, wrong days: one line on stderr, nothing on stdout, nothing changed."""
    add(call, "000640", "--user", "taken")
    before = acts(home)
    told = call(*words)
    assert (2, "", 1) == (told.status, told.out, told.sentences)
    assert told.err.startswith("flexibatch: ")
    assert before == acts(home)


# ------------------------------------------------------------------------------------------------------- keys


@pytest.mark.parametrize(
    "key",
    [
        ed25519.Ed25519PrivateKey.generate(),
        ec.generate_private_key(ec.SECP256R1()),
        rsa.generate_private_key(65537, 2048),
    ],
    ids=["ed25519", "ecdsa", "rsa"],
)
def test_a_key_is_added_once_and_removed(key: Key, call: Caller, home: Home) -> None:
    """A second add is told and changes nothing; a key goes by its file or by its fingerprint."""
    add(call)
    path = key_file(home.path, key)
    call.done("sender", "key", "add", "000640", str(path))
    assert "already" in call.done("sender", "key", "add", "000640", str(path)).err
    (listed,) = call.done("sender", "key", "list", "000640", "--json").json
    assert path.read_text().strip() == listed["public_key"]
    for word in (str(path), listed["fingerprint"]):
        call.done("sender", "key", "remove", "000640", word, "--yes")
        assert [] == call.done("sender", "key", "list", "000640", "--json").json
        call.done("sender", "key", "add", "000640", str(path))


def test_a_fingerprint_is_the_one_that_ssh_clients_show(call: Caller, tmp_path: Path) -> None:
    """OpenSSH's own `ssh-keygen -l` gave the expected value for this key."""
    path = tmp_path / "key.pub"
    path.write_text(
        "# the bureau's key\n"
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4\n"
    )
    add(call, "000640", "--key", str(path))
    expected = ["SHA256:lbmsoA0yIEcEiVDRnMWuzm+nV+3ZEEpVIURqFoeSspg"]
    assert expected == call.done("sender", "show", "000640", "--json").json["keys"]


def test_other_keys_are_refused(call: Caller, home: Home, tmp_path: Path) -> None:
    """Weak, private, damaged, foreign and several keys are each refused in a sentence that names the file."""
    add(call)
    good = key_file(home.path, ed25519.Ed25519PrivateKey.generate()).read_text()
    private = ed25519.Ed25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()
    )
    contents = {
        "weak": key_file(home.path, rsa.generate_private_key(65537, 1024)).read_bytes(),  # noqa: S505 - that is the case
        "private": private,
        "damaged": good[:40].encode(),
        "foreign": b"ssh-dss AAAAB3NzaC1kc3MAAACB anna",
        "certificate": b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        "ssh2": b"---- BEGIN SSH2 PUBLIC KEY ----\nAAAA\n---- END SSH2 PUBLIC KEY ----\n",
        "several": good.encode() * 2,
        "empty": b"",
        "binary": b"\xff\x00\x01",
        "options": b'command="ls" ' + good.encode(),
    }
    for name, content in contents.items():
        path = tmp_path / name
        path.write_bytes(content)
        told = call("sender", "key", "add", "000640", str(path))
        assert (2, 1) == (told.status, told.sentences), name
        assert str(path) in told.err
    assert [] == call.done("sender", "key", "list", "000640", "--json").json


# -------------------------------------------------------------------------------------------------- mandates


def test_a_mandate_counts_from_its_first_to_its_last_day(call: Caller, home: Home) -> None:
    """Both ends are included, and either number leads to the employer that both were given for."""
    add(call)
    call.done("mandate", "add", "000640", "--nsso", NSSO, "--company", COMPANY, "--until", "2026-12-31")
    days = ["2026-10-04", "2026-10-05", "2026-12-31", "2027-01-01"]
    assert [False, True, True, False] == [mandated(home, day) for day in days]
    call.done("mandate", "end", "000640", "--nsso", NSSO, "--until", "2026-11-30", "--yes")
    assert [False, True, False, False] == [mandated(home, day) for day in days]
    listed = call.done("mandate", "list", "--json").json
    assert listed == [
        {
            "sender": "000640",
            "nsso_number": normal_nsso(NSSO),
            "enterprise_number": COMPANY,
            "from": "2026-10-05",
            "until": "2026-11-30",
            "state": "in force",
        }
    ]


def test_today_is_the_day_in_brussels(call: Caller) -> None:
    """Late in the evening of UTC it is tomorrow where the channel lives."""
    call.clock = FixedClock(datetime(2026, 10, 5, 22, 30, tzinfo=UTC))
    add(call)
    call.done("mandate", "add", "000640", "--company", COMPANY)
    assert ["2026-10-06"] == [row["from"] for row in call.done("mandate", "list", "--json").json]


def test_mandates_may_overlap_and_an_equal_one_is_kept_once(call: Caller, home: Home) -> None:
    """The same mandate twice is one; overlapping ones count together and end together, a later one stays."""
    add(call)
    for start in ("2026-01-01", "2026-01-01", "2026-03-01", "2027-01-01"):
        told = call.done("mandate", "add", "000640", "--company", COMPANY, "--from", start)
    assert 3 == len(call.done("mandate", "list", "--json").json)
    told = call.done("mandate", "end", "000640", "--company", COMPANY, "--yes")
    assert "2027-01-01" in told.err
    assert [False, True] == [mandated(home, day) for day in ("2026-10-06", "2027-01-01")]
    told = call("mandate", "end", "000640", "--company", COMPANY, "--yes")
    assert 2 == told.status
    assert "begins on 2027-01-01" in told.err
    states = [row["state"] for row in call.done("mandate", "list", "--sender", "000640", "--json").json]
    assert ["in force", "in force", "to come"] == states
    assert isinstance(call.clock, FixedClock)
    call.clock.advance(timedelta(days=1))
    assert [] == call.done("mandate", "list", "--in-force", "--json").json
    assert "Mandates: none." in call.done("mandate", "list", "--in-force").err


def test_a_csv_of_mandates_is_imported_whole(call: Caller, tmp_path: Path) -> None:
    """Semicolons, a byte order mark, columns in any order; a second import changes nothing."""
    add(call)
    path = tmp_path / "mandates.csv"
    path.write_text(
        f"\ufeffuntil;Sender;enterprise_number;nsso_number;from\n"
        f"2026-12-31;000640;{COMPANY};{NSSO};2026-01-01\n"
        f"\n"
        f";000640;{OTHER};;\n",
        "utf-8",
    )
    assert "Mandates registered: 2; there already: 0." in call.done("mandate", "import", str(path)).err
    assert "Mandates registered: 0; there already: 2." in call.done("mandate", "import", str(path)).err
    listed = call.done("mandate", "list", "--json").json
    assert [("2026-01-01", "2026-12-31"), ("2026-10-05", None)] == [
        (row["from"], row["until"]) for row in listed
    ]


def test_mandates_are_read_as_spreadsheets_save_them() -> None:
    """Any encoding with a mark, any delimiter, any line end; each with its line."""
    day = date(2026, 10, 5)
    forms = sheets(f"sender,enterprise_number,until\n000640,{COMPANY},\n\n000640,{OTHER},2026-12-31\n")
    expected = [
        (2, mandate("000640", "", COMPANY, start=day, until=None)),
        (4, mandate("000640", "", OTHER, start=day, until=date(2026, 12, 31))),
    ]
    assert dict.fromkeys(forms, expected) == {
        form: list(read_mandates(content, day)) for form, content in forms.items()
    }


def test_a_csv_with_a_wrong_line_is_not_imported_at_all(call: Caller, home: Home, tmp_path: Path) -> None:
    """Every faulty line is named with its number, and the good ones are not kept."""
    add(call)
    path = tmp_path / "mandates.csv"
    path.write_text(
        "sender,enterprise_number,from,until\n"
        f"000640,{COMPANY},2026-01-01,\n"
        f"000641,{COMPANY},2026-01-01,\n"
        "000640,0400100057,2026-01-01,\n"
        f"000640,{COMPANY},01/01/2026,\n"
        f"000640,{COMPANY},2026-01-01,2025-12-31\n"
        "000640\n"
        "000640,,2026-01-01,\n",
    )
    before = acts(home)
    told = call("mandate", "import", str(path))
    assert 2 == told.status
    assert [3, 4, 5, 6, 7, 8] == [int(line.split()[1].rstrip(":")) for line in told.err.splitlines()[1:]]
    assert [] == call.done("mandate", "list", "--json").json
    assert before == acts(home)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"sender,company\n",
        b"sender,from\n",
        b"sender,sender,nsso_number\n",
        b"sender,nsso_number\n000640,\xff\n",
        b'sender,nsso_number\n000640,"1\n',
        b"sender,nsso_number\r000640,\xff\r",
        "sender,nsso_number\n000640,1\n".encode("utf-16-le"),
        "sender,nsso_number\n000640,1\n".encode("utf-16")[:-1],
        b"sender,nsso_number" + b"\0" * 20_000,
    ],
)
def test_what_is_no_table_of_mandates_is_refused(content: bytes, call: Caller, tmp_path: Path) -> None:
    """A wrong header, another encoding, broken quotes: one sentence with the line."""
    add(call)
    path = tmp_path / "mandates.csv"
    path.write_bytes(content)
    told = call("mandate", "import", str(path))
    assert (2, 1) == (told.status, told.sentences)
    assert "line " in told.err


def test_many_faulty_lines_are_counted(call: Caller, tmp_path: Path) -> None:
    """Twenty faults are told, the rest is a number."""
    add(call)
    path = tmp_path / "mandates.csv"
    path.write_text("sender,nsso_number\n" + "000640,7\n" * 50)
    told = call("mandate", "import", str(path)).err.splitlines()
    assert (22, "and 30 more.") == (len(told), told[-1])


# -------------------------------------------------------------------------------------------------- the rest


def test_tables_are_lines_of_columns_in_a_pipe(call: Caller) -> None:
    """What is listed without a terminal is a header and one line a row, which no name can break."""
    add(call)
    call.done("sender", "add", "000641", "--name", "Zoë's [bold]", "--language", "fr")
    lines = call.done("sender", "list").out.splitlines()
    assert 3 == len(lines)
    columns = ["number", "name", "language", "signature", "acceptance", "user_name", "state", "added_at"]
    assert columns == lines[0].split()
    assert "000641  Zoë's [bold]  fr        required   -           -          active" in lines[2]


def test_init_makes_the_folders_of_registered_senders_again(call: Caller, home: Home) -> None:
    """After a restored database `init` puts back the folders that clients expect."""
    add(call)
    inbox = home.settings.spool / "senders" / "000640" / "IN"
    inbox.rmdir()
    make_home(home.path, {}).close()
    assert inbox.is_dir()


def test_tables_are_drawn_on_a_terminal(call: Caller, home: Home) -> None:
    """On a terminal the same rows stand under headings for people, and no name is taken for markup."""
    call.done("sender", "add", "000640", "--name", "Zoë [red]x[/red]", "--language", "fr")
    ours, theirs = pty.openpty()
    words = [sys.executable, "-m", "flexibatch", "--home", str(home.path), "sender", "list"]
    told = subprocess.run(
        words,
        stdout=theirs,
        stderr=subprocess.PIPE,
        check=True,
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "160"},
    )
    os.close(theirs)
    drawn = os.read(ours, 65_536).decode()
    os.close(ours)
    assert b"" == told.stderr
    assert "lang  signature" in drawn
    assert "Zoë [red]x[/red]" in drawn


def test_who_acts_is_the_operator_that_was_named_or_the_login(
    call: Caller, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An option wins over the environment, the environment over the login of the process."""
    path = ["--home", str(home.path)]
    for operator, words in (("bert", path), ("anna", [*path, "--operator", "anna"])):
        monkeypatch.setenv("FLEXIBATCH_OPERATOR", "bert")
        number = "000640" if operator == "bert" else "000641"
        assert 0 == cli.run([*words, "sender", "add", number, "--name", "B", "--language", "nl"], call.clock)
    monkeypatch.delenv("FLEXIBATCH_OPERATOR")
    monkeypatch.setenv("LOGNAME", "claire")
    assert 0 == cli.run([*path, "sender", "hold", "000640"], call.clock)
    assert ["bert", "anna", "claire"] == [who for who, _action, _what in acts(home)]
