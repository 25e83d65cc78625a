"""Lists as operators read them: tables at eighty columns, cards at fifty, lines in a pipe."""

import csv
import io
import json
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from flexibatch.adapters.store import tables
from flexibatch.cli.csv_output import neutral
from flexibatch.domain.findings import Finding
from flexibatch.wiring.home import Home
from samples.signing import CERTIFICATE
from tests.doubles.clock import FixedClock
from tests.doubles.numbers import company_number, nsso_number, worker_number
from tests.doubles.records import OTHER, go_name, put
from tests.journey.test_cli_records import HelpDesk


@pytest.fixture
def desk(home: Home, capsys: pytest.CaptureFixture[str]) -> HelpDesk:
    return HelpDesk(home, capsys)


def filled(desk: HelpDesk) -> list[str]:
    """Keep a set of each outcome, one that waits, and one in quarantine; return their tickets."""
    tickets = [
        desk.records.settled(1),
        desk.records.settled(2, refused=1),
        desk.records.settled(3, "refused"),
        desk.records.claim(go_name(4, OTHER), sender=OTHER),
        desk.records.claim(go_name(5)),
    ]
    desk.records.tell(tickets[1], Finding("dimona-none"), "00024-152")
    desk.records.tell(tickets[2], Finding("name-received"), "ACRF-133")
    desk.records.change(tickets[4], state="quarantine", attempts=5, reason="KeyError while it was judged")
    return tickets


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Return what says how wide the terminal is."""
    return monkeypatch


def test_list_fits_eighty_columns(desk: HelpDesk, at: pytest.MonkeyPatch) -> None:
    """What does not fit is left out and named; times are in one zone, named once; the head says what counts are."""
    tickets = filled(desk)
    at.setenv("COLUMNS", "80")
    status, told, messages = desk.call("list")
    title, heads, rule, *lines = told.splitlines()
    assert 0 == status
    assert [] == [line for line in told.splitlines() if len(line) > 80]
    assert "Sets (times in Europe/Brussels; refused: of all lines)" == title
    assert ["arrived", "ticket", "sender", "bureau", "env", "outcome", "refused"] == heads.split()
    assert {"─"} == set(rule)
    assert tickets == [line.split()[3] for line in lines]
    assert ["accepted", "partly", "refused", "claimed", "quarantine"] == [line.split()[8] for line in lines]
    assert "1/2" == lines[1].split()[-1]
    assert "000641  Secrétariat Dupo" in lines[3]
    assert "No room for: name, codes (--wide or --columns shows them).\n" == messages


def test_list_in_fifty_columns_is_cards(desk: HelpDesk, at: pytest.MonkeyPatch) -> None:
    """Below sixty characters a field has its line; nothing is cut, and what has no value is left out."""
    tickets = filled(desk)
    at.setenv("COLUMNS", "50")
    lines = desk.told("list").splitlines()
    assert [] == [line for line in lines if len(line) > 50]
    assert [f"ticket   {ticket}" for ticket in tickets] == [
        line for line in lines if line.startswith("ticket")
    ]
    assert f"name     {go_name(2)}" in lines
    assert "codes    ACRF-133" in lines
    assert 2 == sum(line.startswith("codes") for line in lines)


def test_list_has_all_that_fits_where_there_is_room(desk: HelpDesk, at: pytest.MonkeyPatch) -> None:
    """A wide terminal shows names and codes; nothing is said to be missing."""
    filled(desk)
    at.setenv("COLUMNS", "160")
    status, told, messages = desk.call("list")
    assert (0, "") == (status, messages)
    assert go_name(3) in told
    assert "ACRF-133" in told


def test_times_of_today_have_no_date(desk: HelpDesk, at: pytest.MonkeyPatch) -> None:
    """The hour alone is today's; an older year is told in place of the hour."""
    filled(desk)
    at.setenv("COLUMNS", "80")
    assert "05 Oct 13:00" in desk.told("list")
    desk.clock = FixedClock(desk.records.now)
    shown = desk.told("list").splitlines()[3]
    assert shown.startswith("13:00    ")
    desk.clock = FixedClock(desk.records.now.replace(year=2028))
    assert desk.told("list").splitlines()[3].startswith("05 Oct 2026  ")


