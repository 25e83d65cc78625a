"""What a schema says of each element of the message, taken from xmlschema's components.

It does not matter whether a schema writes its elements globally or locally, its types named or not, its
content as sequence, choice or all, nested or extended. Nothing but the components is used: no document
is given to xmlschema.
"""

import re
from collections.abc import Iterator
from functools import cached_property, lru_cache
from typing import Any

import xmlschema

from flexibatch.adapters.xml.names import local
from flexibatch.domain.flxwage.fields import BY_PATH, required_in

_XSD = "{http://www.w3.org/2001/XMLSchema}"
_FACETS = {
    "pattern": "schema-domain",
    "enumeration": "schema-domain",
    "minInclusive": "schema-domain",
    "maxInclusive": "schema-domain",
    "minExclusive": "schema-domain",
    "maxExclusive": "schema-domain",
    "fractionDigits": "schema-domain",
    "totalDigits": "schema-length",
    "length": "schema-length",
    "minLength": "schema-length",
    "maxLength": "schema-length",
}
_DIGITS_PATTERN = re.compile(r"(?:\[[0-9\-]+\]|\\d|[0-9]|\{[0-9,]+\}|[()*+?|])+")
_DIGITS = re.compile(r"[0-9]+")
_MANY = 250
"""Names one element can have below it: each is one byte of the text its content is matched as."""


class Node:
    """What one element of the message may be and hold, by its path under the root."""

    def __init__(self, element: Any, path: str, code: int = 0) -> None:  # noqa: ANN401 - no public types
        """Take an element declaration; what is below is read when first asked for. `code` is its byte."""
        self.element, self.path, self.code = element, path, code
        self.local: str = local(element.name)
        self.type: Any = element.type
        self.leaf: bool = self.type.is_simple() or self.type.has_simple_content()
        self.mixed: bool = self.type.has_mixed_content()
        field = BY_PATH.get(path)
        self.reading = field.reader if field else None
        self.required = required_in(path)
        self.judge = lru_cache(maxsize=2048)(self._judge)

    @cached_property
    def children(self) -> dict[str, "Node"]:
        """Return what may stand below, by tag, in the schema's order."""
        if self.leaf:
            return {}
        below = f"{self.path}/" if self.path else ""
        found = {one.name: one for one in _elements(self.type.content)}
        known = list(found.items())[:_MANY]
        return {name: Node(one, below + local(name), code) for code, (name, one) in enumerate(known, 1)}

    @cached_property
    def codes(self) -> dict[str, int]:
        """Return each child's tag the byte that stands for it, in the schema's order, from 1."""
        return {name: child.code for name, child in self.children.items()}

    @cached_property
    def tags(self) -> list[str]:
        """Return the tag of each byte; the byte 0 stands for none."""
        return ["", *self.children]

    @cached_property
    def open(self) -> bool:
        """Return whether any element at all may stand below somewhere."""
        return self.type.name == f"{_XSD}anyType" or any(_wildcards(self.type.content))

    @cached_property
    def limits(self) -> dict[int, int | None]:
        """Return how often each child may stand, None = as often as one likes."""
        found: dict[int, int | None] = {}
        _limit(self.type.content, 1, self.codes, found)
        return found

    @cached_property
    def _shape(self) -> re.Pattern[bytes]:
        return re.compile(_pattern(self.type.content, self.codes), re.DOTALL)

    def fits(self, content: bytes) -> bool:
        """Return whether children in this order, one byte each, are what the schema wants."""
        if self.open:
            return True
        model = self.type.content
        if model.model == "all":
            return (not content and model.is_emptiable()) or _all_fits(model, content, self.codes)
        return self._shape.fullmatch(content) is not None

    def missing(self, content: bytes) -> list[int]:
        """Return which children must stand there and do not."""
        return (
            []
            if self.open
            else list(dict.fromkeys(_missing(self.type.content, frozenset(content), self.codes)))
        )

    def _judge(self, text: str) -> tuple[str, ...]:
        """Return the rules a value breaks: none, or what its facets say."""
        kind = self.type if self.type.is_simple() else self.type.content
        if takes(kind, text):
            return ()
        if _wants_digits(kind) and text and not _DIGITS.fullmatch(text):
            return ("schema-not-numeric",)
        rules = [_FACETS[name] for name in _broken_facets(kind, kind.normalize(text)) if name in _FACETS]
        return tuple(dict.fromkeys(rules)) or ("schema-domain",)


def takes(kind: Any, text: str) -> bool:  # noqa: ANN401 - a type of xmlschema
    """Return whether a type takes a text; a year that no library can hold it does not take."""
    try:
        return bool(kind.text_is_valid(text))
    except ArithmeticError:
        return False


