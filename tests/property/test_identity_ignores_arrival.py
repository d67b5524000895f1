"""The partition of records into children depends on what was recorded and decided, never on what arrived first."""

from datetime import UTC, date, datetime, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from send_integration.identity.decide import Held, components, decide, edges_among
from send_integration.identity.groups import Groups
from send_integration.identity.model import default_model
from send_integration.identity.records import FirstSeen, PersonRecord, PersonRef
from send_integration.identity.statements import Statement

MODEL = default_model()
SOURCES, LOCAL_IDS = ("care", "health", "school"), ("1", "2")

records = st.builds(
    PersonRecord,
    source=st.sampled_from(SOURCES),
    local_id=st.sampled_from(LOCAL_IDS),
    given_name=st.sampled_from(["Anna", "Ana", "Zofia", "Baby"]),
    family_name=st.sampled_from(["Kowalska", "Miah"]),
    date_of_birth=st.sampled_from([date(2014, 5, 6), date(2014, 6, 5), date(2011, 2, 3)]),
    nhs_number=st.sampled_from(["", "9990000018", "9990000026"]),
    upn=st.sampled_from(["", "A821000000001"]),
    postcode=st.sampled_from(["", "LU1 1AA"]),
    restricted=st.sampled_from([False, False, False, True]),
)
refs = st.builds(PersonRef, st.sampled_from(SOURCES), st.sampled_from(LOCAL_IDS))


@st.composite
def asserted_records(draw: st.DrawFn) -> dict[PersonRecord, FirstSeen]:
    """Records with the events that first asserted them; an event asserts one record."""
    drawn = draw(st.lists(records, max_size=9, unique=True))
    days = st.integers(0, 3).map(lambda day: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(days=day))
    return {one: FirstSeen(draw(days), draw(st.sampled_from(SOURCES)), str(n)) for n, one in enumerate(drawn)}


known = asserted_records()


@st.composite
def decisions_of_people(draw: st.DrawFn) -> list[Statement]:
    pairs = draw(st.lists(st.tuples(refs, refs).filter(lambda pair: pair[0] < pair[1]), max_size=2, unique=True))
    moment = datetime(2025, 2, 1, tzinfo=UTC)
    return [Statement(*pair, draw(st.booleans()), moment, "review", str(n)) for n, pair in enumerate(pairs)]


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
