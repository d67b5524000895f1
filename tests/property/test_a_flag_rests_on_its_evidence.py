"""A flag's evidence is exactly the events that it rests on: without any of them it is another, without any other the same."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from hypothesis import assume, given, settings

from send_integration.contracts.event import ChildId, Event
from send_integration.rules.engine import assess
from send_integration.rules.flags import Flag, flags_of
from send_integration.steps.catalogue import load_rules
from send_integration.timeline.fold import timeline_of
from tests.property.seeded import Grown, grown

RULES = load_rules()


def flags(events: Iterable[Event], as_of: date) -> Mapping[str, Flag]:
    """The flags of a child whose standing events these are."""
    known = tuple(events)
    if not known:
        return {}
    found = assess(RULES, timeline_of(known), as_of)
    return {flag.flag_id: flag for flag in flags_of(ChildId("c"), found.milestones, found.risks, RULES)}


@settings(max_examples=300)
@given(grown(RULES))
def test_without_a_piece_of_evidence_it_is_another_flag_and_without_any_other_event_the_same(history: Grown) -> None:
    events, as_of = history
    standing = flags(events, as_of)
    assume(standing)
    for event in events:
        without = flags((other for other in events if other is not event), as_of)
        for flag_id, flag in standing.items():
            if event.id not in flag.evidence:
                assert without.get(flag_id) == flag, f"{flag.rule} rests on {event.what}, which is no evidence of it"
            else:
                less = replace(flag, evidence=tuple(each for each in flag.evidence if each != event.id))
                assert without.get(flag_id) != less, f"{flag.rule} does not rest on {event.what}, its evidence"
