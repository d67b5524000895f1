"""Other tables that would have been published alike: moves of counts by which every sum still holds, found by linear programs.

One program moves as many counts as it can at once. A count that is shown may move as far as its rounding hides, one that
is suppressed much further; a program that may suppress moves shown ones further as well, at a price. Most of its answers are
whole numbers by themselves, as flows are; where one is not, an integer program is asked.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, hstack
from scipy.sparse.csgraph import connected_components

Move = Mapping[int, int]
"""How far each count is moved from its true value; counts that stay are not named."""

Equation = tuple[tuple[int, int], ...]
"""Numbers of counts with 1 or -1, adding up to nothing."""

Numbers = np.ndarray[Any, Any]

_PRICE_OF_A_TOTAL: Final = 5
"""How many times dearer a count is for each sum whose total it is: who suppresses totals publishes little."""
_MOST_NODES: Final = 200
"""Where an integer program stops, counted and not timed, so that the same tables are always published the same."""
_WHOLE: Final = 1e-6
_NEAR_ENOUGH: Final = 0.05
_AGAIN: Final = 2
"""How often a program that may suppress is asked anew, each time cheaper for what it took: it ends with fewer counts."""
_WORTH_ANY_PRICE: Final = 1e7


class Rooms(NamedTuple):
    """The least and the most that each count may be."""

    low: Numbers
    high: Numbers

    def where(self, which: Numbers, others: "Rooms") -> "Rooms":
        """The others' for some counts, and these for the rest."""
        return Rooms(np.where(which, others.low, self.low), np.where(which, others.high, self.high))

    def have(self, values: Numbers) -> Numbers:
        """Of each value whether it has room."""
        return (values >= self.low) & (values <= self.high)


class Part(NamedTuple):
    """The numbers of counts that hang together by sums, and these sums; nothing in one part tells of another."""

    numbers: Numbers
    sums: csr_array


class System:
    """True counts, and the sums over them."""

    def __init__(self, true: Sequence[int], equations: Sequence[Equation]) -> None:
        self.true = np.array(true, dtype=float)
        entries = [(row, number, sign) for row, members in enumerate(equations) for number, sign in members]
        rows, numbers, signs = zip(*entries, strict=True) if entries else ((), (), ())
        self._sums = csr_array((signs, (rows, numbers)), shape=(len(equations), len(true)), dtype=float)
        self._by_count = self._sums.tocsc()
        totals = np.bincount([number for _, number, sign in entries if sign < 0], minlength=len(true))
        self.is_total = totals > 0
        self._prices = (1 + self.true / 5) * (1 + _PRICE_OF_A_TOTAL * totals)
        self.parts = self._parts()

    def _parts(self) -> list[Part]:
        ends = abs(self._sums)
        number_of_parts, part = connected_components(ends.T @ ends, directed=False)
        order = np.argsort(part, kind="stable")
        numbers_of_parts = np.split(order, np.searchsorted(part[order], np.arange(1, number_of_parts)))
        return [Part(numbers, self._sums_of(numbers)) for numbers in numbers_of_parts]

    def _sums_of(self, numbers: Numbers) -> csr_array:
        sums = self._by_count[:, numbers].tocsr()
        return sums[np.flatnonzero(np.diff(sums.indptr))]

    def push(self, part: Part, wishes: Mapping[int, tuple[int, float]], rooms: Rooms) -> Move:
        """The move found in a part of the tables that is worth most; a wish is how far a count is to be taken, up or down, and
        what each one of that is worth. An empty move where nothing was found."""
        low, high, worth = self._wished(wishes, rooms)
        these = part.numbers
        program = _Program(part.sums, low[these], high[these], -worth[these])
        return self._whole_move(program, part, rooms)

    def push_beyond(self, part: Part, wishes: Mapping[int, tuple[int, float]], rooms: Rooms, furthest: Rooms) -> Move:
        """The same, but counts may be moved out of their rooms as far as is said, at a price: by as few as can be found."""
        low, high, worth = self._wished(wishes, rooms)
        these = part.numbers
        places = np.flatnonzero(((furthest.low < rooms.low) | (furthest.high > rooms.high))[these])
        further = these[places]
        beyond = part.sums[:, places]
        left = hstack([part.sums, beyond, -beyond], format="csr")
        up = furthest.high[further] - rooms.high[further]
        down = rooms.low[further] - furthest.low[further]
        none = np.zeros(2 * len(further))
        price = self._prices[further]
        gain = -worth[these] * _WORTH_ANY_PRICE
        low, high = np.concatenate([low[these], none]), np.concatenate([high[these], up, down])

        def priced(price: Numbers) -> _Program:
            return _Program(left, low, high, np.concatenate([gain, price, price]), places)

        program = priced(price)
        for _ in range(_AGAIN):
            program = priced(price / (0.5 + program.beyond()))
        return self._whole_move(program, part, furthest)

    def _wished(self, wishes: Mapping[int, tuple[int, float]], rooms: Rooms) -> tuple[Numbers, Numbers, Numbers]:
        low, high, worth = rooms.low - self.true, rooms.high - self.true, np.zeros(len(self.true))
        for number, (by, each) in wishes.items():
            worth[number] = each if by > 0 else -each
            if by > 0:
                high[number] = min(high[number], by)
            else:
                low[number] = max(low[number], by)
        return low, high, worth

    def _whole_move(self, program: "_Program", part: Part, rooms: Rooms) -> Move:
        for whole in (False, True):
            found = program.solved(whole=whole)
            if found is None:
                continue
            moved = np.zeros(len(self.true))
            moved[part.numbers] = found
            stays = moved == 0
            if not (self._sums @ moved).any() and (stays | rooms.have(self.true + moved)).all():
                return {int(number): int(moved[number]) for number in np.flatnonzero(moved)}
        return {}


class _Program:
    """Unknown are the moves of the counts of a part and, where it may suppress, how far some move beyond their rooms, up and
    down. The program asks for the least cost."""

    def __init__(
        self, sums: csr_array, low: Numbers, high: Numbers, cost: Numbers, beyond: Numbers | None = None
    ) -> None:
        self._sums, self._bounds, self._cost = sums, Bounds(low, high), cost
        self._beyond = np.array([], int) if beyond is None else beyond
        self._counts = len(cost) - 2 * len(self._beyond)

    def solved(self, *, whole: bool) -> Numbers | None:
        """How far each count moves; None where there is no answer, or none in whole numbers."""
        answer = self._answer(whole=whole)
        if answer is None:
            return None
        moved = answer[: self._counts].copy()
        up, down = np.split(answer[self._counts :], 2)
        moved[self._beyond] += up - down
        near = np.round(moved)
        return near if np.abs(moved - near).max(initial=0) <= _WHOLE else None

    def beyond(self) -> Numbers:
        """How far each count that may moves beyond its room; nowhere, where there is no answer."""
        answer = self._answer(whole=False)
        if answer is None:
            return np.zeros(len(self._beyond))
        up_and_down: Numbers = answer[self._counts :].reshape(2, -1).sum(axis=0)
        return up_and_down

    def _answer(self, *, whole: bool) -> Numbers | None:
        nothing = np.zeros(self._sums.shape[0])
        found = milp(
            self._cost,
            integrality=np.ones(len(self._cost)) if whole else None,
            bounds=self._bounds,
            constraints=LinearConstraint(self._sums, nothing, nothing),
            options={"node_limit": _MOST_NODES, "mip_rel_gap": _NEAR_ENOUGH} if whole else {"presolve": False},
        )
        return found.x if found.x is None else np.asarray(found.x)
