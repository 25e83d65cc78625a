"""Bureaus as an operator registers them: what a sender, a key and a mandate are made of.

Source: docs/spec/channel.md, "File names"; docs/spec/register.md, "Who is who".
"""

import re
from dataclasses import dataclass
from datetime import date

from flexibatch.domain.identifiers import is_sender
from flexibatch.domain.vocabulary import Acceptance, Language, SignatureDemand
from flexibatch.errors import Refusal, Remedy

NAME_LIMIT = 200
AS_SET = "default"
"""What takes back an agreement on acceptance: the setting holds again."""

_USER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")


@dataclass(frozen=True, slots=True)
class NewSender:
    """What a bureau is registered with.

    `user_name` is its name at the SFTP server, if it has one; `acceptance` what was agreed with it, if anything was.
    """

    number: str
    name: str
    language: Language
    signature: SignatureDemand
    user_name: str | None = None
    allow_ssh_rsa: bool = False
    acceptance: Acceptance | None = None

    def __post_init__(self) -> None:
        """Refuse a name or a user name that cannot be kept."""
        if not self.name.strip() or len(self.name) > NAME_LIMIT or not self.name.isprintable():
            raise Refusal(
                f"A sender's name has 1 to {NAME_LIMIT} printable characters", remedy=Remedy.CORRECT_NAME
            )
        if self.user_name is None:
            return
        if not _USER.fullmatch(self.user_name):
            raise Refusal(
                "A user name has 1 to 64 letters, digits, dots, hyphens, underscores or @, a letter or digit first",
                remedy=Remedy.CORRECT_USER,
            )
        if is_sender(self.user_name) and self.user_name != self.number:
            raise Refusal(
                "A user name of six digits would be taken for another sender", remedy=Remedy.CHOOSE_USER
            )


@dataclass(frozen=True, slots=True)
class SshKey:
    """A public key: `fingerprint` as `SHA256:…`, `text` as one line of an OpenSSH file."""

    fingerprint: str
    text: str


@dataclass(frozen=True, slots=True)
class Mandate:
    """Hold that a sender may declare for an employer from a day until another, both included, or for ever."""

    sender: str
    nsso: str | None
    company: str | None
    start: date
    until: date | None = None

    def __post_init__(self) -> None:
        """Refuse a mandate that ends before it begins."""
        if self.until is not None and self.until < self.start:
            raise Refusal(f"The mandate would end on {self.until}, before it begins on {self.start}.")

    @property
    def employer(self) -> str:
        """Name the employer by the numbers the mandate was given with."""
        named = (("NSSO", self.nsso), ("enterprise", self.company))
        return ", ".join(f"{kind} {number}" for kind, number in named if number)


def sender_number(value: str) -> str:
    """Read a sender number.

    >>> sender_number("000640")
    '000640'
    """
    if not is_sender(value):
        raise Refusal(f'"{value[:20]}" is no sender number: it has six digits, 000001 to 999998.')
    return value


def mandate(sender: str, nsso: str, company: str, *, start: date, until: date | None) -> Mandate:
    """Read a mandate; either of the two numbers may be empty, check digits are asked.

    >>> mandate("000640", "", "566988259", start=date(2026, 1, 1), until=None).company
    '0566988259'
    """
    from flexibatch.domain.register_fields import employer  # noqa: PLC0415 - of bureaus, only mandates name employers

    return Mandate(sender_number(sender), *employer(nsso, company), start, until)
