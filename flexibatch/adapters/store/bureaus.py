"""Bureaus: senders, their keys, and whether one may declare for an employer.

Rows of senders are never deleted: sets and declarations speak of them.
"""

from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, case, delete, func, insert, or_, select, update

from flexibatch.adapters.store.audit import By, note
from flexibatch.adapters.store.engine import stored
from flexibatch.adapters.store.rows import PlainRow, all_shown, shown
from flexibatch.adapters.store.tables import mandate, sender, sender_certificate, sender_key
from flexibatch.domain.bureaus import AS_SET, NewSender, SshKey
from flexibatch.domain.vocabulary import Language, SignatureDemand
from flexibatch.errors import Refusal

# ---------------------------------------------------------------------------------------------------- senders


def add_sender(connection: Connection, by: By, new: NewSender) -> bool:
    """Register a sender, or bring a removed one back; tell whether it was there before.

    Raise `Refusal` for a number or user name that is in use.
    """
    row = _find(connection, new.number)
    if row is not None and row.removed_at is None:
        raise Refusal(
            f"Sender {new.number} is there already: see `flexibatch sender show {new.number}`, or choose "
            "another number."
        )
    _refuse_taken_user(connection, new)
    values = {
        "name": new.name,
        "language": new.language.value,
        "signature": new.signature.value,
        "user_name": new.user_name,
        "allow_ssh_rsa": new.allow_ssh_rsa,
        "acceptance": new.acceptance.value if new.acceptance else None,
        "held": False,
    }
    if row is None:
        made = insert(sender).values(number=new.number, added_at=stored(by.at), **values)
        connection.execute(made)
    else:
        _change(connection, new.number, removed_at=None, **values)
    details: dict[str, str | int] = {
        "name": new.name,
        "language": new.language.value,
        "signature": new.signature.value,
        "allow_ssh_rsa": new.allow_ssh_rsa,
    }
    note(
        connection,
        by,
        "sender add",
        new.number,
        **details,
        user_name=new.user_name,
        acceptance=values["acceptance"],
    )
    return row is not None


def list_senders(connection: Connection) -> list[PlainRow]:
    """Return all senders by number, the removed ones too."""
    return all_shown(connection.execute(_senders().order_by(sender.c.number)))


def show_sender(connection: Connection, number: str) -> PlainRow:
    """Return one sender with its keys and the number of its mandates; raise `Refusal` where there is none."""
    row = connection.execute(_senders().where(sender.c.number == number)).first()
    if row is None:
        raise _unknown(number)
    counted = select(func.count()).select_from(mandate).where(mandate.c.sender == number)
    keys = [key["fingerprint"] for key in list_keys(connection, number)]
    registered = select(sender_certificate.c.fingerprint).where(sender_certificate.c.sender == number)
    return {
        **shown(row),
        "keys": keys,
        "certificates": list(connection.scalars(registered.order_by(sender_certificate.c.valid_until))),
        "mandates": connection.scalar(counted),
    }


def hold_sender(connection: Connection, by: By, number: str) -> bool:
    """Leave a sender's sets untouched from now on; tell whether that is news."""
    return _hold(connection, by, number, held=True)


def release_sender(connection: Connection, by: By, number: str) -> bool:
    """Take a sender's sets again; tell whether that is news."""
    return _hold(connection, by, number, held=False)


_SETTABLE = ("name", "language", "signature", "user_name", "allow_ssh_rsa", "acceptance")


def set_sender(connection: Connection, by: By, number: str, **wanted: object) -> dict[str, object]:
    """Change what a sender was registered with, by column of its table, as far as `wanted` tells it; give what is news.

    Raise `Refusal` for a name or a user name that cannot be kept, or is another's.
    """
    row = require_sender(connection, number)._mapping  # noqa: SLF001 - SQLAlchemy's public name
    told = {one: row[one] for one in _SETTABLE}
    then = {**told, **{one: value for one, value in wanted.items() if value is not None}}
    then["acceptance"] = None if then["acceptance"] == AS_SET else then["acceptance"]
    language, demand = Language(then["language"]), SignatureDemand(then["signature"])
    new = NewSender(number, then["name"], language, demand, then["user_name"], then["allow_ssh_rsa"])
    _refuse_taken_user(connection, new)
    news = {one: value for one, value in then.items() if value != told[one]}
    if news:
        _change(connection, number, **news)
        note(connection, by, "sender set", number, **news)
    return news


