"""A worker's own word on when they are away: an event of feed workers, like any source's."""

from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Engine

from send_integration.errors import BadInput
from send_integration.steps.own_events import own_event
from send_integration.store.directory import Colleague, standing_absence
from send_integration.store.outbox import say
from send_integration.store.sessions import Session, record_within

FEED = "workers"
SOURCE = "urn:send:alerts"
AWAY = "say-away"
"""What the audit calls it."""

LONGEST = timedelta(days=366)
"""Whoever is away for longer hands their work over."""


class Away(NamedTuple):
    """From when to when a worker is away, both days included, and who covers; None where the team does."""

    from_on: date
    to_on: date
    covered_by: str | None


def say_away(engine: Engine, worker: Colleague, away: Away, session: Session, now: datetime, today: date) -> str:
    """Say that a worker is away; what they said before of days to come is corrected by it. Gives the event's id.

    Raises BadInput where the days cannot be, or the worker would cover for themselves.
    """
    if away.to_on < max(away.from_on, today):
        raise BadInput("The last day must not be before the first, nor be over", where="to_on")
    if away.to_on - away.from_on > LONGEST:
        raise BadInput("Give a year at most; whoever is away for longer hands their work over", where="to_on")
    if away.covered_by == worker.worker_id:
        raise BadInput("Name somebody else, or nobody", where="covered_by")
    before = standing_absence(engine, worker.worker_id, SOURCE, today)
    told = {
        "from_on": away.from_on.isoformat(),
        "to_on": away.to_on.isoformat(),
        "covered_by": away.covered_by,
        "corrects": before.event_id if before else None,
    }
    return _say(engine, worker, told, session, now)


def say_back(engine: Engine, worker: Colleague, session: Session, now: datetime, today: date) -> str:
    """Take back what a worker last said of being away. Raises BadInput where they said nothing that still holds."""
    before = standing_absence(engine, worker.worker_id, SOURCE, today)
    if before is None:
        raise BadInput("You have not said that you are away", where="from_on")
    told = {
        "from_on": before.from_on.isoformat(),
        "to_on": before.to_on.isoformat(),
        "covered_by": None,
        "retracts": before.event_id,
    }
    return _say(engine, worker, told, session, now)


def _say(engine: Engine, worker: Colleague, told: dict[str, str | None], session: Session, now: datetime) -> str:
    """Put the event into the outbox; the relay publishes it to the gate."""
    who = {
        "id": worker.worker_id,
        "name": worker.name,
        "role": worker.role,
        "team": worker.team,
        "email": worker.email,
    }
    data = {"worker": _without_none(who), **_without_none(told)}
    event = own_event(FEED, "away", SOURCE, f"worker:{worker.worker_id}", data, now)
    with engine.begin() as connection:
        say(connection, [event.message])
        record_within(connection, session, AWAY, None, allowed=True, why=f"event {event.event_id}")
    return event.event_id


def _without_none(given: dict[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in given.items() if value is not None}
