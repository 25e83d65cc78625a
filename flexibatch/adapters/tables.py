"""The tables that travel with the package: the anomaly catalogue and the employer categories."""

import tomllib
from collections.abc import Mapping
from importlib.resources import files

from flexibatch.domain.catalogue import Catalogue


def load_catalogue(overrides: Mapping[str, str] | None = None) -> Catalogue:
    """Read the anomaly catalogue with the classes that the settings change.

    `overrides` is `[rules]` of the settings: code to `B`, `NB`, `W` or `off`. Raises `Refusal` for a code
    that is unknown or may not be changed, and for a value that is not allowed.
    """
    table = files("flexibatch") / "data" / "anomalies.toml"
    return Catalogue(tomllib.loads(table.read_text("utf-8")), overrides)
