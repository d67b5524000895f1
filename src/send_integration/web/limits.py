"""How many requests one person, or one address, may make: buckets that fill again, in this process's memory.

A process counts for itself, so that several allow several times as much. That is enough, for no password is checked here:
the limits keep one person or machine from taking the page away from the others, or from leafing through the authority's
children. Counting together in PostgreSQL would cost each page a write.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass, field

MOST_KEYS = 20_000
"""Of whom a process remembers how much they asked; beyond, it forgets whoever asked longest ago."""


@dataclass(slots=True)
class Limiter:
    """Buckets of one kind: `a_minute` requests are given back each minute, and as many can be saved up."""

    a_minute: int
    _buckets: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def wait(self, key: str, now: float) -> float:
        """Take one request from a key's bucket at a moment in seconds; gives how long to wait for one where it is empty,
        and 0 where it was not."""
        if not self.a_minute:
            return 0.0
        with self._lock:
            left, at = self._buckets.pop(key, (float(self.a_minute), now))
            left = min(float(self.a_minute), left + max(0.0, now - at) * self.a_minute / 60)
            wait = 0.0 if left >= 1 else (1 - left) * 60 / self.a_minute
            self._buckets[key] = (left - 1 if left >= 1 else left, now)
            while len(self._buckets) > MOST_KEYS:
                self._buckets.popitem(last=False)
        return wait
