"""Checks what is about to be published: nothing small in it, and every witness a true one.

It shares with what it checks only the description of the tables. Of each small count it is shown other tables; it checks that
these add up, that they would have been published as the same, and that the count is far enough another in them.
"""

from collections.abc import Callable, Iterable, Mapping

from send_integration.errors import Broken
from send_integration.warehouse.disclosure import WIDTH, Cell, Release, Tables, named
from send_integration.warehouse.disclosure_moves import Move
from send_integration.warehouse.rounding import BASE, SMALLEST_SHOWN, SUPPRESSED

LooksAlike = Callable[[int, int, str], bool]
"""Whether a reader who sees what is written takes a count, moved by so many, for possible."""


def audit(tables: Tables, release: Release) -> None:
    """Raise Broken where what is about to be published would give a small count away, or is not of these tables."""
    _require_whole(tables, release.shown)
    for cell, written in release.shown.items():
        if not _may_be_shown(tables.counts[cell], written):
            raise _fault("is shown as what it is not, or too exactly", cell)
    for cell, written in tables.before.items():
        if release.shown[cell] != written:
            raise _fault("is not shown as it was before", cell)
    small = {cell: count for cell, count in tables.counts.items() if count < SMALLEST_SHOWN}
    judge = _Judge(tables, release.shown)
    for cell, count in small.items():
        reached = judge.reached(cell, release.witnesses.get(cell, ()), _looks_alike)
        if count and cell not in tables.hidden and min(reached):
            raise _fault("under 5 could be told from a zero", cell)
        if not count and max(reached) < WIDTH:
            raise _fault("that is a zero could be worked out too closely", cell)
        reached = judge.reached(cell, release.to_a_close_reader.get(cell, ()), _looks_alike_closely)
        if count and max(reached) - min(reached) < WIDTH:
            raise _fault("under 5 could be worked out too closely", cell)


def _fault(what: str, cell: Cell) -> Broken:
    return Broken(f"A number {what}, so nothing is published", where=named(cell))


def _require_whole(tables: Tables, shown: Mapping[Cell, str]) -> None:
    wanted = tables.counts.keys() - tables.hidden
    for cell in wanted ^ shown.keys():
        raise _fault("is missing, or is not to be published at all", cell)


def _may_be_shown(count: int, written: str) -> bool:
    if written == SUPPRESSED:
        return True
    if count < SMALLEST_SHOWN or not written.isdecimal():
        return False
    return int(written) % BASE == 0 and 2 * abs(int(written) - count) < BASE


class _Judge:
    """Says of moves whether they lead to tables that would have been published as these are; each is judged once."""

    def __init__(self, tables: Tables, shown: Mapping[Cell, str]) -> None:
        self._tables, self._shown = tables, shown
        self._cells = list(tables.counts)
        self._place = {cell: number for number, cell in enumerate(self._cells)}
        self._judged: dict[tuple[int, LooksAlike], bool] = {}
        self._sums_of: dict[Cell, list[int]] = {}
        for number, each in enumerate(tables.sums):
            for cell in (each.total, *each.parts):
                self._sums_of.setdefault(cell, []).append(number)

    def reached(self, cell: Cell, witnesses: Iterable[Move | None], alike: LooksAlike) -> list[int]:
        """What a count is in its own tables and in those of its witnesses. Raises Broken where one is none."""
        moves = [move for move in witnesses if move is not None]
        if not all(self._is_one(move, alike) for move in moves):
            raise _fault("has a witness that is none", cell)
        count = self._tables.counts[cell]
        return [count, *(count + move.get(self._place[cell], 0) for move in moves)]

    def _is_one(self, move: Move, alike: LooksAlike) -> bool:
        if (id(move), alike) not in self._judged:
            moved = {self._cells[number]: by for number, by in move.items()}
            self._judged[id(move), alike] = self._sums_hold(moved) and all(
                alike(self._tables.counts[cell], by, self._shown.get(cell, SUPPRESSED)) for cell, by in moved.items()
            )
        return self._judged[id(move), alike]

    def _sums_hold(self, moved: Mapping[Cell, int]) -> bool:
        def now(cells: Iterable[Cell]) -> int:
            return sum(self._tables.counts[cell] + moved.get(cell, 0) for cell in cells)

        touched = {number for cell in moved for number in self._sums_of.get(cell, ())}
        sums = [self._tables.sums[number] for number in touched]
        return all(now((each.total,)) == now(each.parts) for each in sums)


def _looks_alike(count: int, by: int, written: str) -> bool:
    """Whether such a count would have been written so: anything may be suppressed, for the sake of what is small."""
    if count + by < 0:
        return False
    return written == SUPPRESSED or _may_be_shown(count + by, written)


def _looks_alike_closely(count: int, by: int, written: str) -> bool:
    """The same to who knows which of the suppressed counts are small."""
    return _looks_alike(count, by, written) and (count < SMALLEST_SHOWN) == (count + by < SMALLEST_SHOWN)
