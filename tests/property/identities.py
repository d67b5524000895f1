"""Strategies: records of a few people who are easily taken for each other, and what people decide on them."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from send_integration.identity.records import FirstSeen, PersonRecord, PersonRef
from send_integration.identity.statements import Statement

ANNAS_BIRTH = date(2014, 5, 6)
SOURCES, LOCAL_IDS = ("care", "gp", "health", "school"), ("1", "1", "1", "2")

records = st.builds(
    PersonRecord,
    source=st.sampled_from(SOURCES),
    local_id=st.sampled_from(LOCAL_IDS),
    given_name=st.sampled_from(["Anna", "Anna", "Anna", "Ana", "Zofia", "Baby"]),
    family_name=st.sampled_from(["Kowalska", "Kowalska", "Kowalska", "Miah"]),
    date_of_birth=st.sampled_from([ANNAS_BIRTH, ANNAS_BIRTH, ANNAS_BIRTH, date(2014, 6, 5), date(2011, 2, 3)]),
    nhs_number=st.sampled_from(["", "", "9990000018", "9990000026"]),
    upn=st.sampled_from(["", "", "A821000000001"]),
    postcode=st.sampled_from(["", "LU1 1AA", "LU1 1AA"]),
    address=st.sampled_from(["", "1 High Street"]),
    gender=st.sampled_from(["", "F", "F", "M"]),
    restricted=st.sampled_from([False] * 7 + [True]),
)
refs = st.builds(PersonRef, st.sampled_from(SOURCES), st.sampled_from(LOCAL_IDS))


ANNA = PersonRecord("health", "1", "Anna", "Kowalska", ANNAS_BIRTH, postcode="LU1 1AA")
CHANGES = (
    {}, {}, {}, {"nhs_number": "9990000018"}, {"nhs_number": "9990000018"}, {"nhs_number": "9990000026"},
    {"postcode": ""}, {"given_name": "Zofia"}, {"given_name": "Baby"}, {"date_of_birth": date(2014, 6, 5)},
    {"family_name": "Miah", "postcode": "LU4 9ZZ", "upn": "A821000000001"},
    {"family_name": "Miah", "postcode": "LU4 9ZZ", "upn": "A821000000001"},
    {"nhs_number": "9990000018", "upn": "A821000000001", "postcode": ""},
    {"nhs_number": "9990000018", "upn": "A821000000001", "postcode": ""},
)  # fmt: skip


@st.composite
def records_of_anna(draw: st.DrawFn) -> dict[PersonRecord, FirstSeen]:
    """Three to nine records, in the order of arrival, most of them plainly of one child: much joins, little is in doubt.

    True chance draws them, for Hypothesis favours short lists of first choices.
    """
    chance = draw(st.randoms(use_true_random=True))
    found: dict[PersonRecord, FirstSeen] = {}
    for number in range(chance.randint(3, 9)):
        source, local_id = chance.choice(SOURCES), chance.choice(LOCAL_IDS)
        one = ANNA._replace(source=source, local_id=local_id, **chance.choice(CHANGES))
        day = number if chance.random() < 0.8 else chance.randint(0, 8)
        found.setdefault(one, FirstSeen(datetime(2025, 1, 1, tzinfo=UTC) + timedelta(day), source, str(number)))
    return found


NAMES = {
    "1": ("Anna", "Anna", "Anna", "Ana", "Baby", "Anna Maria"),
    "2": ("Zofia", "Zofia", "Zosia", "Baby", "Anna Zofia", "Anna"),
}
"""What sources call Anna and her twin sister, by the local id under which each of them keeps the girl."""
SAID: dict[str, tuple[Any, ...]] = {
    "family_name": ("Kowalska", "Kowalska", "Miah", "Nowak"),
    "date_of_birth": (ANNAS_BIRTH,) * 4 + (date(2014, 6, 5), date(2011, 2, 3)),
    "nhs_number": ("", "", "9990000018", "9990000018", "9990000026"),
    "upn": ("", "", "A821000000001", "A821000000001", "B821000000002"),
    "postcode": ("", "LU1 1AA", "LU1 1AA", "LU4 9ZZ"),
    "address": ("", "1 High Street"),
    "gender": ("", "F", "F", "M"),
}


@st.composite
def records_said_again(draw: st.DrawFn) -> dict[PersonRecord, FirstSeen]:
    """Up to ten records of Anna and her twin, in the order of arrival: mostly what a source said before, with a change."""
    chance = draw(st.randoms(use_true_random=True))
    twins = chance.choice((0, 0, 0.3))
    last_said: dict[PersonRef, PersonRecord] = {}
    found: dict[PersonRecord, FirstSeen] = {}
    for number in range(chance.randint(3, 10)):
        ref = PersonRef(chance.choice(SOURCES), "2" if chance.random() < twins else "1")
        said: dict[str, tuple[Any, ...]] = {"given_name": NAMES[ref.local_id], **SAID}
        changed = chance.sample(sorted(said), chance.choice((1, 1, 2))) if ref in last_said else said
        one = last_said.get(ref) or PersonRecord(*ref, "", "", ANNAS_BIRTH)
        one = last_said[ref] = one._replace(**{name: chance.choice(said[name]) for name in changed})
        day = number if chance.random() < 0.9 else chance.randint(0, 9)
        found.setdefault(one, FirstSeen(datetime(2025, 1, 1, tzinfo=UTC) + timedelta(day), ref.source, str(number)))
    return found


FAMILY = (
    {},
    {"given_name": "Zofia"},
    {"given_name": "Adam", "date_of_birth": date(2011, 2, 3), "gender": "M"},
    {"date_of_birth": date(2014, 6, 5), "postcode": "LU4 9ZZ"},
    {"date_of_birth": date(2014, 6, 5), "postcode": ""},
)
"""Anna, her twin, her brother, a cousin of her name, and somebody of that cousin's name and birth date with no home."""
SLIPS: tuple[dict[str, Any], ...] = (
    {}, {}, {}, {}, {"nhs_number": "9990000018"}, {"nhs_number": "9990000026"}, {"upn": "A821000000001"},
    {"postcode": ""}, {"address": "1 High Street"}, {"given_name": "Ana"}, {"given_name": "Baby"}, {"gender": "F"},
    {"family_name": "Nowak"}, {"date_of_birth": date(2014, 5, 7)},
)  # fmt: skip


