"""From the rows that a figure counts to the events behind them, by the key of the warehouse's pseudonyms."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from sqlalchemy import Engine, text

from send_integration.contracts.event import ChildId, Event
from send_integration.contracts.pseudonyms import Pseudonyms
from send_integration.errors import BadSetting
from send_integration.evaluate import answer_child
from send_integration.rules.model import RuleBook
from send_integration.steps.warehouse import standing_events
from send_integration.warehouse.behind import events_behind
from send_integration.warehouse.metrics.figures import Counted


class Behind(NamedTuple):
    """A row, whose it is, and the events of which it was made, in order of happening."""

    child_id: str
    row: Counted
    events: tuple[Event, ...]


def children_of(engine: Engine, names: Pseudonyms, rows: Iterable[Counted]) -> Mapping[str, str]:
    """The ids of the children whom rows are of, by their pseudonyms. Raises BadSetting under another key than the tables'."""
    wanted = {row.child_key for row in rows if row.child_key is not None}
    with engine.connect() as connection:
        known = connection.execute(text("SELECT child_id FROM reporting_intake.restated_child")).scalars()
        found = {key: child_id for child_id in known if (key := names.of(child_id)) in wanted}
    if wanted - found.keys():
        raise BadSetting(
            "The key of pseudonyms is not the one under which the warehouse was filled",
            where="the warehouse",
            next_step="Put back the key with which it was filled.",
        )
    return found


def behind(
    engine: Engine,
    names: Pseudonyms,
    rules: RuleBook,
    today: date,
    rows: Iterable[Counted],
    children: Mapping[str, str],
) -> list[Behind]:
    """The events behind those rows that are of some children, given by their pseudonyms."""
    wanted = [row for row in rows if row.child_key in children]
    with engine.connect() as connection:
        events = standing_events(connection, sorted(children.values()))
    made_of: dict[str, Mapping[str, tuple[Event, ...]]] = {}
    for child_id, own in events.items():
        answer = answer_child(ChildId(child_id), own, rules, today)
        by_key = {event.key: event for event in own}
        if answer is not None:
            made_of[child_id] = {
                row: tuple(sorted((by_key[key] for key in keys), key=lambda event: (event.on, event.key)))
                for row, keys in events_behind(answer, names).items()
            }
    return [
        Behind(child_id, row, _until(row, made_of.get(child_id, {}).get(row.row_key, ())))
        for row in wanted
        for child_id in (children[row.child_key or ""],)
    ]


def _until(row: Counted, events: tuple[Event, ...]) -> tuple[Event, ...]:
    """Of a child's own row those up to the row's day; every other row is made of all of its events."""
    return tuple(event for event in events if event.on <= row.day) if row.row_key == row.child_key else events
