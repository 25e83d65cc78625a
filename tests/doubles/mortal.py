"""A process that can die: before or after the n-th call that it makes on the world."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any

from flexibatch.pipeline import World
from flexibatch.watcher import Channel


class Killed(BaseException):
    """End the process, as far as a test can: nothing catches it."""


def _killed(where: str) -> None:
    raise Killed(where)


@dataclass
class Life:
    """Count calls; die at the one where the count reaches `at`. Every call counts twice: before and after."""

    at: int | None = None
    count: int = 0
    die: Callable[[str], None] = _killed

    def pass_by(self, where: str) -> None:
        """Count one, and die if it was the last."""
        self.count += 1
        if self.count == self.at:
            self.die(f"at {self.count}, {where}")


class Mortal:
    """Stand before a port and count what is asked of it."""

    def __init__(self, inner: Any, life: Life) -> None:  # noqa: ANN401 - any port
        self._inner, self._life = inner, life

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the port has
        found = getattr(self._inner, name)
        return self._counted(name, found) if callable(found) else found

    def __iter__(self) -> Any:  # noqa: ANN401 - a document's Forms
        for one in self._inner:
            self._life.pass_by("after next")
            yield one

    def _counted(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - passed on as they are
            self._life.pass_by(f"before {name}")
            result = call(*arguments, **named)
            self._life.pass_by(f"after {name}")
            if isinstance(result, AbstractContextManager):
                return MortalContext(result, self._life, name)
            return Mortal(result, self._life) if name == "open" else result

        return counted


class MortalContext:
    """Stand before a transaction or a file that is open for a while."""

    def __init__(self, inner: AbstractContextManager[Any], life: Life, name: str) -> None:
        self._inner, self._life, self._name = inner, life, name

    def __enter__(self) -> Any:  # noqa: ANN401 - whatever the port opens
        self._life.pass_by(f"before entering {self._name}")
        opened = self._inner.__enter__()
        try:
            self._life.pass_by(f"after entering {self._name}")
        except Killed as killed:
            self._inner.__exit__(type(killed), killed, killed.__traceback__)
            raise
        return None if opened is None else Mortal(opened, self._life)

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        try:
            self._life.pass_by(f"before leaving {self._name}")
        except Killed as killed:
            self._inner.__exit__(type(killed), killed, killed.__traceback__)
            raise
        result = self._inner.__exit__(kind, exc, trace)
        self._life.pass_by(f"after leaving {self._name}")
        return result


def mortal_world(world: World, life: Life) -> World:
    """Let a process die in the middle of a journey."""
    return replace(
        world,
        queue=Mortal(world.queue, life),
        signatures=Mortal(world.signatures, life),
        documents=Mortal(world.documents, life),
        answers=Mortal(world.answers, life),
        outbox=Mortal(world.outbox, life),
    )


def mortal(channel: Channel, life: Life) -> Channel:
    """Let a channel die when its life ends."""
    return replace(
        channel,
        world=mortal_world(channel.world, life),
        claims=Mortal(channel.claims, life),
        retries=Mortal(channel.retries, life),
        arrivals=Mortal(channel.arrivals, life),
    )
