"""The verifier of signatures: made with the first one, and made again when a file of `[trust]` has changed."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flexibatch.adapters.signatures.verify import SignatureVerifier


class ReloadingVerifier:
    """Give the verifier by the files as they are now: an operator renews revocation lists while `watch` goes on."""

    def __init__(self, roots: Sequence[Path], crls: Sequence[Path], *, allow_sha1: bool) -> None:
        """Keep which files count; raise `Refusal` at once for one that cannot be read."""
        self._roots, self._crls, self._allow_sha1 = roots, crls, allow_sha1
        self._made: SignatureVerifier | None = None
        self._changed: list[int] = []
        if roots or crls:
            self()

    def __call__(self) -> "SignatureVerifier":
        """Return the verifier; raise `Refusal` where a file has become one that cannot be read."""
        changed = [path.stat().st_mtime_ns if path.exists() else 0 for path in (*self._roots, *self._crls)]
        if self._made is None or changed != self._changed:
            self._made, self._changed = self._make(), changed
        return self._made

    def _make(self) -> "SignatureVerifier":
        # pyHanko's 27 MB are for those who are sent signatures.
        from flexibatch.adapters.signatures.trust import read_trust  # noqa: PLC0415
        from flexibatch.adapters.signatures.verify import SignatureVerifier  # noqa: PLC0415

        return SignatureVerifier(read_trust(self._roots, self._crls, allow_sha1=self._allow_sha1))
