"""The envelope: what is asked of a set before a byte of its document is read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from flexibatch.domain.case import Case
from flexibatch.domain.findings import Finding
from flexibatch.domain.groups import BAD_NAME
from flexibatch.domain.names import FOLDER_RULES, InboxContext, name_fault, parse_name, part_rules, set_rules
from flexibatch.domain.vocabulary import Environment, FileKind

_NOTHING_TO_READ = (
    *("discarded", "sender-removed", "subject", "go-missing", "part-size"),
    *("data-count", "data-numbering", "data-empty", "signature"),
)
"""How rules begin beside which nothing is told of the document: it is not whole, not ours, or not to be touched."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of the envelope; `part_size` in bytes, `timezone` where days begin and end."""

    part_size: int
    max_name_age_days: int
    environments: frozenset[Environment]
    timezone: ZoneInfo

    def day_of(self, moment: datetime) -> date:
        """Return the day of an instant where the channel lives."""
        return moment.astimezone(self.timezone).date()

    def place(self, sender: str, environment: Environment, today: date) -> InboxContext:
        """Return where and when the names in a folder are judged."""
        return InboxContext(sender, environment, today, self.max_name_age_days, self.environments)


def envelope_faults(case: Case, limits: Limits) -> tuple[Finding, ...]:
    """Return all that is wrong with names, folder and set, in the order of the checks.

    A set that once passed is not asked again; one that was refused is asked anew, except for its name.
    """
    if case.discarded:
        return (Finding("discarded", value=case.name),)
    if case.passed:
        return ()
    if case.sender.removed:
        return (Finding("sender-removed", value=case.sender.number),)
    bad_names = frozenset(BAD_NAME.values())
    ungrammatical = [fault for fault in case.claim_faults if fault.rule in bad_names]
    named = _name_faults(case, limits)
    of_set = [fault for fault in case.claim_faults if fault.rule not in bad_names and _stands(fault, case)]
    if not (ungrammatical or named or of_set):
        of_set = list(_gone_faults(case))
    return (*ungrammatical, *named, *_received(case), *of_set, *_size_faults(case, limits))


def may_be_read(case: Case, faults: Sequence[Finding]) -> bool:
    """Return whether a set that is refused has a document to look at: only names are wrong, and all parts are there."""
    parts = sorted(file.part or 0 for file in case.files if file.kind is FileKind.DATA)
    whole = bool(parts) and parts == list(range(1, len(parts) + 1))
    return whole and not any(fault.rule.startswith(_NOTHING_TO_READ) for fault in faults)


def _name_faults(case: Case, limits: Limits) -> list[Finding]:
    """Return what is wrong in the positions of the names, then with the folder.

    What the files of a set share is told once, by the first of them.
    """
    place = limits.place(case.sender.number, case.environment, case.received_on)
    names = dict.fromkeys((case.name, *(file.name for file in case.files)))
    parsed = [one for one in map(parse_name, names) if one is not None]
    shared = [name_fault(rule, one, place) for one in parsed[:1] for rule in set_rules(one, place)]
    parts = [name_fault(rule, one, place) for one in parsed for rule in part_rules(one)]
    return sorted([*shared, *parts], key=lambda fault: fault.rule in FOLDER_RULES)


def _received(case: Case) -> Iterator[Finding]:
    if case.earlier_ticket is not None and case.run == 1:
        yield Finding("name-received", value=case.name, details={"ticket": case.earlier_ticket})


def _stands(fault: Finding, case: Case) -> bool:
    """Return whether a fault found before the claim is one still: signatures may not be asked for any more."""
    asked = _count(case, FileKind.SIGNATURE) > 0 or case.sender.must_sign(case.environment)
    return asked or fault.rule != "signature-count"


def _gone_faults(case: Case) -> Iterator[Finding]:
    """Miss files that were there when the set was found and no longer when it was kept, or are asked for since."""
    announced = parse_name(case.name)
    if announced is None or announced.kind is not FileKind.GO:
        return
    for kind, rule in ((FileKind.DATA, "data-count"), (FileKind.SIGNATURE, "signature-count")):
        found = _count(case, kind)
        asked = kind is FileKind.DATA or found > 0 or case.sender.must_sign(case.environment)
        if asked and str(found) != announced.parts:
            details = {"announced": announced.parts, "found": str(found)}
            yield Finding(rule, tag=kind.value, value=case.name, details=details)


def _count(case: Case, kind: FileKind) -> int:
    return sum(file.kind is kind for file in case.files)


def _size_faults(case: Case, limits: Limits) -> Iterator[Finding]:
    for file in case.files:
        if file.kind is not FileKind.DATA:
            continue
        if file.size == 0:
            yield Finding("data-empty", tag="FI", value=file.name)
        elif file.size > limits.part_size:
            details = {"size": str(file.size), "limit": str(limits.part_size)}
            yield Finding("part-size", tag="FI", value=file.name, details=details)