def remove_sender(connection: Connection, by: By, number: str) -> None:
    """Remove a sender with its keys, certificates and user name; sets, declarations and mandates stay as they are."""
    row = require_sender(connection, number)
    keys = [key["fingerprint"] for key in list_keys(connection, number)]
    registered = select(sender_certificate.c.fingerprint).where(sender_certificate.c.sender == number)
    certificates = list(connection.scalars(registered))
    connection.execute(delete(sender_key).where(sender_key.c.sender == number))
    connection.execute(delete(sender_certificate).where(sender_certificate.c.sender == number))
    _change(connection, number, removed_at=stored(by.at), user_name=None, held=False, allow_ssh_rsa=False)
    note(
        connection,
        by,
        "sender remove",
        number,
        user_name=row.user_name,
        keys=" ".join(keys),
        certificates=" ".join(certificates),
    )


def require_sender(connection: Connection, number: str) -> Row[Any]:
    """Return a sender's row; raise `Refusal` where it is unknown or was removed."""
    row = _find(connection, number)
    if row is None:
        raise _unknown(number)
    if row.removed_at is not None:
        raise Refusal(
            f"Sender {number} was removed on {row.removed_at:%Y-%m-%d}: `flexibatch sender add` restores it."
        )
    return row


def _find(connection: Connection, number: str) -> Row[Any] | None:
    return connection.execute(select(sender).where(sender.c.number == number)).first()


def _unknown(number: str) -> Refusal:
    return Refusal(f"Sender {number} is unknown: `flexibatch sender list` shows those that are registered.")


def _senders() -> Select[Any]:
    state = case((sender.c.removed_at.is_not(None), "removed"), (sender.c.held, "held"), else_="active")
    return select(
        sender.c.number,
        sender.c.name,
        sender.c.language,
        sender.c.signature,
        sender.c.user_name,
        sender.c.allow_ssh_rsa,
        sender.c.acceptance,
        state.label("state"),
        sender.c.added_at,
        sender.c.removed_at,
    )


def _change(connection: Connection, number: str, **values: object) -> None:
    connection.execute(update(sender).where(sender.c.number == number).values(**values))


def _hold(connection: Connection, by: By, number: str, *, held: bool) -> bool:
    if bool(require_sender(connection, number).held) is held:
        return False
    _change(connection, number, held=held)
    note(connection, by, "sender hold" if held else "sender release", number)
    return True


def _refuse_taken_user(connection: Connection, new: NewSender) -> None:
    taken = select(sender.c.number).where(sender.c.user_name == new.user_name, sender.c.number != new.number)
    other = connection.scalar(taken) if new.user_name is not None else None
    if other is not None:
        raise Refusal(f"User name {new.user_name} belongs to sender {other}: choose another --user.")


# ------------------------------------------------------------------------------------------------------- keys


def add_key(connection: Connection, by: By, number: str, key: SshKey) -> bool:
    """Register a sender's public key; tell whether that is news."""
    require_sender(connection, number)
    if any(known["fingerprint"] == key.fingerprint for known in list_keys(connection, number)):
        return False
    row = {
        "sender": number,
        "fingerprint": key.fingerprint,
        "public_key": key.text,
        "added_at": stored(by.at),
    }
    connection.execute(insert(sender_key).values(**row))
    note(connection, by, "sender key add", number, fingerprint=key.fingerprint)
    return True


def remove_key(connection: Connection, by: By, number: str, fingerprint: str) -> None:
    """Take a sender's public key away; raise `Refusal` where it does not have it."""
    require_sender(connection, number)
    mine = (sender_key.c.sender == number, sender_key.c.fingerprint == fingerprint)
    if connection.execute(delete(sender_key).where(*mine)).rowcount == 0:
        raise Refusal(
            f"Sender {number} has no key {fingerprint}: `flexibatch sender key list {number}` shows them."
        )
    note(connection, by, "sender key remove", number, fingerprint=fingerprint)


def list_keys(connection: Connection, number: str) -> list[PlainRow]:
    """Return a sender's keys, the oldest first."""
    columns = (sender_key.c.fingerprint, sender_key.c.public_key, sender_key.c.added_at)
    mine: Select[Any] = select(*columns).where(sender_key.c.sender == number)
    return all_shown(connection.execute(mine.order_by(sender_key.c.added_at, sender_key.c.fingerprint)))


# -------------------------------------------------------------------------------------------------- mandates


_MANDATE = (
    select(mandate.c.id)
    .where(
        mandate.c.sender == bindparam("sender"),
        mandate.c.employer_id == bindparam("employer_id"),
        mandate.c.from_date <= bindparam("on"),
        or_(mandate.c.until_date.is_(None), mandate.c.until_date >= bindparam("on")),
    )
    .limit(1)
)


def mandated(connection: Connection, number: str, employer_id: int, on: date) -> bool:
    """Return whether a sender may declare for an employer on a day, its first and last day included."""
    asked = {"sender": number, "employer_id": employer_id, "on": on}
    return connection.scalar(_MANDATE, asked) is not None
