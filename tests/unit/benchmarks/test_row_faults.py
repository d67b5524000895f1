"""Each fault function does to a row what its name says, and nothing to the row that it was given."""

import copy
import json
from typing import Any

import pytest

from benchmarks.quality import row_faults as faults
from benchmarks.quality.row_faults import ROW_FAULTS, Body, wire

ROW: Body = {
    "id": "e1",
    "type": "send.referrals.received.v1",
    "subject": "local:COM012345",
    "time": "2024-03-04T00:00:00+00:00",
    "recordedtime": "2024-03-04T09:00:00+00:00",
    "data": {
        "urgency": "routine",
        "year_group": 7,
        "hours_per_week": 3.0,
        "sessions_possible": 10,
        "person": {
            "local_id": "COM012345", "given_name": "Zoë", "family_name": "Kowalska", "date_of_birth": "2012-03-14",
            "nhs_number": "9990000018", "upn": "T821000000001", "postcode": "LU1 1AA", "gender": "F", "ethnicity": "WBRI",
        },
    },
}  # fmt: skip
OTHER: Body = {"data": {"person": {"upn": "G821000000002", "nhs_number": "9990000026"}}}

PERSON: list[tuple[faults.Spoil, dict[str, Any]]] = [
    (faults.renamed_field, {"family_name": None, "surname": "Kowalska"}),
    (faults.day_and_month_swapped, {"date_of_birth": "2012-14-03"}),
    (faults.emptied_field, {"family_name": ""}),
    (faults.left_out_ethnicity, {"ethnicity": None}),
    (faults.left_out_nhs_number, {"nhs_number": None}),
    (faults.read_as_windows_1252, {"given_name": "ZoÃ«"}),
    (faults.of_another_authority, {"local_id": "BD-012345"}),
    (faults.wrong_check_digit, {"nhs_number": "9990000019"}),
    (faults.spaces_around, {"given_name": " Zoë", "family_name": "Kowalska "}),
    (faults.spaces_around_numbers, {"nhs_number": "9990000018 "}),
    (faults.in_scientific_notation, {"nhs_number": "9.99E+09"}),
    (faults.without_leading_zeros, {"local_id": "COM12345"}),
    (faults.as_excel_serial, {"date_of_birth": "40982"}),
    (faults.two_digit_year, {"date_of_birth": "12-03-14"}),
    (faults.born_in_1900, {"date_of_birth": "1900-01-01"}),
    (faults.one_postcode, {"postcode": "LU1 2BQ"}),
    (faults.name_in_capitals, {"given_name": "ZOË", "family_name": "KOWALSKA"}),
    (faults.names_swapped, {"given_name": "Kowalska", "family_name": "Zoë"}),
    (faults.gender_of_another_scheme, {"gender": "2"}),
    (faults.null_as_text, {"postcode": "NULL"}),
    (faults.null_as_reference, {"local_id": "N/A"}),
    (faults.null_as_name, {"given_name": "NULL"}),
    (faults.upn_of_another, {"upn": "G821000000002"}),
    (faults.nhs_number_of_another, {"nhs_number": "9990000026"}),
    (
        faults.shifted_columns,
        {"given_name": "COM012345", "family_name": "Zoë", "date_of_birth": "Kowalska", "postcode": "2012-03-14"},
    ),
]
OF_THE_FEED: list[tuple[faults.Spoil, dict[str, Any]]] = [
    (faults.renamed_own_field, {"urgency": None, "priority": "routine"}),
    (faults.new_code, {"urgency": "soon"}),
    (faults.nhs_number_in_text, {"reason": "see brother 9990000018"}),
    (faults.year_group_one_off, {"year_group": 6}),
    (faults.days_for_hours, {"hours_per_week": 0.125}),
    (faults.sessions_for_days, {"sessions_possible": 20}),
]
ENVELOPE: list[tuple[faults.Spoil, dict[str, Any]]] = [
    (faults.clock_an_hour_off, {"time": "2024-03-03T23:00:00+00:00"}),
    (faults.recorded_an_hour_late, {"recordedtime": "2024-03-04T10:00:00+00:00"}),
    (faults.without_time_zone, {"time": "2024-03-04T00:00:00"}),
    (faults.in_the_future, {"time": "2026-03-04T00:00:00+00:00", "recordedtime": "2026-03-04T09:00:00+00:00"}),
    (faults.a_year_late, {"time": "2023-02-28T00:00:00+00:00"}),
    (faults.of_another_authority, {"subject": "local:BD-012345"}),
    (faults.without_leading_zeros, {"subject": "local:COM12345"}),
    (faults.null_as_reference, {"subject": "local:N/A"}),
]
BYTES = {
    faults.windows_1252: wire(ROW).replace("ë".encode(), b"\xeb"),
    faults.utf_16: wire(ROW).decode().encode("utf-16"),
    faults.truncated_line: wire(ROW)[: len(wire(ROW)) // 2],
}


def spoilt(spoil: faults.Spoil) -> Body:
    """What a fault makes of the row."""
    made = spoil(ROW, OTHER)
    assert isinstance(made, dict)
    return made


def differing(now: Body, before: Body) -> dict[str, Any]:
    """The fields that changed, with what they are now; None for one that is gone."""
    return {name: now.get(name) for name in {*now, *before} if now.get(name) != before.get(name)}


@pytest.mark.parametrize(("spoil", "expected"), PERSON)
def test_these_faults_change_the_person_so(spoil: faults.Spoil, expected: dict[str, Any]) -> None:
    assert differing(spoilt(spoil)["data"]["person"], ROW["data"]["person"]) == expected


@pytest.mark.parametrize(("spoil", "expected"), OF_THE_FEED)
def test_these_faults_change_the_feeds_own_fields_so(spoil: faults.Spoil, expected: dict[str, Any]) -> None:
    assert differing(spoilt(spoil)["data"], ROW["data"]) == expected


@pytest.mark.parametrize(("spoil", "expected"), ENVELOPE)
def test_these_faults_change_the_envelope_so(spoil: faults.Spoil, expected: dict[str, Any]) -> None:
    made = spoilt(spoil)

    assert differing({**made, "data": 0}, {**ROW, "data": 0}) == expected


@pytest.mark.parametrize("spoil", BYTES)
def test_these_faults_change_the_bytes_so(spoil: faults.Spoil) -> None:
    assert spoil(ROW, OTHER) == BYTES[spoil]


def test_every_fault_is_tried_here() -> None:
    tried = {spoil for spoil, _ in (*PERSON, *OF_THE_FEED, *ENVELOPE)} | set(BYTES)

    assert tried == {fault.spoil for fault in ROW_FAULTS}


@pytest.mark.parametrize("fault", ROW_FAULTS, ids=lambda fault: fault.name)
def test_a_fault_leaves_the_row_that_it_was_given_as_it_was(fault: faults.RowFault) -> None:
    before = copy.deepcopy(ROW)

    fault.spoil(ROW, OTHER)

    assert before == ROW
    assert json.loads(wire(ROW)) == before


@pytest.mark.parametrize(
    "spoil",
    [
        faults.left_out_nhs_number,
        faults.wrong_check_digit,
        faults.in_scientific_notation,
        faults.gender_of_another_scheme,
    ],
)
def test_a_row_without_the_field_cannot_have_the_fault(spoil: faults.Spoil) -> None:
    bare = {**ROW, "data": {"person": {"local_id": "1"}}}

    assert spoil(bare, OTHER) is None
