"""The partition of records into children depends on what was recorded, never on what arrived first."""

from datetime import UTC, date, datetime, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from send_integration.identity.decide import FirstSeen, PersonRecord, decide, linking_keys

records = st.builds(
    PersonRecord,
    source=st.sampled_from(["health", "school"]),
    local_id=st.sampled_from(["1", "2", "3"]),
    nhs_number=st.sampled_from(["", "9990000018", "9990000026"]),
    upn=st.sampled_from(["", "A821000000001", "A821000000002"]),
    date_of_birth=st.sampled_from([date(2014, 5, 6), date(2014, 6, 5)]),
)
sightings = st.builds(
    FirstSeen,
    recorded_at=st.integers(0, 3).map(lambda day: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(days=day)),
    source=st.sampled_from(["health", "school"]),
    event_id=st.integers(0, 30).map(str),
)
known = st.dictionaries(records, sightings, max_size=10)


@given(known, st.randoms())
def test_any_order_of_records_gives_the_same_children(
    asserted: dict[PersonRecord, FirstSeen], shuffler: Random
) -> None:
    shuffled = list(asserted.items())
    shuffler.shuffle(shuffled)

    assert decide(dict(shuffled)) == decide(asserted)


@given(known)
def test_a_component_is_decided_alike_alone_and_among_others(asserted: dict[PersonRecord, FirstSeen]) -> None:
    together = decide(asserted)

    for record in asserted:
        component = {record}
        keys = set(linking_keys(record))
        while more := {other for other in asserted if keys & set(linking_keys(other))} - component:
            component |= more
            keys |= {key for other in more for key in linking_keys(other)}
        alone = decide({other: asserted[other] for other in component})

        assert alone == {other: together[other] for other in component}
