"""Operators: who acts, when, and why."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class By:
    """Who acts, and when; `note` tells why, where that was said."""

    operator: str
    at: datetime
    note: str | None = None
