"""SSH keys: the public ones that bureaus register (one OpenSSH line, of a kind that is taken), and the server's own."""

import hashlib
import os
from base64 import b64encode
from binascii import a2b_base64
from collections.abc import Mapping
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_ssh_private_key,
    load_ssh_public_key,
)

from flexibatch.domain.bureaus import SshKey
from flexibatch.domain.sessions import HostKeyKind
from flexibatch.errors import Refusal

KINDS = frozenset(
    {"ssh-ed25519", "ssh-rsa", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"}
)
RSA_BITS = 2048
COMMENT_LIMIT = 200
RSA_EXPONENT = 65_537
HOST_RSA_BITS = 3072

PRIVATE_FILE = 0o600


def read_public_key(content: bytes, name: str) -> SshKey:
    """Read a key file; `name` is how the sentence of a `Refusal` calls it."""
    text = content.decode("utf-8", errors="replace")
    if "PRIVATE KEY" in text:
        raise Refusal(f"{name} is a private key: give its public half, and let its owner make a new pair.")
    if "BEGIN SSH2 PUBLIC KEY" in text:
        raise Refusal(f"{name} is in SSH2 format: convert it with `ssh-keygen -i -f` and give the result.")
    if "BEGIN CERTIFICATE" in text:
        raise Refusal(
            f"{name} is a certificate: register it with `sender certificate add`, and give one OpenSSH line here."
        )
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    if len(lines) != 1:
        raise Refusal(
            f"{name} holds {len(lines)} lines where one key is wanted: give a file with one OpenSSH line."
        )
    return _of_line(lines[0], name)


def _of_line(line: str, name: str) -> SshKey:
    kind, _, rest = line.partition(" ")
    encoded, _, comment = rest.strip().partition(" ")
    if kind not in KINDS:
        raise Refusal(
            f"{name} is no public key that is taken: give an OpenSSH line of kind {', '.join(sorted(KINDS))}."
        )
    try:
        key = load_ssh_public_key(f"{kind} {encoded}".encode())
    except (ValueError, UnsupportedAlgorithm) as exc:
        raise Refusal(f"{name} is damaged ({exc}): ask its owner for the file again.") from exc
    if isinstance(key, rsa.RSAPublicKey) and key.key_size < RSA_BITS:
        raise Refusal(
            f"{name} is an RSA key of {key.key_size} bits: give one of {RSA_BITS} bits or more, or Ed25519."
        )
    return SshKey(fingerprint(encoded), " ".join((kind, encoded, comment.strip()[:COMMENT_LIMIT])).strip())


def fingerprint(encoded: str) -> str:
    """Return the fingerprint of a key's base64 text, as `ssh-keygen -l` shows it."""
    digest = hashlib.sha256(a2b_base64(encoded)).digest()
    return f"SHA256:{b64encode(digest).decode().rstrip('=')}"


# --- the server's own keys, one of each kind that is offered: made once, read by this user alone


_HOST_KEYS = {
    HostKeyKind.ED25519: "ssh-ed25519 ",
    HostKeyKind.ECDSA: "ecdsa-sha2-",
    HostKeyKind.RSA: "ssh-rsa ",
}
PrivateKey = Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


def make_host_key(kind: HostKeyKind, path: Path) -> None:
    """Make a key, unless it is there."""
    if path.exists():
        return
    content = _new_key(kind).private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
    except FileExistsError:
        return
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _new_key(kind: HostKeyKind) -> PrivateKey:
    if kind is HostKeyKind.ECDSA:
        return ec.generate_private_key(ec.SECP256R1())
    if kind is HostKeyKind.RSA:
        return rsa.generate_private_key(RSA_EXPONENT, HOST_RSA_BITS)
    return Ed25519PrivateKey.generate()


def host_key_line(kind: HostKeyKind, path: Path) -> str:
    """Return the public half as a line of a known-hosts file wants it: kind and base64 text."""
    try:
        key = load_ssh_private_key(path.read_bytes(), None)
    except FileNotFoundError as exc:
        raise Refusal(
            f"The host key {path} is not there: put the backup back, or run `flexibatch init`, which makes what is "
            "missing."
        ) from exc
    except (OSError, ValueError) as exc:
        raise Refusal(f"The host key {path} cannot be read ({exc}): put the backup back.") from exc
    line = key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
    if not line.startswith(_HOST_KEYS[kind]):
        raise Refusal(
            f"The host key {path} is of another kind ({line.split()[0]}): put the right file back, or move it away and "
            "run `flexibatch init`."
        )
    return line


def host_keys_told(files: Mapping[HostKeyKind, Path]) -> str:
    """Return kinds and fingerprints for a sentence, as `ssh-keygen -l` shows them."""
    told = [
        f"{fingerprint(host_key_line(kind, path).split()[1])} ({kind.upper()})"
        for kind, path in files.items()
    ]
    return f"the host {'key is' if len(told) == 1 else 'keys are'} {', '.join(told)}"
