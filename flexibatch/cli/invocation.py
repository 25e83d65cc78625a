"""What one call of the program was given: home, operator, clock."""

import getpass
import os
from dataclasses import dataclass
from pathlib import Path

from flexibatch.ports import Clock


@dataclass(frozen=True, slots=True)
class Invocation:
    """Hold what the program was called with, before anything is opened."""

    home: Path
    operator: str | None
    clock: Clock

    @property
    def acting(self) -> str:
        """Name who acts: as told, or by the login of this process."""
        if self.operator:
            return self.operator
        try:
            return getpass.getuser()
        except (OSError, LookupError):  # no name belongs to this user's number
            return f"uid {os.getuid()}"
