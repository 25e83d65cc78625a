"""The command line as programs call it: the home anywhere, JSON from every command, errors as one object."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from flexibatch import cli
from flexibatch.cli import failures
from flexibatch.services import senders
from flexibatch.wiring.home import Home
from samples import signing
from tests.doubles.clock import FixedClock
from tests.doubles.numbers import company_number, nsso_number
from tests.doubles.program import Caller, Told

SENDER = "000640"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl bureau"


def failure(told: Told) -> Any:  # noqa: ANN401 - JSON
    """Return the error that a call told, which is all that stands on stderr."""
    found = json.loads(told.err)
    assert told.err.strip().isprintable()  # on one line
    assert told.status == found["exit_status"]
    return found


def registered(call: Caller) -> None:
    """Register a bureau."""
    call.done("sender", "add", SENDER, "--name", "Bureau", "--language", "nl", "--signature", "optional")


# ------------------------------------------------------------------------------------------------------- home


def test_the_home_may_stand_behind_the_command(call: Caller, capsys: pytest.CaptureFixture[str]) -> None:
    """Before it, behind it, behind a command of a group, or both: then the later one counts."""
    registered(call)
    home = str(call.home)
    for words in (
        ["-H", home, "sender", "list", "--json"],
        ["sender", "-H", home, "list", "--json"],
        ["sender", "list", "--json", "--home", home],
        ["--home", "/nowhere", "sender", "list", f"--home={home}", "--json"],
    ):
        assert 0 == cli.run(words, FixedClock())
        assert [SENDER] == [row["number"] for row in json.loads(capsys.readouterr().out)]
    assert 2 == cli.run(["-H", home, "sender", "list", "-H", "/nowhere"], FixedClock())
    assert "/nowhere" in capsys.readouterr().err


# ----------------------------------------------------------------------------------------------------- errors


def test_a_wrong_call_is_told_as_one_object(call: Caller) -> None:
    """Kind, exit status, and what to do next, wherever `--json` stands."""
    told = failure(call("show", "--json"))
    assert ("usage", 2, "`flexibatch show --help` tells more.") == (
        told["kind"],
        told["exit_status"],
        told["remedy"],
    )
    assert "usage" == failure(call("--json", "list"))["kind"]
    assert "usage" == failure(call("nothing", "--json"))["kind"]


def test_a_refusal_is_told_with_its_remedy(call: Caller) -> None:
    """The remedy stands apart from the error, as a sentence of its own."""
    registered(call)
    told = failure(call("sender", "set", SENDER, "--name", " ", "--json"))
    assert ("refused", "correct --name.") == (told["kind"], told["remedy"])
    assert told["error"].endswith("printable characters.")
    assert "refused" == failure(call("show", "0000000000010", "--json"))["kind"]


def test_trouble_and_bugs_are_told_apart(call: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both end with 3; the bug says what kind of exception it was, behind the events of the log."""

    def broken(_home: Home) -> None:
        raise OSError(5, "Input/output error", "/spool")

    def wrong(_home: Home) -> None:
        raise KeyError("secret")

    monkeypatch.setattr(senders, "list_senders", broken)
    told = failure(call("sender", "list", "--json"))
    assert ("trouble", 3) == (told["kind"], told["exit_status"])
    monkeypatch.setattr(senders, "list_senders", wrong)
    told = json.loads(call("sender", "list", "--json").err.splitlines()[-1])
    assert ("bug", 3) == (told["kind"], told["exit_status"])
    assert "KeyError" in told["error"]
    assert "secret" not in told["error"]


