"""The commands about certificates, called as an operator calls them."""

from datetime import timedelta
from pathlib import Path

import pytest

from flexibatch.settings import FILE
from flexibatch.wiring.home import Home
from tests.doubles.clock import FixedClock
from tests.doubles.program import Caller
from tests.doubles.signing import ARRIVED, YEAR, Holder, authority, holder, issued, written

NOW = FixedClock().now()


@pytest.fixture
def bureau(call: Caller) -> Caller:
    """Return the program on a home with one bureau that must sign."""
    call.done("sender", "add", "000640", "--name", "Bureau", "--language", "nl")
    return call


@pytest.fixture
def valid() -> Holder:
    """Return the holder of a certificate that goes on for long."""
    return issued("Bureau", until=NOW + YEAR)


def test_a_bureau_must_sign_unless_it_is_said_otherwise(call: Caller) -> None:
    """`sender add` asks for signatures by default, and says what is missing; `sender set` changes it."""
    told = call.done("sender", "add", "000640", "--name", "B", "--language", "fr")
    assert (2, True) == (told.sentences, "sender certificate add 000640" in told.err)
    call.done("sender", "set", "000640", "--signature", "optional")
    assert "optional" == call.done("sender", "show", "000640", "--json").json["signature"]
    told = call("sender", "set", "000640")
    assert (2, 1) == (told.status, told.sentences)


def test_certificates_are_registered_listed_and_removed(
    bureau: Caller, valid: Holder, tmp_path: Path
) -> None:
    """In PEM or DER, once, with who added it; by file or fingerprint they go; every act is written down."""
    pem = written(tmp_path / "one.pem", valid.pem)
    der = written(tmp_path / "one.der", valid.registered.content)
    assert "has the certificate" in bureau.done("sender", "certificate", "add", "000640", str(pem)).err
    assert "had the certificate" in bureau.done("sender", "certificate", "add", "000640", str(der)).err
    (row,) = bureau.done("sender", "certificate", "list", "000640", "--json").json
    wanted = valid.registered
    assert {
        "subject": wanted.subject,
        "issuer": wanted.issuer,
        "serial": wanted.serial,
        "fingerprint": wanted.fingerprint,
        "valid_from": wanted.valid_from.isoformat(),
        "valid_until": wanted.valid_until.isoformat(),
        "added_at": NOW.replace(microsecond=0).isoformat(),
        "added_by": "anna",
    } == row
    assert [wanted.fingerprint] == bureau.done("sender", "show", "000640", "--json").json["certificates"]
    bureau.done("sender", "certificate", "remove", "000640", wanted.fingerprint.upper(), "--yes")
    assert 2 == bureau("sender", "certificate", "remove", "000640", str(pem), "--yes").status
    assert [] == bureau.done("sender", "certificate", "list", "000640", "--json").json
    told = bureau.done("audit", "list", "--json").json
    acts = [one["action"] for one in told if "certificate" in str(one.get("action"))]
    assert ["sender certificate add", "sender certificate remove"] == sorted(acts)


def test_a_sender_may_come_with_certificates_and_loses_them_when_removed(
    call: Caller, valid: Holder, tmp_path: Path
) -> None:
    """`sender add --certificate` registers them at once; `sender remove` takes them away."""
    pem = written(tmp_path / "one.pem", valid.pem)
    words = ("sender", "add", "000640", "--name", "B", "--language", "en")
    assert 1 == call.done(*words, "--certificate", str(pem)).sentences
    call.done("sender", "remove", "000640", "--yes")
    call.done(*words)
    assert [] == call.done("sender", "certificate", "list", "000640", "--json").json


@pytest.mark.parametrize("kind", ["key", "small", "cipher", "past", "two", "rubbish"])
def test_what_no_signature_could_be_judged_by_is_not_registered(
    bureau: Caller, tmp_path: Path, valid: Holder, kind: str
) -> None:
    """One sentence with the file's name, and nothing is kept."""
    content = {
        "key": valid.key_pem,
        "small": holder("small").pem,
        "cipher": holder("ec", signs=False).pem,
        "past": issued("Past", until=NOW - timedelta(days=1)).pem,
        "two": valid.pem + holder("ec").pem,
        "rubbish": b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    }
    path = written(tmp_path / "offered.pem", content[kind])
    told = bureau("sender", "certificate", "add", "000640", str(path))
    assert (2, 1, True) == (told.status, told.sentences, "offered.pem" in told.err)
    assert [] == bureau.done("sender", "certificate", "list", "000640", "--json").json


def _signature_faults(call: Caller) -> list[tuple[str, str]]:
    told = call("doctor", "--json").json
    return [(one["state"], one["told"] or "") for one in told if one["check"] == "signatures"]


def test_doctor_tells_of_certificates_that_are_missing_or_end(bureau: Caller, tmp_path: Path) -> None:
    """A bureau that must sign and has none; one that ends within a month; none where another goes on."""
    ((health, told),) = _signature_faults(bureau)
    assert ("warning", True) == (health, "no certificate" in told)
    soon = written(tmp_path / "soon.pem", issued("Soon", until=NOW + timedelta(days=10)).pem)
    bureau.done("sender", "certificate", "add", "000640", str(soon))
    ((health, told),) = _signature_faults(bureau)
    assert ("warning", True) == (health, "CN=Soon" in told)
    later = written(tmp_path / "later.pem", issued("Later", until=NOW + YEAR).pem)
    bureau.done("sender", "certificate", "add", "000640", str(later))
    assert [("ok", "")] == _signature_faults(bureau)


def test_doctor_refuses_a_stale_revocation_list(bureau: Caller, home: Home) -> None:
    """A list that was to be renewed fails; so does a file of the settings that is not there."""
    written(home.path / "crl.pem", authority().revoking(due=ARRIVED))
    settings = home.path / FILE
    settings.write_text(settings.read_text("utf-8") + '\n[trust]\ncrls = ["crl.pem"]\nallow_sha1 = true\n')
    told = _signature_faults(bureau)
    assert [("failed", True), ("warning", True), ("warning", True)] == [
        (told[0][0], "crl.pem" in told[0][1]),
        (told[1][0], "SHA-1" in told[1][1]),
        (told[2][0], "no certificate" in told[2][1]),
    ]
    (home.path / "crl.pem").unlink()
    ((health, sentence),) = _signature_faults(bureau)
    assert ("failed", True) == (health, "crl.pem" in sentence)


def test_doctor_looks_at_what_answers_are_signed_with(bureau: Caller, home: Home, valid: Holder) -> None:
    """A certificate that ended fails, a key that others may read warns, a key of another certificate fails."""
    past = issued("Institution", until=NOW - timedelta(days=1))
    written(home.path / "own.pem", past.pem)
    written(home.path / "own.key", past.key_pem).chmod(0o644)
    settings = home.path / FILE
    answers = '\n[answers]\ncertificate = "own.pem"\nkey = "own.key"\n'
    settings.write_text(settings.read_text("utf-8") + answers)
    told = _signature_faults(bureau)
    assert [("failed", True), ("warning", True)] == [
        (told[0][0], "ended" in told[0][1]),
        (told[1][0], "own.key" in told[1][1]),
    ]
    written(home.path / "own.pem", valid.pem)
    ((health, sentence),) = _signature_faults(bureau)
    assert ("failed", True) == (health, "not the key" in sentence)
