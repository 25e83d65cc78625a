"""Compare what a channel came to with what the model came to: sets, runs, answers, versions, folders."""

from collections.abc import Mapping

from tests.doubles import observed
from tests.doubles.installation import Installation
from tests.doubles.model import FileSet, Model

SENDERS = ("000640", "000641")


def ticket_of(installation: Installation, model: Model, one: FileSet) -> str:
    """Return the ticket of a set of the model, empty where it was not claimed."""
    rows, at = observed.sets(installation, one.sender), model.of(one.sender).index(one)
    return rows[at][0] if at < len(rows) else ""


def compare(installation: Installation, model: Model) -> None:
    """Assert that nothing was lost, doubled, mixed up or told to another."""
    for sender in SENDERS:
        tickets = {one.arrival: ticket_of(installation, model, one) for one in model.of(sender)}
        _compare_sets(installation, model.of(sender), sender)
        _compare_runs(installation, model.of(sender), tickets)
        assert observed.answers(installation, sender) == {
            subject: [(tickets[arrival], run) for arrival, run in told]
            for (of, subject), told in model.answers.items()
            if of == sender
        }
        if sender not in model.held:
            assert [] == list(installation.inbox(sender).iterdir())
    assert observed.declared(installation) == {
        key: [(one.operation, one.amount) for one in versions] for key, versions in model.declared.items()
    }
    _compare_folders(installation, model)


def _compare_sets(installation: Installation, mine: list[FileSet], sender: str) -> None:
    done = [(one.key, one.state, one.run) for one in mine if one.state != "waiting"]
    assert done == [
        row[1:] for row in observed.sets(installation, sender) if row[2] not in {"claiming", "claimed"}
    ]


def _compare_runs(installation: Installation, mine: list[FileSet], tickets: Mapping[int, str]) -> None:
    expected = {(tickets[one.arrival], run): counts for one in mine for run, counts in one.counts.items()}
    runs = observed.counts(installation)
    assert expected == {key: runs[key] for key in runs if key[0] in tickets.values()}


def _compare_folders(installation: Installation, model: Model) -> None:
    """Look where sets are kept: until it is settled in quarantine, and a re-run that meets a bug in the archive."""
    waits = {"quarantine", "waiting"}
    met_bugs = [one for one in model.sets if one.state == "quarantine" or one.released]
    aside = [one for one in met_bugs if one.state in waits and one.run == 1]
    assert {ticket_of(installation, model, one) for one in aside} == observed.folders(
        installation, "quarantine"
    )
    if not model.waiting:
        kept = [one for one in model.sets if one.counts and not one.purged and not one.silent]
        assert set() == observed.folders(installation, "claimed")
        assert {ticket_of(installation, model, one) for one in kept} <= observed.folders(
            installation, "archive"
        )
