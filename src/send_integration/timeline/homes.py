"""Which children are said to live in one home, and from when until when."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from send_integration.when.london import london_day


class SaidHome(NamedTuple):
    """Where a source says at a moment that a child lives whom it keeps under a local id; '' where it names no home.

    `home` is cleaned, so that two spellings of one are equal.
    """

    child_id: str
    source: str
    local_id: str
    home: str
    said_at: datetime


class Stay(NamedTuple):
    """A child's time in a home; `until_on` is the first day on which another home was said, None where none was."""

    child_id: str
    home: str
    from_on: date
    until_on: date | None
    sources: frozenset[str]


def shared_stays(child_id: str, said: Iterable[SaidHome]) -> list[tuple[Stay, Stay]]:
    """Each stay of a child with each stay of another in the same home at the same time."""
    stays = stays_of(said)
    own = [stay for stay in stays if stay.child_id == child_id]
    return [
        (mine, other)
        for mine in own
        for other in stays
        if other.child_id != child_id and other.home == mine.home and _overlap(mine, other)
    ]


def stays_of(said: Iterable[SaidHome]) -> list[Stay]:
    """Every child's stays, by what all sources say: one ends as soon as a source that said so says another home."""
    stays: dict[tuple[str, str], list[Stay]] = {}
    for stay in sorted(_as_each_source_says(said), key=lambda stay: (stay.from_on, stay.until_on or date.max)):
        known = stays.setdefault((stay.child_id, stay.home), [])
        if known and (known[-1].until_on is None or stay.from_on < known[-1].until_on):
            ends = [day for day in (known[-1].until_on, stay.until_on) if day is not None]
            sources = known[-1].sources | stay.sources
            known[-1] = known[-1]._replace(until_on=min(ends, default=None), sources=sources)
        else:
            known.append(stay)
    return [stay for found in stays.values() for stay in found]


def _as_each_source_says(said: Iterable[SaidHome]) -> list[Stay]:
    """One stay for each home that a source says in turn; what names no home ends none."""
    found: list[Stay] = []
    open_stay: dict[tuple[str, str, str], int] = {}
    for word in sorted(said, key=lambda word: (word.said_at, word.home)):
        keeping = (word.child_id, word.source, word.local_id)
        place = open_stay.get(keeping)
        if not word.home or (place is not None and found[place].home == word.home):
            continue
        on = london_day(word.said_at)
        if place is not None:
            found[place] = found[place]._replace(until_on=on)
        open_stay[keeping] = len(found)
        found.append(Stay(word.child_id, word.home, on, None, frozenset({word.source})))
    return [stay for stay in found if stay.until_on != stay.from_on]


def _overlap(one: Stay, other: Stay) -> bool:
    return (one.until_on is None or other.from_on < one.until_on) and (
        other.until_on is None or one.from_on < other.until_on
    )
