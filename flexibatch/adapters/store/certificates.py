"""The certificates that bureaus sign their files with."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Select, delete, insert, select

from flexibatch.adapters.store.audit import By, note
from flexibatch.adapters.store.bureaus import require_sender
from flexibatch.adapters.store.engine import instant, stored
from flexibatch.adapters.store.rows import PlainRow, all_shown
from flexibatch.adapters.store.tables import sender_certificate
from flexibatch.domain.signatures import Certificate
from flexibatch.errors import Refusal

_OF = sender_certificate.c
NAME_LIMIT = 500
"""Characters kept of subject and issuer: what decides is the certificate itself."""


def add_certificate(connection: Connection, by: By, number: str, one: Certificate) -> bool:
    """Register a sender's certificate; tell whether that is news."""
    require_sender(connection, number)
    if any(known.fingerprint == one.fingerprint for known in certificates_of(connection, number)):
        return False
    row = {
        "sender": number,
        "fingerprint": one.fingerprint,
        "subject": one.subject[:NAME_LIMIT],
        "issuer": one.issuer[:NAME_LIMIT],
        "serial": one.serial,
        "valid_from": stored(one.valid_from),
        "valid_until": stored(one.valid_until),
        "content": one.content,
        "added_at": stored(by.at),
        "added_by": by.operator,
    }
    connection.execute(insert(sender_certificate).values(**row))
    note(connection, by, "sender certificate add", number, fingerprint=one.fingerprint, serial=one.serial)
    return True


def remove_certificate(connection: Connection, by: By, number: str, fingerprint: str) -> None:
    """Take a sender's certificate away; raise `Refusal` where it does not have it."""
    require_sender(connection, number)
    mine = (_OF.sender == number, _OF.fingerprint == fingerprint)
    if connection.execute(delete(sender_certificate).where(*mine)).rowcount == 0:
        raise Refusal(
            f"Sender {number} has no certificate {fingerprint}: `flexibatch sender certificate list {number}` "
            "shows them."
        )
    note(connection, by, "sender certificate remove", number, fingerprint=fingerprint)


def list_certificates(connection: Connection, number: str) -> list[PlainRow]:
    """Return a sender's certificates as operators see them, those that end first at the head."""
    columns = (
        *(_OF.subject, _OF.issuer, _OF.serial, _OF.fingerprint),
        *(_OF.valid_from, _OF.valid_until, _OF.added_at, _OF.added_by),
    )
    mine: Select[Any] = select(*columns).where(_OF.sender == number)
    return all_shown(connection.execute(mine.order_by(_OF.valid_until, _OF.fingerprint)))


def certificates_of(connection: Connection, number: str) -> Sequence[Certificate]:
    """Return a sender's certificates as signatures are judged by them."""
    mine = select(sender_certificate).where(_OF.sender == number).order_by(_OF.added_at, _OF.fingerprint)
    return [
        Certificate(
            row.subject,
            row.issuer,
            row.serial,
            row.fingerprint,
            instant(row.valid_from),
            instant(row.valid_until),
            bytes(row.content),
        )
        for row in connection.execute(mine)
    ]
