"""Signatures on the whole journey: a bureau's are verified before its document is read, the answers are signed."""

import json
import subprocess
from base64 import b64decode
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from flexibatch.adapters.answers.writer import AnswerWriter, Finish
from flexibatch.adapters.store import bureaus, set_actions
from flexibatch.adapters.store.audit import By
from flexibatch.adapters.store.certificates import add_certificate, remove_certificate
from flexibatch.domain.vocabulary import SignatureDemand
from flexibatch.errors import Refusal
from flexibatch.wiring.home import Home
from samples.signing import signature
from tests.doubles.clock import FixedClock
from tests.doubles.installation import SAMPLES, SIGNER, Installation, copied
from tests.doubles.program import Caller
from tests.doubles.signing import DETACHED, YEAR, Holder, authority, issued, written
from tests.doubles.stamper import stamping

SENDER = "000644"
PART = (SAMPLES / "accepted-signed" / f"FI.FLEX.{SENDER}.20261005.00001.R.1.1").read_bytes()
GRACE = timedelta(minutes=6)
NOW = FixedClock().now()


@pytest.fixture
def installation(tmp_path: Path, cast: Installation) -> Installation:
    """Return an installation in which nothing happened yet."""
    return copied(cast, tmp_path / "home")


@pytest.fixture(scope="module")
def cast(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """Make the installation that is copied."""
    return Installation.made(tmp_path_factory.mktemp("cast") / "home")


def drop(
    installation: Installation, signed: bytes | None, sequence: str = "00001", environment: str = "R"
) -> str:
    """Drop a set of one part; give its key."""
    key = f"FLEX.{SENDER}.20261005.{sequence}.{environment}"
    folder = {"R": "IN", "S": "INTEST-S"}[environment]
    installation.put(f"FI.{key}.1.1", PART, SENDER, folder)
    if signed is not None:
        installation.put(f"FS.{key}.1.1", signed, SENDER, folder)
    installation.put(f"GO.{key}.1", b"", SENDER, folder)
    return key


def verdicts(installation: Installation) -> list[tuple[object, ...]]:
    """Return verdict and rules of every run, in order."""
    return installation.rows(
        "SELECT r.verdict, (SELECT group_concat(a.rule) FROM anomaly a "
        "WHERE a.set_ticket = r.set_ticket AND a.run = r.number) "
        "FROM run r JOIN file_set f ON f.ticket = r.set_ticket ORDER BY f.arrival, r.number"
    )


def rerun(installation: Installation) -> None:
    """Run every set again that can be."""
    with installation.home.database.writing() as connection:
        ticket = str(installation.rows("SELECT ticket FROM file_set ORDER BY arrival LIMIT 1")[0][0])
        set_actions.begin_rerun(connection, By("test", installation.clock.now()), ticket)
    installation.channel().settle()


def test_a_signature_is_judged_by_what_is_registered_at_a_rerun(installation: Installation) -> None:
    """A certificate that was not registered is refused; registered since, the set passes, and is not asked again."""
    by = By("test", NOW)
    with installation.home.database.writing() as connection:
        remove_certificate(connection, by, SENDER, SIGNER.fingerprint)
    drop(installation, signature(PART))
    installation.sweep()
    with installation.home.database.writing() as connection:
        add_certificate(connection, by, SENDER, SIGNER)
    rerun(installation)
    with installation.home.database.writing() as connection:
        remove_certificate(connection, by, SENDER, SIGNER.fingerprint)
    rerun(installation)
    assert [("refused", "signature-unknown-certificate"), ("received", None), ("received", None)] == verdicts(
        installation
    )


def test_a_missing_signature_is_asked_for_at_a_rerun_too(installation: Installation) -> None:
    """A bureau that no longer must sign has its set received; one that must again is not asked: it passed."""
    drop(installation, None)
    installation.sweep()
    assert [] == verdicts(installation)
    assert isinstance(installation.clock, FixedClock)
    installation.clock.advance(GRACE)
    installation.sweep()
    for demand in (SignatureDemand.OPTIONAL, SignatureDemand.REQUIRED):
        with installation.home.database.writing() as connection:
            bureaus.set_sender(connection, By("test", NOW), SENDER, signature=demand.value)
        rerun(installation)
    assert [("refused", "signature-count"), ("received", None), ("received", None)] == verdicts(installation)


def test_in_simulation_no_signature_is_asked_for_but_a_bad_one_is_refused(installation: Installation) -> None:
    """The same set without a signature, with a good and with a bad one."""
    drop(installation, None, "00001", "S")
    drop(installation, signature(PART), "00002", "S")
    drop(installation, signature(PART + b" "), "00003", "S")
    installation.sweep()
    assert [
        ("received", None),
        ("received", "declared,declared"),
        ("refused", "signature-content-changed"),
    ] == (verdicts(installation))


@pytest.mark.parametrize("content", [b"", b"\0" * 10, b"0" * 400_000, b"\x30\x84\xff\xff\xff\xff" * 100])
def test_rubbish_in_place_of_a_signature_holds_up_nobody(installation: Installation, content: bytes) -> None:
    """It is refused as what it is, and the next set goes its way."""
    drop(installation, content, "00001")
    drop(installation, signature(PART), "00002")
    installation.sweep()
    (first, second) = verdicts(installation)
    assert ("refused", True) == (first[0], str(first[1]).startswith("signature-"))
    assert ("received", None) == second


def test_a_signature_that_was_cut_is_told_as_too_big(tmp_path: Path) -> None:
    """Larger than a part may be: it is not kept to its end, and not taken for a damaged one."""
    installation = Installation.made(tmp_path / "home", {"part_size": 4_000})
    drop(installation, signature(PART) + b"\r" * 8_000)
    installation.sweep()
    assert [("refused", "signature-too-big")] == verdicts(installation)


def test_beside_a_wrong_name_a_bad_signature_is_told_too(installation: Installation) -> None:
    """And the document stays closed, as it does whenever its signature is not good."""
    drop(installation, signature(PART + b" "), "00000")
    drop(installation, signature(PART), "00000", "S")
    installation.sweep()
    assert [("refused", "sequence-zero,signature-content-changed"), ("refused", "sequence-zero")] == verdicts(
        installation
    )


def test_each_bad_part_is_told_and_the_document_is_not_read(installation: Installation) -> None:
    """Two parts with each other's signatures, of a document that is no XML: REPORT tells both, and nothing else."""
    key = f"FLEX.{SENDER}.20261005.00001.R"
    parts = {"1": b"no", "2": b" XML"}
    for number, part in parts.items():
        installation.put(f"FI.{key}.2.{number}", part, SENDER)
        installation.put(f"FS.{key}.2.{number}", signature(parts["12".replace(number, "")]), SENDER)
    installation.put(f"GO.{key}.2", b"", SENDER)
    installation.sweep()
    (page,) = (installation.spool / "senders" / SENDER / "REPORT").glob("*.json")
    told = json.loads(page.read_text("utf-8"))
    assert ["ACRF-125", "ACRF-125"] == [one["code"] for one in told["anomalies"]]
    assert [False, False] == [one["verified"] for one in told["files"] if one["kind"] == "FS"]


# ------------------------------------------------------------------------------------------ signed answers


@pytest.fixture(scope="module")
def institution() -> Holder:
    """Return what answers are signed with."""
    return issued("Institution", "rsa", until=NOW + YEAR)


@pytest.fixture
def signing(installation: Installation, institution: Holder) -> Installation:
    """Return an installation whose answers are signed."""
    written(installation.home.path / "own.pem", institution.pem)
    written(installation.home.path / "own.key", institution.key_pem)
    return opened(installation, certificate="own.pem", key="own.key")


def opened(installation: Installation, **answers: str) -> Installation:
    """Open an installation again with settings of `[answers]`."""
    told = {f"FLEXIBATCH_ANSWERS__{key.upper()}": value for key, value in answers.items()}
    return Installation(Home.open(installation.home.path, told), installation.clock)


def verified(folder: Path, name: str, content: bytes, signed: bytes, holder: Holder) -> None:
    """Verify the signature on an answer as a bureau does, with openssl."""
    written(folder / "answer", content)
    written(folder / "signature", b64decode(signed, validate=True))
    written(folder / "root", holder.pem)
    command = (
        "openssl cms -verify -binary -inform DER -in signature -content answer -CAfile root -purpose any"
    )
    told = subprocess.run(
        [*command.split(), "-attime", str(int(NOW.timestamp())), "-out", "/dev/null"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert 0 == told.returncode, (name, told.stderr)


def test_answers_are_signed_and_a_bureau_can_verify_them(
    signing: Installation, institution: Holder, tmp_path: Path
) -> None:
    """FS beside FO, one line of base64, before the GO of either; `republish` puts down the same bytes."""
    drop(signing, signature(PART))
    signing.sweep()
    published = signing.published(SENDER)
    kinds = ["FO.ACRF", "FO.NOTI", "FS.ACRF", "FS.NOTI", "GO.ACRF", "GO.NOTI"]
    assert kinds == sorted(name[:7] for name in published)
    for name, content in published.items():
        if name.startswith("FO."):
            verified(tmp_path, name, content, published[f"FS{name[2:]}"], institution)
    digests = signing.rows("SELECT count(*) FROM answer WHERE length(signature) = 64")
    assert [(2,)] == digests


def test_a_compressed_answer_is_signed_as_it_is(
    signing: Installation, institution: Holder, tmp_path: Path
) -> None:
    """The signature is on the ZIP."""
    settings = signing.home.settings
    components = signing.components()
    finish = Finish(components.seal, compress_above=10)
    press = AnswerWriter(components.private_folders.folder, settings.timezone, finish)
    drop(signing, signature(PART))
    channel = signing.channel()
    replace(channel, world=replace(channel.world, answers=press)).sweep()
    published = signing.published(SENDER)
    (name,) = [one for one in published if one.startswith("CO.")]
    verified(tmp_path, name, published[name], published[f"FS{name[2:]}"], institution)


def test_signatures_carry_a_time_stamp_where_a_service_is_set(
    installation: Installation, institution: Holder, tmp_path: Path
) -> None:
    """CAdES-T, by a service on loopback; while it is away the set waits, and is settled when it is back."""
    written(installation.home.path / "own.pem", institution.pem)
    written(installation.home.path / "own.key", institution.key_pem)
    told = {"certificate": "own.pem", "key": "own.key"}
    away = opened(installation, **told, timestamp_url="http://127.0.0.1:9")
    drop(away, signature(PART))
    result = away.sweep()
    assert (0, 1, {}) == (result.settled, result.waiting, away.published(SENDER))
    authority = issued("Stamps", "rsa", stamps=True, until=NOW + 5 * YEAR)
    with stamping(authority) as url:
        back = opened(installation, **told, timestamp_url=url)
        assert 1 == back.sweep().settled
    published = back.published(SENDER)
    for name in [one for one in published if one.startswith("FO.")]:
        signed = published[f"FS{name[2:]}"]
        verified(tmp_path, name, published[name], signed, institution)
        shown = subprocess.run(
            ["openssl", "cms", "-cmsout", "-print", "-inform", "DER", "-in", "signature"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        assert "id-smime-aa-timeStampToken" in shown or "TimeStampToken" in shown
        assert "signingCertificateV2" in shown


@pytest.mark.parametrize(
    "told", [b"", b"no", bytes.fromhex("30053003020102"), bytes.fromhex("30053003020100")]
)
def test_a_service_that_stamps_nothing_is_trouble_and_no_bug(
    installation: Installation, institution: Holder, told: bytes
) -> None:
    """Refused, cut or rubbish: the set waits, and no attempt is counted."""
    written(installation.home.path / "own.pem", institution.pem)
    written(installation.home.path / "own.key", institution.key_pem)
    with stamping(institution, told) as url:
        away = opened(installation, certificate="own.pem", key="own.key", timestamp_url=url)
        drop(away, signature(PART))
        assert (0, 1) == ((result := away.sweep()).settled, result.waiting)
    assert [(0, 1)] == away.rows("SELECT attempts, troubles FROM file_set")


def test_a_revocation_list_that_is_renewed_counts_at_once(installation: Installation) -> None:
    """A channel at work sees the new list; while it cannot be read, sets wait."""
    bureau_root = authority()
    bureau = issued("Bureau", by=bureau_root, until=NOW + YEAR)
    crl = written(installation.home.path / "list.pem", bureau_root.revoking(due=NOW + YEAR))
    with installation.home.database.writing() as connection:
        add_certificate(connection, By("test", NOW), SENDER, bureau.registered)
    at_work = Installation(
        Home.open(installation.home.path, {"FLEXIBATCH_TRUST__CRLS": "list.pem"}), installation.clock
    )
    channel = at_work.channel()
    signed = bureau.signature(PART, DETACHED)
    drop(at_work, signed, "00001")
    channel.sweep()
    written(crl, b"half a file")
    drop(at_work, signed, "00002")
    assert 1 == channel.sweep().waiting
    written(crl, bureau_root.revoking(bureau.certificate.serial_number, due=NOW + YEAR))
    channel.sweep()
    assert [("received", None), ("refused", "signature-revoked")] == verdicts(at_work)


def test_a_key_of_another_certificate_stops_the_program_with_a_sentence(
    installation: Installation, institution: Holder
) -> None:
    """Before anything is signed."""
    written(installation.home.path / "own.pem", institution.pem)
    written(installation.home.path / "own.key", issued("Other").key_pem)
    with pytest.raises(Refusal, match="not the key"):
        opened(installation, certificate="own.pem", key="own.key").channel()


@pytest.mark.parametrize("fault", ["missing", "no key", "of another"])
def test_who_signs_nothing_needs_no_key(
    signing: Installation, capsys: pytest.CaptureFixture[str], fault: str
) -> None:
    """`check`, the dry run and `republish` do their work; what settles sets says at once what is wrong."""
    drop(signing, signature(PART))
    signing.sweep()
    key = signing.home.path / "own.key"
    broken = {"missing": None, "no key": b"no key", "of another": issued("Other").key_pem}[fault]
    key.unlink()
    if broken is not None:
        written(key, broken)
    part = written(signing.home.path / f"FI.FLEX.{SENDER}.20261005.00002.R.1.1", PART)
    ((ticket,),) = signing.rows("SELECT ticket FROM file_set")
    (signing.home.path / "flexibatch.toml").write_text(
        (signing.home.path / "flexibatch.toml").read_text("utf-8")
        + '[answers]\ncertificate = "own.pem"\nkey = "own.key"\n',
        "utf-8",
    )
    call = Caller(signing.home.path, capsys, signing.clock)
    looking = [("check", str(part)), ("rerun", str(ticket), "--dry-run"), ("republish", str(ticket))]
    assert [(words, "") for words in looking] == [
        (words, "" if (told := call(*words)).status < 2 else told.err) for words in looking
    ]
    settling = [("sweep",), ("watch",), ("rerun", str(ticket))]
    silent = {
        words: told.err
        for words in settling
        if (told := call(*words)).status != 2 or "own.key" not in told.err
    }
    assert {} == silent
    assert "own.key" in call("doctor").out
    assert [("settled", 1)] == signing.rows("SELECT state, (SELECT count(*) FROM run) FROM file_set")


@pytest.mark.parametrize("kind", ["rsa-pss", "dsa"])
def test_a_key_that_cannot_sign_answers_stops_the_program_with_a_sentence(
    installation: Installation, kind: str
) -> None:
    """A key for RSASSA-PSS only, or of DSA: it had sets end in quarantine when their answers were to be signed."""
    key = "rsa-pss"
    if kind == "dsa":
        made = ["openssl", "dsaparam", "-out", "own.param", "1024"]
        subprocess.run(made, cwd=installation.home.path, check=True, capture_output=True)
        key = "dsa:own.param"
    command = ["openssl", "req", "-x509", "-nodes", "-newkey", key, "-subj", "/CN=Institution", "-days", "30"]
    told = [*command, "-keyout", "own.key", "-out", "own.pem"]
    subprocess.run(told, cwd=installation.home.path, check=True, capture_output=True)
    with pytest.raises(Refusal, match=r"own\.key .* of a kind"):
        opened(installation, certificate="own.pem", key="own.key").channel()
