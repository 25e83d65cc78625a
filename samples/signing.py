"""Sign parts as the bureau of the samples does, with the key that was made for them.

    python samples/signing.py FILE…

writes the signature of each FI file beside it, as FS: base64 in columns of 76 characters that end with a bare CR.
"""

import sys
from base64 import encodebytes
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7Options, PKCS7SignatureBuilder

SAMPLES = Path(__file__).parent
CERTIFICATE = SAMPLES / "signer.certificate.pem"
KEY = SAMPLES / "signer.key.pem"


def signature(part: bytes) -> bytes:
    """Return the signature file of a part."""
    certificate = x509.load_pem_x509_certificate(CERTIFICATE.read_bytes())
    key = load_pem_private_key(KEY.read_bytes(), None)
    assert isinstance(key, EllipticCurvePrivateKey)
    builder = PKCS7SignatureBuilder().set_data(part).add_signer(certificate, key, hashes.SHA256())
    made = builder.sign(Encoding.DER, [PKCS7Options.Binary, PKCS7Options.DetachedSignature])
    return encodebytes(made).rstrip(b"\n").replace(b"\n", b"\r")


def signature_name(name: str) -> str:
    """Name the signature of a part."""
    return f"FS{name.removeprefix('FI')}"


if __name__ == "__main__":
    for path in map(Path, sys.argv[1:]):
        path.with_name(signature_name(path.name)).write_bytes(signature(path.read_bytes()))
