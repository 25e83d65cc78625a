"""What a bureau's channels may send together: shares, and requests that wait for room in turn."""

import asyncio

import pytest

from flexibatch.adapters.sftp.receive_window import LEAST, MOST, BufferBudget, ReceiveWindow


class Channel:
    """A channel as asyncssh keeps it: how much may come, and what was sent."""

    def __init__(self) -> None:
        self._init_recv_window = self._recv_window = 0

    def send_packet(self, kind: int, *content: bytes) -> None:
        """Let it be."""


def test_requests_wait_for_room_in_turn() -> None:
    """One that came later does not overtake, though it would fit; who gives up waits no more, and takes nothing."""

    async def run() -> None:
        budget = BufferBudget(200)
        first, gone, large, small = (budget.ask(size) for size in (60, 90, 50, 10))
        gone.cancel()
        budget.give(0)
        assert [True, False, False] == [one.done() for one in (first, large, small)]
        budget.give(60)
        assert large.done()
        assert small.done()
        assert budget.ask(40).done()

    asyncio.run(run())


def test_a_request_longer_than_all_room_waits_to_be_alone() -> None:
    """It is not refused: it may be as long as one request may."""

    async def run() -> None:
        budget = BufferBudget(200)
        budget.ask(1)
        long = budget.ask(1000)
        assert not long.done()
        budget.give(1)
        assert long.done()

    asyncio.run(run())


def test_a_channel_that_ends_waits_for_no_room() -> None:
    """Neither its handler nor those behind it are kept waiting, and what it was lent comes back."""

    async def run() -> None:
        budget = BufferBudget(8 * MOST)
        taken = budget.ask(3 * MOST)
        flows = [ReceiveWindow(Channel(), budget) for _ in range(2)]
        for flow in flows:
            flow.begin()
            flow.arrived((4 * MOST).to_bytes(4) + b"begun")
        waiting = [asyncio.create_task(flow.request(5 * MOST)) for flow in flows]
        await asyncio.sleep(0)
        behind = budget.ask(MOST)
        for flow, one in zip(flows, waiting, strict=True):
            flow.end()
            with pytest.raises(asyncio.IncompleteReadError):
                await one
            flow.close()
        assert taken.done()
        assert behind.done()
        budget.give(4 * MOST)
        assert budget.ask(4 * MOST).done()
        assert MOST == budget.share()

    asyncio.run(run())


def test_shares_come_back() -> None:
    """A channel that goes leaves its share to the next."""
    budget = BufferBudget(8 << 20)
    shares = [budget.share() for _ in range(40)]
    for size in shares:
        budget.give_share(size)
    assert (LEAST, shares[0]) == (shares[-1], budget.share())
