"""The names of one child's rows in the warehouse."""

from collections import Counter
from typing import Any

from send_integration.contracts.pseudonyms import Pseudonyms

Rows = list[tuple[Any, ...]]


class RowKeys:
    """The names of one child's rows. Each is of its child: an event that another child is given has another name there, so
    that nobody who keeps what was published sees by it whose record was taken for whose."""

    def __init__(self, child_id: str, names: Pseudonyms) -> None:
        self._child_id = child_id
        self._names = names
        self._met: Counter[tuple[str, ...]] = Counter()
        self.child = names.of(child_id)

    def of(self, kind: str, *parts: str) -> str:
        """A row's name, by what tells it from the child's others of its kind; of several alike each has its own."""
        alike = self._met[(kind, *parts)]
        self._met[(kind, *parts)] += 1
        return self._names.key_of(kind, self._child_id, *parts, *([str(alike)] if alike else []))

    def named(self, kind: str, *parts: str) -> str:
        """The name of another row that a row points at: the first of those alike."""
        return self._names.key_of(kind, self._child_id, *parts)

    def worker(self, worker_id: str) -> str:
        """A worker's name, the same with every child."""
        return self._names.key_of("worker", worker_id)
