"""Who joins whom, who is held, what people decided, and that every join is explained."""

from dataclasses import replace

from send_integration.identity.decide import A_PERSON_DECIDED, EVIDENCE, ONE_LOCAL_ID, Held
from send_integration.identity.records import child_id_of
from tests.unit.identity.people import MODEL, asked, children, decided, record, seen, statement

NHS, UPN = "9990000018", "A821000000001"
BY_NHS = record("clinic", nhs_number=NHS)
BY_UPN = record("school", upn=UPN, family_name="Miah", postcode="LU4 9ZZ")
BRIDGE = record("care", nhs_number=NHS, upn=UPN, postcode="")


def test_a_child_is_named_after_the_event_that_first_spoke_of_it() -> None:
    found = decided(BY_NHS, record("school", nhs_number=NHS))

    assert set(found.decisions.values()) == {child_id_of(seen(0))}


def test_a_record_that_leads_to_two_children_is_held_and_leads_nobody() -> None:
    again = record("care", given_name="Anna")

    found = decided(BY_NHS, BY_UPN, BRIDGE)

    assert found.decisions[BRIDGE] == Held(tuple(sorted((child_id_of(seen(0)), child_id_of(seen(1))))))
    assert len(found.reviews) == 2
    assert children(BY_NHS, BY_UPN, again) == 2


def test_a_record_that_came_first_makes_both_one_child() -> None:
    assert children(BRIDGE, BY_NHS, BY_UPN) == 1


def test_the_likely_join_where_a_list_names_everybody_and_nobody_else_is_in_question() -> None:
    listed = record("register")
    unnamed = record("clinic", given_name="Baby")
    twin = record("register", "2", given_name="Zofia")
    names_everybody = replace(MODEL, lists_everyone=frozenset({"register"}))

    assert children(listed, unnamed) == 2
    assert children(listed, unnamed, model=names_everybody) == 1
    assert children(listed, twin, unnamed, model=names_everybody) == 3
    assert asked(listed, twin, unnamed, model=names_everybody) == 2


def test_a_person_sends_a_held_record_to_one_of_the_two() -> None:
    said = (statement(BRIDGE, BY_NHS, same=True), statement(BRIDGE, BY_UPN, same=False))

    found = decided(BY_NHS, BY_UPN, BRIDGE, said=said)

    assert found.decisions[BRIDGE] == found.decisions[BY_NHS] != found.decisions[BY_UPN]
    assert found.reviews == ()


def test_what_a_person_parted_stays_apart_and_is_not_asked_again() -> None:
    pair = record("clinic"), record("school")

    assert children(*pair) == 1
    assert children(*pair, said=(statement(*pair, same=False),)) == 2
    assert asked(*pair, said=(statement(*pair, same=False),)) == 0


def test_what_a_person_joined_stays_joined_whatever_the_records_say() -> None:
    pair = (
        record("clinic"),
        record("school", given_name="Omar", family_name="Miah", born="2011-02-03", postcode="LU4 9ZZ"),
    )

    assert children(*pair) == 2
    assert children(*pair, said=(statement(*pair, same=True),)) == 1


def test_every_join_is_explained_by_one_link_and_its_weights() -> None:
    joined = record("clinic"), record("clinic", postcode="LU4 9ZZ"), record("school"), record("care", given_name="Omar")

    found = decided(*joined, said=(statement(joined[2], joined[3], same=True),))

    assert sorted(link.why for link in found.links) == sorted((ONE_LOCAL_ID, EVIDENCE, A_PERSON_DECIDED))
    for link in found.links:
        if link.judgement is not None:
            assert abs(sum(part.weight for part in link.judgement.parts) - link.judgement.weight) < 1e-9


def test_a_record_leaves_only_when_its_source_now_says_something_quite_different() -> None:
    clinic = record("clinic", given_name="Muhammad")
    before = record("school", "7", given_name="Muhammad")
    near_the_line = record("school", "7", given_name="Mohammed", born="2014-05-07")
    far_below = record("school", "7", family_name="Miah", postcode="LU4 9ZZ", born="2011-02-03")

    assert (children(clinic, near_the_line), asked(clinic, near_the_line)) == (2, 1)
    assert children(clinic, before, near_the_line) == 1
    assert children(clinic, before, far_below) == 2
