"""The committed inputs, and the harnesses they are fed to."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

TARGETS = ("wages", "names", "envelopes", "dimonas", "sftp")
CORPUS = Path(__file__).parent / "corpus"


def check_of(target: str) -> Callable[[bytes], None]:
    """Return what an input of a target is fed to."""
    check: Callable[[bytes], None] = import_module(f"tests.fuzz.{target}").check
    return check


def inputs_of(target: str) -> list[Path]:
    """Return the committed inputs of a target."""
    return sorted((CORPUS / target).iterdir())
