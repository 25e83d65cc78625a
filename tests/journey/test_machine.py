"""Whatever bureaus and operators do, in whatever order, the channel comes to what the model comes to."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test
from sqlalchemy import Connection

from flexibatch.adapters.spool.retention import delete_bytes
from flexibatch.adapters.store import bureaus, set_actions
from flexibatch.adapters.store.audit import By
from flexibatch.errors import Refusal
from flexibatch.watcher import Channel
from tests.doubles import observed
from tests.doubles.clock import FixedClock
from tests.doubles.compared import SENDERS, compare, ticket_of
from tests.doubles.installation import SAMPLES, Installation, copied
from tests.doubles.model import CANCELLATION, MODIFICATION, ORIGINAL, FileSet, Line, Model
from tests.doubles.mortal import Killed, Life, mortal
from tests.doubles.sample_player import Broken
from tests.doubles.sending import Sent, document, sent_form
from tests.doubles.xml_samples import uuid

COVERED, LATER = ("50021850123", "50021957813"), "50022388670"
NSSO = "100100022"
PATIENCE = timedelta(minutes=6)
"""Longer than a GO waits for its parts."""

lines = st.lists(
    st.tuples(st.sampled_from((*COVERED, LATER)), st.integers(1, 2), st.integers(1, 2), st.integers(0, 5)),
    min_size=1,
    max_size=2,
    unique_by=lambda line: line[:2],
)


class Machine(RuleBasedStateMachine):
    """Do to an installation and to the model what bureaus and operators do, and compare after each sweep."""

    quiet: Installation

    def __init__(self) -> None:
        super().__init__()
        self.path = Path(mkdtemp(prefix="flexibatch-machine-"))
        self.installation = copied(self.quiet, self.path / "home")
        self.model = Model(set(COVERED))
        self.clean = True

    def teardown(self) -> None:
        self.installation.close()
        rmtree(self.path)

    # ------------------------------------------------------------------------------------------------- bureaus

    @rule(
        sender=st.sampled_from(SENDERS),
        operation=st.sampled_from((ORIGINAL, ORIGINAL, MODIFICATION, CANCELLATION)),
        drawn=lines,
        broken=st.integers(0, 7).map(lambda chance: chance == 0),
    )
    def drop(self, sender: str, operation: str, drawn: list[tuple[str, int, int, int]], broken: bool) -> None:
        made = tuple(
            Line(worker, uuid(int(sender) * 10 + number), amount * 1000, bad=not chance)
            for worker, number, amount, chance in drawn
        )
        number = len(self.model.of(sender)) + 1
        key = f"FLEX.{sender}.20261005.{number:05d}.R"
        one = FileSet(sender, key, len(self.model.sets) + 1, operation, made, broken)
        self._put(one)

    @rule(data=st.data())
    def drop_again(self, data: st.DataObject) -> None:
        """Send the same files under the same name."""
        one = self._drawn(data, lambda one: not one.silent and not one.go_alone and self._is_free(one.key))
        if one is not None:
            again = FileSet(
                one.sender, one.key, len(self.model.sets) + 1, one.operation, one.lines, one.broken
            )
            self._put(again)

    @rule(data=st.data())
    def announce_again(self, data: st.DataObject) -> None:
        """Send a GO alone, under a name that was sent before."""
        one = self._drawn(data, lambda one: self._is_free(one.key))
        if one is not None:
            self._put(FileSet(one.sender, one.key, len(self.model.sets) + 1, go_alone=True))
            self._clock.advance(PATIENCE)

    @rule(data=st.data())
    def withdraw(self, data: st.DataObject) -> None:
        """Put a TD beside a set that waits; where it is claimed already it comes too late."""
        names = [one.key for one in self.model.waiting]
        one = self._drawn(data, lambda one: one in self.model.waiting and names.count(one.key) == 1)
        if one is None or one.silent or one.withdrawn or one.released or one.run > 1:
            return
        self._tick()
        self.installation.put(f"TD.{one.key}.1", b"", one.sender)
        if len(observed.sets(self.installation, one.sender)) > self.model.of(one.sender).index(one):
            self.model.wait(FileSet(one.sender, one.key, len(self.model.sets) + 1, silent=True))
        else:
            # What takes a name that was received withdraws nothing; without data it is recorded.
            second = self.model.is_second(one)
            one.withdrawn, one.silent = not second, second and one.go_alone

    # ------------------------------------------------------------------------------------------------ operators

    @rule(sender=st.sampled_from(SENDERS))
    def hold_or_release(self, sender: str) -> None:
        change = bureaus.release_sender if sender in self.model.held else bureaus.hold_sender
        self._decide(lambda connection, by: change(connection, by, sender))
        self.model.held ^= {sender}

    @precondition(lambda self: self.clean)
    @rule(data=st.data())
    def rerun(self, data: st.DataObject) -> None:
        one = self._drawn(data, lambda one: one not in self.model.waiting and self._is_idle(one.sender))
        if one is None:
            return
        refused = not one.may_rerun or one.sender in self.model.held
        self._decide(
            lambda connection, by: set_actions.begin_rerun(connection, by, self._ticket(one)), refused
        )
        if not refused:
            one.run, one.discarded = one.run + 1, False
            self.model.wait(one)

    @precondition(lambda self: LATER not in self.model.covered)
    @rule()
    def import_register(self) -> None:
        self.installation.import_register(SAMPLES / "accepted-rerun" / "later.csv")
        self.model.covered.add(LATER)

    @precondition(lambda self: any(one.state == "quarantine" for one in self.model.sets))
    @rule(data=st.data(), discards=st.booleans())
    def leave_quarantine(self, data: st.DataObject, discards: bool) -> None:
        one = self._drawn(data, lambda one: one.state == "quarantine" and self._is_idle(one.sender))
        if one is None:
            return
        change, refused = (set_actions.discard, one.passed) if discards else (set_actions.release, False)
        self._decide(lambda connection, by: change(connection, by, self._ticket(one)), refused)
        if not refused:
            one.discarded, one.released = discards, True
            self.model.wait(one)

    @precondition(lambda self: self.clean)
    @rule()
    def purge(self) -> None:
        self._tick()
        now = self._clock.now()
        self._decide(lambda connection, by: set_actions.purge(connection, by, now))
        with self.installation.home.database.reading() as connection:
            delete_bytes(
                self.installation.spool / "archive", lambda asked: set_actions.purged_among(connection, asked)
            )
        for one in self.model.sets:
            one.purged = one.purged or one.state not in {"waiting", "quarantine"}

    # -------------------------------------------------------------------------------------------------- channel

    @rule()
    def sweep(self) -> None:
        self._channel.sweep()
        for one in self.model.due():
            self.model.settle(one)
        self.clean = True
        compare(self.installation, self.model)

    @precondition(lambda self: self.clean and self.model.waiting)
    @rule()
    def sweep_with_a_bug(self) -> None:
        """Put into quarantine whatever has its document looked at, one set after the other."""
        channel = replace(self.installation.channel(), max_attempts=1)
        replace(channel, world=replace(channel.world, documents=Broken())).sweep()
        for one in self.model.due():
            (self.model.quarantine if one.reads_document else self.model.settle)(one)
        compare(self.installation, self.model)

    @precondition(lambda self: self.model.waiting)
    @rule(at=st.integers(1, 160))
    def die(self, at: int) -> None:
        """End a sweep at some call; what it settled is a beginning of what waited, stream by stream."""
        try:
            mortal(self._channel, Life(at)).sweep()
        except Killed:
            self.clean = False
        runs = observed.counts(self.installation)
        for sender in SENDERS:
            due = [one for one in self.model.due() if one.sender == sender]
            done = [one for one in due if (self._ticket(one), one.run) in runs]
            assert due[: len(done)] == done
            for one in done:
                self.model.settle(one)

    # ------------------------------------------------------------------------------------------------- in small

    @property
    def _clock(self) -> FixedClock:
        assert isinstance(self.installation.clock, FixedClock)
        return self.installation.clock

    @property
    def _channel(self) -> Channel:
        """Return a channel that no death counts for: how often a set may die is told elsewhere."""
        return replace(self.installation.channel(), max_attempts=1000)

    def _tick(self) -> None:
        self._clock.advance(timedelta(seconds=30))

    def _put(self, one: FileSet) -> None:
        self._tick()
        if not one.go_alone:
            self.installation.put(f"FI.{one.key}.1.1", _content(one), one.sender)
        self.installation.put(f"GO.{one.key}.1", b"", one.sender)
        self.model.wait(one)

    def _is_free(self, key: str) -> bool:
        return all(one.key != key for one in self.model.waiting)

    def _is_idle(self, sender: str) -> bool:
        """Return whether all that waits of a sender was claimed, so that the next turn is behind it."""
        mine = [one for one in self.model.waiting if one.sender == sender]
        return all(one.run > 1 or one.released for one in mine)

    def _drawn(self, data: st.DataObject, fits: Callable[[FileSet], bool]) -> FileSet | None:
        some = [one for one in self.model.sets if fits(one)]
        return data.draw(st.sampled_from(some)) if some else None

    def _ticket(self, one: FileSet) -> str:
        return ticket_of(self.installation, self.model, one)

    def _decide(self, change: Callable[[Connection, By], Any], refused: bool = False) -> None:
        try:
            with self.installation.home.database.writing() as connection:
                change(connection, By("test", self._clock.now()))
        except Refusal:
            assert refused
        else:
            assert not refused


def _content(one: FileSet) -> bytes:
    sent = [
        Sent(line.worker[:-1] + "x" if line.bad else line.worker, line.reference, amount=line.amount)
        for line in one.lines
    ]
    content = document(sent_form(*sent, nsso=NSSO, operation=one.operation))
    return content[: len(content) // 2] if one.broken else content


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> type[Machine]:
    """Return a machine whose installations are copies of one that nothing happened in."""
    quiet = Installation.made(tmp_path_factory.mktemp("machine") / "home")
    return type("OfThisTown", (Machine,), {"quiet": quiet})


def _bounds(stories: int, steps: int) -> settings:
    every = list(HealthCheck)
    return settings(
        max_examples=stories, stateful_step_count=steps, deadline=None, suppress_health_check=every
    )


def test_the_channel_comes_to_what_the_model_comes_to(machine: type[Machine]) -> None:
    """A few short stories; `make soak` tells many long ones."""
    run_state_machine_as_test(machine, settings=_bounds(12, 12))


@pytest.mark.long
def test_the_channel_comes_to_what_the_model_comes_to_in_long_stories(machine: type[Machine]) -> None:
    """Many steps, so that re-runs, quarantine and deaths meet."""
    run_state_machine_as_test(machine, settings=_bounds(25, 40))
