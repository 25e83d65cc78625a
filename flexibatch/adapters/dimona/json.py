"""Read periods as the Dimona REST service (v2) gives them, without holding the whole answer.

Two shapes are read. An object: `{"employer": {…}, "periods": [{…}, …]}`, where the employer is that of the
request (also under `request`), because the service does not repeat it. Or an array of periods. A period's own
`employer` goes before the one above it. Members that are not read are passed over:

    employer nssoRegistrationNumber or provisionalNssoRegistrationNumber, enterpriseNumber
    period   periodId, startDate, startHour, endDate, endHour, worker.ssin, workerType, jointCommissionNumber
             (those two also under features), cancelled, locked, late, flexiConditions, updatedAt

Numbers may stand without quotes and then without their leading zeros; hours are HHMM or HH:MM.
"""

import json
from collections.abc import Iterator, Mapping
from io import TextIOWrapper
from typing import Any, BinaryIO, TextIO
from zoneinfo import ZoneInfo

from flexibatch.adapters.csv_files import encoding_of
from flexibatch.domain.register import RegisterRow
from flexibatch.domain.register_fields import entry_or_fault, on_line, register_row
from flexibatch.errors import Refusal

Members = Mapping[str, Any]
BLOCK = 1 << 16
LONGEST = 1 << 20
_WIDTHS = {"periodId": 12, "ssin": 11}
_STATE = ("cancelled", "locked", "late", "flexiConditions", "updatedAt")
_SPACE = " \t\r\n"


def read_json(file: BinaryIO, zone: ZoneInfo) -> Iterator[RegisterRow | Refusal]:
    """Read the periods, or what is wrong there, as they are asked for. The file is read twice."""
    text = TextIOWrapper(file, encoding=encoding_of(file))
    try:
        head = {key: value for key, _line, value in _members(_Source(text)) if key != "periods"}
        above = _object(head.get("employer")) or _object(_object(head.get("request")).get("employer"))
        text.seek(0)
        for key, line, value in _members(_Source(text)):
            if key == "periods":
                yield entry_or_fault(_row, line, value, above, zone)
    except UnicodeDecodeError as exc:
        raise Refusal("line 1: the text is not UTF-8, nor UTF-16 with a byte order mark") from exc
    finally:
        if not text.closed:  # a reader that was left half way is cleared away after its file
            text.detach()


def _row(line: int, value: object, above: Members, zone: ZoneInfo) -> RegisterRow:
    period = _object(value)
    employer, features = _object(period.get("employer")) or above, _object(period.get("features"))
    with on_line(line):
        if not period:
            raise Refusal("periods must hold objects")
        if not employer:
            raise Refusal('no employer is told: put "employer": {"enterpriseNumber": …} beside "periods"')
        values = [
            _text(period, "periodId"),
            _text(employer, "nssoRegistrationNumber") or _text(employer, "provisionalNssoRegistrationNumber"),
            _text(employer, "enterpriseNumber"),
            _text(_object(period.get("worker")), "ssin"),
            _text(period, "workerType") or _text(features, "workerType"),
            _text(period, "startDate"),
            _hour(_text(period, "startHour")),
            _text(period, "endDate"),
            _hour(_text(period, "endHour")),
            _text(period, "jointCommissionNumber") or _text(features, "jointCommissionNumber"),
            *(_text(period, name) for name in _STATE),
        ]
        return register_row(line, values, zone)


def _object(value: object) -> Members:
    return value if isinstance(value, dict) else {}


def _text(members: Members, name: str) -> str:
    value = members.get(name)
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, str | int):
        return str(value).zfill(_WIDTHS.get(name, 0)) if isinstance(value, int) else value
    raise Refusal(f"{name} must be a text or a whole number")


def _hour(value: str) -> str:
    return value[:2] + value[3:] if len(value) == len("HH:MM") and value[2] == ":" else value


def _members(source: "_Source") -> Iterator[tuple[str, int, object]]:
    """Yield the members of the whole, each with its line; the items of `periods` one by one."""
    if source.peek() == "[":
        yield from _items(source)
    else:
        found = False
        for _ in source.between("{", "}"):
            key = source.value()
            source.take(":")
            if key == "periods":
                found = True
                yield from _items(source)
            else:
                source.peek()
                yield str(key), source.line, source.value()
        if not found:
            raise Refusal(f'line {source.line}: the document holds no "periods"')
    if source.peek():
        raise source.broken()


def _items(source: "_Source") -> Iterator[tuple[str, int, object]]:
    for _ in source.between("[", "]"):
        yield "periods", source.line, source.value()


class _Source:
    """Walk through a JSON text of any length, one value at a time."""

    def __init__(self, file: TextIO) -> None:
        self.line = 1
        self._file, self._buffer, self._place = file, "", 0
        self._decoder = json.JSONDecoder()

    def peek(self) -> str:
        """Return the next character that is no space, empty at the end."""
        while True:
            while self._place < len(self._buffer):
                character = self._buffer[self._place]
                if character not in _SPACE:
                    return character
                self.line += character == "\n"
                self._place += 1
            if not self._more():
                return ""

    def take(self, wanted: str) -> None:
        """Pass over one character that must be there."""
        if self.peek() != wanted:
            raise self.broken()
        self._place += 1

    def between(self, first: str, last: str) -> Iterator[None]:
        """Stop before every member of an object or array."""
        self.take(first)
        if self.peek() == last:
            self.take(last)
            return
        while True:
            self.peek()
            yield
            if self.peek() == last:
                self.take(last)
                return
            self.take(",")

    def value(self) -> object:
        """Return the next value; one that the buffer cuts off is read on."""
        self.peek()
        while True:
            try:
                value, end = self._decoder.raw_decode(self._buffer, self._place)
            except (ValueError, RecursionError) as exc:
                if len(self._buffer) - self._place > LONGEST or not self._more():
                    raise self.broken() from exc
                continue
            if end == len(self._buffer) and self._more():
                continue
            self.line += self._buffer.count("\n", self._place, end)
            self._place = end
            return value

    def broken(self) -> Refusal:
        """Return that the text is no JSON here."""
        return Refusal(f"line {self.line}: this is no well-formed JSON")

    def _more(self) -> bool:
        block = self._file.read(BLOCK)
        self._buffer, self._place = self._buffer[self._place :] + block, 0
        return bool(block)
