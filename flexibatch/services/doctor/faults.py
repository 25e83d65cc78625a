"""What a look of `doctor` finds wrong, and how bad it is."""

from dataclasses import dataclass
from enum import StrEnum

from flexibatch.errors import Remedy


class Health(StrEnum):
    """Name how something is."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, and what to do: in words, or a remedy that whoever shows it words."""

    health: Health
    told: str
    what_to_do: str = ""
    remedy: Remedy | None = None
    about: str = ""
