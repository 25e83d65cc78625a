"""Change DER by its elements: the lengths around a change are made to fit, so that what is inside is read."""

import random
from collections.abc import Sequence

Element = tuple[int, bytes | list["Element"]]
_CONSTRUCTED = 0x20
_LONG = 0x80


def parsed(data: bytes) -> list[Element]:
    """Read elements, as deep as they go; raise `ValueError` where the bytes are none."""
    found: list[Element] = []
    at = 0
    while at < len(data):
        kind, size, at = data[at], data[at + 1 : at + 2], at + 2
        length = int.from_bytes(size)
        if length & _LONG:
            count, at = length - _LONG, at + length - _LONG
            length = int.from_bytes(data[at - count : at])
        content, at = data[at : at + length], at + length
        if at > len(data) or not size:
            raise ValueError("an element is longer than what holds it")
        found.append((kind, parsed(content) if kind & _CONSTRUCTED else content))
    return found


def written(elements: list[Element]) -> bytes:
    """Write elements."""
    return b"".join(bytes([kind]) + _sized(_content(content)) for kind, content in elements)


def changed(data: bytes, chance: random.Random, words: Sequence[bytes]) -> bytes:
    """Leave an element out, double it, give it another kind or content, or put another in its place."""
    elements = parsed(data)
    holders = list(_holders(elements))
    mine, other = chance.choice(holders), chance.choice(holders)
    at = chance.randrange(len(mine))
    kind, content = mine[at]
    match chance.randrange(5):
        case 0:
            del mine[at]
        case 1:
            mine.insert(at, mine[at])
        case 2:
            mine[at] = chance.choice((chance.randrange(256), kind ^ 1 << chance.randrange(8))), content
        case 3:
            mine[at] = kind, chance.choice((b"", b"\0", b"\xff" * 9, *(word[2:] for word in words)))
        case _:
            mine[at] = chance.choice(other)
    return written(elements)


def _holders(elements: list[Element]) -> list[list[Element]]:
    inner = [content for _, content in elements if isinstance(content, list)]
    return [one for one in (elements, *(some for held in inner for some in _holders(held))) if one]


def _content(content: bytes | list[Element]) -> bytes:
    return content if isinstance(content, bytes) else written(content)


def _sized(content: bytes) -> bytes:
    if len(content) < _LONG:
        return bytes([len(content)]) + content
    size = len(content).to_bytes((len(content).bit_length() + 7) // 8)
    return bytes([_LONG + len(size)]) + size + content
