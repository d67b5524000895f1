"""Somebody who wants to know a small count: has what is published, how it adds up and how it was rounded, and a solver.

Nothing of it is the suppressor's: integer programs over what is shown, solved by HiGHS.
"""

from collections.abc import Iterable, Mapping

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import lil_array

from send_integration.warehouse.disclosure import Cell, Sum, Tables

MORE_THAN_ANY = 10_000
"""Above every count in the tests; without it a program with no upper limit has no answer."""


def known(written: str | None, small: bool | None = None) -> tuple[int, int]:
    """What is known of a number by what is shown of it; None where it is not published. `small` is what is known besides."""
    if written is None or written == "c":
        return {None: (0, MORE_THAN_ANY), True: (0, 4), False: (5, MORE_THAN_ANY)}[small]
    return max(5, int(written) - 2), int(written) + 2


class Attacker:
    def __init__(
        self,
        shown: Mapping[Cell, str],
        sums: Iterable[Sum],
        others: Iterable[Cell] = (),
        small: Mapping[Cell, bool] | None = None,
    ) -> None:
        """`sums` are those that the attacker knows of, `others` numbers of interest that are not published; `small` says which
        of all that is not shown are small, to one who knows."""
        sums = list(sums)
        named = [cell for each in sums for cell in (each.total, *each.parts)]
        self.cells = list(dict.fromkeys([*(c for c, w in shown.items() if w.isdigit() or w == "c"), *others, *named]))
        self.place = {cell: number for number, cell in enumerate(self.cells)}
        matrix = lil_array((max(1, len(sums)), len(self.cells)))
        for row, each in enumerate(sums):
            matrix[row, self.place[each.total]] = -1
            for part in each.parts:
                matrix[row, self.place[part]] += 1
        self.constraints = LinearConstraint(matrix.tocsr(), 0, 0)
        ranges = [known(shown.get(cell), (small or {}).get(cell)) for cell in self.cells]
        self.bounds = Bounds([low for low, _ in ranges], [high for _, high in ranges])

    def interval(self, cell: Cell) -> tuple[int, int]:
        """The least and the most that a count can be; both are reached."""
        return self._extreme(cell, 1), self._extreme(cell, -1)

    def _extreme(self, cell: Cell, sign: int) -> int:
        wanted = np.zeros(len(self.cells))
        wanted[self.place[cell]] = sign
        found = milp(wanted, integrality=np.ones(len(self.cells)), bounds=self.bounds, constraints=self.constraints)
        assert found.success, found.message
        return round(sign * found.fun)


def given_away(
    tables: Tables, shown: Mapping[Cell, str], apart: int, *, knows_which: bool = False
) -> dict[Cell, tuple[int, int]]:
    """The small counts of which the attacker knows more than docs/disclosure.md says, with what is known of each."""
    counts = tables.counts
    small = {cell: count < 5 for cell, count in counts.items()} if knows_which else None
    attacker = Attacker(shown, tables.sums, counts, small)
    intervals = {
        cell: attacker.interval(cell)
        for cell, count in counts.items()
        if count < 5 and not (knows_which and count == 0)
    }
    assert all(low <= counts[cell] <= high for cell, (low, high) in intervals.items()), "the attacker is wrong"
    return {
        cell: (low, high)
        for cell, (low, high) in intervals.items()
        if high - low < apart or (low and not knows_which and cell not in tables.hidden)
    }
