"""What `doctor` looks at about signatures: certificates that end, stale lists, what answers are signed with."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from flexibatch.adapters.signatures.trust import read_trust
from flexibatch.adapters.store.bureaus import list_senders
from flexibatch.adapters.store.certificates import certificates_of
from flexibatch.domain.signatures import Certificate
from flexibatch.domain.vocabulary import SignatureDemand
from flexibatch.errors import Remedy
from flexibatch.services.doctor.faults import Fault, Health
from flexibatch.wiring.components import Components

SOON = timedelta(days=30)
ANYONE_ELSE = 0o077


def signatures(components: Components, now: datetime) -> Iterator[Fault]:
    """Look at the files of `[trust]` and `[answers]`, and at the bureaus' certificates."""
    yield from _trust(components, now)
    yield from _answers(components, now)
    with components.home.database.reading() as connection:
        for row in list_senders(connection):
            if row["state"] != "removed":
                registered = certificates_of(connection, row["number"])
                yield from _of_sender(row["number"], row["signature"], registered, now)


def _trust(components: Components, now: datetime) -> Iterator[Fault]:
    told = components.home.settings.trust
    for one in read_trust(told.roots, told.crls, allow_sha1=told.allow_sha1).lists:
        if one.due is not None and one.due < now:
            yield Fault(
                Health.FAILED,
                f"The revocation list {one.name} was to be renewed by {one.due:%Y-%m-%d %H:%M} (UTC).",
                "Put its authority's new list in its place: what was revoked since is not known here.",
            )
    if told.allow_sha1:
        yield Fault(
            Health.WARNING,
            "Signatures with SHA-1 are taken on files.",
            "Have bureaus sign with SHA-256, then take `allow_sha1` out of [trust].",
        )


def _answers(components: Components, now: datetime) -> Iterator[Fault]:
    seal = components.seal
    if seal is None:
        return
    what = "The certificate that answers are signed with"
    for fault in _ending(what, seal.certificate, now):
        yield replace(fault, what_to_do="Put a new certificate and key into [answers].")
    key = components.home.settings.answers.key or Path()
    if key.stat().st_mode & ANYONE_ELSE:
        yield Fault(
            Health.WARNING, f"{key} is open to other users of this machine.", f"Run `chmod go= {key}`."
        )


def _of_sender(number: str, demand: str, registered: Sequence[Certificate], now: datetime) -> Iterator[Fault]:
    lasting = [one for one in registered if one.valid_until >= now + SOON]
    ending = () if lasting else registered
    for one in ending:
        for fault in _ending(f"A certificate of sender {number}", one, now):
            yield replace(fault, remedy=Remedy.ADD_CERTIFICATE, about=number)
    if demand == SignatureDemand.REQUIRED and not registered:
        told = f"Sender {number} must sign and has no certificate: all its files are refused."
        yield Fault(Health.WARNING, told, remedy=Remedy.ADD_CERTIFICATE, about=number)


def _ending(what: str, one: Certificate, now: datetime) -> Iterator[Fault]:
    if one.valid_until < now:
        yield Fault(Health.FAILED, f"{what} ended on {one.valid_until:%Y-%m-%d} ({one.subject}).")
    elif one.valid_until < now + SOON:
        yield Fault(Health.WARNING, f"{what} ends on {one.valid_until:%Y-%m-%d} ({one.subject}).")
