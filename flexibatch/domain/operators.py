"""Operators: who acts, and when."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class By:
    """Who acts, and when."""

    operator: str
    at: datetime
