"""Settings: read once from `flexibatch.toml` and the environment, checked once, frozen.

Every setting is declared here with its default as it stands in the file, so that the file `init` writes, the
checks and the messages come from one place. Source: docs/operations.md, "Settings".
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from flexibatch.domain.vocabulary import Acceptance
from flexibatch.errors import Refusal
from flexibatch.settings.complaints import PREFIX, complaints
from flexibatch.settings.limits import LimitSettings
from flexibatch.settings.remote import Remote, apart
from flexibatch.settings.retention import RetentionSettings
from flexibatch.settings.sftp import COUNTS, DURATIONS, PAUSES, SftpSettings, setting
from flexibatch.settings.signing import AnswerSettings, TrustSettings
from flexibatch.settings.values import (
    Classes,
    Count,
    Duration,
    Environments,
    Folder,
    OptionalFile,
    Pause,
    Quarters,
    SchemaFolder,
    Size,
    Url,
    Zone,
)

FILE = "flexibatch.toml"
OF_THE_COMMAND_LINE = frozenset({"FLEXIBATCH_HOME", "FLEXIBATCH_OPERATOR"})

SECTIONS: dict[str, type[BaseModel]] = {
    "limits": LimitSettings,
    "sftp": SftpSettings,
    "trust": TrustSettings,
    "answers": AnswerSettings,
    "retention": RetentionSettings,
}
"""The tables whose entries are settings of their own."""

_RELATIVE_SQLITE = re.compile(r"(sqlite(?:\+\w+)?:///)([^/].*)")


class Settings(BaseSettings):
    """All settings of one home; paths are absolute once they are loaded."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid", validate_default=True)

    database: Url = setting(
        "sqlite:///flexibatch.db",
        "Where the records are kept. A relative SQLite file lies in the home folder.",
        'a SQLAlchemy URL such as "sqlite:///flexibatch.db", with a file or a server in it',
    )
    spool: Folder = setting(
        "spool", "The folder of the bureaus' folders and of what was received.", "the path of a folder"
    )
    schemas: SchemaFolder = setting(
        "",
        "The folder of the FLXWAGE schemas and their versions.toml. Empty: the program's own.",
        "the path of a folder, or nothing for the program's own",
    )
    open_quarters: Quarters = setting(
        6,
        "For how many quarters a version of the FLXWAGE message is taken, its own quarter included.",
        "a whole number from 1 to 40",
    )
    categories: OptionalFile = setting(
        "",
        "A newer table of employer categories. Empty: the program's own.",
        "the path of a CSV file, or nothing for the program's own",
    )
    timezone: Zone = setting(
        "Europe/Brussels", "Where days begin and end.", 'the name of a time zone, such as "Europe/Brussels"'
    )
    environments: Environments = setting(
        ["R", "T", "S"],
        "The environments that are served: R real, T test, S simulation.",
        'one or more of "R", "T", "S"',
    )
    incomplete_after: Duration = setting(
        "PT24H", "How long files wait for their GO before they are refused.", DURATIONS
    )
    go_grace: Duration = setting(
        "PT5M", "How long a GO waits for parts that are not there before the set is refused.", DURATIONS
    )
    settle_for: Duration = setting(
        "PT10S", "How long a part that was changed after its GO must stand still.", DURATIONS
    )
    stray_after: Duration = setting(
        "PT24H", "After how long what is no part of a set is reported to the operator.", DURATIONS
    )
    claim_delay: Duration = setting(
        "PT2S", "How old a GO is before `watch` takes it; `sweep` does not wait.", DURATIONS
    )
    poll_interval: Pause = setting(
        "PT5S",
        "How long `watch` pauses between two looks when no event wakes it.",
        PAUSES,
    )
    max_waiting: Count = setting(50_000, "How many sets of one bureau are taken in one sweep.", COUNTS)
    max_attempts: Count = setting(
        5,
        "How often a set that meets a bug, or takes more than [limits] allow, is tried before it goes to quarantine.",
        COUNTS,
    )
    max_anomalies: Count = setting(10_000, "How many anomalies of one file are told.", COUNTS)
    max_forms: Count = setting(
        50_000, "How many Forms one file may have; a file with more is refused whole (ACRF-184).", COUNTS
    )
    max_lines: Count = setting(
        500_000, "How many lines one file may have; a file with more is refused whole (ACRF-184).", COUNTS
    )
    max_unreadable: Count = setting(
        10_000,
        "How many Forms and lines of one file may break the schema; a file with more is refused whole (ACRF-184).",
        COUNTS,
    )
    acceptance: Acceptance = setting(
        "line",
        "What a blocking anomaly of a line refuses: that line, or its Form whole; `sender set N --acceptance` differs.",
        '"line" or "form"',
    )
    max_name_age_days: Count = setting(365, "How old the date in a file's name may be, in days.", COUNTS)
    part_size: Count = setting(36_700_160, "How large a part may be, in bytes (35 MiB).", COUNTS)
    reserve_bytes: Size = setting(
        1_073_741_824,
        "How many bytes stay free on the disks of spool and database (1 GiB): with fewer nothing more is taken in.",
        "a whole number, 0 for no reserve",
    )
    max_claimed_bytes: Count = setting(
        4_294_967_296,
        "With how many bytes of one bureau that wait for their verdict no more of its sets are claimed (4 GiB).",
        COUNTS,
    )
    max_refused_bytes: Count = setting(
        10_737_418_240,
        "How many bytes are kept of one bureau's sets that were refused whole (10 GiB); of older ones the records.",
        COUNTS,
    )
    log_format: Literal["console", "json"] = setting(
        "console", "How events are written: for people, or one JSON object a line.", '"console" or "json"'
    )
    log_level: Literal["debug", "info", "warning", "error"] = setting(
        "info", "From which weight on events are written.", '"debug", "info", "warning" or "error"'
    )
    remote: Annotated[tuple[Remote, ...], AfterValidator(apart)] = setting(
        [],
        "Bureaus whose folders stand on another party's SFTP server, each a table [[remote]]; see "
        "docs/operations.md.",
        "tables [[remote]], one a sender, each with sender, host, user, key and host_key, and if need be port, "
        "folder, folders, work",
    )
    rules: Classes = setting(
        {},
        'Other classes for codes of the catalogue, such as "00024-152" = "NB" (in the environment: '
        "FLEXIBATCH_RULES__00024_152=NB).",
        'a table of codes, each with "B", "NB", "W" or "off"',
    )
    limits: LimitSettings = setting(
        {},
        "What judging one set may cost; what costs more is ended, tried again, and goes to quarantine after "
        "max_attempts (in the environment: FLEXIBATCH_LIMITS__CPU=PT1M).",
        "the entries below",
    )
    sftp: SftpSettings = setting(
        {},
        "The limits of `serve`, the bureaus' SFTP server (in the environment: FLEXIBATCH_SFTP__IDLE=PT5M).",
        "the entries below",
    )
    trust: TrustSettings = setting(
        {},
        "What bureaus' signatures are judged by, beside the certificates they registered.",
        "the entries below",
    )
    answers: AnswerSettings = setting(
        {},
        "What the channel's own answers are signed with. Without a certificate they are not signed.",
        "certificate and key together, timestamp_url only with them, or none",
    )
    retention: RetentionSettings = setting(
        {},
        "How long things are kept before `purge` deletes them; docs/operations.md tells what is kept where.",
        "the entries below",
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        *_process: Any,  # noqa: ANN401 - sources that are not used
        **_named: Any,  # noqa: ANN401 - the same
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take what `load` was given, never the environment of the process behind its back."""
        del settings_cls
        return (init_settings,)

    @classmethod
    def load(cls, home: Path, environ: Mapping[str, str]) -> "Settings":
        """Read the settings of a home; raise `Refusal` where there is none, or naming every wrong setting."""
        home = home.absolute()
        return cls._checked(home, _of_file(home / FILE), environ)

    @classmethod
    def defaults(cls, environ: Mapping[str, str]) -> "Settings":
        """Return the settings that hold where there is no home."""
        return cls._checked(Path().absolute(), {}, environ)

    @classmethod
    def _checked(cls, home: Path, told: dict[str, Any], environ: Mapping[str, str]) -> "Settings":
        overrides = _of_environment(environ)
        for key, value in overrides.items():
            both_tables = isinstance(value, dict) and isinstance(told.get(key), dict)
            told[key] = told[key] | value if both_tables else value
        try:
            read = cls(**told)
        except ValidationError as exc:
            raise Refusal("\n".join(complaints(exc, dict(told_settings()), home / FILE, overrides))) from exc
        return read.model_copy(update=_placed(home, read))


def _placed(home: Path, read: Settings) -> dict[str, Any]:
    """Return the settings that name a place, seen from the home folder."""
    return {
        "database": _RELATIVE_SQLITE.sub(lambda found: f"{found[1]}{home / found[2]}", read.database),
        "spool": home / read.spool,
        "schemas": home / read.schemas,
        "categories": home / read.categories if read.categories else None,
        "trust": read.trust.placed(home),
        "answers": read.answers.placed(home),
        "remote": tuple(one.model_copy(update={"key": home / one.key}) for one in read.remote),
    }


# ------------------------------------------------------------------------------------------- where it stands


def _of_file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError as exc:
        raise Refusal(
            f"There is no {FILE} in {path.parent}: make a home with `flexibatch init` or name another."
        ) from exc
    except OSError as exc:
        raise Refusal(f"{path} cannot be read ({exc.strerror}): let this user read it.") from exc
    except ValueError as exc:
        raise Refusal(f"{path} is no TOML ({exc}): mend it.") from exc


def _of_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for name in sorted(environ):
        if not name.startswith(PREFIX) or name in OF_THE_COMMAND_LINE:
            continue
        key, of_table, entry = name.removeprefix(PREFIX).lower().partition("__")
        if not of_table:
            told[key] = environ[name]
        elif isinstance(told.setdefault(key, {}), dict):
            told[key][entry.replace("_", "-") if key == "rules" else entry] = environ[name]
    return told


def told_settings() -> Iterator[tuple[str, FieldInfo]]:
    """Yield every setting in the order of the file, those of a table (`sftp.idle`) after it."""
    for key, field in Settings.model_fields.items():
        yield key, field
        if key in SECTIONS:
            yield from ((f"{key}.{entry}", told) for entry, told in SECTIONS[key].model_fields.items())
