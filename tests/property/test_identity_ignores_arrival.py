"""The partition of records into children depends on what was recorded and decided, never on what arrived first."""

from dataclasses import replace
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from send_integration.identity.arriving import SettledComponent
from send_integration.identity.decide import LIKELY, Held, decide
from send_integration.identity.edges import components, edges_among
from send_integration.identity.groups import Groups
from send_integration.identity.model import default_model
from send_integration.identity.records import FirstSeen, PersonRecord, child_id_of
from send_integration.identity.statements import Statement
from tests.property.identities import (
    asserted_records,
    decisions_of_people,
    records_of_a_family,
    records_of_anna,
    records_said_again,
)

known = asserted_records()

MODEL = replace(default_model(), lists_everyone=frozenset({"care"}))


@given(known, decisions_of_people(), st.randoms())
def test_any_order_of_records_gives_the_same_children(
    asserted: dict[PersonRecord, FirstSeen], said: list[Statement], shuffler: Random
) -> None:
    shuffled = list(asserted.items())
    shuffler.shuffle(shuffled)

    found, again = decide(asserted, said, MODEL), decide(dict(shuffled), said, MODEL)

    assert again.decisions == found.decisions
    assert set(again.links) == set(found.links)
    assert set(again.reviews) == set(found.reviews)


@given(known, decisions_of_people())
def test_a_component_is_decided_alike_alone_and_among_others(
    asserted: dict[PersonRecord, FirstSeen], said: list[Statement]
) -> None:
    together = decide(asserted, said, MODEL)

    for component in components(asserted, edges_among(asserted, MODEL), said):
        alone = decide({record: asserted[record] for record in component}, said, MODEL)

        assert alone.decisions == {record: together.decisions[record] for record in component}


@settings(max_examples=2000)
@given(records_of_anna() | records_said_again() | records_of_a_family(), st.booleans())
def test_a_record_placed_alone_is_placed_as_the_whole_component_would_place_it(
    asserted: dict[PersonRecord, FirstSeen], a_list_names_everybody: bool
) -> None:
    model = MODEL if a_list_names_everybody else default_model()
    arriving = list(asserted)
    for place, last in enumerate(arriving):
        before = {record: asserted[record] for record in arriving[:place]}
        edges = edges_among([*before, last], model).get(last, {})
        same = [record for record in before if record.ref == last.ref]
        former = decide(before, (), model)
        met = [component for component in former.components if not {*edges, *same}.isdisjoint(component)]
        likely = {link.one for link in former.links if link.why == LIKELY}
        if len(met) > 1 or any(not likely.isdisjoint(of) for of in met):
            continue
        kept = [(record, before[record], former.decisions[record]) for of in met for record in of]
        asked = [review for review in former.reviews if any(review.one in of for of in met)]
        component = SettledComponent(kept, asked, model)
        placed = component.place_last(last, asserted[last], edges, same)
        if placed is None:
            continue
        now = decide({**before, last: asserted[last]}, (), model)
        assert now.decisions == {**former.decisions, last: child_id_of(placed.founder)}
        assert set(now.links) == {*former.links, *filter(None, [placed.link])}
        questions = component.questions
        assert set(now.reviews) == {*former.reviews} - {*questions.settled()} | {*questions.raised()}


@given(known, decisions_of_people())
def test_no_join_without_an_explanation(asserted: dict[PersonRecord, FirstSeen], said: list[Statement]) -> None:
    found = decide(asserted, said, MODEL)

    explained = Groups(asserted)
    for link in found.links:
        assert explained.join(link.one, link.other), "a link to spare"
    together: dict[str, set[PersonRecord]] = {}
    for record, decision in found.decisions.items():
        if not isinstance(decision, Held):
            together.setdefault(decision, set()).add(record)
    by_links = {record: set(members) for members in explained.all() for record in members}
    assert all(by_links[record] == members for members in together.values() for record in members)
    for link in found.links:
        if link.judgement is not None:
            assert True not in (link.one.restricted, link.other.restricted)


@given(known, decisions_of_people())
def test_nobody_is_asked_what_a_person_has_decided(
    asserted: dict[PersonRecord, FirstSeen], said: list[Statement]
) -> None:
    stated = {statement.pair for statement in said}

    for review in decide(asserted, said, MODEL).reviews:
        assert frozenset((review.one.ref, review.other.ref)) not in stated
