"""What a channel comes to, without files and database: the sets of each sender, in order, and what they declare."""

from collections.abc import Iterator
from dataclasses import dataclass, field

ORIGINAL, MODIFICATION, CANCELLATION = "0", "1", "3"
Key = tuple[str, str]
"""Worker and reference: bureaus of the model have references of their own."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line; a `bad` one breaks a rule of its own."""

    worker: str
    reference: str
    amount: int
    bad: bool = False


@dataclass(frozen=True, slots=True)
class Version:
    """What a line made: by which operation, with which amount, out of the set of which arrival."""

    operation: str
    amount: int | None
    arrival: int


@dataclass(eq=False, slots=True)
class FileSet:
    """One set: what is in it, what came with it, and what became of it."""

    sender: str
    key: str
    arrival: int
    operation: str = ORIGINAL
    lines: tuple[Line, ...] = ()
    broken: bool = False
    go_alone: bool = False
    withdrawn: bool = False
    silent: bool = False
    discarded: bool = False
    released: bool = False
    passed: bool = False
    purged: bool = False
    state: str = "waiting"
    run: int = 1
    prior: set[int] = field(default_factory=set)
    counts: dict[int, tuple[int, int, int]] = field(default_factory=dict)

    @property
    def reads_document(self) -> bool:
        """Return whether its document is looked at when it is judged."""
        return not (self.silent or self.withdrawn or self.discarded or self.go_alone)

    @property
    def may_rerun(self) -> bool:
        """Return whether an operator may have it judged again, its sender not being on hold."""
        return self.state in {"settled", "refused"} and not self.purged


@dataclass(slots=True)
class Model:
    """All sets in order of arrival, those that wait in order of their turn, and what stands."""

    covered: set[str]
    sets: list[FileSet] = field(default_factory=list)
    waiting: list[FileSet] = field(default_factory=list)
    held: set[str] = field(default_factory=set)
    declared: dict[Key, list[Version]] = field(default_factory=dict)
    answers: dict[tuple[str, str], list[tuple[int, int]]] = field(default_factory=dict)

    def of(self, sender: str) -> list[FileSet]:
        """Return a sender's sets in order of arrival."""
        return [one for one in self.sets if one.sender == sender]

    def wait(self, one: FileSet) -> None:
        """Put a set behind all that wait."""
        one.state = "waiting"
        self.waiting.append(one)
        if one not in self.sets:
            self.sets.append(one)

    def due(self) -> Iterator[FileSet]:
        """Yield what a sweep settles, in order."""
        yield from [one for one in self.waiting if one.sender not in self.held]

    def quarantine(self, one: FileSet) -> None:
        """Put a set aside that meets a bug."""
        self.waiting.remove(one)
        one.state = "quarantine"

    def settle(self, one: FileSet) -> None:
        """Settle a set: by whether its name was taken, by what came with it, by its lines."""
        self.waiting.remove(one)
        one.counts[one.run] = 0, 0, 0
        if one.silent:
            one.state = "recorded"
            return
        if one.withdrawn:
            one.state = "withdrawn"
        elif one.discarded or one.broken or one.go_alone or (one.run == 1 and self.is_second(one)):
            one.state = "refused"
        else:
            one.state = "settled"
            self._receive(one)
            self._answer(one, "NOTI")
        if not one.passed:
            self._answer(one, "ACRF")
        one.passed = one.passed or one.state == "settled"

    def is_second(self, one: FileSet) -> bool:
        """Return whether the name was taken by an earlier set."""
        before = [other for other in self.of(one.sender) if other.arrival < one.arrival]
        return any(other.key == one.key and not (other.withdrawn or other.silent) for other in before)

    def _receive(self, one: FileSet) -> None:
        made = [self._take(one, number, line) for number, line in enumerate(one.lines)]
        one.counts[one.run] = made.count("accepted"), made.count("unchanged"), made.count("refused")

    def _take(self, one: FileSet, number: int, line: Line) -> str:
        """Judge a line: what an earlier run accepted stands; what a later set made is never overwritten."""
        if number in one.prior:
            return "unchanged"
        versions = self.declared.get((line.worker, line.reference), [])
        newest = max((version.arrival for version in versions), default=0)
        late = (one.run > 1 or one.released) and newest > one.arrival
        fits = not versions if one.operation == ORIGINAL else bool(versions) and not late
        stands = not versions or versions[-1].operation != CANCELLATION
        covered = one.operation == CANCELLATION or line.worker in self.covered
        if line.bad or not (fits and stands and covered):
            return "refused"
        one.prior.add(number)
        amount = None if one.operation == CANCELLATION else line.amount
        if one.operation == MODIFICATION and versions[-1].amount == amount:
            return "unchanged"
        made = Version(one.operation, amount, one.arrival)
        self.declared[line.worker, line.reference] = [*versions, made]
        return "accepted"

    def _answer(self, one: FileSet, subject: str) -> None:
        self.answers.setdefault((one.sender, subject), []).append((one.arrival, one.run))
