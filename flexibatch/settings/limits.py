"""The settings of what judging one set may cost: the table `[limits]`."""

from pydantic import BaseModel, ConfigDict

from flexibatch.domain.budget import Budget, Tariff
from flexibatch.settings.sftp import COUNTS, DURATIONS, PAUSES, setting
from flexibatch.settings.values import Count, Duration, Memory, Pause, Size


class LimitSettings(BaseModel):
    """How many sets are judged at once, and what a process may use for one."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    processes: Count = setting(
        4,
        "How many sets are judged at once, each in a process of its own; never two of one bureau.",
        COUNTS,
    )
    memory: Memory = setting(
        536_870_912,
        "How many bytes of address space a process may have that judges a set (512 MiB).",
        "a whole number, 402653184 (384 MiB) or more",
    )
    memory_per_byte: Size = setting(
        2, "How many bytes more it may have for each byte of the set.", "a whole number, 0 for no more"
    )
    cpu: Pause = setting("PT30S", "How much processor time a set may take.", PAUSES)
    cpu_per_megabyte: Duration = setting(
        "PT2S", "How much more it may take for each million bytes of the set.", DURATIONS
    )
    wall: Pause = setting("PT2M", "How long a set may take.", PAUSES)
    wall_per_megabyte: Duration = setting(
        "PT10S", "How much longer for each million bytes of the set.", DURATIONS
    )

    @property
    def tariff(self) -> Tariff:
        """Return what sets may cost."""
        least = Budget(self.memory, self.cpu.total_seconds(), self.wall.total_seconds())
        more = self.cpu_per_megabyte.total_seconds(), self.wall_per_megabyte.total_seconds()
        return Tariff(least, self.memory_per_byte, *more)
