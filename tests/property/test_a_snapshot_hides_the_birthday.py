"""Two children born in one school year, of whom the same is said, have the same snapshot on every day: it cannot tell which
day either was born on."""

from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from send_integration.contracts.event import ChildId
from send_integration.evaluate import answer_child
from send_integration.steps.catalogue import load_rules
from send_integration.steps.snapshots import Snapshots, follows_from_a_birthday
from tests.builders import event
from tests.property.lives import FIELDS, STEPS, anchors

RULES = load_rules()
SNAPSHOTS = Snapshots(RULES, None)
FIRST, LAST = date(2008, 9, 1), date(2009, 8, 31)
CHILD = ChildId("c1")


@st.composite
def told_of_two(draw: st.DrawFn) -> tuple[date, date, list[tuple[str, date, dict[str, Any]]]]:
    """Two birth dates and one history after both."""
    one, other = (draw(st.dates(FIRST, LAST)) for _ in range(2))
    days = [day for born_on in (one, other) for day in anchors(born_on) if day > LAST]
    told = []
    for _ in range(draw(st.integers(1, 8))):
        kind = draw(st.sampled_from(sorted(FIELDS)))
        day = draw(st.sampled_from(days)) + timedelta(draw(st.sampled_from(STEPS)))
        fields = {name: draw(st.sampled_from(values)) for name, values in FIELDS[kind].items()}
        told.append((kind, min(day, date(2025, 1, 1)), {k: v for k, v in fields.items() if v is not None}))
    return one, other, told


@settings(max_examples=400, deadline=None)
@given(told_of_two(), st.data())
def test_two_of_one_school_year_look_alike_on_every_day(
    story: tuple[date, date, list[tuple[str, date, dict[str, Any]]]], data: st.DataObject
) -> None:
    one, other, told = story
    around = [day for born_on in (one, other) for day in anchors(born_on)] + [day for _, day, _ in told]
    as_of = data.draw(st.sampled_from(around)) + timedelta(data.draw(st.integers(-1, 200)))
    states = []
    for born_on in (one, other):
        person = {"date_of_birth": born_on.isoformat()}
        events = [
            event(kind, day.isoformat(), event_id=f"e{number}", person=person, **fields)
            for number, (kind, day, fields) in enumerate(told)
        ]
        answer = answer_child(CHILD, events, RULES, as_of)
        states.append(answer and SNAPSHOTS.of(answer))

    assert states[0] == states[1]


def test_what_follows_from_a_birthday_is_known_by_what_a_rule_counts_with() -> None:
    kept_back = {rule.id for rule in RULES.rules.values() if follows_from_a_birthday(rule)}

    assert "transition-cliff" in kept_back
    assert {rule.id for rule in RULES.rules.values() if rule.shape == "by-birthday"} < kept_back
    assert "ehc-final-plan" in RULES.rules.keys() - kept_back
