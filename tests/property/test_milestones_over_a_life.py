"""Every milestone of the catalogue over years: it changes only on the days it names, and rests on its evidence alone."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given, settings

from send_integration.contracts.event import ChildId, Event
from send_integration.evaluate import ChildAnswer, answer_child
from send_integration.rules.flags import RAISED_BY
from send_integration.rules.model import Milestone, RuleBook
from send_integration.timeline.fold import standing
from tests.property.lives import ASKED, FIELDS, RULES, lives

BOOK = RuleBook({rule.id: rule for rule in RULES})


def answer(events: list[Event], as_of: date) -> ChildAnswer | None:
    return answer_child(ChildId("c1"), standing(events), BOOK, as_of)


def milestones(events: list[Event], as_of: date) -> dict[tuple[str, str, date], Milestone]:
    found = answer(events, as_of)
    every = found.assessment.milestones if found else ()
    by_key = {(m.milestone, m.subject, m.triggered_on): replace(m, days_late=0) for m in every}
    assert len(by_key) == len(every), "two milestones cannot be told apart"
    return by_key


@settings(max_examples=250, deadline=None)
@given(lives())
def test_nothing_changes_before_the_day_it_names(life: tuple[list[Event], date]) -> None:
    events, day = life
    for _ in range(8):
        found = answer(events, day)
        next_day = (found.next_change_on if found else None) or day + timedelta(3_000)
        eve = next_day - timedelta(1)
        for later in {day + timedelta(1), day + (eve - day) / 2, eve}:
            if found and day < later <= eve:
                assert milestones(events, later) == milestones(events, day), later
        day = next_day


@settings(max_examples=250, deadline=None)
@given(lives())
def test_a_milestone_rests_on_its_evidence_and_on_nothing_else(life: tuple[list[Event], date]) -> None:
    events, as_of = life
    before = milestones(events, as_of)
    for left_out in events:
        after = milestones([event for event in events if event is not left_out], as_of)
        for key, found in before.items():
            if left_out.key in found.evidence:
                lost = tuple(key_of for key_of in found.evidence if key_of != left_out.key)
                assert after.get(key) != replace(found, evidence=lost), (key, left_out.id)
            else:
                same = after.get(key)
                if same and found.status not in RAISED_BY:
                    # What asks nobody to act names one of two events that would each do; which one may depend on a third.
                    same = replace(same, evidence=found.evidence)
                assert same == found, (key, left_out.id)


def test_every_event_that_a_milestone_asks_for_is_lived() -> None:
    asked = {pattern.partition(" ")[0] for rule in RULES for name in ASKED for pattern in rule.texts(name)}

    assert asked <= FIELDS.keys() | {"referrals.closed"}
