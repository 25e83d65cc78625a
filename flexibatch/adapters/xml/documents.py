"""Open the kept bytes of a set as one document: its parts joined in the order of their numbers."""

import hashlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from xml.parsers import expat

from flexibatch.adapters.disk import sheltered
from flexibatch.adapters.set_folder import SetFolder
from flexibatch.adapters.xml.reader import DocumentReader, FileDocument
from flexibatch.domain.case import Case
from flexibatch.domain.vocabulary import FileKind

ACKNOWLEDGEMENT_LIMIT = 1 << 20
NAME_LIMIT = 64
_BLOCK = 1 << 20


class SetDocuments:
    """Fulfil the port `Documents`; `folder` gives the private folder of a set."""

    def __init__(self, reader: DocumentReader, folder: Callable[[Case], SetFolder]) -> None:
        """Keep the reader and where sets are kept."""
        self._reader, self._folder = reader, folder

    def open(self, case: Case) -> FileDocument:
        """Open the joined document; a set that once passed is judged by the schema it passed by."""
        return self._reader.read(self._parts(case), on=case.received_on, passed_by=case.schema)

    def digest(self, case: Case) -> str:
        """Return the SHA-256 of the joined document; one part's was taken when it was kept."""
        data = [file for file in case.files if file.kind is FileKind.DATA]
        if len(data) == 1:
            return data[0].sha256
        whole = hashlib.sha256()
        for path in self._parts(case):
            with _reading(case), path.open("rb") as part:
                while block := part.read(_BLOCK):
                    whole.update(block)
        return whole.hexdigest()

    def acknowledged(self, case: Case) -> str | None:
        """Return the FileName that a bureau's acknowledgement speaks of, None where none can be read."""
        parts = self._parts(case)
        if not parts:
            return None
        with _reading(case), parts[0].open("rb") as part:
            return _file_name(part.read(ACKNOWLEDGEMENT_LIMIT))

    def _parts(self, case: Case) -> list[Path]:
        data = [file for file in case.files if file.kind is FileKind.DATA]
        folder = self._folder(case).received
        return [folder / file.name for file in sorted(data, key=lambda file: file.part or 0)]


def _reading(case: Case) -> AbstractContextManager[None]:
    return sheltered(f"The kept files of set {case.ticket} cannot be read")


def _file_name(data: bytes) -> str | None:
    """Read the first FileName of a small XML text; no entity is ever expanded."""
    found: list[str] = []
    open_names: list[str] = []
    parser = expat.ParserCreate(namespace_separator=" ")

    def start(name: str, _attributes: dict[str, str]) -> None:
        open_names.append(name.rpartition(" ")[2])

    def text(data: str) -> None:
        if open_names and open_names[-1] == "FileName":
            found.append(data)

    def refuse(*_arguments: object) -> None:
        raise ValueError("an acknowledgement has no DOCTYPE")

    parser.StartElementHandler, parser.CharacterDataHandler = start, text
    parser.EndElementHandler = lambda _name: open_names.pop()
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(data, True)  # noqa: FBT003 - expat's own flag: the last piece
    except (expat.ExpatError, ValueError, LookupError):
        return None
    name = "".join(found).strip()[:NAME_LIMIT]
    return name or None