@st.composite
def records_of_a_family(draw: st.DrawFn) -> dict[PersonRecord, FirstSeen]:
    """Up to twelve records of Anna's family, in the order of arrival: several children who are asked about."""
    chance = draw(st.randoms(use_true_random=True))
    people = chance.sample(range(len(FAMILY)), chance.choice((2, 3, 4)))
    home = chance.choice(({}, {"address": "1 High Street"}, {"nhs_number": "9990000018"}))
    found: dict[PersonRecord, FirstSeen] = {}
    for number in range(chance.randint(4, 12)):
        person, source = chance.choice(people), chance.choice(SOURCES)
        said = {**home, **FAMILY[person], **chance.choice(SLIPS), **chance.choice(SLIPS)}
        local_id = chance.choice((str(person), str(person), str(person), "9"))
        one = ANNA._replace(source=source, local_id=local_id, **said)
        day = number if chance.random() < 0.9 else chance.randint(0, 9)
        found.setdefault(one, FirstSeen(datetime(2025, 1, 1, tzinfo=UTC) + timedelta(day), source, str(number)))
    return found


@st.composite
def batches_about_anna(
    draw: st.DrawFn,
) -> tuple[list[dict[PersonRecord, FirstSeen]], list[Statement]]:
    """Records in batches, a few of them again with an earlier or a later event; and often a person's decision."""
    asserted = draw(records_of_anna() | records_said_again() | records_of_a_family())
    chance = draw(st.randoms(use_true_random=True))
    arriving = list(asserted.items())
    for record, seen in chance.sample(arriving, min(chance.choice((0, 0, 1, 2)), len(arriving))):
        again = FirstSeen(seen.recorded_at + timedelta(chance.choice((-4, 3))), seen.source, f"{seen.event_id} again")
        arriving.insert(chance.randint(0, len(arriving)), (record, again))
    batches: list[dict[PersonRecord, FirstSeen]] = []
    while arriving:
        size = chance.choice((1, 1, 2, 3, 9))
        batch: dict[PersonRecord, FirstSeen] = {}
        for record, seen in arriving[:size]:
            batch[record] = min(batch.get(record, seen), seen)
        batches.append(batch)
        arriving = arriving[size:]
    named = sorted({record.ref for record in asserted})
    statements = []
    if len(named) > 1 and chance.random() < 0.5:
        one, other = sorted(chance.sample(named, 2))
        moment = datetime(2025, 2, 1, tzinfo=UTC)
        statements = [Statement(one, other, chance.random() < 0.5, moment, "review", "s")]
    return batches, statements


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
