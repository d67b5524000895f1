"""What the leader does by the clock is done at once, and then every so often."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, cast

import pytest

from streams.app import Worker
from streams.leading import lead

Look = Callable[[], Awaitable[None]]


class Clock:
    """Stands for an app whose timer's look is called by the test, each time with this worker as the leader."""

    def __init__(self) -> None:
        self.app = self
        self.looks: list[Look] = []

    def timer(self, **how: object) -> Callable[[Look], None]:
        """Keep the look. Nobody but a leader may have it called."""
        assert how["on_leader"]
        return self.looks.append


@pytest.mark.parametrize(
    ("seconds", "times"), [pytest.param(3600.0, 1, id="not due again"), pytest.param(0.0, 3, id="due again")]
)
async def test_it_is_done_at_the_first_look_and_again_once_it_is_due(seconds: float, times: int) -> None:
    clock, done = Clock(), []

    async def note() -> None:
        done.append("done")

    lead(cast("Worker", cast("Any", clock)), seconds, note)
    (look,) = clock.looks
    for _ in range(3):
        await look()

    assert len(done) == times


async def test_what_takes_long_rests_the_longer() -> None:
    clock, done = Clock(), []

    async def note() -> None:
        done.append("done")
        await asyncio.to_thread(len, done)  # takes some time, if little

    lead(cast("Worker", cast("Any", clock)), 0.0, note, rest=1e9)
    (look,) = clock.looks
    for _ in range(3):
        await look()

    assert len(done) == 1
