"""Host keys that are there already: an RSA key takes a while to make, and tests make many homes."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from flexibatch.adapters.ssh_keys import PRIVATE_FILE, make_host_key
from flexibatch.domain.sessions import HostKeyKind


@cache
def _made() -> Mapping[str, bytes]:
    with TemporaryDirectory() as folder:
        for kind in HostKeyKind:
            make_host_key(kind, Path(folder) / f"ssh_host_{kind}_key")
        return {path.name: path.read_bytes() for path in Path(folder).iterdir()}


def put_host_keys(home: Path) -> None:
    """Put them into a home that is not made yet."""
    home.mkdir(parents=True, exist_ok=True)
    for name, content in _made().items():
        if not (home / name).exists():
            (home / name).touch(PRIVATE_FILE)
            (home / name).write_bytes(content)
