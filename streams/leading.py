"""What one worker of the group does by the clock: at once when it has become the leader, and every so often from then on."""

import asyncio
from collections.abc import Awaitable, Callable

from streams.app import Worker

LOOK_SECONDS = 1.0
"""How soon a new leader begins: what was due while nobody led has waited long enough."""


def lead(worker: Worker, seconds: float, what: Callable[[], Awaitable[None]], *, rest: float = 0.0) -> None:
    """Do it as soon as this worker leads, and again so many seconds after it was done, or `rest` times as many as it took.

    Faust's own timer would wait the whole time first, after each start and each change of leader.
    """
    due = 0.0

    async def look() -> None:
        nonlocal due
        clock = asyncio.get_running_loop().time
        began = clock()
        if began >= due:
            await what()
            ended = clock()
            due = ended + max(seconds, rest * (ended - began))

    worker.app.timer(interval=LOOK_SECONDS, on_leader=True, name=f"lead-{what.__qualname__}")(look)
