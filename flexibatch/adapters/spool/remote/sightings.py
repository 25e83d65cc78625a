"""When files on another party's server were first seen, and last seen to change: SFTP tells no change time.

Kept in a file, so that what one process saw the next one knows. It may be lost: then everything is seen anew.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass
from pathlib import Path

from flexibatch.domain.groups import DirectoryEntry, EntryKind
from flexibatch.domain.names import parse_name
from flexibatch.domain.vocabulary import FileKind
from flexibatch.errors import Unavailable


@dataclass(frozen=True, slots=True)
class Listed:
    """What a listing tells of one entry; size in bytes, `modified` in seconds, as the server gives them."""

    name: str
    size: int
    modified: int
    kind: EntryKind = EntryKind.FILE

    @property
    def regular(self) -> bool:
        """Return whether it is a file with a name that can be one here."""
        return self.kind is EntryKind.FILE


@dataclass(frozen=True, slots=True)
class Sighting:
    """What was seen of a file: first, and last seen to change (nanoseconds); its size and modification time."""

    first_ns: int
    changed_ns: int
    size: int
    modified: int


class Sightings:
    """Remember what was seen in the folders of one server."""

    def __init__(self, path: Path) -> None:
        """Keep where it is written down."""
        self._path = path
        self._folders: dict[str, dict[str, Sighting]] | None = None

    def entries(
        self, folder: str, listing: Iterable[Listed], now_ns: int, late_ns: int = 0, *, remember: bool = True
    ) -> list[DirectoryEntry]:
        """Return a listing's entries with the times that stand in for change times; remember what was seen, or not.

        One that was begun `late_ns` ago has not seen since then that anything stands still.
        """
        folders = self._remembered()
        before, listed = folders.get(folder, {}), list(listing)
        seen = {one.name: _sighted(before.get(one.name), one, now_ns) for one in listed}
        if remember and seen != before:
            folders[folder] = seen
            self._write(folders)
        arrived = _arrivals(listed, seen)
        return [
            DirectoryEntry(one.name, _stands_for(one, seen, arrived, late_ns), one.kind) for one in listed
        ]

    def _remembered(self) -> dict[str, dict[str, Sighting]]:
        if self._folders is None:
            try:
                told = json.loads(self._path.read_text("utf-8"))
                self._folders = {
                    folder: {name: Sighting(*values) for name, values in files.items()}
                    for folder, files in told.items()
                }
            except (OSError, ValueError, TypeError, AttributeError):
                self._folders = {}
        return self._folders

    def _write(self, folders: Mapping[str, Mapping[str, Sighting]]) -> None:
        told = {
            folder: {name: astuple(seen) for name, seen in files.items()} for folder, files in folders.items()
        }
        temporary = self._path.with_suffix(".new")
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            temporary.write_text(json.dumps(told), "utf-8")
            temporary.rename(self._path)
        except OSError as exc:
            raise Unavailable(
                f"{self._path} cannot be written ({exc.strerror}): see to the disk and its rights. It tells since "
                "when files lie on another server."
            ) from exc


def _sighted(before: Sighting | None, listed: Listed, now_ns: int) -> Sighting:
    if before is None:
        return Sighting(now_ns, now_ns, listed.size, listed.modified)
    if (before.size, before.modified) == (listed.size, listed.modified):
        return before
    return Sighting(before.first_ns, now_ns, listed.size, listed.modified)


@dataclass(frozen=True, slots=True)
class _Arrival:
    """When the GO of a set was seen, and when a listing first showed all that lies there of the set."""

    go_ns: int
    whole_ns: int


def _arrivals(listed: Iterable[Listed], seen: Mapping[str, Sighting]) -> dict[str, _Arrival]:
    gos: dict[str, int] = {}
    whole: dict[str, int] = {}
    for one in listed:
        parsed = parse_name(one.name) if one.regular else None
        if parsed is None:
            continue
        whole[parsed.key] = max(whole.get(parsed.key, 0), seen[one.name].first_ns)
        if parsed.kind is FileKind.GO:
            gos[parsed.key] = max(gos.get(parsed.key, 0), seen[one.name].changed_ns)
    return {key: _Arrival(go_ns, max(go_ns, whole[key])) for key, go_ns in gos.items()}


def _stands_for(
    one: Listed, seen: Mapping[str, Sighting], arrived: Mapping[str, _Arrival], late_ns: int
) -> int:
    """Return the moment that stands for a change time.

    Of a GO, when its set was first seen whole: that is its arrival. Of a part that came or changed after its GO was
    seen, a moment after that, so that it must stand still before the set is taken.
    """
    changed_ns = seen[one.name].changed_ns
    parsed = parse_name(one.name) if one.regular else None
    arrival = arrived.get(parsed.key) if parsed is not None else None
    if parsed is None or arrival is None:
        return changed_ns
    if parsed.kind is FileKind.GO:
        return arrival.whole_ns
    return changed_ns if changed_ns <= arrival.go_ns else max(changed_ns, arrival.whole_ns + 1) + late_ns
