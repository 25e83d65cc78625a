"""File names: their grammar, what is wrong with them, the names of answers.

Source: docs/spec/channel.md, "File names"; docs/spec/answers.md, "Which answers there are".
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from sys import intern

from flexibatch.domain.findings import Finding
from flexibatch.domain.vocabulary import INSTITUTION, Environment, FileKind, Subject

INBOUND = {FileKind.DATA: 8, FileKind.SIGNATURE: 8, FileKind.GO: 7, FileKind.WITHDRAW: 7}
"""How many positions, apart by dots, a name of each kind has."""

SUBJECTS = frozenset({Subject.DECLARATION.value, Subject.ACKNOWLEDGEMENT.value})
NAME_LIMIT = 64
SEQUENCE_LENGTH = 5
_SHARED = 5

_DIGITS = "0123456789"
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_MISPLACED = {"R": "environment-real", "T": "environment-test", "S": "environment-simulation"}
FOLDER_RULES = frozenset({*_MISPLACED.values(), "environment-closed"})
"""The rules that speak of the folder a file lies in, asked after all that the name itself breaks."""

_NUMBERING = {FileKind.DATA: "data-numbering", FileKind.SIGNATURE: "signature-numbering"}
_END = r"\.(?:filepart|part|partial|tmp|temp|writing|inprogress|uploading)(?![a-z])"
_TEMPORARY = re.compile(rf".*(?:{_END}|~)", re.IGNORECASE | re.DOTALL)
_TEMPORARY_END = re.compile(_END, re.IGNORECASE)
_DATE = re.compile(r"[0-9]{8}")
_SEQUENCE = re.compile(r"[0-9A-Z]+")


@dataclass(frozen=True, slots=True)
class ParsedName:
    """A name whose positions and kind follow the grammar; their values may still be wrong."""

    text: str
    kind: FileKind
    subject: str
    sender: str
    date: str
    sequence: str
    environment: str
    parts: str
    part: str | None

    @property
    def key(self) -> str:
        """Return what the files of one set share: subject to environment."""
        return f"{self.subject}.{self.sender}.{self.date}.{self.sequence}.{self.environment}"


def parse_name(text: str) -> ParsedName | None:
    """Read a name; None where it follows no grammar.

    >>> parse_name("GO.FLEX.000640.20261005.00001.R.1").key
    'FLEX.000640.20261005.00001.R'
    >>> parse_name("GO.FLEX.000640.20261005.00001.R.1.xml") is None
    True
    """
    positions = text.split(".")
    kind = _KINDS.get(positions[0])
    if kind is None or len(positions) != INBOUND[kind]:
        return None
    # Of 90,000 names in an inbox most positions are the same few texts: each is held once.
    subject, sender, day, sequence, environment, parts, *part = map(intern, positions[1:])
    return ParsedName(
        text, kind, subject, sender, day, sequence, environment, parts, part[0] if part else None
    )


_KINDS = {kind.value: kind for kind in INBOUND}


def kind_of(text: str) -> FileKind | None:
    """Return as which kind a name begins, whether or not the rest follows the grammar."""
    return _KINDS.get(text.split(".", 1)[0]) if "." in text else None


def is_temporary(text: str) -> bool:
    """Return whether a client still uploads under this name and will rename it.

    Some clients put signs of their own behind the end that they add to a good name.

    >>> [is_temporary(f"GO.FLEX.000640.20261005.00001.R.1{end}") for end in (".filepart", ".part.ab12", ".xml", "")]
    [True, True, False, False]
    """
    if text.startswith(".") or _TEMPORARY.fullmatch(text):
        return True
    return any(parse_name(text[: end.start()]) for end in _TEMPORARY_END.finditer(text))


def key_of(text: str) -> str:
    """Return the set a name that follows no grammar begins like; one too short for that is alone.

    >>> key_of("FI.FLEX.000640.20261005.00001.R.1.1.xml"), key_of("GO.FLEX")
    ('FLEX.000640.20261005.00001.R', 'GO.FLEX')
    """
    positions = text.split(".")
    return ".".join(positions[1:6]) if len(positions) > _SHARED else text


def cut(name: str) -> str:
    """Cut a name to the 64 characters that an answer has for it."""
    return name[:NAME_LIMIT]


@dataclass(frozen=True, slots=True)
class InboxContext:
    """Where and when a name is judged: the folder's sender and environment, the day, what is served."""

    sender: str
    environment: Environment
    today: date
    max_age_days: int
    environments: frozenset[Environment]


def name_fault(rule: str, parsed: ParsedName, place: InboxContext) -> Finding:
    """Return the finding that a name breaks a rule."""
    details = {"days": str(place.max_age_days)} if rule == "date-old" else {}
    return Finding(rule, tag=parsed.kind.value, value=parsed.text, details=details)


