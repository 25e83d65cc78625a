"""Sets: what lies in an inbox, sorted into what is to be claimed, what must wait, and what is no set at all.

Decided anew from one listing each time; nothing is remembered. Source: the channel's specification, a set's life.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from flexibatch.domain.findings import Finding
from flexibatch.domain.names import ParsedName, Place, kind_of, parse_name, part_rules, set_rules
from flexibatch.domain.vocabulary import FileKind

BAD_NAME = {FileKind.GO: "name-go", FileKind.DATA: "name-data", FileKind.SIGNATURE: "name-signature"}
_ORDER = (FileKind.GO, FileKind.WITHDRAW, FileKind.DATA, FileKind.SIGNATURE)


@dataclass(frozen=True, slots=True)
class Entry:
    """Hold one entry of an inbox: `changed_ns` is its change time; links, folders and devices are not `regular`."""

    name: str
    changed_ns: int
    regular: bool = True


@dataclass(frozen=True, slots=True)
class Patience:
    """Hold how long what may wait, in nanoseconds; `claim_delay` is 0 for a sweep by hand."""

    incomplete_after: int
    go_grace: int
    settle_for: int
    stray_after: int
    claim_delay: int


@dataclass(frozen=True, slots=True)
class Found:
    """Hold a set that is to be claimed now.

    `leader` is the file whose rename is the claim; `arrived_ns` its change time. `silent` sets are archived without
    an answer: a TD that came too late or alone, parts that were left over.
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
    """Hold what a listing comes to: sets to claim, in order of arrival, and names to report."""

    found: list[Found] = field(default_factory=list)
    strays: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Group:
    """Hold the files of one inbox that share a set's key; `odd` are those whose name follows no grammar."""

    key: str
    files: list[tuple[ParsedName, int]] = field(default_factory=list)
    odd: list[Entry] = field(default_factory=list)

    def of(self, kind: FileKind) -> list[tuple[ParsedName, int]]:
        """Give the files of a kind."""
        return [one for one in self.files if one[0].kind is kind]

    @property
    def changed_ns(self) -> int:
        """Give the last change of any of the files."""
        return max([changed for _, changed in self.files] + [entry.changed_ns for entry in self.odd])


@dataclass(frozen=True, slots=True)
class Inbox:
    """Hold how the files of one inbox are judged: whose it is, what may wait, whether files must be signed."""

    place: Place
    patience: Patience
    signed: bool


def groups_of(entries: Iterable[Entry]) -> tuple[dict[str, Group], list[Entry]]:
    """Group a listing by set; give the groups and what belongs to none."""
    groups: dict[str, Group] = {}
    others: list[Entry] = []
    for entry in entries:
        parsed = parse_name(entry.name) if entry.regular else None
        if parsed is None:
            others.append(entry)
            continue
        group = groups.get(parsed.key)
        if group is None:
            group = groups[parsed.key] = Group(parsed.key)
        group.files.append((parsed, entry.changed_ns))
    return groups, others


def orphans(groups: Mapping[str, Group]) -> list[str]:
    """Give the keys of groups without a GO: for them it matters whether their name was received before."""
    return [key for key, group in groups.items() if not group.of(FileKind.GO)]


def sort_out(
    groups: Mapping[str, Group], others: Iterable[Entry], received: Mapping[str, str], inbox: Inbox, now_ns: int
) -> Sorted:
    """Decide about everything that lies in an inbox; `received` gives the names received before, among orphans."""
    result = Sorted()
    for entry in others:
        _place_other(entry, groups, result, inbox, now_ns)
    for key, group in groups.items():
        found = _decide(group, key in received, inbox, now_ns)
        if found is not None:
            result.found.append(found)
    result.found.sort(key=lambda one: (one.arrived_ns, one.name))
    return result


def _place_other(
    entry: Entry, groups: Mapping[str, Group], result: Sorted, inbox: Inbox, now_ns: int
) -> None:
    """Place a name that follows no grammar: with the GO it begins like, on its own, or among the strays."""
    kind = kind_of(entry.name) if entry.regular else None
    old = now_ns - entry.changed_ns >= inbox.patience.stray_after
    if kind in BAD_NAME and kind is not None:
        group = groups.get(".".join(entry.name.split(".")[1:6]))
        if kind is not FileKind.GO and group is not None and group.of(FileKind.GO):
            group.odd.append(entry)
            return
        if kind is FileKind.GO or old:
            fault = Finding(BAD_NAME[kind], tag=kind.value, value=entry.name)
            found = Found(
                entry.name, entry.name, "FLEX", entry.name, (entry.name,), entry.changed_ns, (fault,)
            )
            result.found.append(found)
            return
    if old:
        result.strays.append(entry.name)


