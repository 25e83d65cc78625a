"""Mutations that know what an input is made of: pieces are left out, doubled, moved, or taken from a word list."""

import random
import re
from collections.abc import Callable, Sequence
from contextlib import suppress

Mutate = Callable[[bytes, int], bytes]
Change = Callable[[bytes, random.Random, Sequence[bytes]], bytes]
CONFUSED = (ValueError, IndexError, RecursionError)


class Mutator:
    """Change an input, half of the time by its pieces, otherwise byte by byte as libFuzzer does."""

    def __init__(
        self, pieces: bytes, words: Sequence[bytes], mutate: Mutate, change: Change | None = None
    ) -> None:
        """Keep the pattern of a piece, words that are put in, libFuzzer's own mutation, the target's own change."""
        self._pieces = re.compile(pieces, re.DOTALL)
        self._words = words or [b""]
        self._mutate, self._own = mutate, change

    def __call__(self, data: bytes, max_size: int, seed: int) -> bytes:
        """Return a changed input; the same seed changes it the same way."""
        chance = random.Random(seed)  # noqa: S311 - to be repeated, not to be secret
        if chance.random() < 0.5:
            return self._mutate(data, max_size)
        if self._own is not None:
            with suppress(*CONFUSED):
                return self._own(data, chance, self._words)[:max_size]
        pieces = self._pieces.findall(data) or [b""]
        for _ in range(chance.choice((1, 1, 2, 4))):
            self._change(pieces, chance)
        return b"".join(pieces)[:max_size]

    def _change(self, pieces: list[bytes], chance: random.Random) -> None:
        at, size = chance.randrange(len(pieces) + 1), chance.choice((1, 1, 1, 2, 3, 8, 20))
        stretch = pieces[at : at + size]
        to = chance.randrange(len(pieces) + 1)
        match chance.randrange(6):
            case 0:
                del pieces[at : at + size]
            case 1:
                pieces[to:to] = stretch
            case 2:
                pieces[to : to + size] = stretch
            case 3:
                pieces[at : at + 1] = [chance.choice(self._words)]
            case 4:
                pieces[at:at] = [chance.choice(self._words)]
            case _:
                pieces[at : at + 1] = [self._mutate(piece, len(piece) + 8) for piece in stretch[:1]]
