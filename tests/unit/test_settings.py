"""Settings: every key has its default in one place; a wrong one is told with what is allowed."""

import re
import tomllib
from contextlib import suppress
from datetime import timedelta
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flexibatch.domain.sessions import HostKeyKind
from flexibatch.domain.vocabulary import Acceptance, Environment
from flexibatch.errors import Refusal
from flexibatch.settings import FILE, Settings, told_settings
from flexibatch.settings.text import default_file
from flexibatch.settings.values import LONGEST, UnitMissing, duration, retention

TEXT = default_file(dict(told_settings()))
DEFAULTS = {
    "incomplete_after": timedelta(hours=24),
    "go_grace": timedelta(minutes=5),
    "settle_for": timedelta(seconds=10),
    "stray_after": timedelta(hours=24),
    "claim_delay": timedelta(seconds=2),
    "poll_interval": timedelta(seconds=5),
    "max_waiting": 50_000,
    "max_attempts": 5,
    "max_anomalies": 10_000,
    "max_forms": 50_000,
    "max_lines": 500_000,
    "max_unreadable": 10_000,
    "max_name_age_days": 365,
    "acceptance": Acceptance.LINE,
    "open_quarters": 6,
    "reserve_bytes": 1024**3,
    "max_claimed_bytes": 4 * 1024**3,
    "max_refused_bytes": 10 * 1024**3,
    "part_size": 35 * 1024 * 1024,
    "timezone": ZoneInfo("Europe/Brussels"),
    "environments": frozenset(Environment),
    "categories": None,
    "log_format": "console",
    "log_level": "info",
    "remote": (),
    "rules": {},
    "limits": {
        "processes": 4,
        "memory": 512 * 1024**2,
        "memory_per_byte": 2,
        "cpu": timedelta(seconds=30),
        "cpu_per_megabyte": timedelta(seconds=2),
        "wall": timedelta(minutes=2),
        "wall_per_megabyte": timedelta(seconds=10),
    },
    "sftp": {
        "host_keys": tuple(HostKeyKind),
        "max_sessions": 100,
        "max_sessions_per_sender": 10,
        "max_channels_per_sender": 30,
        "max_logins": 100,
        "max_logins_per_address": 10,
        "max_logins_per_network": 40,
        "login_attempts": 6,
        "login_grace": timedelta(seconds=20),
        "idle": timedelta(minutes=15),
        "drain": timedelta(seconds=30),
        "max_files": 50_000,
        "max_bytes": 2 * 1024**3,
        "max_handles": 100,
        "request_size": 256 * 1024,
        "max_buffered_bytes": 8 * 1024**2,
        "told_per_minute": 60,
    },
    "trust": {"roots": (), "crls": (), "allow_sha1": False},
    "answers": {"certificate": None, "key": None, "timestamp_url": None},
    "retention": {
        "archive": timedelta(days=730),
        "reports": timedelta(days=365),
        "answers": timedelta(days=90),
        "audit": timedelta(days=3650),
        "door": timedelta(days=730),
    },
}


def load(folder: Path, text: str = "", **environ: str) -> Settings:
    (folder / FILE).write_text(text, "utf-8")
    return Settings.load(folder, environ)


def complaint(folder: Path, text: str = "", **environ: str) -> str:
    with pytest.raises(Refusal) as refused:
        load(folder, text, **environ)
    return str(refused.value)


def test_nothing_configured_is_sqlite_and_spool_in_the_home_folder(tmp_path: Path) -> None:
    """An empty settings file gives the documented defaults, paths inside the home."""
    expected = DEFAULTS | {
        "database": f"sqlite:///{tmp_path}/flexibatch.db",
        "spool": tmp_path / "spool",
        "schemas": Path(str(files("flexibatch") / "data" / "schemas")),
    }
    assert expected == load(tmp_path).model_dump()


def test_the_file_of_init_names_every_key_with_the_program_s_default(tmp_path: Path) -> None:
    """With every # taken away the file holds all settings, and says nothing but the defaults."""
    text = re.sub(r"(?m)^#(?! )", "", TEXT)
    assert list(Settings.model_fields) == list(tomllib.loads(text))
    assert load(tmp_path) == load(tmp_path, text)
    assert load(tmp_path) == load(tmp_path, TEXT)


