"""Each agency's scorecard: its counts by month and by feed, from which the five marks follow."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import Engine

from send_integration.store.agency_days import agencies_by_month
from send_integration.watch.agencies import AgencyTally, all_of, marks_of


@dataclass(frozen=True, slots=True)
class Scorecard:
    """One agency over some months; `months` by their first day, the newest first. '' is whoever cannot be told."""

    agency: str
    months: dict[date, AgencyTally]
    feeds: dict[str, AgencyTally]

    @property
    def whole(self) -> AgencyTally:
        """All months and feeds together."""
        return all_of(self.months.values())

    @property
    def token(self) -> str:
        """Names the agency in an address, where nothing that was sent may stand."""
        return sha256(self.agency.encode()).hexdigest()[:16]

    @property
    def from_the_worst(self) -> list[float]:
        """Its marks, the lowest first; what is too little to be marked counts as right."""
        shares = (mark.share for mark in marks_of(self.whole).values())
        return sorted(1.0 if share is None else share for share in shares)

    def as_json(self) -> dict[str, Any]:
        """The scorecard as it is printed."""
        return {
            "agency": self.agency,
            "months": {f"{month:%Y-%m}": _marks_as_json(tally) for month, tally in self.months.items()},
            "feeds": {feed: _marks_as_json(tally) for feed, tally in self.feeds.items()},
        }


def scorecards(engine: Engine, today: date, months: int) -> list[Scorecard]:
    """Every agency heard of in this month or the ones before it, `months` in all; the one with the worst mark first."""
    with engine.connect() as connection:
        rows = agencies_by_month(connection, first_of(today, months))
    by_month: defaultdict[str, defaultdict[date, AgencyTally]] = defaultdict(lambda: defaultdict(AgencyTally))
    by_feed: defaultdict[str, defaultdict[str, AgencyTally]] = defaultdict(lambda: defaultdict(AgencyTally))
    for row in rows:
        by_month[row.agency][row.since] += row.tally
        by_feed[row.agency][row.feed] += row.tally
    found = [
        Scorecard(agency, dict(sorted(of_agency.items(), reverse=True)), dict(by_feed[agency]))
        for agency, of_agency in by_month.items()
    ]
    return sorted(found, key=lambda card: (card.from_the_worst, card.agency))


def first_of(today: date, months: int) -> date:
    """The first day of the month with which the last `months` begin, today's among them."""
    first = today.replace(day=1)
    for _ in range(months - 1):
        first = (first - timedelta(1)).replace(day=1)
    return first


def _marks_as_json(tally: AgencyTally) -> dict[str, Any]:
    return {
        str(dimension): {"right": mark.right, "of": mark.of, "share": mark.share}
        for dimension, mark in marks_of(tally).items()
    }
