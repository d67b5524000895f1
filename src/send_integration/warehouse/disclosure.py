"""Disclosure control of published count tables: what is shown, rounded to 5, and what is 'c', so that no small count comes out.

Every count under 5, zero among them, is suppressed, and everything else is rounded to 5. Rounding hides most of what
sums would tell; where it does not, more is suppressed, headline figures last, until nobody who knows all that is published, how
it adds up and how it was rounded can work out a small count:

- who does not know which of the suppressed counts are the small ones takes it for possible that it is 0, and, of each, values
  `WIDTH` apart at least;
- who knows them, as a close reader of this method can often guess, takes such values for possible of each that is not 0.

Each small count comes with its witnesses: other tables that would have been published alike, in which it is another number.
`disclosure_audit` checks them before anything is written.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np

from send_integration.errors import BadInput
from send_integration.warehouse.disclosure_moves import Numbers, Rooms, System
from send_integration.warehouse.disclosure_search import Reached, Reader, Search, Witnesses
from send_integration.warehouse.rounding import BASE, SMALLEST_SHOWN, SUPPRESSED, rounded

WIDTH: Final = 2
"""Without it, seven counts that are all 4 would come out of their total, which is shown as 30: no other small counts add up
to so much."""

Cell = tuple[str, ...]
"""A number's name: table, year, breakdown topic, breakdown, column; the same number has the same name in every table."""


class Sum(NamedTuple):
    """A count that is the sum of others, as every reader knows or can guess."""

    total: Cell
    parts: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Tables:
    """True counts and how they hang together, of everything that is published together or was before.

    `hidden` are counts that are not published and could be worked out: what a total has beyond its parts, the children
    whom one publication counts and another does not. They are kept from coming out like any other. `before` is what was shown of
    counts that were published already: it is out, and stays so; what was suppressed then, stays suppressed. `headlines` are
    counts that are suppressed only where a small count can be kept in no other way.
    """

    counts: Mapping[Cell, int]
    sums: Sequence[Sum] = ()
    hidden: frozenset[Cell] = frozenset()
    before: Mapping[Cell, str] = field(default_factory=dict)
    headlines: frozenset[Cell] = frozenset()


@dataclass(frozen=True, slots=True)
class Release:
    """What may be published of each cell, and why nothing under 5 comes out of it."""

    shown: Mapping[Cell, str]
    witnesses: Mapping[Cell, Witnesses]
    to_a_close_reader: Mapping[Cell, Witnesses]


def protect(tables: Tables) -> Release:
    """What may be published of the tables. Raises BadInput where they do not add up as they say, or where a small count
    cannot be kept from coming out."""
    _require_sums_hold(tables)
    _require_unrevised(tables)
    cells = list(tables.counts)
    place = {cell: number for number, cell in enumerate(cells)}
    system = System(
        list(tables.counts.values()),
        [((place[each.total], -1), *((place[part], 1) for part in each.parts)) for each in tables.sums],
    )
    small = [place[cell] for cell, count in tables.counts.items() if count < SMALLEST_SHOWN]
    stays = {place[cell] for cell, written in tables.before.items() if written == SUPPRESSED}
    must = {*small, *(place[cell] for cell in tables.hidden), *stays}
    search = Search(
        system,
        must,
        never=[place[cell] for cell in tables.before if place[cell] not in stays],
        last=[place[cell] for cell in tables.headlines],
    )
    published = [number for number in small if cells[number] not in tables.hidden]
    close = Reached(system, [number for number in small if system.true[number]], WIDTH)
    plain = Reached(system, small, WIDTH, none=published)
    for reader, reached in ((_close_reader(system.true), close), (_plain_reader(system.true), plain)):
        number = search.secure(reader, reached)
        if number is not None:
            raise BadInput(
                "A small count cannot be kept from coming out of what is published with it, so nothing is published",
                where=named(cells[number]),
                next_step="Leave that table out, or publish it by fewer breakdowns.",
            )
    search.show_again(must, _plain_reader(system.true).shown, (close, plain))
    return Release(
        _shown(tables, {cell for cell in tables.counts if search.suppressed[place[cell]]}),
        witnesses={cells[number]: witnesses for number, witnesses in plain.witnesses.items()},
        to_a_close_reader={cells[number]: witnesses for number, witnesses in close.witnesses.items()},
    )


def _plain_reader(true: Numbers) -> Reader:
    """Takes any number for possible of what is suppressed, and of what is shown those that are rounded to it and not small."""
    middle = (true + BASE // 2) // BASE * BASE
    return Reader(
        Rooms(np.maximum(SMALLEST_SHOWN, middle - BASE // 2), middle + BASE // 2),
        Rooms(np.zeros(len(true)), np.full(len(true), np.inf)),
    )


def _close_reader(true: Numbers) -> Reader:
    """Knows besides which of the suppressed counts are small."""
    small = true < SMALLEST_SHOWN
    return Reader(
        _plain_reader(true).shown,
        Rooms(np.where(small, 0.0, SMALLEST_SHOWN), np.where(small, SMALLEST_SHOWN - 1, np.inf)),
    )


def _shown(tables: Tables, suppressed: set[Cell]) -> dict[Cell, str]:
    return {
        cell: SUPPRESSED if cell in suppressed else str(rounded(count))
        for cell, count in tables.counts.items()
        if cell not in tables.hidden
    }


def _require_unrevised(tables: Tables) -> None:
    for cell, written in tables.before.items():
        count = tables.counts.get(cell)
        shown = {SUPPRESSED} if count is None or count < SMALLEST_SHOWN else {SUPPRESSED, str(rounded(count))}
        if count is None or cell in tables.hidden or written not in shown:
            raise BadInput(
                "A number was published otherwise before",
                where=named(cell),
                next_step="Give a revised count a name of its own, by its edition.",
            )


def _require_sums_hold(tables: Tables) -> None:
    for cell, count in tables.counts.items():
        if count < 0:
            raise BadInput("A count is less than nothing", where=named(cell))
    for each in tables.sums:
        unknown = [cell for cell in (each.total, *each.parts) if cell not in tables.counts]
        if unknown:
            raise BadInput("A sum names a count that is in no table", where=named(unknown[0]))
        if tables.counts[each.total] != sum(tables.counts[part] for part in each.parts):
            raise BadInput(
                "The parts do not add up to the total, so nothing is published",
                where=named(each.total),
                next_step="Name what the total has beyond its parts as a hidden count, or leave the sum out.",
            )


def named(cell: Cell) -> str:
    """A cell's name for people; it holds no count."""
    return " / ".join(cell)