def test_the_environment_overrides_the_file(tmp_path: Path) -> None:
    """A variable wins over the file, and an entry of a table over that entry alone."""
    text = 'max_waiting = 7\nmax_attempts = 3\n[rules]\n"00024-152" = "B"\n"90017-460" = "off"\n'
    settings = load(
        tmp_path,
        text,
        FLEXIBATCH_MAX_WAITING="9",
        FLEXIBATCH_RULES__00024_152="NB",
        FLEXIBATCH_ENVIRONMENTS="R, T",
        FLEXIBATCH_HOME="elsewhere",
        FLEXIBATCH_OPERATOR="anna",
        OTHER="1",
    )
    assert (9, 3) == (settings.max_waiting, settings.max_attempts)
    assert {"00024-152": "NB", "90017-460": "off"} == settings.rules
    assert frozenset({Environment.REAL, Environment.TEST}) == settings.environments


def test_paths_are_seen_from_the_home_folder(tmp_path: Path) -> None:
    """A relative path lies in the home, an absolute one where it says; a server's URL stays as it is."""
    settings = load(tmp_path, 'spool = "/srv/spool"\ncategories = "new.csv"\nschemas = "mine"\n')
    assert Path("/srv/spool") == settings.spool
    assert (tmp_path / "new.csv", tmp_path / "mine") == (settings.categories, settings.schemas)
    told = {
        "FLEXIBATCH_TRUST__ROOTS": "a.pem, /srv/b.pem",
        "FLEXIBATCH_TRUST__ALLOW_SHA1": "true",
        "FLEXIBATCH_ANSWERS__CERTIFICATE": "own.pem",
        "FLEXIBATCH_ANSWERS__KEY": "/srv/own.key",
    }
    signing = load(tmp_path, '[trust]\ncrls = ["c.crl"]\n', **told)
    assert (tmp_path / "a.pem", Path("/srv/b.pem")) == signing.trust.roots
    assert ((tmp_path / "c.crl",), True) == (signing.trust.crls, signing.trust.allow_sha1)
    assert (tmp_path / "own.pem", Path("/srv/own.key")) == (signing.answers.certificate, signing.answers.key)
    for url in ("postgresql+psycopg://u:p@db/flexi", "sqlite:////srv/flexi.db"):
        assert url == load(tmp_path, f'database = "{url}"').database


REMOTE = """
[[remote]]
sender = "000640"
host = "sftp.bureau.example"
user = "flexi"
key = "remote_key"
host_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA=="
"""


def test_a_server_elsewhere_has_its_folders_where_they_are_said_to_be(tmp_path: Path) -> None:
    """The key lies in the home; folders have the channel's names unless others are given."""
    plain, named = load(tmp_path, REMOTE).remote[0], f'{REMOTE}folder = "/x/"\nfolders = {{ IN = "in" }}\n'
    assert (tmp_path / "remote_key", 22, "./IN") == (plain.key, plain.port, plain.place("IN"))
    other = load(tmp_path, named).remote[0]
    assert ["/x/in", "/x/OUT", "/x/CLAIMED"] == [other.place(name) for name in ("IN", "OUT", other.work)]


@pytest.mark.parametrize(
    ("wrong", "key"),
    [
        (REMOTE.replace("000640", "640"), "sender"),
        (REMOTE.replace('host_key = "ssh-ed25519', 'host_key = "SHA256:'), "host_key"),
        (REMOTE.replace('user = "flexi"\n', ""), "user"),
        (f"{REMOTE}port = 0", "port"),
        (f'{REMOTE}password = "x"', "password"),
        (f'{REMOTE}folders = {{ INN = "x" }}', "folders"),
        (REMOTE + REMOTE, "remote"),
    ],
)
def test_a_wrong_entry_of_a_server_elsewhere_is_named(wrong: str, key: str, tmp_path: Path) -> None:
    """One sentence tells which key of which entry is wrong, and what an entry holds."""
    told = complaint(tmp_path, wrong)
    assert [] == [part for part in (key, "host_key", str(tmp_path / FILE)) if part not in told]
    assert "\n" not in told


