"""What the shell completes: the latest sets by ticket and name, the senders by number. Nothing is written or logged."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from flexibatch.adapters.store import sets
from flexibatch.adapters.store.bureaus import list_senders
from flexibatch.wiring.home import Home

LOOKED_AT = 500
"""Sets among which words are looked for, the latest: whoever presses a key does not wait for a long table."""
WORDS = 50
_PLAIN = re.compile(r"[0-9A-Za-z._-]+")


def sets_begun(path: Path, environ: Mapping[str, str], begun: str) -> list[tuple[str, str]]:
    """Return tickets and names of the latest sets that begin so, the latest first, each with what tells it apart."""
    home = Home.open(path, environ)
    try:
        with home.database.reading() as connection:
            found = sets.list_sets(connection, sets.WantedSets(), limit=LOOKED_AT)[::-1]
    finally:
        home.close()
    tickets = ((str(row["ticket"]), f"{row['name']}, {row['state']}") for row in found)
    names = ((str(row["name"]), f"{row['ticket']}, {row['state']}") for row in found)
    return _begun((*tickets, *names), begun)


def senders_begun(path: Path, environ: Mapping[str, str], begun: str) -> list[tuple[str, str]]:
    """Return the numbers of senders that begin so, each with the bureau's name."""
    home = Home.open(path, environ)
    try:
        with home.database.reading() as connection:
            found = list_senders(connection)
    finally:
        home.close()
    return _begun(((str(row["number"]), str(row["name"])) for row in found), begun)


def _begun(words: Iterable[tuple[str, str]], begun: str) -> list[tuple[str, str]]:
    """Return words in which a shell sees nothing but letters: it puts them into its line as they are, and runs that."""
    fitting = {
        word: told
        for word, told in words
        if word.startswith(begun) and _PLAIN.fullmatch(word) and told.isprintable()
    }
    return list(fitting.items())[:WORDS]
