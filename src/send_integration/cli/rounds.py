"""Rounds of work for a command that goes on until it is told to stop."""

import signal
import time
from collections.abc import Callable, Iterator
from queue import Empty, SimpleQueue


def rounds(every: float, now: Callable[[], float] = time.monotonic) -> Iterator[None]:
    """One round every so many seconds, counted from begin to begin, until SIGINT or SIGTERM; what is under way is ended."""
    # Not a threading.Event: a handler may not set one, for it can run while this very thread holds the event's lock.
    asked: SimpleQueue[int] = SimpleQueue()
    before = {
        number: signal.signal(number, lambda which, _: asked.put(which)) for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        told = False
        while not told:
            began = now()
            yield
            told = _told_within(asked, max(0.0, began + every - now()))
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _told_within(asked: "SimpleQueue[int]", seconds: float) -> bool:
    try:
        asked.get(timeout=seconds)
    except Empty:
        return False
    return True
