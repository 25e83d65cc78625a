"""The server's own key: Ed25519, made once, read by this user alone."""

import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_ssh_private_key,
)

from flexibatch.adapters.ssh_keys import fingerprint
from flexibatch.errors import Refusal

PRIVATE_FILE = 0o600


def make_host_key(path: Path) -> None:
    """Make the key, unless it is there."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
    except FileExistsError:
        return
    key = Ed25519PrivateKey.generate()
    with os.fdopen(descriptor, "wb") as file:
        file.write(key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
        file.flush()
        os.fsync(file.fileno())


def host_key_line(path: Path) -> str:
    """Give the public half as a line of a known-hosts file wants it: kind and base64 text."""
    try:
        key = load_ssh_private_key(path.read_bytes(), None)
    except FileNotFoundError as exc:
        raise Refusal(
            f"The host key {path} is not there: put the backup back, or make a new one with `flexibatch init`."
        ) from exc
    except (OSError, ValueError) as exc:
        raise Refusal(f"The host key {path} cannot be read ({exc}): put the backup back.") from exc
    return key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()


def host_key_fingerprint(path: Path) -> str:
    """Give its fingerprint as `ssh-keygen -l` shows it."""
    encoded = host_key_line(path).split()[1]
    return fingerprint(encoded)