def test_a_pipe_gets_every_column_in_full(desk: HelpDesk) -> None:
    """One line a set, the date with the hour, no title: as programs read it."""
    tickets = filled(desk)
    heads, *lines = desk.told("list").splitlines()
    assert heads.startswith("arrived_at")
    assert {"name", "outcome", "state", "codes", "lines", "refused"} <= set(heads.split())
    assert tickets == [line.split()[2] for line in lines]


def test_a_bureau_s_long_name_is_cut_not_its_number(desk: HelpDesk, at: pytest.MonkeyPatch) -> None:
    """A name takes what room is left, wide signs counted as the terminal draws them."""
    with desk.home.database.writing() as connection:
        put(
            connection,
            tables.sender,
            number="000642",
            name="局" * 60,
            language="nl",
            signature="optional",
            held=False,
            added_at=desk.records.now.replace(tzinfo=None),
        )
    desk.records.claim(go_name(1, "000642"), sender="000642")
    at.setenv("COLUMNS", "80")
    (line,) = desk.told("list").splitlines()[3:]
    assert "000642  局" in line
    assert "…" in line
    assert len(line) + line.count("局") <= 80


LISTS = [
    "sender list",
    "sender key list 000640",
    "sender certificate list 000640",
    "mandate list",
    "employer list",
    "quarantine list",
    "schema list",
    "audit list",
    "declarations list",
    "list",
]


def registered(desk: HelpDesk) -> None:
    """Keep something that each list shows, with long names where a bureau or an operator gives them."""
    tickets = filled(desk)
    desk.records.employer()
    desk.records.declare(worker_number(1), "2026-09/0001", [tickets[0]])
    public = ed25519.Ed25519PrivateKey.generate().public_key()
    key = desk.home.path / "key.pub"
    key.write_bytes(public.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH))
    desk.told("sender", "key", "add", "000640", str(key))
    desk.told("sender", "certificate", "add", "000640", str(CERTIFICATE))
    desk.told("sender", "set", "000641", "--name", "Secrétariat social " * 5, "--user", "u" * 30)
    desk.told("mandate", "add", "000640", "--company", company_number(1), "--nsso", nsso_number(1))


@pytest.mark.parametrize("width", [80, 50])
def test_every_list_fits(width: int, desk: HelpDesk, at: pytest.MonkeyPatch) -> None:
    """Each is a table with a rule at eighty columns, and cards at fifty; no line is wider, but a fingerprint."""
    registered(desk)
    at.setenv("COLUMNS", str(width))
    for words in LISTS:
        lines = desk.told(*words.split()).splitlines()
        assert [] == [line for line in lines if len(line) > width and "  SHA256:" not in line], words
        assert int(width == 80 and lines != []) == sum(line.startswith("─") for line in lines), words


@pytest.mark.parametrize("words", LISTS)
def test_every_list_has_the_same_options(words: str, desk: HelpDesk) -> None:
    """How it is shown, which columns, how many rows; the last are kept, and that there are more is said."""
    told = desk.told(*words.split(), "--help")
    assert [] == [
        one for one in ("--json", "--csv", "--wide", "--columns A,B", "--limit INTEGER") if one not in told
    ]
    assert "Only the last ones of the list" in " ".join(told.split())


def test_limit_keeps_the_last_and_says_so(desk: HelpDesk) -> None:
    """0 is all."""
    tickets = filled(desk)
    status, told, messages = desk.call("list", "--limit", "2", "--json")
    assert (0, tickets[-2:]) == (status, [row["ticket"] for row in json.loads(told)])
    assert "The last 2 are shown, there are more" in messages
    assert tickets == [row["ticket"] for row in desk.parsed("list", "--limit", "0")]
    assert (0, "") == desk.call("list", "--limit", "5")[::2]
    assert [OTHER] == [row["number"] for row in desk.parsed("sender", "list", "--limit", "1")]


