"""Looks for witnesses of every small count, many at once, and suppresses more where there are none."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from send_integration.warehouse.disclosure_moves import Move, Numbers, Part, Rooms, System

_SLOW: Final = 0.002
"""Where a round finds less than this of what is lacking, it is a round in vain."""
_IN_VAIN: Final = 4
"""After so many rounds in vain more may be suppressed."""
_SEED: Final = 5


class Witnesses(NamedTuple):
    """Of one small count, the moves to other tables in which it is least and most; None where its own value is that."""

    lowest: Move | None
    highest: Move | None


@dataclass(frozen=True, slots=True)
class Reader:
    """What somebody takes for possible of a count that is shown and of one that is not, and of whom that may never be so."""

    shown: Rooms
    suppressed: Rooms


class Reached:
    """How far each small count was taken in other tables, and by which moves.

    Each is to be two numbers so far apart, but those in `none`, which are not 0, are to be 0 in one of the tables.
    """

    def __init__(self, system: System, small: Sequence[int], width: int, none: Iterable[int] = ()) -> None:
        self._width = width
        self._none = {number for number in none if system.true[number]}
        self._is = {number: int(system.true[number]) for number in small}
        self._ends = {number: (count, count) for number, count in self._is.items()}
        self.witnesses = dict.fromkeys(self._is, Witnesses(None, None))

    def lacks(self, number: int) -> int:
        """By how much its ends are too near, or its lower one too high."""
        low, high = self._ends[number]
        return low if number in self._none else max(0, self._width - (high - low))

    def left(self, among: Iterable[int]) -> list[int]:
        """The counts of which there is too little yet."""
        return [number for number in among if number in self._ends and self.lacks(number)]

    def ways(self, number: int) -> list[int]:
        """How far from its true value the count may be taken next: up, down, or the one of both that it lacks."""
        low, high = self._ends[number]
        lacks = self.lacks(number)
        up, down = high + lacks - self._is[number], max(0, low - lacks) - self._is[number]
        if number in self._none:
            return [down]
        return [up, down] if low else [up]

    def wish(self, number: int, chance: np.random.Generator) -> tuple[int, float]:
        """One of its ways, and what it is worth, by chance: not all can move at once, and the next round is for others."""
        ways = self.ways(number)
        return ways[int(chance.integers(len(ways)))], 0.01 + chance.random() ** 2

    def gains(self, number: int, move: Move) -> bool:
        """Whether a move takes the count further than any before."""
        value, (low, high) = self._is[number] + move.get(number, 0), self._ends[number]
        return value < low or (value > high and number not in self._none)

    def keep(self, move: Move) -> None:
        """Note what a move shows of every small count in it."""
        for number in move.keys() & self._ends.keys():
            value, (low, high) = self._is[number] + move[number], self._ends[number]
            if value < low:
                self.witnesses[number] = self.witnesses[number]._replace(lowest=move)
            if value > high:
                self.witnesses[number] = self.witnesses[number]._replace(highest=move)
            self._ends[number] = (min(low, value), max(high, value))


class Search:
    """Finds witnesses for a reader, and keeps of every count whether it is suppressed: a witness stays one whatever is
    suppressed after it."""

    def __init__(self, system: System, suppressed: Iterable[int], never: Iterable[int], last: Iterable[int]) -> None:
        """`never` are counts that are out already, `last` those that are suppressed only where nothing else is left."""
        self._system = system
        self.suppressed = np.zeros(len(system.true), bool)
        self.suppressed[list(suppressed)] = True
        self._never = np.zeros(len(system.true), bool)
        self._never[list(never)] = True
        self._last = np.zeros(len(system.true), bool)
        self._last[list(last)] = True
        self._last &= ~self.suppressed

    def secure(self, reader: Reader, reached: Reached) -> int | None:
        """Find witnesses for each small count, suppressing what it takes, and give one of which that is not possible, if any."""
        chance = np.random.default_rng(_SEED)
        for part in self._system.parts:
            not_possible = self._secure_part(part, reader, reached, chance)
            if not_possible is not None:
                return not_possible
        return None

    def _secure_part(self, part: Part, reader: Reader, reached: Reached, chance: np.random.Generator) -> int | None:
        numbers, in_vain, most_in_vain = part.numbers.tolist(), 0, _IN_VAIN
        while left := reached.left(numbers):
            lacking = sum(map(reached.lacks, left))
            leaves = [number for number in left if not self._system.is_total[number]]  # totals rise with them
            wishes = {number: reached.wish(number, chance) for number in leaves or left}
            reached.keep(self._system.push(part, wishes, self._rooms(reader)))
            in_vain = in_vain + 1 if sum(map(reached.lacks, left)) > (1 - _SLOW) * lacking else 0
            if in_vain < most_in_vain:
                continue
            in_vain, most_in_vain = 0, 1
            one = reached.left(left)[:1]
            if one and not self._reach(one[0], part, reader, reached):
                return one[0]
        return None

    def _reach(self, number: int, part: Part, reader: Reader, reached: Reached) -> bool:
        """Take one count further, suppressing as little as can be found, and of those that are last only then."""
        rooms = self._rooms(reader)
        for kept in (self._never | self._last, self._never):
            furthest = reader.suppressed.where(kept, rooms)
            moves = [
                self._system.push_beyond(part, {number: (by, 1.0)}, rooms, furthest) for by in reached.ways(number)
            ]
            for move in sorted(moves, key=lambda move: self._beyond(move, rooms).sum()):
                if reached.gains(number, move):
                    self.suppressed |= self._beyond(move, rooms)
                    reached.keep(move)
                    return True
        return False

    def _beyond(self, move: Move, rooms: Rooms) -> Numbers:
        """Which counts a move takes out of their rooms."""
        values = self._system.true.copy()
        values[list(move)] += list(move.values())
        return ~rooms.have(values)

    def show_again(self, must: Iterable[int], shown: Rooms, found: Iterable[Reached]) -> None:
        """Show what no witness needs suppressed after all: what was suppressed for one count may have been found needless by
        another."""
        needed = np.zeros(len(self._system.true), bool)
        needed[list(must)] = True
        moves = {id(move): move for reached in found for ends in reached.witnesses.values() for move in ends if move}
        for move in moves.values():
            needed |= self._beyond(move, shown)
        self.suppressed &= needed

    def _rooms(self, reader: Reader) -> Rooms:
        return reader.shown.where(self.suppressed, reader.suppressed)
