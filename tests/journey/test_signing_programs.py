"""What bureaus' software signs with: each program in use signs in every way it has, and every signature is judged."""

import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from itertools import product
from pathlib import Path

import pytest

from flexibatch.adapters.signatures.certificates import read_certificate
from flexibatch.adapters.signatures.trust import TrustStore
from flexibatch.adapters.signatures.verify import SignatureVerifier
from flexibatch.domain.signatures import Certificate, SignatureFault, Signed

DRIVERS = Path(__file__).parents[1] / "clients/signing"
PART = b"<FLXWAGE>\n<Form/>\r\n</FLXWAGE>\n" * 300
JARS = ":".join(f"/usr/share/java/{name}.jar" for name in ("bcprov", "bcpkix", "bcutil"))
PLAIN, ACCENTED = "/C=BE/O=Sociaal secretariaat/CN=Bureau", "/C=BE/O=Secrétariat social/CN=Bureau"
KINDS = {"rsa": ("rsa:2048",), "ec": ("ec", "-pkeyopt", "ec_paramgen_curve:prime256v1")}
PROGRAMS = {
    "BouncyCastle": ("java", "-cp", JARS, str(DRIVERS / "Sign.java")),
    "node-forge": ("node", str(DRIVERS / "sign.js")),
    "PHP": ("php", str(DRIVERS / "sign.php")),
    "GnuTLS": ("sh", str(DRIVERS / "sign-gnutls.sh")),
}


@dataclass(frozen=True)
class Bureau:
    """Where a bureau keeps its key and the part it signs, and how its certificate is registered."""

    folder: Path
    registered: Certificate
    now: datetime

    def signed(self, program: str) -> dict[str, bytes]:
        """Sign with a program; give each signature by the name of its way."""
        made = self.folder / program
        made.mkdir()
        words = [str(self.folder / name) for name in ("key", "cert", "part")]
        told = subprocess.run(
            [*PROGRAMS[program], *words, str(made)], capture_output=True, text=True, check=False
        )
        assert 0 == told.returncode, told.stderr
        return {path.name: path.read_bytes() for path in sorted(made.iterdir())}

    def verified(self, content: bytes, part: bytes = PART) -> Signed | SignatureFault:
        """Judge a signature."""
        verifier = SignatureVerifier(TrustStore())
        return verifier.verify(content, BytesIO(part), [self.registered], arrived=self.now)


def bureau(folder: Path, subject: str, kind: str) -> Bureau:
    """Return a bureau with a name and a key of a kind."""
    (folder / "part").write_bytes(PART)
    command = ["openssl", "req", "-x509", "-nodes", "-utf8", "-subj", subject, "-days", "30", "-newkey"]
    command += [*KINDS[kind], "-keyout", "key", "-out", "cert"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    now = datetime.now(UTC) + timedelta(minutes=1)
    return Bureau(folder, read_certificate((folder / "cert").read_bytes(), "cert", now=now), now)


@pytest.mark.parametrize(
    ("program", "subject", "kind"),
    [
        *product(("BouncyCastle", "PHP", "GnuTLS"), (ACCENTED,), KINDS),
        ("node-forge", PLAIN, "rsa"),
    ],
)
def test_what_programs_in_use_sign_is_verified(tmp_path: Path, program: str, subject: str, kind: str) -> None:
    """Detached, attached, streamed, in an armour, without attributes: the signer is told, a changed part is refused."""
    signing = bureau(tmp_path, subject, kind)
    signed = signing.signed(program)
    signer = Signed(signing.registered.subject, signing.registered.fingerprint)
    assert dict.fromkeys(signed, signer) == {name: signing.verified(made) for name, made in signed.items()}
    assert [] == [name for name, made in signed.items() if signing.verified(made, PART + b" ") == signer]


def test_an_issuer_that_a_program_writes_wrong_is_another(tmp_path: Path) -> None:
    """What node-forge makes of a letter beyond ASCII names an issuer that the certificate does not have (RFC 5652)."""
    signing = bureau(tmp_path, ACCENTED, "rsa")
    signed = signing.signed("node-forge")
    expected = dict.fromkeys(signed, SignatureFault.UNKNOWN_CERTIFICATE)
    assert expected == {name: signing.verified(made) for name, made in signed.items()}
