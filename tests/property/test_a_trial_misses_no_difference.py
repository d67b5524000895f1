"""A trial tells of a difference exactly where some day stands otherwise, on the first such day, and mirrors."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from send_integration.contracts.event import ChildId, Event
from send_integration.contracts.registry import parse
from send_integration.rules.history import ChildHistory, Span, spans_between
from send_integration.rules.model import RuleBook
from send_integration.rules.trial import Course, Difference, differences
from send_integration.steps.catalogue import load_rules
from tests.builders import NOW
from tests.property.strategies import DAY_ONE, lines

RULES = load_rules()
FIRSTS = [DAY_ONE + timedelta(number) for number in (20, 23, 27, 28, 29, 36, 42, 43, 121)]
"""Among them days on which warnings begin and dates pass."""
LAST = DAY_ONE + timedelta(260)
CHANGES = (
    ("ndd-triage", {"period": "6 weeks"}),
    ("ndd-triage", {"warn": "1 day"}),
    ("ehc-decide-to-assess", {"period": "5 weeks", "warn": "5 weeks"}),
    ("camhs-first-contact", {"period": "20 days"}),
    ("bounced-between-services", {"days": 30}),
    ("exclusion-risk", {"days": 40, "level": "raise"}),
    ("not-brought", {"in_a_row": 1}),
    ("crisis-while-waiting", {"days": 27}),
)
MIRRORED = {
    Course.ONLY_TRIED: Course.ONLY_IN_FORCE, Course.ONLY_IN_FORCE: Course.ONLY_TRIED, Course.EARLIER: Course.LATER,
    Course.LATER: Course.EARLIER, Course.OTHERWISE: Course.OTHERWISE,
}  # fmt: skip


def standing(spans: list[Span], first: date) -> dict[date, set[tuple[str, str, str]]]:
    days = {first + timedelta(number): set[tuple[str, str, str]]() for number in range((LAST - first).days + 1)}
    for flag, since, until in spans:
        for day, stood in days.items():
            if since <= day and (until is None or day < until):
                stood.add((flag.flag_id, flag.level, flag.status))
    return days


def mirrored(found: list[Difference]) -> list[Difference]:
    return [
        Difference(MIRRORED[one.course], one.rule, one.on, None if one.days_gained is None else -one.days_gained)
        for one in found
    ]


@settings(max_examples=200, deadline=None)
@given(
    lines(people=1, size=10, decisions_of_people=False),
    st.sets(st.sampled_from(range(len(CHANGES))), min_size=4),
    st.sampled_from(FIRSTS),
)
def test_a_trial_misses_no_difference_and_makes_none_up(history: list[bytes], chosen: set[int], first: date) -> None:
    events = [found for raw in history if isinstance(found := parse(raw, not_after=NOW), Event)]
    tried = dict(RULES.rules)
    for rule_id, parameters in (CHANGES[number] for number in sorted(chosen)):
        tried[rule_id] = replace(tried[rule_id], parameters={**tried[rule_id].parameters, **parameters})

    before, after = spans_between(
        ChildHistory(ChildId("c1"), events), [RULES, RuleBook(tried)], first - timedelta(1), LAST
    )
    found = list(differences(before, after, first))

    apart = [day for day, stood in standing(before, first).items() if stood != standing(after, first)[day]]
    # Of a flag that only one had raised before the first day, the two can agree on all days that are looked at.
    moved = [one for one in found if one.course in (Course.EARLIER, Course.LATER)]
    unseen = [one for one in moved if one.on == first and one.days_gained is None]
    assert bool(apart) <= bool(found)
    assert bool(found) <= bool(apart or unseen)
    if apart and not unseen:
        assert min(one.on for one in found) == apart[0]
    assert sorted(mirrored(found)) == sorted(differences(after, before, first))
    assert list(differences(before, before, first)) == []
