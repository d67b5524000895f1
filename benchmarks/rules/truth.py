"""A simulated authority with its hidden truth: each child's events as they are, and the bad ends, of which some are to come."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import NamedTuple

from send_integration.contracts.event import ChildId, Event
from send_integration.contracts.registry import parse
from send_integration.rules.history import ChildHistory
from send_integration.simulate.agencies import AGENCIES
from send_integration.simulate.authority import simulate_authority
from send_integration.simulate.clerks import local_id
from send_integration.simulate.profile import load_profile
from send_integration.simulate.troubles import Outcome

UNTIL = date(2025, 1, 16)
"""The simulated authority's last day."""

NOT_AFTER = datetime(2025, 2, 1, tzinfo=UTC)


class Town(NamedTuple):
    """Every child's history, the directory of workers as events, and every bad end by child."""

    histories: Sequence[ChildHistory]
    workers: Sequence[Event]
    outcomes: Mapping[ChildId, Sequence[Outcome]]


def town(children: int, seed: int) -> Town:
    """A town of the profile; which child an event is about is the truth's, for here identity is not what is measured."""
    made = simulate_authority(
        load_profile("luton-2024"),
        children=children,
        seed=seed,
        until=UNTIL,
        dirt="usual",
        statutory_dates=True,
        whole_lives=True,
    )
    child_of = {(agency.source, local_id(agency, c)): c for agency in AGENCIES for c in made.town.children}
    events: dict[ChildId, list[Event]] = {ChildId(child.ref): [] for child in made.town.children}
    workers: list[Event] = []
    for item in made.arrived:
        event = parse(item.raw, not_after=NOT_AFTER)
        if not isinstance(event, Event):
            continue
        if event.person is None:
            workers.append(event)
        else:
            events[ChildId(child_of[event.source, event.person.local_id].ref)].append(event)
    outcomes: defaultdict[ChildId, list[Outcome]] = defaultdict(list)
    for outcome in made.outcomes:
        outcomes[ChildId(made.town.children[outcome.child].ref)].append(outcome)
    return Town([ChildHistory(child, found) for child, found in events.items() if found], workers, outcomes)