@pytest.mark.parametrize(
    ("text", "key", "value", "allowed"),
    [
        ('go_grace = "soon"', "go_grace", "'soon'", "ISO 8601"),
        ("go_grace = nan", "go_grace", "nan", "ISO 8601"),
        ("go_grace = -1", "go_grace", "-1", "ISO 8601"),
        ("go_grace = true", "go_grace", "True", "ISO 8601"),
        ('go_grace = "P1Y"', "go_grace", "'P1Y'", "ISO 8601"),
        ("go_grace = 1e300", "go_grace", "1e+300", "ten years"),
        ("poll_interval = 0", "poll_interval", "0", "more than 0"),
        ("max_waiting = 0", "max_waiting", "0", "whole number"),
        ("max_waiting = true", "max_waiting", "True", "whole number"),
        ("max_waiting = 1.5", "max_waiting", "1.5", "whole number"),
        ('max_waiting = "many"', "max_waiting", "'many'", "whole number"),
        ('timezone = "Mars"', "timezone", "'Mars'", "time zone"),
        ('timezone = "../x"', "timezone", "'../x'", "time zone"),
        ('environments = ["R", "X"]', "environments", "'X'", '"R", "T", "S"'),
        ("environments = []", "environments", "[]", '"R", "T", "S"'),
        ('spool = ""', "spool", "''", "path"),
        ("spool = 3", "spool", "3", "path"),
        ('database = "flexi.db"', "database", "'flexi.db'", "SQLAlchemy URL"),
        ('database = "sqlite://"', "database", "'sqlite://'", "SQLAlchemy URL"),
        ('database = "sqlite:///:memory:"', "database", "'sqlite:///:memory:'", "SQLAlchemy URL"),
        ('log_format = "xml"', "log_format", "'xml'", '"console" or "json"'),
        ('[rules]\n"00024-152" = 1', '"00024-152"', "1", '"off"'),
        ("rules = 1", "rules", "1", '"off"'),
        ('go_grice = "PT5M"', "go_grice", "'PT5M'", "go_grace"),
        ("something = 1", "something", "1", "max_waiting"),
        ("sftp = 1", "sftp", "1", "entries"),
        ("[sftp]\nidle = 0", "sftp.idle", "0", "more than 0"),
        ("[sftp]\nidel = 1", "sftp.", "1", "did you mean idle"),
        ("[sftp]\nrequest_size = 1000", "sftp.request_size", "1000", "from 32768"),
        ('[retention]\narchive = "P11Y"', "retention.archive", "'P11Y'", "ten years"),
        ("[retention]\narchive = 30", "retention.archive", "30 alone has no unit", "write 30d for 30 days"),
        ("[retention]\naudit = 63072000", "retention.audit", "63072000 alone", "write PT63072000S for"),
        ('[retention]\nanswers = " 1 "', "retention.answers", "1 alone", "write 1d for 1 day."),
        ('[retention]\nreports = "1e3"', "retention.reports", "'1e3'", "with its unit"),
        ('[retention]\naudit = "P1Y"', "retention.audit", "'P1Y'", "P366D at least"),
        ('[retention]\ndoor = "P90D"', "retention.door", "'P90D'", "P366D at least"),
        ('[answers]\ncertificate = "own.pem"', "answers", "own.pem", "certificate and key together"),
        ('[answers]\ntimestamp_url = "http://x"', "answers", "http://x", "only with them"),
        ('[answers]\ntimestamp_url = "ftp://x"', "answers.timestamp_url", "'ftp://x'", "http"),
        ('[trust]\nallow_sha1 = "maybe"', "trust.allow_sha1", "'maybe'", "true or false"),
        ("[trust]\nroots = 1", "trust.roots", "1", "paths"),
        ("[retention]\nreport = 1", "retention.", "1", "did you mean reports"),
    ],
)
def test_a_wrong_setting_is_named_with_its_value_and_what_is_allowed(
    text: str, key: str, value: str, allowed: str, tmp_path: Path
) -> None:
    """Whatever is wrong, one sentence tells key, value, place and what is allowed."""
    told = complaint(tmp_path, text)
    assert [] == [part for part in (key, value, allowed, str(tmp_path / FILE)) if part not in told]
    assert "\n" not in told


def test_all_wrong_settings_are_told_together(tmp_path: Path) -> None:
    """Three wrong settings are three sentences, each telling whether file or environment holds it."""
    told = complaint(
        tmp_path,
        'go_grace = "soon"\n[rules]\n"a" = 1',
        FLEXIBATCH_MAX_WAITING="none",
        FLEXIBATCH_SPOOL__X="1",
        FLEXIBATCH_RULES__B="off",
    )
    file = f"in {tmp_path / FILE}"
    assert 4 == len(told.splitlines())
    assert "FLEXIBATCH_SPOOL in the environment" in told
    assert f"go_grace {file}" in told
    assert "FLEXIBATCH_MAX_WAITING in the environment" in told
    assert f'rules."a" {file}' in told


def test_an_unknown_variable_is_refused(tmp_path: Path) -> None:
    """A mistyped variable is as wrong as a mistyped key."""
    assert "FLEXIBATCH_GO_GRICE in the environment is no setting" in complaint(
        tmp_path, FLEXIBATCH_GO_GRICE="1"
    )
    assert "FLEXIBATCH_FTP in the environment is no setting" in complaint(tmp_path, FLEXIBATCH_FTP__IDLE="1")


