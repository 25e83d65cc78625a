"""What lies in an inbox, grouped by set. Source: docs/spec/channel.md, "File names", "Sets"."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from flexibatch.domain.names import ParsedName, is_temporary, key_of, kind_of, parse_name
from flexibatch.domain.vocabulary import FileKind

BAD_NAME = {FileKind.GO: "name-go", FileKind.DATA: "name-data", FileKind.SIGNATURE: "name-signature"}
"""The rule that a name breaks which follows no grammar, by what it begins like."""

ORDER = {FileKind.GO: 0, FileKind.WITHDRAW: 1, FileKind.DATA: 2, FileKind.SIGNATURE: 3}
"""The order in which a set's files are told, and in which they lead it."""


FILES_LIMIT = 40
"""Files that are taken of one set: nine parts with a signature each, GO and TD, and as many that are wrong."""


class EntryKind(StrEnum):
    """Name what an entry of an inbox is: a whole file, or why it is none."""

    FILE = "file"
    FOLDER = "folder"
    LINK = "link"
    SPECIAL = "special"
    UPLOADING = "uploading"
    UNREADABLE_NAME = "unreadable-name"


@dataclass(frozen=True, slots=True)
class DirectoryEntry:
    """One entry of an inbox, with its change time."""

    name: str
    changed_ns: int
    kind: EntryKind = EntryKind.FILE

    @property
    def regular(self) -> bool:
        """Return whether it is a whole file with a name that is text."""
        return self.kind is EntryKind.FILE


@dataclass(slots=True)
class Group:
    """The files of one inbox that share a set's key; `odd` are those whose name follows no grammar."""

    key: str
    files: list[tuple[ParsedName, int]] = field(default_factory=list)
    odd: list[tuple[FileKind, DirectoryEntry]] = field(default_factory=list)

    def of(self, kind: FileKind) -> list[tuple[ParsedName, int]]:
        """Return the files of a kind."""
        return [one for one in self.files if one[0].kind is kind]

    @property
    def gos(self) -> list[int]:
        """Return the change times of all that is, or begins as, a GO."""
        odd = [entry.changed_ns for kind, entry in self.odd if kind is FileKind.GO]
        return [changed for _, changed in self.of(FileKind.GO)] + odd

    @property
    def changed_ns(self) -> int:
        """Return the last change of any of the files."""
        return max([changed for _, changed in self.files] + [entry.changed_ns for _, entry in self.odd])

    @property
    def in_order(self) -> list[tuple[FileKind, str, int]]:
        """Return kind, name and change time of all files: GO, TD, FI, FS, each by name."""
        told = [(parsed.kind, parsed.text, changed) for parsed, changed in self.files]
        told += [(kind, entry.name, entry.changed_ns) for kind, entry in self.odd]
        return sorted(told, key=lambda one: (ORDER[one[0]], one[1]))

    def bound(self) -> int:
        """Keep the first files, as many as are taken of one set; tell how many were left out."""
        left = len(self.files) + len(self.odd) - FILES_LIMIT
        if left <= 0:
            return 0
        kept = {name for _, name, _ in self.in_order[:FILES_LIMIT]}
        self.files = [one for one in self.files if one[0].text in kept]
        self.odd = [one for one in self.odd if one[1].name in kept]
        return left


class Grouping:
    """Group a listing by set, however it comes in pieces; `others` belong to none."""

    def __init__(self) -> None:
        """Start with nothing listed."""
        self.others: list[DirectoryEntry] = []
        self._groups: dict[str, Group] = {}
        self._odd: list[tuple[FileKind, DirectoryEntry]] = []

    def add(self, entries: Iterable[DirectoryEntry]) -> None:
        """Take a piece of the listing."""
        for entry in entries:
            parsed = parse_name(entry.name) if entry.regular else None
            if parsed is not None:
                _group(self._groups, parsed.key).files.append((parsed, entry.changed_ns))
                continue
            kind = kind_of(entry.name) if entry.regular and not is_temporary(entry.name) else None
            if kind in BAD_NAME and kind is not None:
                self._odd.append((kind, entry))
            else:
                self.others.append(entry)

    def groups(self) -> dict[str, Group]:
        """Return the groups, once all is listed.

        A name that follows no grammar goes with the set it begins like; but a bad GO beside a good one goes
        alone, so that the set is not refused for what may be left from a first try.
        """
        announced = {key for key, group in self._groups.items() if group.of(FileKind.GO)}
        for kind, entry in self._odd:
            key = key_of(entry.name)
            alone = kind is FileKind.GO and key in announced
            _group(self._groups, entry.name if alone else key).odd.append((kind, entry))
        return self._groups


def groups_of(entries: Iterable[DirectoryEntry]) -> tuple[dict[str, Group], list[DirectoryEntry]]:
    """Group a listing by set; give the groups and what belongs to none."""
    grouping = Grouping()
    grouping.add(entries)
    return grouping.groups(), grouping.others


def _group(groups: dict[str, Group], key: str) -> Group:
    group = groups.get(key)
    if group is None:
        group = groups[key] = Group(key)
    return group


def orphans(groups: Mapping[str, Group]) -> list[str]:
    """Return the keys of groups without a GO: for them it matters whether their name was received before."""
    return [key for key, group in groups.items() if not group.gos or group.of(FileKind.WITHDRAW)]