def set_rules(parsed: ParsedName, place: InboxContext) -> Iterator[str]:
    """Yield the rules that a set's shared positions break."""
    if parsed.subject not in SUBJECTS:
        yield "subject"
    if parsed.sender != place.sender:
        yield "name-sender"
    yield from _date_rules(parsed.date, place)
    yield from sequence_rules(parsed.sequence)
    yield from _environment_rules(parsed.environment, place)


def _date_rules(text: str, place: InboxContext) -> Iterator[str]:
    if not _DATE.fullmatch(text):
        yield "date-format"
        return
    day = _day(text)
    if day is None:
        yield "date-unknown"
    elif day > place.today:
        yield "date-future"
    elif place.today - day > timedelta(days=place.max_age_days):
        yield "date-old"


@lru_cache(maxsize=1024)
def _day(text: str) -> date | None:
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None


def sequence_rules(text: str) -> Iterator[str]:
    """Yield the rules that a sequence breaks.

    >>> list(sequence_rules("0000a")), list(sequence_rules("00000")), list(sequence_rules("A0000"))
    (['sequence-alphabet'], ['sequence-zero'], [])
    """
    if len(text) != SEQUENCE_LENGTH:
        yield "sequence-length"
    elif not _SEQUENCE.fullmatch(text):
        yield "sequence-alphabet"
    elif set(text) == {"0"}:
        yield "sequence-zero"


def _environment_rules(letter: str, place: InboxContext) -> Iterator[str]:
    if letter not in _MISPLACED:
        yield "environment-letter"
    elif letter != place.environment.value:
        yield _MISPLACED[letter]
    elif place.environment not in place.environments:
        yield "environment-closed"


def part_rules(parsed: ParsedName) -> Iterator[str]:
    """Yield the rules that the number of parts breaks, and the number of this part where it can never be one.

    >>> name = "FI.FLEX.000640.20261005.00001.R"
    >>> [list(part_rules(parse_name(f"{name}.{n}.1"))) for n in ("9", "0", "a", "10", "1x")]
    [[], ['parts-zero'], ['parts-not-digit'], ['parts-digits'], ['parts-format']]
    >>> list(part_rules(parse_name(f"{name}.1.0")))
    ['data-numbering']
    """
    rule = _number_rule(parsed.parts)
    if rule is not None:
        yield rule
    if parsed.part is not None and _number_rule(parsed.part) is not None:
        yield _NUMBERING[parsed.kind]


def _number_rule(text: str) -> str | None:
    if len(text) == 1 and text in _DIGITS:
        return "parts-zero" if text == "0" else None
    if text.isascii() and text.isdigit():
        return "parts-digits"
    return "parts-not-digit" if len(text) == 1 else "parts-format"


def sequence_text(number: int) -> str:
    """Write the n-th sequence of a day: 00001 to 99999, then A0000 and on, digits before letters.

    The 26 x 36^4 alphanumeric ones begin with a letter; raise `OverflowError` past ZZZZZ.

    >>> [sequence_text(n) for n in (1, 99_999, 100_000, 100_010, 100_036)]
    ['00001', '99999', 'A0000', 'A000A', 'A0010']
    """
    if number < 10**SEQUENCE_LENGTH:
        return f"{number:0{SEQUENCE_LENGTH}d}"
    rest, alphabet, tail = number - 10**SEQUENCE_LENGTH, _DIGITS + _LETTERS, ""
    for _ in range(SEQUENCE_LENGTH - 1):
        rest, digit = divmod(rest, len(alphabet))
        tail = alphabet[digit] + tail
    if rest >= len(_LETTERS):
        raise OverflowError("all sequences of this day are given out")
    return _LETTERS[rest] + tail


def answer_name(subject: Subject, day: date, number: int, environment: Environment) -> str:
    """Name an answer.

    >>> answer_name(Subject.NOTIFICATION, date(2026, 10, 5), 1, Environment.REAL)
    'FO.NOTI.999999.20261005.00001.R'
    """
    sequence = sequence_text(number)
    return f"{FileKind.ANSWER}.{subject}.{INSTITUTION}.{day:%Y%m%d}.{sequence}.{environment}"


def go_of_answer(name: str) -> str:
    """Name the GO of an answer, compressed or not.

    >>> go_of_answer("CO.NOTI.999999.20261005.00001.R")
    'GO.NOTI.999999.20261005.00001.R'
    """
    return f"{FileKind.GO}.{name.partition('.')[2]}"


def signature_of_answer(name: str) -> str:
    """Name the signature on an answer, compressed or not.

    >>> signature_of_answer("FO.NOTI.999999.20261005.00001.R")
    'FS.NOTI.999999.20261005.00001.R'
    """
    return f"{FileKind.SIGNATURE}.{name.partition('.')[2]}"