def test_a_password_is_not_told(tmp_path: Path) -> None:
    """What stands before the @ of a wrong URL is hidden."""
    told = complaint(tmp_path, 'database = "POSTGRES://anna:se/cr@et@db/x"')
    assert "'POSTGRES://***@db/x'" in told
    assert "'***@db/x'" in complaint(tmp_path, 'database = "anna:secret@db/x"')


def test_where_there_is_no_home_init_is_named(tmp_path: Path) -> None:
    """A folder without settings file is no home, and the sentence says how to make one."""
    with pytest.raises(Refusal, match="flexibatch init"):
        Settings.load(tmp_path, {})


def test_a_file_that_cannot_be_read_is_a_refusal(tmp_path: Path) -> None:
    """Broken TOML, other encodings and a folder in the file's place are told, not raised."""
    assert "is no TOML" in complaint(tmp_path, "go_grace = ")
    (tmp_path / FILE).write_bytes(b'spool = "\xff"')
    with pytest.raises(Refusal, match="is no TOML"):
        Settings.load(tmp_path, {})
    (tmp_path / FILE).unlink()
    (tmp_path / FILE).mkdir()
    with pytest.raises(Refusal, match="cannot be read"):
        Settings.load(tmp_path, {})


@pytest.mark.parametrize(
    ("spelled", "expected"),
    [
        (0, timedelta()),
        (2.5, timedelta(seconds=2.5)),
        ("90", timedelta(seconds=90)),
        ("PT1H30M", timedelta(minutes=90)),
        ("P1DT0.5S", timedelta(days=1, seconds=0.5)),
        ("P2W", timedelta(weeks=2)),
    ],
)
def test_durations_are_seconds_or_iso_8601(spelled: object, expected: timedelta) -> None:
    """Both ways of spelling a duration give the same."""
    assert expected == duration(spelled)


@pytest.mark.parametrize(
    ("spelled", "expected"),
    [
        ("12h", timedelta(hours=12)),
        ("30d", timedelta(days=30)),
        ("30D", timedelta(days=30)),
        ("2w", timedelta(days=14)),
        ("2y", timedelta(days=730)),
        ("P2Y", timedelta(days=730)),
        ("P30D", timedelta(days=30)),
        ("PT36H", timedelta(hours=36)),
        ("P1DT0.5S", timedelta(days=1, seconds=0.5)),
    ],
)
def test_how_long_something_is_kept_names_its_unit(spelled: str, expected: timedelta) -> None:
    """Short, or as ISO 8601 has it."""
    assert expected == retention(spelled)


@pytest.mark.parametrize("number", [30, 30.5, 0, "30", " 30 ", "0", "2.5", "2592000", "1" * 20])
def test_how_long_something_is_kept_is_never_a_number_alone(number: object) -> None:
    """Thirty days must not become thirty seconds; the sentence gives the reading it might have."""
    with pytest.raises(UnitMissing, match=f"^{str(number).strip()} alone has no unit: write .* for"):
        retention(number)


@pytest.mark.parametrize(
    "spelled", ["+30", "3e1", "3_0", "\u0663\u0660", "inf", "", "P12H", "12H30", "30 d", "30m"]
)
def test_how_long_something_is_kept_is_no_number_in_disguise(spelled: str) -> None:
    """Whatever Python would read as a number is none here, and neither is a unit that may be minutes or months."""
    with pytest.raises(ValueError, match=r"no duration|could not"):
        retention(spelled)


@given(st.text(max_size=12) | st.floats() | st.integers() | st.none() | st.booleans())
def test_a_duration_is_read_or_refused(value: object) -> None:
    """Nothing but a duration within ten years, or the error that settings collect, comes out."""
    for read in (duration, retention):
        with suppress(ValueError):
            assert timedelta() <= read(value) <= LONGEST


@pytest.mark.parametrize("told", ["[]", '["dsa"]', '["rsa", "rsa"]', '"ed25519;rsa"', "[1]", "true"])
def test_host_keys_are_of_known_kinds_each_once(told: str, tmp_path: Path) -> None:
    """One or more of three; the complaint says which."""
    shown = complaint(tmp_path, f"[sftp]\nhost_keys = {told}\n")
    assert [] == [part for part in ("sftp.host_keys", '"ed25519", "ecdsa", "rsa"') if part not in shown]


def test_host_keys_may_be_told_by_the_environment(tmp_path: Path) -> None:
    """With commas, in the order in which they are offered."""
    given = load(tmp_path, FLEXIBATCH_SFTP__HOST_KEYS="rsa,ed25519")
    assert (HostKeyKind.RSA, HostKeyKind.ED25519) == given.sftp.host_keys