# ------------------------------------------------------------------------------------- all columns, some, CSV


def test_wide_shows_all_columns_in_full(desk: HelpDesk, at: pytest.MonkeyPatch) -> None:
    """However wide the terminal is."""
    filled(desk)
    at.setenv("COLUMNS", "80")
    lines = desk.told("list", "--wide").splitlines()
    assert "Sets (times in Europe/Brussels)" == lines[0]
    assert {"forms", "anomalies", "codes", "state"} <= set(lines[1].split())
    assert "2026-10-05 13:00:00" in lines[3]


def test_columns_are_picked_in_the_order_asked_for(desk: HelpDesk) -> None:
    """In a pipe and as CSV; one that is not there is told with those that are."""
    tickets = filled(desk)
    assert f"{tickets[1]}  1" == desk.told("list", "--columns", "ticket,refused").splitlines()[2].strip()
    assert "codes,ticket" == desk.told("list", "--csv", "--columns", "codes, ticket").splitlines()[0]
    status, told, messages = desk.call("list", "--columns", "ticket,weather")
    assert (2, "") == (status, told)
    assert "no column 'weather'. There are: arrived_at, ticket" in messages


@pytest.mark.parametrize("others", [("--csv",), ("--wide",), ("--columns", "ticket")])
def test_json_shows_all_fields(others: tuple[str, ...], desk: HelpDesk) -> None:
    status, told, messages = desk.call("list", "--json", *others)
    assert (2, "") == (status, told)
    assert "--json shows all fields" in messages


def test_csv_is_safe_for_spreadsheets(desk: HelpDesk) -> None:
    """No name is a formula, whatever a spreadsheet parts cells by; lines end and quotes stand as RFC 4180 has it."""
    names = ["=1+1", "+32 2", "-2+3", "@SUM(A1)", '"Quoted", they say', "part;=1+1", "plain"]
    for number, name in enumerate(names, 700):
        desk.told(
            *("sender", "add", f"000{number}", "--language", "nl", "--signature", "optional"),
            *("--name", name),
        )
    told = desk.told("sender", "list", "--csv", "--columns", "number,name")
    heads, *rows = csv.reader(io.StringIO(told, newline=""))
    assert ["number", "name"] == heads
    shown = ["'=1+1", "'+32 2", "'-2+3", "'@SUM(A1)", '"Quoted", they say', "part;'=1+1", "plain"]
    assert shown == [row[1] for row in rows[2:]]
    assert told.count("\r\n") == len(rows) + 1 == told.count("\n")
    assert '"""Quoted"", they say"' in told


def test_csv_has_instants_with_their_offset_and_nothing_for_nothing(desk: HelpDesk) -> None:
    filled(desk)
    rows = list(csv.DictReader(io.StringIO(desk.told("list", "--csv"), newline="")))
    assert ["2026-10-05T13:00:00+02:00", "", "1"] == [rows[0][key] for key in ("arrived_at", "codes", "run")]
    assert ["", "quarantine"] == [rows[4][key] for key in ("outcome", "state")]


@pytest.mark.parametrize("sign", "=+-@\t\r＝＋－＠")
def test_every_sign_that_begins_a_formula_is_neutral(sign: str) -> None:
    assert f"'{sign}1" == neutral(f"{sign}1")


# ------------------------------------------------------------------------------------------- one word, filters


def listed(desk: HelpDesk, *words: str) -> list[str]:
    """Return the tickets that a list has."""
    return [row["ticket"] for row in desk.parsed("list", *words)]


def test_each_set_has_one_outcome_with_its_codes(desk: HelpDesk) -> None:
    """In the list and as JSON; where nothing is decided the state stands, and JSON has null."""
    filled(desk)
    desk.records.settled(6, refused=2)
    rows = desk.parsed("list")
    assert ["accepted", "partly", "refused", None, None, "refused"] == [row["outcome"] for row in rows]
    assert [[], ["00024-152"], ["ACRF-133"], [], [], []] == [row["codes"] for row in rows]


