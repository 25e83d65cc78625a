"""Say of every wrong setting where it stands, what it is and what is allowed."""

import difflib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from flexibatch.errors import without_password
from flexibatch.settings.values import UnitMissing

PREFIX = "FLEXIBATCH_"

SenderDirectory = Mapping[str, FieldInfo]
"""All settings by key; an entry of a table is `table.entry`."""


def complaints(
    exc: ValidationError, known: SenderDirectory, path: Path, overrides: Mapping[str, Any]
) -> Iterator[str]:
    """Yield one sentence for every wrong setting in the file at `path`, or in the environment that overrides it."""
    tables = {"rules", *(key.partition(".")[0] for key in known if "." in key)}
    for error in exc.errors(include_url=False):
        key, *rest = (str(part) for part in error["loc"])
        entry = rest[0] if rest and key in tables else None
        if key == "remote" and len(rest) > 1:
            place = f"{rest[1]} of entry {int(rest[0]) + 1} of [[{key}]] in {path}"
            yield f"{place} is wrong or missing: give {allowed(known[key])}."
            continue
        told = overrides.get(key)
        if told is None or (entry and entry not in told):
            name = f"{key}.{_quoted(entry, known)}" if entry else key
            place = f"{name} in {path}"
        else:
            name = f"{PREFIX}{key}__{entry.replace('-', '_')}" if entry else f"{PREFIX}{key}"
            place = f"{name.upper()} in the environment"
        yield _complaint(error, known, key if entry is None or key == "rules" else f"{key}.{entry}", place)


def allowed(field: FieldInfo) -> str:
    """Say what values a setting may have."""
    extra = field.json_schema_extra
    return str(extra["allowed"]) if isinstance(extra, dict) else ""


def _complaint(error: ErrorDetails, known: SenderDirectory, key: str, place: str) -> str:
    reason = error.get("ctx", {}).get("error")
    if isinstance(reason, UnitMissing):
        return f"{place}: {reason}."
    if key in known:
        return f"{place} cannot be {_shown(error['input'])}: give {allowed(known[key])}."
    table, _, wanted = key.rpartition(".")
    beside = [entry for among, _, entry in (one.rpartition(".") for one in known) if among == table]
    near = difflib.get_close_matches(wanted, beside, 1)
    hint = f"did you mean {near[0]}?" if near else f"the settings are {', '.join(beside)}."
    return f"{place} is no setting (its value is {_shown(error['input'])}): {hint}"


def _quoted(entry: str, known: SenderDirectory) -> str:
    return entry if any(key.endswith(f".{entry}") for key in known) else f'"{entry}"'


def _shown(value: object) -> str:
    return without_password(repr(value))[:200]
