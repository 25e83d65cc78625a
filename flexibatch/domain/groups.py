"""What lies in an inbox, grouped by set. Source: the channel, names and a set's life."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from flexibatch.domain.names import ParsedName, is_temporary, key_of, kind_of, parse_name
from flexibatch.domain.vocabulary import FileKind

BAD_NAME = {FileKind.GO: "name-go", FileKind.DATA: "name-data", FileKind.SIGNATURE: "name-signature"}
"""The rule that a name breaks which follows no grammar, by what it begins like."""

ORDER = {FileKind.GO: 0, FileKind.WITHDRAW: 1, FileKind.DATA: 2, FileKind.SIGNATURE: 3}
"""The order in which a set's files are told, and in which they lead it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Hold one entry of an inbox, with its change time; links, folders and devices are not `regular`."""

    name: str
    changed_ns: int
    regular: bool = True


@dataclass(slots=True)
class Group:
    """Hold the files of one inbox that share a set's key; `odd` are those whose name follows no grammar."""

    key: str
    files: list[tuple[ParsedName, int]] = field(default_factory=list)
    odd: list[tuple[FileKind, Entry]] = field(default_factory=list)

    def of(self, kind: FileKind) -> list[tuple[ParsedName, int]]:
        """Give the files of a kind."""
        return [one for one in self.files if one[0].kind is kind]

    @property
    def gos(self) -> list[int]:
        """Give the change times of all that is, or begins as, a GO."""
        odd = [entry.changed_ns for kind, entry in self.odd if kind is FileKind.GO]
        return [changed for _, changed in self.of(FileKind.GO)] + odd

    @property
    def changed_ns(self) -> int:
        """Give the last change of any of the files."""
        return max([changed for _, changed in self.files] + [entry.changed_ns for _, entry in self.odd])

    @property
    def in_order(self) -> list[tuple[FileKind, str, int]]:
        """Give kind, name and change time of all files: GO, TD, FI, FS, each by name."""
        told = [(parsed.kind, parsed.text, changed) for parsed, changed in self.files]
        told += [(kind, entry.name, entry.changed_ns) for kind, entry in self.odd]
        return sorted(told, key=lambda one: (ORDER[one[0]], one[1]))


def groups_of(entries: Iterable[Entry]) -> tuple[dict[str, Group], list[Entry]]:
    """Group a listing by set; give the groups and what belongs to none.

    A name that follows no grammar goes with the set it begins like; but a bad GO beside a good one goes
    alone, so that the set is not refused for what may be left from a first try.
    """
    groups: dict[str, Group] = {}
    others: list[Entry] = []
    odd: list[tuple[FileKind, Entry]] = []
    for entry in entries:
        parsed = parse_name(entry.name) if entry.regular else None
        if parsed is not None:
            _group(groups, parsed.key).files.append((parsed, entry.changed_ns))
            continue
        kind = kind_of(entry.name) if entry.regular and not is_temporary(entry.name) else None
        if kind in BAD_NAME and kind is not None:
            odd.append((kind, entry))
        else:
            others.append(entry)
    for kind, entry in odd:
        group = groups.get(key_of(entry.name))
        alone = kind is FileKind.GO and group is not None and group.of(FileKind.GO)
        _group(groups, entry.name if alone else key_of(entry.name)).odd.append((kind, entry))
    return groups, others


def _group(groups: dict[str, Group], key: str) -> Group:
    group = groups.get(key)
    if group is None:
        group = groups[key] = Group(key)
    return group


def orphans(groups: Mapping[str, Group]) -> list[str]:
    """Give the keys of groups without a GO: for them it matters whether their name was received before."""
    return [key for key, group in groups.items() if not group.gos or group.of(FileKind.WITHDRAW)]