@pytest.mark.parametrize(
    ("words", "places"),
    [
        ("--state accepted", [0]),
        ("--state partly", [1]),
        ("--state refused", [2, 5]),
        ("--state settled", [0, 1, 5]),
        ("--state partly --state quarantine", [1, 4]),
        ("--state withdrawn", []),
        ("--code ACRF-133", [2]),
        ("--environment R", [0, 1, 2, 3, 4, 5]),
        ("--environment T", []),
        (f"--sender {OTHER}", [3]),
        ("--since 2026-10-05T15:00 --until 2026-10-05T16:00", [2]),
        ("--until 2026-10-04", []),
        ("--until 2026-10-05", [0, 1, 2, 3, 4, 5]),
        ("--name GO.FLEX.000640", [0, 1, 2, 4, 5]),
        ("--name *00002*", [1]),
        ("--name *.0000?.R.1", [0, 1, 2, 3, 4, 5]),
        ("--name go.flex.000641", [3]),
        ("--name GO_FLEX", []),
        ("--name GO%", []),
        ("--name *GO", []),
    ],
)
def test_list_is_narrowed_by_what_rerun_is(words: str, places: list[int], desk: HelpDesk) -> None:
    """Outcome or state, code, environment, sender, arrival, and how a name begins or what is in it."""
    tickets = [*filled(desk), desk.records.settled(6, refused=2)]
    assert [tickets[place] for place in places] == listed(desk, *words.split())


def test_a_ticket_is_found_by_how_it_begins(desk: HelpDesk) -> None:
    """Small letters do as well."""
    tickets = filled(desk)
    same = [one for one in tickets if one.startswith(tickets[1][:12])]
    assert same == listed(desk, "--name", tickets[1][:12].lower())
    assert [tickets[1]] == listed(desk, "--name", tickets[1])


@pytest.mark.parametrize("sign", ["%", "_", "/", "\\"])
def test_no_sign_of_a_name_is_a_pattern_but_two(sign: str, desk: HelpDesk) -> None:
    """What LIKE would read in another way is itself, on both engines."""
    strange = desk.records.claim(f"GO.FLEX.a{sign}b")
    desk.records.claim("GO.FLEX.axb")
    assert [strange] == listed(desk, "--name", f"GO.FLEX.a{sign}")
    assert [strange] == listed(desk, "--name", f"*a{sign}b")


def test_sets_of_an_employer_and_of_a_worker_are_listed(desk: HelpDesk) -> None:
    desk.records.employer()
    of_set = desk.records.settled(1)
    desk.records.settled(2)
    desk.records.declare(worker_number(1), "2026-09/0001", [of_set])
    assert [of_set] == listed(desk, "--inss", worker_number(1))
    assert [] == listed(desk, "--employer", company_number(2))
    assert (2, "") == desk.call("list", "--employer", "K1")[:2]


@pytest.mark.parametrize(
    ("since", "places"),
    [("today", [1]), ("yesterday", [0, 1]), ("P1D", [0, 1]), ("24h", [0, 1]), ("2h", [1]), ("3d", [0, 1])],
)
def test_since_takes_words_and_how_long_ago(since: str, places: list[int], desk: HelpDesk) -> None:
    """A day is that of the channel's zone; a length counts back from now."""
    first = desk.records.settled(1)
    desk.records.now = datetime(2026, 10, 5, 21, 30, tzinfo=UTC)
    tickets = [first, desk.records.settled(2)]
    desk.clock = FixedClock(datetime(2026, 10, 5, 23, 0, tzinfo=UTC))
    assert [tickets[place] for place in places] == listed(desk, "--since", since)
    assert (0, "[]\n") == desk.call("audit", "list", "--json", "--since", since)[:2]


def test_until_a_word_includes_the_day(desk: HelpDesk) -> None:
    ticket = desk.records.settled(1)
    desk.clock = FixedClock(desk.records.now)
    assert ([ticket], []) == (listed(desk, "--until", "today"), listed(desk, "--until", "yesterday"))
