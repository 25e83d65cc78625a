"""A disk of a few MiB, mounted for a test, and something large on it that comes and goes."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class SmallDisk:
    """Where a disk is mounted."""

    path: Path

    def fill(self, size: int) -> None:
        """Let something else take so many bytes, or what there is."""
        with (self.path / "large").open("wb", buffering=0) as file, suppress(OSError):
            for _ in range(0, size, MIB):
                file.write(bytes(MIB))

    def free(self) -> None:
        """Let it go."""
        (self.path / "large").unlink()


@contextmanager
def small_disk(path: Path, size: int) -> Iterator[SmallDisk]:
    """Mount a disk of so many bytes; needs root, as other tests do."""
    path.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(path)], check=True)
    try:
        yield SmallDisk(path)
    finally:
        subprocess.run(["umount", "--lazy", str(path)], check=True)
