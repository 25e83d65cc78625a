"""The versions of the FLXWAGE message that are taken."""

from dataclasses import dataclass
from datetime import date

from flexibatch.wiring.components import Components


@dataclass(frozen=True, slots=True)
class OpenSchema:
    """An open version, its days of reception (the last included) and its file; `ours` is no official one."""

    schema: str
    from_: date
    until: date | None
    file: str
    ours: bool
    sha256: str


def open_schemas(components: Components, on: date) -> list[OpenSchema]:
    """Return the versions that are open on a day."""
    listed = components.schemas.listing(on)
    return [
        OpenSchema(
            one.version.name, one.version.opens, one.version.until, one.version.file, one.ours, one.sha256
        )
        for one in listed
    ]
