"""Sets: what lies in an inbox, sorted into what is to be claimed, what must wait, and what is no set at all.

Decided anew from one listing each time; nothing is remembered. Source: docs/spec/channel.md, "Sets".
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from sys import intern

from flexibatch.domain.findings import Finding
from flexibatch.domain.groups import BAD_NAME, ORDER, DirectoryEntry, Group
from flexibatch.domain.inbox_contents import TOLD_AFTER, WaitingSet
from flexibatch.domain.names import InboxContext, ParsedName, parse_name, part_rules, set_rules
from flexibatch.domain.vocabulary import FileKind


@dataclass(frozen=True, slots=True)
class Patience:
    """How long what may wait, in nanoseconds; `claim_delay` is 0 for a sweep by hand."""

    incomplete_after: int
    go_grace: int
    settle_for: int
    stray_after: int
    claim_delay: int


@dataclass(frozen=True, slots=True)
class Found:
    """A set that is to be claimed now.

    `leader` is the file whose rename is the claim; `arrived_ns` its change time. `silent` sets are archived
    without an answer: a TD that came too late or alone, parts that were left over.
    """

    name: str
    key: str
    subject: str
    leader: str
    names: tuple[str, ...]
    arrived_ns: int
    faults: tuple[Finding, ...] = ()
    withdrawn: bool = False
    silent: bool = False


@dataclass(slots=True)
class Sorted:
    """What a listing comes to: sets to claim, in order of arrival, and names to report.

    `left` tells of sets to claim how many of their files stay where they are; `waiting` sets lack something.
    """

    found: list[Found] = field(default_factory=list)
    strays: list[str] = field(default_factory=list)
    left: dict[str, int] = field(default_factory=dict)
    waiting: list[WaitingSet] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Inbox:
    """How the files of one inbox are judged: whose it is, what may wait, whether to be signed."""

    place: InboxContext
    patience: Patience
    signed: bool


def sort_out(
    groups: dict[str, Group],
    others: Iterable[DirectoryEntry],
    received: Mapping[str, str],
    inbox: Inbox,
    now_ns: int,
) -> Sorted:
    """Decide about all that lies in an inbox; `received` gives the names received before, among orphans.

    `groups` are emptied on the way: a full inbox is not held twice.
    """
    result = Sorted()
    while groups:
        key, group = groups.popitem()
        left = group.bound()
        found = decide(group, key in received, inbox, now_ns)
        if found is not None:
            result.found.append(found)
            if left:
                result.left[found.name] = left
        elif now_ns - group.changed_ns >= TOLD_AFTER:
            result.waiting += _waiting(group, received.get(key), inbox)
    result.found.sort(key=lambda one: (one.arrived_ns, one.name))
    result.waiting.sort(key=lambda one: (one.since_ns, one.name))
    old = now_ns - inbox.patience.stray_after
    result.strays = sorted(entry.name for entry in others if entry.changed_ns <= old)
    return result


def decide(group: Group, received: bool, inbox: Inbox, now_ns: int) -> Found | None:
    """Return what is to be claimed of a group now; None where it has to wait."""
    group.files.sort(key=lambda one: one[0].text)
    gos, patience = group.gos, inbox.patience
    if any(0 <= now_ns - changed < patience.claim_delay for changed in gos):
        return None
    if not gos:
        return _without_go(group, received, inbox, now_ns)
    if group.of(FileKind.WITHDRAW):
        # Of a name that was received before nothing is left to withdraw: data with it is refused as any second set.
        late = received and not group.of(FileKind.DATA)
        return _claim(group, withdrawn=not received, silent=late)
    return _at_fault(group, inbox) or _with_go(group, inbox, now_ns)


def _without_go(group: Group, received: bool, inbox: Inbox, now_ns: int) -> Found | None:
    """Decide about files that wait for their GO, or that were left over from a set that was received."""
    age, patience = now_ns - group.changed_ns, inbox.patience
    withdrawal = bool(group.of(FileKind.WITHDRAW))
    if received:
        return _claim(group, silent=True) if withdrawal or age >= patience.stray_after else None
    if any(_faulty(group, inbox)):
        return _at_fault(group, inbox) if age >= patience.claim_delay else None
    if group.odd:
        return _at_fault(group, inbox) if age >= patience.stray_after else None
    if age < patience.incomplete_after:
        return None
    if withdrawal:
        return _claim(group, silent=True)
    first = group.files[0][0]
    name = f"{FileKind.GO}.{first.key}.{first.parts}"
    return _claim(group, name, (Finding("go-missing", tag="GO", value=name),))


def _at_fault(group: Group, inbox: Inbox) -> Found | None:
    """Claim a set with a name at fault, under that name; its envelope finds what is wrong in the others."""
    if group.odd:
        bad = [one for one in group.in_order if parse_name(one[1]) is None]
        faults = (Finding(BAD_NAME[kind], tag=kind.value, value=name) for kind, name, _ in bad)
        return _claim(group, bad[0][1], tuple(faults))
    if any(_faulty(group, inbox)):
        return _claim(group, _first_fault(group, inbox), tuple(_told_beside(group, inbox)))
    return None


def _told_beside(group: Group, inbox: Inbox) -> Iterator[Finding]:
    """Yield what is wrong with the number of files beside a wrong name, where their numbers can be read."""
    if group.of(FileKind.GO) and not any(rule for parsed, _ in group.files for rule in part_rules(parsed)):
        yield from _contradicted(group, signed=inbox.signed)


def _faulty(group: Group, inbox: Inbox) -> Iterator[str]:
    for parsed, _ in group.files[:1]:
        yield from set_rules(parsed, inbox.place)
    for parsed, _ in group.files:
        yield from part_rules(parsed)


def _first_fault(group: Group, inbox: Inbox) -> str:
    """Name the file at fault: the first where a shared position is wrong, else that with a wrong part."""
    in_order = sorted((parsed for parsed, _ in group.files), key=lambda one: (ORDER[one.kind], one.text))
    if any(set_rules(in_order[0], inbox.place)):
        return in_order[0].text
    return next(parsed.text for parsed in in_order if any(part_rules(parsed)))


def _with_go(group: Group, inbox: Inbox, now_ns: int) -> Found | None:
    announced, changed_ns = group.of(FileKind.GO)[0]
    faults = tuple(_contradicted(group, signed=inbox.signed))
    if faults:
        may_wait = len(group.of(FileKind.GO)) == 1
        # However often a part is touched, a set does not stay open for ever: its time of arrival is its GO's.
        waited = now_ns - group.changed_ns >= inbox.patience.go_grace
        waited = waited or now_ns - changed_ns >= inbox.patience.incomplete_after
        return _claim(group, announced.text, faults) if waited or not may_wait else None
    parts = (changed for parsed, changed in group.files if parsed.kind is not FileKind.GO)
    fresh = any(changed > changed_ns and now_ns - changed < inbox.patience.settle_for for changed in parts)
    if fresh and now_ns - changed_ns < inbox.patience.incomplete_after:
        return None
    return _claim(group, announced.text)


def _waiting(group: Group, received: str | None, inbox: Inbox) -> Iterator[WaitingSet]:
    """Yield a set with what it lacks and until when it is waited for; nothing where the next sweep takes it."""
    patience, until_ns = inbox.patience, group.changed_ns
    lacks = lacking(group, signed=inbox.signed)
    if group.gos and lacks:
        announced_ns = group.of(FileKind.GO)[0][1]
        until_ns = min(until_ns + patience.go_grace, announced_ns + patience.incomplete_after)
    else:
        until_ns += patience.stray_after if received or group.odd else patience.incomplete_after
    if received:
        lacks = (Finding("name-received", details={"ticket": received}),)
    if lacks:
        yield WaitingSet(group.changed_ns, group.in_order[0][1], until_ns, lacks)


def lacking(group: Group, *, signed: bool) -> tuple[Finding, ...]:
    """Return what a set waits for in its inbox: its GO, or parts that it announced; nothing where a sweep takes it."""
    if not group.gos:
        return (Finding("go-missing", tag="GO"),)
    return tuple(_contradicted(group, signed=signed)) if group.of(FileKind.GO) else ()


def _contradicted(group: Group, *, signed: bool) -> Iterator[Finding]:
    """Tell where the files that are there are not those that were announced; two GOs contradict each other."""
    (announced, _), *others = group.of(FileKind.GO)
    if others:
        yield _count_fault("data-count", announced, "FI", group)
    else:
        yield from _missing(group, announced, signed=signed)


def _missing(group: Group, announced: ParsedName, *, signed: bool) -> Iterator[Finding]:
    """Compare what is there with what the GO announced: how many, and numbered from 1."""
    wanted = {(announced.parts, str(part)) for part in range(1, int(announced.parts) + 1)}
    signatures = group.of(FileKind.SIGNATURE)
    kinds = [(group.of(FileKind.DATA), "data", "FI")]
    if signatures or signed:
        kinds.append((signatures, "signature", "FS"))
    for files, rule, tag in kinds:
        if len(files) != len(wanted):
            yield _count_fault(f"{rule}-count", announced, tag, group)
        elif {(parsed.parts, parsed.part) for parsed, _ in files} != wanted:
            yield Finding(f"{rule}-numbering", tag=tag, value=announced.text)


def _count_fault(rule: str, announced: ParsedName, tag: str, group: Group) -> Finding:
    details = {"announced": announced.parts, "found": str(len(group.of(FileKind(tag))))}
    return Finding(rule, tag=tag, value=announced.text, details=details)


def _claim(
    group: Group,
    name: str | None = None,
    faults: tuple[Finding, ...] = (),
    *,
    withdrawn: bool = False,
    silent: bool = False,
) -> Found:
    """Make the claim; without a name it goes under its leader's: the GO, else the TD, else the first part."""
    in_order = group.in_order
    kind, leader, changed_ns = in_order[0]
    return Found(
        name or leader,
        group.key,
        intern(leader.split(".")[1]),
        leader,
        tuple(one[1] for one in in_order),
        changed_ns if kind is FileKind.GO else group.changed_ns,
        faults,
        withdrawn,
        silent,
    )
