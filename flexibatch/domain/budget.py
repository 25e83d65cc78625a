"""What the judgement of one set may cost: it grows with the set's bytes."""

from dataclasses import dataclass

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Budget:
    """What a process may use for one set: `memory` in bytes of address space, the others in seconds."""

    memory: int
    cpu: float
    wall: float


@dataclass(frozen=True, slots=True)
class Tariff:
    """What every set may cost, and how much more each of its bytes allows."""

    least: Budget
    memory_per_byte: int
    cpu_per_megabyte: float
    wall_per_megabyte: float

    def budget(self, size: int) -> Budget:
        """Return the budget of a set of so many bytes.

        >>> Tariff(Budget(100, 1.0, 2.0), 2, 0.5, 1.0).budget(4_000_000)
        Budget(memory=8000100, cpu=3.0, wall=6.0)
        """
        megabytes = size / MEGABYTE
        return Budget(
            self.least.memory + self.memory_per_byte * size,
            self.least.cpu + self.cpu_per_megabyte * megabytes,
            self.least.wall + self.wall_per_megabyte * megabytes,
        )
