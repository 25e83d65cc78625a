"""Logs: static names, identity bound once, no worker's number in any value."""

import json
from datetime import date
from pathlib import Path

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st
from structlog.contextvars import bound_contextvars

from flexibatch import logs

INSS = "85073003328"


@pytest.fixture(autouse=True)
def _as_found() -> None:
    structlog.reset_defaults()


def logged(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    told = capsys.readouterr()
    assert not told.out
    value: dict[str, object] = json.loads(told.err)
    return value


def test_an_event_carries_the_identity_that_was_bound(capsys: pytest.CaptureFixture[str]) -> None:
    """Ticket, sender and run stand on every event of a turn, and the output is one JSON object on stderr."""
    logs.configure("json", "info")
    with bound_contextvars(ticket="0000000000010", sender="000640", run=2):
        structlog.get_logger().info("set.settled", accepted=3)
    event = logged(capsys)
    del event["timestamp"]
    assert event == {
        "event": "set.settled",
        "level": "info",
        "ticket": "0000000000010",
        "sender": "000640",
        "run": 2,
        "accepted": 3,
    }


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (INSS, "***"),
        (int(INSS), "***"),
        ("85.07.30-033.28", "***"),
        ("850730 033 28", "***"),
        (f"worker{INSS}.xml", "worker***.xml"),
        (["a", {"deep": (INSS,)}], ["a", {"deep": ["***"]}]),
        ({INSS: 1}, {"***": 1}),
        (Path(f"/spool/{INSS}"), "/spool/***"),
        (ValueError(f"no {INSS}"), "no ***"),
        ("600027876089", "600027876089"),
        ("FI.FLEX.000640.20261005.00001.R.1.1", "FI.FLEX.000640.20261005.00001.R.1.1"),
        (date(2026, 10, 5), "2026-10-05"),
        (12, 12),
        (1.5, 1.5),
        (None, None),
        (True, True),
    ],
)
def test_no_worker_s_number_passes(
    value: object, expected: object, capsys: pytest.CaptureFixture[str]
) -> None:
    """Eleven digits are hidden wherever they stand in a value; what is no worker's number stays."""
    logs.configure("json", "info")
    structlog.get_logger().info("something.happened", value=value)
    assert expected == logged(capsys)["value"]


@given(
    before=st.text("abc /:=.-", max_size=5),
    number=st.integers(0, 10**11 - 1),
    after=st.text("abc /:=", max_size=5),
)
def test_eleven_digits_are_hidden_between_anything(before: str, number: int, after: str) -> None:
    """Whatever letters and signs stand around eleven digits, the digits are gone."""
    assert f"{number:011d}" not in logs.hidden(f"{before}{number:011d}{after}")


@pytest.mark.parametrize("log_format", ["console", "json"])
def test_a_traceback_tells_no_worker_s_number(log_format: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The text of an exception passes the same guard as every value."""
    logs.configure(log_format, "info")
    try:
        dict[str, str]()[f"worker {INSS}"]
    except KeyError:
        structlog.get_logger().exception("set.failed")
    told = capsys.readouterr().err
    assert "KeyError: 'worker ***'" in told
    assert INSS not in told


def test_no_event_is_obeyed_by_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """A file name with an escape sequence in it is shown without it."""
    logs.configure("console", "info")
    structlog.get_logger().warning("inbox.stray", name="\x1b]0;owned\x07\x9b31mGO")
    told = capsys.readouterr().err
    assert ("?]0;owned??31mGO" in told, False) == (True, any(sign in told for sign in "\x1b\x07\x9b"))


def test_lighter_events_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is written below the weight that the settings name."""
    logs.configure("console", "warning")
    structlog.get_logger().info("set.settled")
    structlog.get_logger().warning("set.delayed")
    told = capsys.readouterr().err
    assert "set.settled" not in told
    assert "set.delayed" in told


@pytest.mark.parametrize("log_format", ["console", "json"])
def test_a_bug_is_written_as_was_asked_although_nothing_was_configured(
    log_format: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A command that logs nothing leaves structlog alone; its bug is an event in the settings' format all the same."""
    monkeypatch.setattr(logs, "_asked", dict(logs._asked))
    logs.ask(log_format, "info")
    assert not structlog.is_configured()
    logs.report_bug(ValueError(INSS))
    told = capsys.readouterr().err
    assert (log_format == "json") == told.startswith("{")
    assert "command.failed" in told
    assert INSS not in told