def test_the_keyboard_ends_a_call_as_one_object_too(call: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    """130, as a shell has it."""

    def stopped(_home: Home) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(senders, "list_senders", stopped)
    told = failure(call("sender", "list", "--json"))
    assert ("interrupted", 130) == (told["kind"], told["exit_status"])


def test_without_json_an_error_is_a_sentence(call: Caller) -> None:
    """A word that stands behind `--` is no option."""
    told = call("show", "--", "--json")
    assert (2, 1) == (told.status, told.sentences)
    assert told.err.startswith("flexibatch: No set has")


def test_remarks_do_not_stand_before_an_error(call: Caller, tmp_path: Path) -> None:
    """What would have been said beside the result is in the object; after a good end it is said as ever."""
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text("old_inss,new_inss\n")
    bad.write_text("shoe_size\n")
    told = call("dimona", "import", str(good), str(bad), "--json")
    assert [f"{good} was imported. Replaced numbers read: 0; of these none."] == failure(told)["notes"]
    assert [str(good)] == [one["file"] for one in told.json]
    assert "was imported before" in call.done("dimona", "import", str(good), "--json").err


def test_a_name_that_a_terminal_would_obey_is_escaped(call: Caller) -> None:
    """The object is ASCII whatever was typed."""
    told = call("show", "\u202eX\u001b[31m", "--json")
    assert told.err.isascii()
    assert "\u001b" not in told.err
    assert "X" in failure(told)["error"]


@pytest.mark.parametrize("kind", ["usage", "refused", "trouble", "bug", "interrupted"])
def test_every_kind_of_error_is_documented(kind: str) -> None:
    """Operators read what a program may meet."""
    page = (Path(__file__).parents[2] / "docs" / "operations.md").read_text("utf-8")
    told = page.split("### For programs")[1].split("\n## ")[0]
    assert f"| `{kind}` |" in told
    assert kind in (failures.Failure.__doc__ or "")


# ---------------------------------------------------------------------------------------------------- results


def test_what_changes_a_bureau_says_so_in_json(call: Caller, tmp_path: Path) -> None:
    """One object from every command, and nothing on stderr."""
    key, certificate = tmp_path / "key.pub", signing.CERTIFICATE
    key.write_text(KEY)
    add = ("sender", "add", SENDER, "--name", "Bureau", "--language", "nl", "--signature", "optional")
    sure = ("--yes", "--json")
    calls: list[tuple[tuple[str, ...], dict[str, object]]] = [
        ((*add, "--json"), {"sender": SENDER, "back": False}),
        (("sender", "set", SENDER, "--name", "Other", "--json"), {"changed": {"name": "Other"}}),
        (("sender", "set", SENDER, "--name", "Other", "--json"), {"changed": {}}),
        (("sender", "hold", SENDER, "--json"), {"news": True}),
        (("sender", "release", SENDER, "--json"), {"news": True}),
        (("sender", "key", "add", SENDER, str(key), "--json"), {"news": True}),
        (("sender", "key", "remove", SENDER, str(key), *sure), {"removed": True}),
        (("sender", "certificate", "add", SENDER, str(certificate), "--json"), {"news": True}),
        (("sender", "certificate", "remove", SENDER, str(certificate), *sure), {"removed": True}),
        (("mandate", "add", SENDER, "--nsso", nsso_number(1), "--json"), {"news": True}),
        (("mandate", "add", SENDER, "--nsso", nsso_number(1), "--json"), {"news": False}),
        (("mandate", "end", SENDER, "--nsso", nsso_number(1), *sure), {"later": []}),
        (
            ("employer", "set", "--nsso", nsso_number(1), "--third-payer", "--json"),
            {"nsso_number": nsso_number(1), "third_payer": True, "news": True},
        ),
        (("sender", "remove", SENDER, *sure), {"removed": True}),
    ]
    for words, expected in calls:
        told = call.done(*words)
        assert "" == told.err, words
        assert expected.items() <= told.json.items(), words
    assert company_number(1) not in call.done("employer", "list").out


@pytest.mark.parametrize(
    ("words", "member"), [(["watch"], "watching"), (["serve", "--listen", "127.0.0.1:0"], "listening")]
)
def test_what_runs_for_ever_says_in_json_that_it_has_begun(
    call: Caller, words: list[str], member: str
) -> None:
    """One object on stdout, as soon as it works; SIGTERM ends it with 0."""
    command = [sys.executable, "-m", "flexibatch", "-H", str(call.home), *words, "--json"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout is not None
    told = ""
    while not told.endswith("}\n"):
        line = process.stdout.readline()
        assert line
        told += line
    process.terminate()
    process.stdout.close()
    assert json.loads(told)[member]
    assert 0 == process.wait(60)
