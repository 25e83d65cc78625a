"""What a look of `doctor` finds wrong, and how bad it is."""

from dataclasses import dataclass
from enum import StrEnum


class Health(StrEnum):
    """Name how something is."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Fault:
    """Hold one thing that is wrong, and what to do."""

    health: Health
    told: str
    remedy: str = ""
