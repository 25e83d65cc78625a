"""Verify the signatures of a kept set: one on each part, over the exact bytes of the private copy."""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from flexibatch.adapters.disk import sheltered
from flexibatch.adapters.set_folder import SetFolder
from flexibatch.domain.case import Case, ReceivedFile
from flexibatch.domain.findings import Finding
from flexibatch.domain.signatures import ENVELOPE_LIMIT, Certificate, SignatureFault
from flexibatch.domain.vocabulary import FileKind

if TYPE_CHECKING:
    from flexibatch.adapters.signatures.verify import SignatureVerifier


class SetSignatures:
    """Fulfil the port `Signatures`; `folder` gives the private folder of a set."""

    def __init__(
        self, verifier: Callable[[], "SignatureVerifier"], folder: Callable[[Case], SetFolder]
    ) -> None:
        """Keep what gives the verifier, once a signature came, and where sets are kept."""
        self._verifier, self._folder = verifier, folder

    def faults(self, case: Case, registered: Sequence[Certificate]) -> Sequence[Finding]:
        """Return a finding for every part whose signature does not verify."""
        return tuple(self._faults(case, registered))

    def _faults(self, case: Case, registered: Sequence[Certificate]) -> Iterator[Finding]:
        parts = {file.part: file for file in case.files if file.kind is FileKind.DATA}
        for file in case.files:
            # Of a set with a wrong name a signature may have no part: the envelope has told that.
            if file.kind is FileKind.SIGNATURE and file.part in parts:
                fault = self._fault(case, file, parts[file.part], registered)
                if fault is not None:
                    yield Finding(fault.rule, tag=FileKind.SIGNATURE.value, value=file.name)

    def _fault(
        self, case: Case, file: ReceivedFile, part: ReceivedFile, registered: Sequence[Certificate]
    ) -> SignatureFault | None:
        folder = self._folder(case).received
        with sheltered(f"The kept files of set {case.ticket} cannot be read"):
            # What is larger than a part may be was not kept to its end.
            cut = (folder / file.name).stat().st_size < file.size
            if cut or file.size > ENVELOPE_LIMIT + 2 * part.size:
                return SignatureFault.TOO_BIG
            with (folder / part.name).open("rb") as content:
                signature = (folder / file.name).read_bytes()
                found = self._verifier().verify(signature, content, registered, arrived=case.arrived_at)
        return found if isinstance(found, SignatureFault) else None
