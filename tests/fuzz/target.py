"""Fuzz one target in this process: `python -m tests.fuzz.target NAME [libFuzzer's own words]`."""

import re
import sys
from importlib import import_module
from pathlib import Path

import atheris

from tests.fuzz.mutating import Mutator

HERE = Path(__file__).parent
LENGTH = 8192


def words_of(name: str) -> list[bytes]:
    """Read the words of a target's dictionary."""
    text = (HERE / "words" / f"{name}.dict").read_text("ascii")
    return [
        word.encode("ascii").decode("unicode_escape").encode("latin-1")
        for word in re.findall(r'^"(.*)"$', text, re.MULTILINE)
    ]


def _mutated(data: bytes, max_size: int) -> bytes:
    """Change bytes as libFuzzer does; atheris puts its own function in place only when it begins."""
    changed: bytes = atheris.Mutate(data, max_size)
    return changed


def main() -> None:
    """Instrument the channel, and feed the target until libFuzzer is told to end."""
    name, *told = sys.argv[1:]
    with atheris.instrument_imports(include=["flexibatch", "asn1crypto.cms"]):
        module = import_module(f"tests.fuzz.{name}")
    mutator = Mutator(module.PIECES, words_of(name), _mutated, getattr(module, "CHANGE", None))
    words = [sys.argv[0], *told, f"-max_len={LENGTH}", f"-dict={HERE / 'words' / f'{name}.dict'}"]
    atheris.Setup(words, module.check, custom_mutator=mutator)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
