"""Write the corpus that fuzzing begins from: `python -m tests.fuzz.seeds`. Inputs that showed a bug are kept."""

import struct
from base64 import encodebytes
from collections.abc import Iterator, Mapping
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7Options, PKCS7SignatureBuilder

from samples import signing
from tests.doubles.xml_samples import OPENING, beneficiary, form, message, relation
from tests.fuzz import envelopes, sftp
from tests.fuzz.corpus import CORPUS

SAMPLES = Path(__file__).parents[2] / "samples"
WAGES = ("accepted-two-qualities", "accepted-iso-8859-1", "partly-schema-sequence", "partly-more-anomalies")
LONGEST = 6000
REFERENCE = "<Reference><ReferenceType>10</ReferenceType>"


def main() -> None:
    """Write the seeds of all targets."""
    seeds = {"wages": _wages(), "names": _names(), "envelopes": _envelopes(), "dimonas": _dimonas()}
    for target, inputs in (seeds | {"sftp": _sessions()}).items():
        folder = CORPUS / target
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in inputs.items():
            (folder / name).write_bytes(content)


def _wages() -> Mapping[str, bytes]:
    cancelled = form(beneficiary(relation().partition("<Calculation>")[0] + "</Relation>"))
    text = message(form(beneficiary(relation("a"), relation("é"))), cancelled.replace("us>0<", "us>3<"))
    texts = {
        "plain": text,
        "comment": text.replace("<Debtor>", "<!-- </Form> --><Debtor>"),
        "entity": text.replace("100000", "1&#48;0000").replace("2500", "<![CDATA[2500]]>"),
        "doctype": f"<!DOCTYPE FLXWAGE [<!ENTITY x 'y'>]>{OPENING}&x;</FLXWAGE>",
        "prefixed": _prefixed(text.partition("\n")[2]),
        "faults": text.replace("<TypeForm>SU", "<TypeForm>XX").replace("<INSS>", "<Foo/><INSS>x", 1),
        "references": text.replace(REFERENCE, REFERENCE.replace("10", "11"), 1),
    }
    found = {name: content.encode() for name, content in texts.items()}
    for name in WAGES:
        content = next((SAMPLES / name).glob("FI.FLEX.*")).read_bytes()
        if len(content) <= LONGEST:
            found[name] = content
    return found


def _prefixed(text: str) -> str:
    return text.replace("<", "<f:").replace("<f:/", "</f:").replace("xmlns=", "xmlns:f=")


def _names() -> Mapping[str, bytes]:
    listed = {
        "set": "GO.FLEX.000640.20261005.00001.R.2\nFI.FLEX.000640.20261005.00001.R.2.1\n"
        "FI.FLEX.000640.20261005.00001.R.2.2\nFS.FLEX.000640.20261005.00001.R.2.1",
        "odd": "TD.FLEX.000640.20261005.A0000.T.1\nGO.FLEX.000640.20261005.00001.R.1.xml\n.hidden\nGO.x~",
        "uploads": "FI.FLEX.000640.20261005.00001.R.1.1.filepart\nFI.FLEX.000640.20260230.0000a.X.0.x.part.1",
        "acknowledged": "GO.ACRF.000640.20261005.00001.S.1\nFO.NOTI.999999.20261005.00001.R",
    }
    return {name: text.encode() for name, text in listed.items()}


def _envelopes() -> Mapping[str, bytes]:
    made = {
        "detached": _signed(PKCS7Options.Binary, PKCS7Options.DetachedSignature),
        "attached": _signed(PKCS7Options.Binary),
        "bare": _signed(PKCS7Options.Binary, PKCS7Options.DetachedSignature, PKCS7Options.NoAttributes),
        "without-certificate": _signed(PKCS7Options.DetachedSignature, PKCS7Options.NoCerts),
    }
    text = encodebytes(made["detached"])
    made["base64"] = signing.signature(envelopes.PART)
    made["armour"] = b"-----BEGIN PKCS7-----\n" + text + b"-----END PKCS7-----\n"
    made["headers"] = b"-----BEGIN CMS-----\nProc-Type: 4\n more\n\n" + text + b"-----END CMS-----"
    made["utf-16"] = text.decode().encode("utf-16")
    return made


def _signed(*options: PKCS7Options) -> bytes:
    certificate = x509.load_pem_x509_certificate(signing.CERTIFICATE.read_bytes())
    key = load_pem_private_key(signing.KEY.read_bytes(), None)
    assert isinstance(key, EllipticCurvePrivateKey)
    builder = PKCS7SignatureBuilder().set_data(envelopes.PART).add_signer(certificate, key, hashes.SHA256())
    return builder.sign(Encoding.DER, list(options))


