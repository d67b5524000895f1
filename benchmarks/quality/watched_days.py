"""Watches the feeds of a clean authority of Luton's size day by day, as the gate and the clock do, and tells every alarm.

Whose record is whose is not decided here: an event counts as matched where its agency has sent the child before, or gives
a number. Offices send on working days what they recorded since the last, and schools close for their holidays, so that
there are Mondays, ends of term and silent weeks, of which the simulation itself knows nothing.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from sqlalchemy import Engine, text

from benchmarks.quality.clean import UNTIL, Sent
from benchmarks.quality.gating import COOL_DOWN, Listening
from benchmarks.quality.history import DAYS as DAYS_BEFORE
from send_integration.contracts.event import Event
from send_integration.contracts.registry import parse
from send_integration.quality.checks import RowChecks
from send_integration.simulate.authority import simulate_authority
from send_integration.simulate.profile import load_profile
from send_integration.steps.silences import SilenceLook
from send_integration.steps.watching import FeedWatch
from send_integration.watch.window import Tally
from send_integration.when.london import LONDON, london_day
from send_integration.when.periods import good_friday, is_working_day

FULL_SIZE = 3_301
OPEN_ALL_WEEK = frozenset({"camhs"})
LOOKS, COMES, LAST_LOOK = (time(6), time(12), time(18)), time(21), time(23, 50)
CLOSED = (
    ("01-01", "01-04"), ("02-13", "02-18"), ("05-26", "05-31"), ("07-22", "09-02"), ("10-23", "10-29"), ("12-21", "12-31"),
)  # fmt: skip
"""A plausible authority's school holidays, but Easter's."""

Known = set[tuple[str, str]]


class Alarm(NamedTuple):
    """A batch rule that spoke on a clean day."""

    feed: str
    rule: str
    on: date


def alarms_of_clean_days(engine: Engine, listening: Listening, days: int, seed: int) -> tuple[int, list[Alarm]]:
    """How many messages the last `days` had, and every batch rule that spoke then; nine weeks before make the usual."""
    began = UNTIL - timedelta(days)
    counted_from = began - timedelta(DAYS_BEFORE)
    watch = FeedWatch(listening.judge_of, COOL_DOWN)
    look = SilenceLook(engine, listening.judge_of, lambda _feed: False)
    known: Known = set()
    messages = 0
    for day, feeds in _days(seed):
        if day < counted_from:
            known |= {who for rows in feeds.values() for row in rows if (who := _who(row))}
            continue
        for moment in LOOKS:
            look.look(datetime.combine(day, moment, LONDON))
        for feed, rows in feeds.items():
            tally = _tally(feed, rows, listening.checks_of([feed])[feed], known)
            with engine.begin() as connection:
                watch.count(connection, feed, tally, datetime.combine(day, COMES, LONDON))
            messages += len(rows) if day >= began else 0
        look.look(datetime.combine(day, LAST_LOOK, LONDON))
    return messages, [alarm for alarm in _alarms(engine) if alarm.on >= began]


def _days(seed: int) -> Iterator[tuple[date, dict[str, list[Sent]]]]:
    """What comes on each day, feed by feed."""
    made = simulate_authority(
        load_profile("luton-2024"), children=FULL_SIZE, seed=seed, until=UNTIL, dirt="none", statutory_dates=True
    )
    found: dict[date, dict[str, list[Sent]]] = {}
    for item in made.arrived:
        feed, on = item.line.feed, london_day(item.line.arrives_at)
        while not _is_open(feed, on):
            on += timedelta(1)
        arrives_at = max(item.line.arrives_at, datetime.combine(on, time(), LONDON))
        found.setdefault(on, {}).setdefault(feed, []).append(Sent(feed, item.raw, arrives_at))
    day = min(found)
    while day <= UNTIL:
        yield day, found.get(day, {})
        day += timedelta(1)


def _is_open(feed: str, day: date) -> bool:
    if feed in OPEN_ALL_WEEK:
        return True
    easter = 0 <= (day - good_friday(day.year)).days + 4 < 14
    closed = easter or any(first <= f"{day:%m-%d}" <= last for first, last in CLOSED)
    return is_working_day(day) and not (feed == "school" and closed)


def _tally(feed: str, rows: Sequence[Sent], checks: RowChecks, known: Known) -> Tally:
    """The counts of a feed's day; `known` gains whom it is about."""
    parsed = [parse(row.raw, not_after=row.arrived_at + timedelta(1), feed=feed) for row in rows]
    events = [event for event in parsed if isinstance(event, Event)]
    checked = checks.checked(events)
    refused = len(rows) - len(events) + sum(map(bool, checked.rejected))
    people = [event for event in events if event.person is not None]
    matched = 0
    for row in rows:
        who, person = _who(row), row.body["data"].get("person", {})
        matched += bool(who and (who in known or person.get("nhs_number") or person.get("upn")))
        known |= {who} if who else set()
    columns = checked.columns_of(range(len(events)))
    lag = sum((row.arrived_at - event.recorded_at).total_seconds() for row, event in zip(rows, events, strict=False))
    size = len(rows)
    return Tally(
        size, size, size - refused, refused, rows=len(events), people=len(people), matched=matched, lag_seconds=lag,
        absent=columns.absent, codes=columns.codes,
    )  # fmt: skip


def _who(row: Sent) -> tuple[str, str] | None:
    body = row.body
    person = body["data"].get("person")
    return (body["source"], person["local_id"]) if person else None


def _alarms(engine: Engine) -> list[Alarm]:
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT feed, failed ->> 'rule', at FROM feed_change, jsonb_array_elements(failures) AS failed ORDER BY at"
            )
        )
        return [Alarm(feed, rule, london_day(at)) for feed, rule, at in rows]
