"""The tables that travel with the package: the anomaly catalogue and the employer categories."""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from hashlib import sha256
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import Any

from flexibatch.adapters.csv_files import Rows, csv_rows, header_of
from flexibatch.domain.catalogue import Catalogue
from flexibatch.domain.categories import Categories
from flexibatch.errors import Refusal


def load_catalogue(overrides: Mapping[str, str] | None = None) -> Catalogue:
    """Read the anomaly catalogue with the classes that the settings change.

    `overrides` is `[rules]` of the settings: code to `B`, `NB`, `W` or `off`. Raises `Refusal` for a code
    that is unknown or may not be changed, and for a value that is not allowed.
    """
    return Catalogue(_anomalies(), overrides)


@cache
def _anomalies() -> Mapping[str, Any]:
    """Return the package's table of anomalies, which takes far longer to read than to make a catalogue of."""
    table = files("flexibatch") / "data" / "anomalies.toml"
    return tomllib.loads(table.read_text("utf-8"))


def edition(catalogue: Catalogue, categories: Path | None, rules: Mapping[str, str]) -> str:
    """Name what verdicts are reached by: the catalogue's version, and digests of what an operator put in its place.

    >>> edition(load_catalogue(), None, {}), edition(load_catalogue(), None, {"00024-152": "NB"})
    ('2026.1', '2026.1+rules.3fbc8eae')
    """
    parts = [catalogue.version]
    if categories is not None:
        parts.append(f"categories.{_short(categories.read_bytes())}")
    if rules:
        parts.append(f"rules.{_short(repr(sorted(rules.items())).encode())}")
    return "+".join(parts)


def _short(content: bytes) -> str:
    return sha256(content).hexdigest()[:8]


def load_categories(path: Path | None = None) -> Categories:
    """Read the table of employer categories: the package's own, or a newer one that an operator put down.

    CSV, columns `code`, `sector`, `first_quarter`, `last_quarter`. Raises `Refusal` where the
    file cannot be read or a row is not right.
    """
    table = path or files("flexibatch") / "data" / "employer_categories.csv"
    try:
        return Categories.from_rows(_named(csv_rows(BytesIO(table.read_bytes()))))
    except OSError as exc:
        raise Refusal(
            f"The table of employer categories {table} cannot be read ({exc}). Give a CSV file in UTF-8."
        ) from exc
    except Refusal as exc:
        raise Refusal(f"The table of employer categories {table} cannot be used: {exc}.") from exc


def _named(rows: Rows) -> Iterator[tuple[int, Mapping[Any, Any]]]:
    """Yield each row by the names of the header, with its line; what has no name stands under None."""
    header = header_of(rows)
    for line, row in rows:
        more = {None: row[len(header) :]} if len(row) > len(header) else {}
        yield line, dict(zip(header, row, strict=False)) | more
