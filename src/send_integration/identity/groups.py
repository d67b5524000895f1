"""Groups of things that hang together, joined pair by pair (a disjoint-set forest)."""

from collections.abc import Hashable, Iterable
from typing import Generic, TypeVar

Item = TypeVar("Item", bound=Hashable)


class Groups(Generic[Item]):
    """Items in groups; each group, and the groups among each other, keep the order in which items were given."""

    def __init__(self, items: Iterable[Item]) -> None:
        self._order = {item: number for number, item in enumerate(items)}
        self._root: dict[Item, Item] = {item: item for item in self._order}

    def join(self, one: Item, other: Item) -> bool:
        """Put two items' groups together; whether they were apart before."""
        first, second = self._find(one), self._find(other)
        if first == second:
            return False
        if self._order[second] < self._order[first]:
            first, second = second, first
        self._root[second] = first
        return True

    def all(self) -> list[list[Item]]:
        """Every group, by its first item."""
        found: dict[Item, list[Item]] = {}
        for item in self._order:
            found.setdefault(self._find(item), []).append(item)
        return list(found.values())

    def _find(self, item: Item) -> Item:
        while self._root[item] != item:
            self._root[item] = self._root[self._root[item]]
            item = self._root[item]
        return item
