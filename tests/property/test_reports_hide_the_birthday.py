"""The day of birth cannot be read off the warehouse's rows, nor off the days on which they are restated; only its month.

So children who differ by the day alone, within their month, have the same rows on every day and are restated on the same days.
"""

from datetime import date, timedelta
from typing import Any

from hypothesis import event, given, settings
from hypothesis import strategies as st

from send_integration.contracts.event import ChildId, Event
from send_integration.contracts.pseudonyms import KEY_BYTES, Pseudonyms
from send_integration.evaluate import answer_child
from send_integration.steps.catalogue import load_rules
from send_integration.warehouse.birth_months import last_of_month, without_day_of_birth
from send_integration.warehouse.facts import rows_of
from tests import builders

RULES = load_rules()
NAMES = Pseudonyms(bytes(KEY_BYTES))
WITH_BIRTHDAYS = (
    "ehcp.requested", "ehcp.finalised", "ehcp.review_meeting_held", "ehcp.ceased", "camhs.referred", "camhs.triaged",
    "transition.learning_disability_registered", "transition.health_check_completed", "transition.plan_started",
    "transition.adult_care_assessment_completed", "support.agreed", "referrals.received", "ndd.referred",
    "transition.mental_capacity_considered", "transition.destination_recorded", "early-help.assessment_started",
)  # fmt: skip
FIRST = date(2024, 1, 1)


def rows(events: list[Event], today: date) -> tuple[dict[str, list[tuple[Any, ...]]], date | None]:
    """A child's rows on a day, and the day on which they are restated next."""
    found = answer_child(ChildId("c1"), [without_day_of_birth(event) for event in events], RULES, today)
    return ({}, None) if found is None else (dict(rows_of(found, NAMES)), found.next_change_on)


@settings(max_examples=300, deadline=None)
@given(
    year=st.sampled_from((2000, 2006, 2007, 2008, 2009, 2010, 2018, 2019)),
    month=st.integers(1, 12),
    days=st.tuples(st.integers(1, 28), st.integers(1, 28)),
    told=st.lists(st.tuples(st.sampled_from(WITH_BIRTHDAYS), st.integers(0, 500)), min_size=1, max_size=6),
    ahead=st.integers(0, 900),
)
def test_the_day_of_birth_changes_nothing(
    year: int, month: int, days: tuple[int, int], told: list[tuple[str, int]], ahead: int
) -> None:
    lives = [
        [
            builders.event(
                what,
                (FIRST + timedelta(after)).isoformat(),
                event_id=f"e{number}",
                person={"date_of_birth": date(year, month, day).isoformat()},
            )
            for number, (what, after) in enumerate(told)
        ]
        for day in days
    ]
    today = FIRST + timedelta(ahead)

    (one, next_of_one), (other, next_of_other) = (rows(events, today) for events in lives)

    event(f"{len(one.get('fact_milestone', ()))} milestones")
    assert one == other
    assert next_of_one == next_of_other


@given(st.dates(date(1999, 1, 1), date(2030, 12, 31)))
def test_whoever_is_counted_younger_is_so_by_less_than_a_month(day: date) -> None:
    last = last_of_month(day)

    assert (last.year, last.month) == (day.year, day.month)
    assert (last + timedelta(1)).day == 1
