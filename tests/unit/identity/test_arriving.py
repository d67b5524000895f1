"""Where a record that comes last changes what others are, it is not placed alone: the whole component is decided."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from send_integration.identity.arriving import SettledComponent
from send_integration.identity.decide import Decided, decide
from send_integration.identity.edges import edges_among
from send_integration.identity.model import Model, default_model
from send_integration.identity.records import FirstSeen, PersonRecord

BORN, DAY_BEFORE = date(2014, 5, 7), date(2014, 5, 6)
NHS_NUMBER, UPN = "9990000026", "A821000000001"
Said = list[tuple[int, PersonRecord]]
"""Records in the order of arrival, each with the day of January on which its source recorded it."""


def anna(source: str, family_name: str, born: date = BORN, **more: str) -> PersonRecord:
    return PersonRecord(source, more.pop("local_id", "1"), more.pop("given_name", "Anna"), family_name, born, **more)


LIKELY_TO_BE_WHOM_A_HELD_RECORD_COULD_BE: Said = [
    (1, anna("gp", "Miah", nhs_number=NHS_NUMBER, postcode="LU1 1AA", address="7 Low Road")),
    (2, anna("camhs", "Kowalska Miah", DAY_BEFORE, upn=UPN, postcode="LU4 9ZZ")),
    (8, anna("school", "Miah", DAY_BEFORE, nhs_number=NHS_NUMBER, postcode="LU4 9ZZ", gender="F")),
    (6, anna("health", "Kowalska", postcode="LU4 9ZZ", address="7 Low Road", gender="F")),
]
LIKELY_TO_BE_WHO_WAS_LINKED_AND_NO_LONGER_MEANT: Said = [
    (1, anna("gp", "Miah", nhs_number=NHS_NUMBER)),
    (9, anna("care", "Kowalska", date(2014, 7, 5), upn=UPN, postcode="LU4 9ZZ", address="7 Low Road", gender="F")),
    (3, anna("school", "Kowalska", nhs_number=NHS_NUMBER, postcode="LU4 9ZZ", address="1 High Street", gender="F")),
    (4, anna("school", "Kowalska", nhs_number=NHS_NUMBER, postcode="LU1 1AA", address="1 High Street", gender="F")),
    (5, anna("camhs", "Kowalska Miah", nhs_number=NHS_NUMBER, postcode="LU4 9ZZ", gender="F")),
]
TELLS_APART_TWO_WHOM_A_RECORD_WITHOUT_A_GIVEN_NAME_COULD_BE: Said = [
    (1, anna("camhs", "Miah", given_name="Baby", nhs_number=NHS_NUMBER, postcode="LU4 9ZZ", gender="F")),
    (2, anna("care", "Miah", given_name="Baby", nhs_number=NHS_NUMBER, postcode="LU1 1AA", address="1 High Street")),
    (3, anna("health", "Kowalska Miah", nhs_number=NHS_NUMBER, postcode="LU1 1AA", address="7 Low Road", gender="F")),
    (
        4,
        anna(
            "camhs",
            "Kowalska Miah",
            date(2014, 5, 8),
            local_id="2",
            postcode="LU4 9ZZ",
            address="7 Low Road",
            gender="F",
        ),
    ),
]
LIKE_WHO_WAS_LINKED_AND_NO_LONGER_MEANT_THOUGH_THEY_WOULD_NOT_BE_COMPARED: Said = [
    (6, anna("health", "Miah", DAY_BEFORE, gender="F")),
    (2, anna("gp", "Kowalska", DAY_BEFORE, upn=UPN, postcode="LU4 9ZZ", address="1 High Street")),
    (5, anna("health", "Miah", DAY_BEFORE, upn=UPN, gender="F")),
    (5, anna("camhs", "Kowalska Miah", DAY_BEFORE, address="1 High Street")),
]


ON_A_LIST_AND_NO_LONGER_LIKELY: Said = [
    (4, anna("care", "Kowalska Miah", address="7 Low Road")),
    (2, anna("care", "Kowalska Miah", DAY_BEFORE, address="7 Low Road")),
    (2, anna("school", "Kowalska", DAY_BEFORE, postcode="LU1 1AA", address="1 High Street", gender="F")),
    (4, anna("health", "Miah", DAY_BEFORE, local_id="2", postcode="LU1 1AA")),
]


@pytest.mark.parametrize(
    "said",
    [
        LIKE_WHO_WAS_LINKED_AND_NO_LONGER_MEANT_THOUGH_THEY_WOULD_NOT_BE_COMPARED,
        LIKELY_TO_BE_WHOM_A_HELD_RECORD_COULD_BE,
        LIKELY_TO_BE_WHO_WAS_LINKED_AND_NO_LONGER_MEANT,
        TELLS_APART_TWO_WHOM_A_RECORD_WITHOUT_A_GIVEN_NAME_COULD_BE,
    ],
)
def test_who_changes_what_others_are_is_not_placed_alone(said: Said) -> None:
    check(said, default_model())


def test_who_makes_a_child_on_a_list_likely_again_is_not_placed_alone() -> None:
    check(ON_A_LIST_AND_NO_LONGER_LIKELY, replace(default_model(), lists_everyone=frozenset({"care"})))


def check(said: Said, model: Model) -> None:
    """The last record changes what others are, and so is not placed alone."""
    asserted = {one: FirstSeen(datetime(2025, 1, day, tzinfo=UTC), one.source, "e") for day, one in said}
    *earlier, last = asserted
    before, after = (decided(asserted, known, model) for known in (earlier, [*earlier, last]))
    component = SettledComponent(
        [(record, asserted[record], before.decisions[record]) for record in earlier], before.reviews, model
    )

    placed = component.place_last(last, asserted[last], edges_among(asserted, model)[last], [])

    assert any(after.decisions[record] != before.decisions[record] for record in earlier)
    assert len(before.components) == 1
    assert placed is None


def decided(asserted: dict[PersonRecord, FirstSeen], records: list[PersonRecord], model: Model) -> Decided:
    return decide({record: asserted[record] for record in records}, [], model)
