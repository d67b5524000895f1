"""Hands on which child has changed to everybody who has that child's page open: one listener a process, however many look."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass, field

Listen = Callable[[], AsyncIterator[str | None]]
"""None once it has begun to listen, then children as they change. Ends where the connection does."""

LISTEN_AGAIN_SECONDS = 1.0
MOST_OF_A_PERSON = 4
"""Open pages of one person that are told at once; a browser keeps six connections to a site, and a hidden page none."""

MOST_AT_ALL = 1000

log = logging.getLogger("send_integration.changes")


@dataclass(eq=False)
class Watch:
    """One open page. `stirred` is set when its child may have changed, or it is over: its process ends, or `displaced`
    says that the same person has opened too many since."""

    actor: str
    child_id: str
    stirred: asyncio.Event = field(default_factory=asyncio.Event)
    over: bool = False
    displaced: bool = False

    def end(self, *, displaced: bool = False) -> None:
        """Let the page's stream end."""
        self.over, self.displaced = True, displaced
        self.stirred.set()


class Full(Exception):
    """This process has as many open pages as it takes."""


class Changes:
    """The open pages of one process. All of it belongs to the process's event loop."""

    def __init__(self, listen: Listen) -> None:
        self._listen = listen
        self._watches: dict[str, list[Watch]] = defaultdict(list)
        self._of_actor: dict[str, list[Watch]] = defaultdict(list)
        self._listener: asyncio.Task[None] | None = None
        self._closed = False

    @property
    def open_pages(self) -> int:
        """How many pages are told of changes."""
        return sum(map(len, self._watches.values()))

    def open(self, actor: str, child_id: str) -> Watch:
        """Begin to watch a child. Whoever opens one page too many has the one that was opened first end.

        Raises Full where the process has no room, or is ending.
        """
        if self._closed or self.open_pages >= MOST_AT_ALL:
            raise Full
        own = [watch for watch in self._of_actor[actor] if not watch.over]
        for oldest in own[: max(0, len(own) + 1 - MOST_OF_A_PERSON)]:
            oldest.end(displaced=True)
        watch = Watch(actor, child_id)
        self._of_actor[actor].append(watch)
        self._watches[child_id].append(watch)
        if self._listener is None:
            self._listener = asyncio.create_task(self._listen_for_ever())
        return watch

    def close(self, watch: Watch) -> None:
        """A page is open no more; where it was the last, nobody listens. Harmless where it was closed before."""
        if watch not in self._watches.get(watch.child_id, ()):
            return
        for held, key in ((self._watches, watch.child_id), (self._of_actor, watch.actor)):
            held[key].remove(watch)
            if not held[key]:
                del held[key]
        if not self._watches and self._listener is not None:
            self._listener.cancel()
            self._listener = None

    def end_all(self) -> None:
        """Let every stream end, and take no more: the process is ending."""
        self._closed = True
        for watch in self._all():
            watch.end()

    def _all(self) -> list[Watch]:
        return [watch for watches in self._watches.values() for watch in watches]

    async def _listen_for_ever(self) -> None:
        """Hand on what is heard. When it is heard again after a break, everybody looks for themselves."""
        while True:
            async with aclosing(self._listen()) as heard:  # type: ignore[type-var]
                async for child_id in heard:
                    for watch in self._all() if child_id is None else list(self._watches.get(child_id, ())):
                        watch.stirred.set()
            log.warning("The database told of no more changes; listening anew.")
            await asyncio.sleep(LISTEN_AGAIN_SECONDS)


async def stirred(watch: Watch, within: float) -> bool:
    """Wait until a watch is stirred, so long at most; whether it was."""
    with suppress(TimeoutError):
        await asyncio.wait_for(watch.stirred.wait(), within)
    was = watch.stirred.is_set()
    watch.stirred.clear()
    return was