def _elements(model: Any) -> Iterator[Any]:  # noqa: ANN401
    for particle in model:
        if isinstance(particle, xmlschema.validators.XsdGroup):
            yield from _elements(particle)
        elif isinstance(particle, xmlschema.XsdElement):
            yield particle


def _wildcards(model: Any) -> Iterator[bool]:  # noqa: ANN401
    for particle in model:
        if isinstance(particle, xmlschema.validators.XsdGroup):
            yield from _wildcards(particle)
        else:
            yield not isinstance(particle, xmlschema.XsdElement)


def _times(particle: Any) -> str:  # noqa: ANN401
    least, most = particle.min_occurs, particle.max_occurs
    return f"{{{least},{'' if most is None else most}}}"


def _pattern(particle: Any, codes: dict[str, int]) -> bytes:  # noqa: ANN401
    """Write a content model as a pattern over bytes."""
    times = _times(particle).encode()
    if not isinstance(particle, xmlschema.validators.XsdGroup):
        return b"\\x%02x%s" % (codes[particle.name], times)
    parts = [_pattern(one, codes) for one in particle]
    return b"(?:%s)%s" % ((b"|" if particle.model == "choice" else b"").join(parts), times)


def _all_fits(model: Any, content: bytes, codes: dict[str, int]) -> bool:  # noqa: ANN401
    counts = {codes[one.name]: content.count(codes[one.name]) for one in model}
    within = all(one.min_occurs <= counts[codes[one.name]] <= (one.max_occurs or 1) for one in model)
    return within and sum(counts.values()) == len(content)


def _limit(particle: Any, outer: int | None, codes: dict[str, int], found: dict[int, int | None]) -> None:  # noqa: ANN401
    most = None if outer is None or particle.max_occurs is None else outer * particle.max_occurs
    if isinstance(particle, xmlschema.validators.XsdGroup):
        for one in particle:
            _limit(one, most, codes, found)
        return
    code = codes[particle.name]
    known = found.get(code, 0)
    found[code] = None if most is None or known is None else known + most


def _present(particle: Any, content: frozenset[int], codes: dict[str, int]) -> bool:  # noqa: ANN401
    if isinstance(particle, xmlschema.validators.XsdGroup):
        return any(_present(one, content, codes) for one in particle)
    return codes[particle.name] in content


def _missing(particle: Any, content: frozenset[int], codes: dict[str, int]) -> Iterator[int]:  # noqa: ANN401
    """Go through a content model for what is asked for and absent; of a choice, the first that is begun."""
    there = _present(particle, content, codes)
    if particle.min_occurs == 0 and not there:
        return
    if not isinstance(particle, xmlschema.validators.XsdGroup):
        if not there:
            yield codes[particle.name]
    elif particle.model == "choice":
        begun = [one for one in particle if _present(one, content, codes)]
        if begun or not any(one.is_emptiable() for one in particle):
            yield from _missing((begun or list(particle))[0], content, codes)
    else:
        for one in particle:
            yield from _missing(one, content, codes)


def _chain(kind: Any) -> Iterator[Any]:  # noqa: ANN401
    while kind is not None and getattr(kind, "facets", None) is not None:
        yield kind
        kind = kind.base_type


def _wants_digits(kind: Any) -> bool:  # noqa: ANN401
    """Return whether a type is of digits only: a number, or text with such a pattern or list of values."""
    primitive = kind.primitive_type.name if getattr(kind, "primitive_type", None) is not None else None
    if primitive in {f"{_XSD}decimal", f"{_XSD}float", f"{_XSD}double"}:
        return True
    listed = [value for one in _chain(kind) for value in one.enumeration or ()]
    patterns = [text for one in _chain(kind) if one.patterns is not None for text in one.patterns.regexps]
    by_list = bool(listed) and all(_DIGITS.fullmatch(str(value)) for value in listed)
    return by_list or any(_DIGITS_PATTERN.fullmatch(text) for text in patterns)


def _broken_facets(kind: Any, text: str) -> Iterator[str]:  # noqa: ANN401
    for one in _chain(kind):
        for name, facet in one.facets.items():
            if name is None or not callable(facet):
                continue
            try:
                facet(text if local(name) == "pattern" else _value(kind, text))
            except xmlschema.XMLSchemaValidationError:
                yield local(name)
            except (TypeError, ValueError, ArithmeticError):
                continue


def _value(kind: Any, text: str) -> Any:  # noqa: ANN401
    """Return what a facet measures: the number of a numeric type, the text of any other."""
    primitive = getattr(kind, "primitive_type", None)
    if primitive is None or primitive.name == f"{_XSD}string":
        return text
    return primitive.to_python(text)
