"""What a channel came to, read from its database and its folders, in the words of the model."""

from collections.abc import Mapping
from hashlib import sha256

from tests.doubles.installation import Installation
from tests.doubles.model import Key

Row = tuple[object, ...]


def sets(installation: Installation, sender: str) -> list[tuple[str, str, str, int]]:
    """Return ticket, key, state and run of a sender's sets, in order of arrival."""
    query = f"SELECT ticket, set_key, state, run FROM file_set WHERE sender = '{sender}' ORDER BY arrival"  # noqa: S608
    return [(str(row[0]), str(row[1]), str(row[2]), int(str(row[3]))) for row in installation.rows(query)]


def counts(installation: Installation) -> dict[tuple[str, int], Row]:
    """Return how many lines each run accepted, left unchanged and refused, by ticket and run."""
    rows = installation.rows("SELECT set_ticket, number, accepted, unchanged, refused FROM run")
    return {(str(row[0]), int(str(row[1]))): row[2:] for row in rows}


def declared(installation: Installation) -> Mapping[Key, list[Row]]:
    """Return operation and amount of every version in force and before, by worker and reference."""
    rows = installation.rows(
        "SELECT person, declaration.reference, version.number, operation, eurocents FROM declaration "
        "JOIN version ON version.declaration = declaration.ticket "
        "LEFT JOIN financial_element ON financial_element.form_id = version.form_id "
        "AND financial_element.line = version.line ORDER BY 1, 2, 3"
    )
    found: dict[Key, list[Row]] = {}
    for person, reference, number, *version in rows:
        versions = found.setdefault((str(person), str(reference)), [])
        versions.append(tuple(version))
        assert len(versions) == number
    return found


def answers(installation: Installation, sender: str) -> dict[str, list[tuple[str, int]]]:
    """Return ticket and run of a sender's answers by subject, in the order of their names.

    What lies in its out folder is what the database says that was answered to it, to the byte.
    """
    rows = installation.rows(
        "SELECT answer.subject, answer.name, set_ticket, answer.run, sha256, file_set.sender, set_key FROM answer "
        "JOIN file_set ON ticket = set_ticket ORDER BY answer.name"
    )
    mine = [row for row in rows if row[5] == sender]
    published = installation.published(sender)
    names = {str(row[1]) for row in mine}
    assert names | {f"GO{name[2:]}" for name in names} == published.keys()
    found: dict[str, list[tuple[str, int]]] = {}
    for subject, name, ticket, run, digest, _sender, key in mine:
        content = published[str(name)]
        assert sha256(content).hexdigest() == digest
        assert str(key).encode() in content
        found.setdefault(str(subject), []).append((str(ticket), int(str(run))))
    return found


def folders(installation: Installation, name: str) -> set[str]:
    """Return the tickets whose private folders stand in a folder of the spool."""
    pattern = "*/*/*/*" if name == "archive" else "*"
    return {path.name for path in (installation.spool / name).glob(pattern)}
