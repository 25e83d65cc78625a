"""What a bureau's channels may send together: shares, and requests that wait for room in turn."""

import asyncio

from flexibatch.adapters.sftp.inflow import LEAST, Budget


def test_requests_wait_for_room_in_turn() -> None:
    """One that came later does not overtake, though it would fit; who gives up waits no more, and takes nothing."""

    async def run() -> list[str]:
        budget, done = Budget(200), []

        async def take(name: str, size: int) -> None:
            await budget.take(size)
            done.append(name)

        await take("first", 60)
        waiting = [
            asyncio.create_task(take(name, size))
            for name, size in (("gone", 90), ("large", 50), ("small", 10))
        ]
        await asyncio.sleep(0)
        waiting[0].cancel()
        await asyncio.sleep(0)
        assert ["first"] == done
        budget.give(60)
        await asyncio.gather(*waiting[1:])
        await take("last", 40)
        return done

    assert ["first", "large", "small", "last"] == asyncio.run(run())


def test_a_request_longer_than_all_room_waits_to_be_alone() -> None:
    """It is not refused: it may be as long as one request may."""

    async def run() -> None:
        budget = Budget(200)
        await budget.take(1)
        long = asyncio.create_task(budget.take(1000))
        await asyncio.sleep(0)
        assert not long.done()
        budget.give(1)
        await long

    asyncio.run(run())


def test_shares_come_back() -> None:
    """A channel that goes leaves its share to the next."""
    budget = Budget(8 << 20)
    shares = [budget.share() for _ in range(40)]
    for size in shares:
        budget.give_share(size)
    assert (LEAST, shares[0]) == (shares[-1], budget.share())
