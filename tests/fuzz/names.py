"""File names: each is told what is wrong with it, belongs to one set or to none, and is rendered as it came."""

from datetime import date

from flexibatch.domain.findings import Finding
from flexibatch.domain.groups import FILES_LIMIT, DirectoryEntry, groups_of, orphans
from flexibatch.domain.names import (
    NAME_LIMIT,
    InboxContext,
    ParsedName,
    cut,
    is_temporary,
    key_of,
    kind_of,
    name_fault,
    parse_name,
    part_rules,
    set_rules,
)
from flexibatch.domain.vocabulary import Environment
from tests.fuzz.invariants import require

PIECES = rb"[^.\n]+|[.\n]"
PLACE = InboxContext("000640", Environment.REAL, date(2026, 10, 5), 365, frozenset(Environment))


def check(data: bytes) -> None:
    """Look at each line as a name, and at all of them as an inbox."""
    names = [text for text in data.decode(errors="surrogateescape").split("\n") if text]
    for name in names:
        _check_name(name)
    _check_inbox(list(dict.fromkeys(names)))


def _check_name(name: str) -> None:
    require(holds=kind_of(name) is None or name.startswith(f"{kind_of(name)}."), otherwise="another kind")
    require(holds=name.startswith(cut(name)) and len(cut(name)) <= NAME_LIMIT, otherwise="cut otherwise")
    parsed = parse_name(name)
    if parsed is None:
        return
    require(holds=_rendered(parsed) == name == parsed.text, otherwise="rendered otherwise")
    require(holds=parsed.key == key_of(name), otherwise="two keys")
    told: list[Finding] = [
        name_fault(rule, parsed, PLACE) for rule in (*set_rules(parsed, PLACE), *part_rules(parsed))
    ]
    require(holds=all(one.value == name for one in told), otherwise="another name is told")
    if not told:
        require(holds=name.isascii() and not is_temporary(name), otherwise="a name without fault is odd")


def _rendered(parsed: ParsedName) -> str:
    shared = (parsed.kind.value, parsed.key, parsed.parts)
    return ".".join(shared if parsed.part is None else (*shared, parsed.part))


def _check_inbox(names: list[str]) -> None:
    groups, others = groups_of(DirectoryEntry(name, at) for at, name in enumerate(names))
    grouped = [name for group in groups.values() for _kind, name, _at in group.in_order]
    require(
        holds=sorted(names) == sorted([*grouped, *(one.name for one in others)]),
        otherwise="a file is lost or stands in two sets",
    )
    require(holds=set(orphans(groups)) <= set(groups), otherwise="an orphan of no group")
    for group in groups.values():
        require(holds=max(at for _kind, _name, at in group.in_order) == group.changed_ns, otherwise="time")
        left = group.bound()
        require(holds=left >= 0 and 0 < len(group.in_order) <= FILES_LIMIT, otherwise="bound otherwise")
