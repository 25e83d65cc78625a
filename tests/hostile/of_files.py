"""Attacks by what stands in parts and signatures."""

from tests.hostile import documents
from tests.hostile.attacker import Attacker
from tests.hostile.documents import LARGE, PART
from tests.hostile.running import Attack


def _one(attacker: Attacker, content: bytes, signature: bytes | None = None) -> None:
    session = attacker.session()
    attacker.drop(session, (content, signature))
    session.end()


def _namespaces(attacker: Attacker) -> None:
    _one(attacker, documents.namespaces(attacker.size(2_000, 20_000)))


def _attributes(attacker: Attacker) -> None:
    session = attacker.session()
    attacker.drop(
        session,
        (documents.attributes(attacker.size(100, 40_000), 99), None),
        (documents.attributes(attacker.size(1, 400), 99, 100), None),
        (documents.attributes(1, attacker.size(2_000, 2_000_000)), None),
    )


def _empty_forms(attacker: Attacker) -> None:
    _one(attacker, documents.document("<Form/>" * attacker.size(9_999, 49_999)))


def _forms_told(attacker: Attacker) -> None:
    _one(attacker, documents.document("<Form/>" * attacker.size(2_000, 9_999)))


def _empty_lines(attacker: Attacker) -> None:
    count = attacker.size(20_000, 490_000)
    _one(attacker, documents.empty_lines(count, attacker.size(0, LARGE)))


def _long_names(attacker: Attacker) -> None:
    session = attacker.session()
    attacker.drop(
        session,
        (documents.long_names(attacker.size(100, 2_000), 17_000), None),
        (documents.long_names(attacker.size(500, 10_000), 250), None),
    )


def _faulty(attacker: Attacker) -> None:
    _one(attacker, documents.faulty(attacker.size(1, 9)))


def _sound(attacker: Attacker) -> None:
    _one(attacker, documents.sound(attacker.size(100, 2_000), attacker.size(10, 46)))


def _garbage(attacker: Attacker) -> None:
    size = attacker.size(1_000_000, PART)
    _one(attacker, documents.small(), (b"-----BEGIN PKCS7-----\n" + b"A: b\n" * (size // 5))[:size])


def _columns(attacker: Attacker) -> None:
    _one(attacker, documents.small(), b"M\nA\n" * (attacker.size(1_000_000, PART) // 4))


def _nested_values(attacker: Attacker) -> None:
    size = attacker.size(1_000_000, PART)
    _one(attacker, documents.small(), b"\x30\x84" + (size - 6).to_bytes(4) + b"\x30\0" * (size // 2 - 3))


def _changed(attacker: Attacker) -> None:
    part, session = documents.small(), attacker.session()
    changed = list(documents.changed_signatures(part, attacker.size(20, 6_000)))
    for start in range(0, len(changed), 100):
        attacker.drop(session, *((part, one) for one in changed[start : start + 100]))


def _tricks(attacker: Attacker) -> None:
    session = attacker.session()
    for content in documents.tricks(attacker.size(200_000, 4_000_000)).values():
        attacker.drop(session, (content, None))


def _markup(attacker: Attacker) -> None:
    attacker.drop(attacker.session(), *((content, None) for content in documents.markup()))


ATTACKS = (
    Attack("namespaces", "20,000 namespaces at the root, each used", _namespaces, short=True),
    Attack(
        "attributes",
        "40,000 elements of 99 attributes; a hundred within one another; 2,000,000 at one",
        _attributes,
    ),
    Attack("49,999 empty Forms", "refused whole", _empty_forms),
    Attack("9,999 empty Forms", "as many as are judged and told", _forms_told),
    Attack("490,000 empty lines", "in one Form, 35 MB", _empty_lines),
    Attack("long names", "strangers with names of 17,000 and of 250 characters", _long_names),
    Attack("9,000 lines with a fault", "each told", _faulty),
    Attack("92,000 sound elements", "2,000 lines, 22 MB", _sound),
    Attack("signature of headers", "35 MiB that begin as an armour", _garbage),
    Attack("signature in columns", "35 MiB, one character a line", _columns),
    Attack("signature of empty values", "35 MiB of DER", _nested_values),
    Attack("changed signatures", "one byte of a right signature changed, a set each", _changed, short=True),
    Attack("XML tricks", "DOCTYPE, entities, XInclude, encodings, depth, instructions, bombs", _tricks),
    Attack("markup in values", "what a page must escape", _markup, short=True),
)