def _dimonas() -> Mapping[str, bytes]:
    rows = (SAMPLES / "register.csv").read_text("utf-8").splitlines()
    period = (
        '{"periodId": 600000000111, "startDate": "2026-04-01", "startHour": "08:00", "endDate": "2026-06-30",'
        '"endHour": "1700", "worker": {"ssin": 50021850123}, "features": {"workerType": "FLX",'
        '"jointCommissionNumber": "XXX"}, "cancelled": false, "updatedAt": "2026-07-01T08:00:00Z"}'
    )
    employer = '"employer": {"nssoRegistrationNumber": 100100022, "enterpriseNumber": "0400100056"}'
    found = {
        "semicolons.csv": "\n".join(rows[:3]),
        "tabs.csv": "\r\n".join(rows[:2]).replace(";", "\t") + "\r\n",
        "quoted.csv": "inss,worker_type,start_date,enterprise_number,period_id\r"
        '"50021850123",FLX,2026-04-01,"0400100056",600000000111\r',
        "replacements.csv": "old_inss;new_inss;date\n50021850123;50021957813;2026-09-01\n",
        "object.json": f'{{{employer}, "periods": [{period}]}}',
        "array.json": f"[{period[:-1]}, {employer}}}]",
        "request.json": f'{{"periods": [{period}], "request": {{{employer}}}}}',
        "dimona.xml": f"<Dimona>{''.join(_declarations())}</Dimona>",
    }
    return {name: text.encode() for name, text in found.items()} | {
        "wide.csv": ("\ufeff" + "\n".join(rows[:2])).encode("utf-16-le")
    }


def _declarations() -> Iterator[str]:
    employer = "<EmployerId><NOSSRegistrationNbr>100100022</NOSSRegistrationNbr></EmployerId>"
    number, end = "<DimonaPeriodId>600000000111</DimonaPeriodId>", "<EndingDate>2026-06-30</EndingDate>"
    features = "<JointCommissionNbr>XXX</JointCommissionNbr><WorkerType>FLX</WorkerType>"
    worker = "<NaturalPerson><INSS>50021850123</INSS></NaturalPerson>"
    start = "<StartingDate>2026-04-01</StartingDate><StartingHour>0800</StartingHour>"
    hours = f"{start}<EndingDate>2026-04-01</EndingDate><EndingHour>1700</EndingHour>"
    for kind, content in (
        (
            "In",
            f"{hours}{employer}{worker}<DimonaFeatures>{features}</DimonaFeatures>",
        ),
        ("Out", f"{number}<INSS>50021850123</INSS>{end}"),
        ("Update", f"{number}<StartingDate>2026-04-02</StartingDate>{end}{employer}"),
        ("Cancel", number),
    ):
        head = "<Identification>DIMONA</Identification><FormCreationDate>2026-10-05</FormCreationDate>"
        when = "<FormCreationHour>09:15:00.000</FormCreationHour><AttestationStatus>0</AttestationStatus>"
        yield f"<Form>{head}{when}<TypeForm>SU</TypeForm><Dimona{kind}>{content}</Dimona{kind}></Form>\n"


def _sessions() -> Mapping[str, bytes]:
    first = _string(bytes(4))
    write = struct.pack(">I", 0x1A)
    upload = [
        _asked(3, _string(b"/IN/a.part"), write, bytes(4)),
        _asked(6, first, struct.pack(">Q", 0), _string(b"content")),
        _asked(10, first, struct.pack(">IIQ", 9, 3, 0)),
        _asked(4, first),
        _asked(18, _string(b"/IN/a.part"), _string(b"/IN/a")),
    ]
    download = [
        _asked(3, _string(b"OUT/FO"), struct.pack(">II", 1, 0)),
        _asked(5, first, bytes(8), struct.pack(">I", 99)),
    ]
    listing = [_asked(11, _string(b"/IN")), *[_asked(12, first)] * 2, _asked(4, first)]
    names = [_asked(kind, _string(b"/IN/../OUT/./FO")) for kind in (7, 13, 14, 15, 16, 17, 19)]
    names += [_asked(9, _string(b"/IN/link"), struct.pack(">IIIQ", 13, 0o777, 5, 5))]
    apart = [_asked(3, _string(b"/IN/b"), struct.pack(">II", 0x0A, 0))] + [
        _asked(6, first, struct.pack(">Q", at), _string(b"x" * 10)) for at in (20, 5, 0, 10)
    ]
    extended = [
        _asked(
            200,
            _string(name),
            first if name.startswith(b"f") else _string(b"/IN"),
            _string(b"/IN/c"),
            bytes(4),
        )
        for name in (
            *(b"posix-rename@openssh.com", b"statvfs@openssh.com", b"fstatvfs@openssh.com"),
            *(b"fsync@openssh.com", b"lsetstat@openssh.com", b"limits@openssh.com", b"hardlink@openssh.com"),
        )
    ]
    sessions = {"upload": upload, "download": download, "listing": listing, "names": names, "apart": apart}
    return {
        name: sftp.END.join(some) for name, some in (sessions | {"extended": upload[:2] + extended}).items()
    }


def _string(content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + content


def _asked(kind: int, *words: bytes) -> bytes:
    return bytes([kind]) + struct.pack(">I", kind) + b"".join(words)


if __name__ == "__main__":
    main()
