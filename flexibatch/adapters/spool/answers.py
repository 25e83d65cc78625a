"""Which files are put down for a verdict, in which order, and under which names: the same in every spool."""

import hashlib
from collections.abc import Iterator

from flexibatch.domain.case import Case, Verdict
from flexibatch.domain.names import go_of_answer
from flexibatch.domain.vocabulary import Subject

PAGE_NAME_BYTES = 200
"""So much of a set's name is in the name of its page: the ticket follows, and a name has 255 bytes at most."""


def answer_files(verdict: Verdict) -> Iterator[tuple[str, str | None]]:
    """Return the name and the SHA-256 of each file, ACRF before NOTI, each answer's signature and GO after it.

    A GO is empty and has no digest.
    """
    for answer in sorted(verdict.answers, key=lambda one: one.subject is not Subject.ACKNOWLEDGEMENT):
        yield from answer.files
        yield go_of_answer(answer.name), None


def require_settled(name: str, digest: str, settled: str) -> None:
    """Raise `ValueError` where the bytes of an answer are not those of the verdict."""
    if digest != settled:
        raise ValueError(f"the answer {name} is not what was settled")


INDEX_NAME = "index.html"
"""What the index of a bureau's pages is called: no page is, whose name ends with a ticket and an ending."""


def page_name(case: Case, suffix: str) -> str:
    """Return the name of a page: that of the set's GO, which is cut where it is long, and its ticket."""
    return page_of(case.name, case.ticket, suffix)


def page_of(name: str, ticket: str, suffix: str) -> str:
    """Return the name of the page on the set of a name and a ticket.

    >>> page_of("GO.FLEX.000640.20261005.00001.R.1", "0000000000000", "html")
    'GO.FLEX.000640.20261005.00001.R.1.0000000000000.html'
    """
    cut = name.encode()[:PAGE_NAME_BYTES].decode(errors="ignore")
    return f"{cut}.{ticket}.{suffix}"


def temporary_name(name: str, ticket: str) -> str:
    """Return the name under which a file is written before it is renamed.

    >>> temporary_name("FO.ACRF.999999.20261005.00001.R", "T")
    '.T.29094dd2a4304093'
    """
    return f".{ticket}.{hashlib.sha256(name.encode()).hexdigest()[:16]}"
