"""A sender gets their own lines back with what to do, and no spreadsheet runs what was sent."""

import csv
import io
from datetime import UTC, datetime

import pytest

from send_integration.contracts.reasons import Code, reason
from send_integration.steps.rejections import HEADINGS, WITHHELD, rejection_file
from send_integration.store.quarantine import Rejection

AT = datetime(2025, 6, 1, 23, 30, tzinfo=UTC)
REASONS = [reason(Code.NHS_NUMBER_CHECK_DIGIT, "data.person.nhs_number")._asdict()]


def rows(*items: Rejection) -> list[list[str]]:
    text = rejection_file(items).decode()
    assert text.count("\n") == text.count("\r\n")
    return list(csv.reader(io.StringIO(text, newline="")))


def test_a_row_names_the_senders_own_line_and_event_and_says_what_to_do() -> None:
    head, row = rows(Rejection("school", {"file": "march.csv", "line": 7}, "e1", AT, REASONS))

    assert tuple(head) == HEADINGS
    assert row[:7] == [
        "march.csv",
        "line 7",
        "e1",
        "school",
        "2025-06-02",
        "nhs-number-check-digit",
        "data.person.nhs_number",
    ]
    assert row[8].startswith("Correct the NHS number")


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1"])
def test_a_cell_that_would_start_a_formula_does_not(cell: str) -> None:
    _, row = rows(Rejection("school", {"file": cell}, cell, AT, REASONS))

    assert row[0].startswith("'")
    assert row[2].startswith("'")


def test_quotes_commas_and_line_ends_stay_within_their_cell() -> None:
    _, row = rows(Rejection("school", {"file": 'a,"b"\r\nc', "line": True}, None, AT, REASONS))

    assert row[:3] == ['a,"b" c', "", ""]


def test_a_file_or_id_that_is_a_childs_number_is_not_repeated() -> None:
    _, row = rows(Rejection("school", {"file": "999 000 0018.csv", "line": 7}, "plan-T821000000001", AT, REASONS))

    assert row[:3] == [WITHHELD, "line 7", WITHHELD]
