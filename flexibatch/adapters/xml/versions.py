"""Read `versions.toml`: from which quarter on each schema file is in force, and which versions close otherwise."""

import re
import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

from flexibatch.domain.schema_versions import FIRST, Quarter, SchemaVersions, quarter_named
from flexibatch.errors import Refusal

VERSIONS = "versions.toml"
FILE = re.compile(r"FLXWAGE_[0-9]{5}\.xsd")
_QUARTER = re.compile(r"([0-9]{4})/([1-4])")
_Told = TypeVar("_Told")
_FIELDS = {"file": ("file", "from"), "version": ("name", "until")}


def read_versions(path: Path, open_quarters: int) -> SchemaVersions:
    """Read the file; a `Refusal` says what is wrong with it."""
    told = _told(path)
    closings = _once(path, "version", [_closing(path, entry) for entry in _entries(path, told, "version")])
    files = _once(path, "file", [_file(path, entry) for entry in _entries(path, told, "file")])
    if not files:
        raise Refusal(f"{path} names no schema: give it at least one [[file]] with file and from.")
    return SchemaVersions(files, closings, open_quarters)


def _told(path: Path) -> Mapping[str, Any]:
    try:
        told = tomllib.loads(path.read_text("utf-8"))
    except OSError as exc:
        raise Refusal(
            f"{path} cannot be read ({exc.strerror}): set `schemas` to the folder it stands in."
        ) from exc
    except ValueError as exc:
        raise Refusal(f"{path} is no TOML ({exc}): mend it.") from exc
    unknown = sorted(set(told) - set(_FIELDS))
    if unknown:
        raise Refusal(f"{path} has no {unknown[0]!r}: only tables [[file]] and [[version]] are known.")
    return told


def _entries(path: Path, told: Mapping[str, Any], table: str) -> list[Mapping[str, Any]]:
    entries, fields = told.get(table, []), _FIELDS[table]
    if not isinstance(entries, list) or not all(isinstance(one, Mapping) for one in entries):
        raise Refusal(f"{path}: write each {table} as a table [[{table}]] with {' and '.join(fields)}.")
    for entry in entries:
        if table == "version" and "file" in entry:
            raise Refusal(
                f"{path} is of an earlier release, which had a [[version]] for each file: write [[file]] with file and "
                'from = "2025/1", a quarter; versions open and close by themselves now.'
            )
        if set(entry) != set(fields):
            raise Refusal(
                f"{path}: a [[{table}]] has {' and '.join(fields)}, no more and no less: correct it."
            )
    return entries


def _once(path: Path, table: str, entries: list[tuple[Quarter, _Told]]) -> Mapping[Quarter, _Told]:
    """Return what is told of each quarter; two entries for one would leave it to chance which counts."""
    by_quarter = dict(entries)
    if len(by_quarter) != len(entries):
        raise Refusal(f"{path} has two [[{table}]] of one quarter: take one of them out.")
    return by_quarter


def _file(path: Path, entry: Mapping[str, Any]) -> tuple[Quarter, str]:
    file, first = entry["file"], entry["from"]
    if not isinstance(file, str) or not FILE.fullmatch(file):
        raise Refusal(f"{path}: {file!r} is no file name like FLXWAGE_20251.xsd: correct it.")
    found = _QUARTER.fullmatch(first) if isinstance(first, str) else None
    if found is None or found[1] == "0000":
        raise Refusal(f'{path}: {file} needs `from` as a quarter like "2025/1".')
    return Quarter(int(found[1]), int(found[2])), file


def _closing(path: Path, entry: Mapping[str, Any]) -> tuple[Quarter, date]:
    name, until = entry["name"], entry["until"]
    quarter = quarter_named(name) if isinstance(name, str) else None
    if quarter is None or quarter < FIRST:
        raise Refusal(f"{path}: {name!r} is no version like FLXWAGE_20263: correct it.")
    if not isinstance(until, date) or isinstance(until, datetime):
        raise Refusal(f"{path}: {name} needs `until` as a day like 2026-12-31.")
    if until < quarter.first_day:
        raise Refusal(f"{path}: {name} would close on {until}, before it opens: correct `until`.")
    return quarter, until
