"""Who joins whom, who is held, and that late records change nothing but what they should."""

from datetime import UTC, date, datetime, timedelta

from send_integration.identity.decide import FirstSeen, Held, PersonRecord, child_id_of, decide

BORN = date(2014, 5, 6)
OTHER_BIRTH = date(2012, 1, 2)
START = datetime(2025, 1, 1, tzinfo=UTC)


def record(local_id: str, *, nhs: str = "", upn: str = "", source: str = "health", born: date = BORN) -> PersonRecord:
    return PersonRecord(source, local_id, nhs, upn, born)


def seen(day: int, event: str = "e", source: str = "health") -> FirstSeen:
    return FirstSeen(START + timedelta(days=day), source, event)


def test_the_same_nhs_number_and_birth_date_is_one_child_across_sources() -> None:
    clinic = record("1", nhs="9990000018")
    school = record("77", nhs="9990000018", source="school")

    decided = decide({clinic: seen(0, "a"), school: seen(1, "b")})

    assert decided[clinic] == decided[school] == child_id_of(seen(0, "a"))


def test_the_same_nhs_number_with_another_birth_date_is_another_child() -> None:
    clinic = record("1", nhs="9990000018")
    mistyped = record("2", nhs="9990000018", source="school", born=OTHER_BIRTH)

    decided = decide({clinic: seen(0, "a"), mistyped: seen(1, "b")})

    assert decided[clinic] != decided[mistyped]


def test_a_local_id_already_known_joins_when_its_source_learns_a_number() -> None:
    before = record("1")
    after = record("1", nhs="9990000018")

    decided = decide({before: seen(0, "a"), after: seen(1, "b")})

    assert decided[before] == decided[after]


def test_the_same_local_id_of_two_sources_is_two_children() -> None:
    decided = decide({record("1"): seen(0, "a"), record("1", source="school"): seen(1, "b")})

    assert len(set(decided.values())) == 2


def test_two_identifiers_that_lead_to_two_children_are_held_and_lead_nobody() -> None:
    by_nhs = record("1", nhs="9990000018")
    by_upn = record("2", upn="A821000000001", source="school")
    bridge = record("3", nhs="9990000018", upn="A821000000001", source="care")
    again = record("3", source="care")

    decided = decide({by_nhs: seen(0, "a"), by_upn: seen(1, "b"), bridge: seen(2, "c"), again: seen(3, "d")})

    assert decided[bridge] == Held(tuple(sorted((child_id_of(seen(0, "a")), child_id_of(seen(1, "b"))))))
    assert decided[again] == child_id_of(seen(3, "d"))


def test_a_record_that_names_both_first_makes_them_one_child() -> None:
    bridge = record("3", nhs="9990000018", upn="A821000000001", source="care")
    by_nhs = record("1", nhs="9990000018")
    by_upn = record("2", upn="A821000000001", source="school")

    decided = decide({by_upn: seen(2, "b"), by_nhs: seen(1, "a"), bridge: seen(0, "c")})

    assert set(decided.values()) == {child_id_of(seen(0, "c"))}