def _decide(group: Group, received: bool, inbox: Inbox, now_ns: int) -> Found | None:
    if any(_faulty(group, inbox)):
        return _claim(group, _first_fault(group, inbox))
    gos = group.of(FileKind.GO)
    if group.of(FileKind.WITHDRAW):
        return _withdrawal(group, received, inbox, now_ns)
    if not gos:
        return _without_go(group, received, inbox, now_ns)
    if group.odd:
        faults = tuple(_odd_fault(entry) for entry in group.odd)
        return _claim(group, group.odd[0].name, faults)
    if len(gos) > 1:
        return _claim(group, gos[0][0].text, (_count_fault("data-count", gos[0][0], "FI", group),))
    return _with_go(group, gos[0], inbox, now_ns)


def _faulty(group: Group, inbox: Inbox) -> Iterator[str]:
    yield from set_rules(group.files[0][0], inbox.place)
    for parsed, _ in group.files:
        yield from part_rules(parsed.parts, parsed.part)


def _first_fault(group: Group, inbox: Inbox) -> str:
    """Name the file at fault: the GO where the set's own positions are wrong, else the first with a wrong part."""
    in_order = sorted(group.files, key=lambda one: _ORDER.index(one[0].kind))
    if next(set_rules(group.files[0][0], inbox.place), None) is not None:
        return in_order[0][0].text
    return next(parsed.text for parsed, _ in in_order if any(part_rules(parsed.parts, parsed.part)))


def _withdrawal(group: Group, received: bool, inbox: Inbox, now_ns: int) -> Found | None:
    name = group.of(FileKind.WITHDRAW)[0][0].text
    if group.of(FileKind.GO):
        return _claim(group, group.of(FileKind.GO)[0][0].text, withdrawn=True)
    if received or now_ns - group.changed_ns >= inbox.patience.incomplete_after:
        return _claim(group, name, silent=True)
    return None


def _without_go(group: Group, received: bool, inbox: Inbox, now_ns: int) -> Found | None:
    age, patience = now_ns - group.changed_ns, inbox.patience
    first = group.files[0][0]
    name = f"{FileKind.GO}.{first.key}.{first.parts}"
    if received:
        return _claim(group, name, silent=True) if age >= patience.stray_after else None
    if age < patience.incomplete_after:
        return None
    return _claim(group, name, (Finding("go-missing", tag="GO", value=name),))


def _with_go(group: Group, go: tuple[ParsedName, int], inbox: Inbox, now_ns: int) -> Found | None:
    announced, changed_ns, patience = go[0], go[1], inbox.patience
    if now_ns - changed_ns < patience.claim_delay:
        return None
    faults = tuple(_missing(group, announced, inbox))
    if faults:
        waited = now_ns - group.changed_ns >= patience.go_grace
        return _claim(group, announced.text, faults) if waited else None
    parts = (changed for parsed, changed in group.files if parsed.kind is not FileKind.GO)
    if any(changed > changed_ns and now_ns - changed < patience.settle_for for changed in parts):
        return None
    return _claim(group, announced.text)


def _missing(group: Group, announced: ParsedName, inbox: Inbox) -> Iterator[Finding]:
    """Compare what is there with what the GO announced: how many, and numbered from 1."""
    wanted = {(announced.parts, str(part)) for part in range(1, int(announced.parts) + 1)}
    signatures = group.of(FileKind.SIGNATURE)
    kinds = [(group.of(FileKind.DATA), "data", "FI")]
    if signatures or inbox.signed:
        kinds.append((signatures, "signature", "FS"))
    for files, rule, tag in kinds:
        if len(files) != len(wanted):
            yield _count_fault(f"{rule}-count", announced, tag, group)
        elif {(parsed.parts, parsed.part) for parsed, _ in files} != wanted:
            yield Finding(f"{rule}-numbering", tag=tag, value=announced.text)


def _count_fault(rule: str, announced: ParsedName, tag: str, group: Group) -> Finding:
    details = {"announced": announced.parts, "found": str(len(group.of(FileKind(tag))))}
    return Finding(rule, tag=tag, value=announced.text, details=details)


def _odd_fault(entry: Entry) -> Finding:
    kind = kind_of(entry.name) or FileKind.DATA
    return Finding(BAD_NAME[kind], tag=kind.value, value=entry.name)


def _claim(
    group: Group, name: str, faults: tuple[Finding, ...] = (), *, withdrawn: bool = False, silent: bool = False
) -> Found:
    in_order = sorted(group.files, key=lambda one: (_ORDER.index(one[0].kind), one[0].text))
    leader, changed_ns = in_order[0]
    names = (*(parsed.text for parsed, _ in in_order), *(entry.name for entry in group.odd))
    has_go = leader.kind is FileKind.GO
    return Found(
        name,
        group.key,
        leader.subject,
        leader.text,
        names,
        changed_ns if has_go else group.changed_ns,
        faults,
        withdrawn,
        silent,
    )
