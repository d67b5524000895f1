"""Each fault of a whole file or window does what its name says; the table's scores are counted as they claim."""

import pytest

from benchmarks.quality import file_faults as files
from benchmarks.quality import window_faults as windows
from benchmarks.quality.file_faults import attendance_file, read_file, table
from benchmarks.quality.gating import Said
from benchmarks.quality.row_faults import Body
from benchmarks.quality.scoring import BY_STORE, Score, score

ATTENDANCE: Body = {
    "from_on": "2024-03-04", "to_on": "2024-03-08", "sessions_possible": 10, "sessions_authorised_absence": 1,
    "sessions_unauthorised_absence": 0,
    "person": {"local_id": "SCH1", "given_name": "Anna", "family_name": "Example", "date_of_birth": "2012-03-14"},
}  # fmt: skip
CLEAN = attendance_file([{"data": ATTENDANCE}, {"data": {**ATTENDANCE, "to_on": "2024-03-15"}}])
FIRST = ["SCH1", "", "Anna", "Example", "14/03/2012", "", "04/03/2024", "08/03/2024", "10", "1", "0"]
REFERRAL: Body = {
    "id": "e1", "subject": "local:1",
    "data": {"urgency": "routine", "referral_id": "F1", "person": {"local_id": "1", "nhs_number": "9990000018",
                                                                  "date_of_birth": "2012-03-14"}},
}  # fmt: skip


def first_row(spoil: files.Spoil) -> list[str]:
    """The first row of the one file that a fault makes."""
    [made] = spoil(CLEAN)
    return table(made)[1]


def test_a_clean_file_is_read_whole_and_nothing_is_noticed() -> None:
    read = read_file(CLEAN, "attendance.csv")

    assert (len(read.events), read.refused, read.noticed) == (2, False, 0)


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (files.columns_shifted, ["", *FIRST[:-1]]),
        (files.a_cell_too_many, [*FIRST[:3], "Junior", *FIRST[3:]]),
        (files.days_as_excel_serials, [*FIRST[:6], "45355", "45359", *FIRST[8:]]),
        (files.days_the_american_way, [*FIRST[:4], "03/14/2012", *FIRST[5:]]),
        (files.two_digit_years, [*FIRST[:4], "14/03/12", *FIRST[5:]]),
    ],
)
def test_these_faults_change_a_files_rows_so(spoil: files.Spoil, expected: list[str]) -> None:
    assert first_row(spoil) == expected


def test_these_faults_change_the_file_itself() -> None:
    assert table(files.renamed_column(CLEAN)[0])[0][3] == "Family name"
    assert files.another_delimiter(CLEAN)[0].startswith(b"Pupil;UPN;")
    assert "Zoë".encode("cp1252") in files.in_windows_1252(CLEAN)[0]
    assert files.in_utf_16(CLEAN)[0].decode("utf-16") == CLEAN.decode()
    assert files.sent_twice(CLEAN) == [CLEAN, CLEAN]
    assert table(files.titles_lost(CLEAN)[0])[0] == FIRST
    assert not files.truncated_in_a_row(CLEAN)[0].endswith(b"\n")
    assert files.truncated_after_a_row(CLEAN)[0].endswith(b"\n")
    assert len(files.truncated_after_a_row(CLEAN)[0]) < len(CLEAN)


def test_these_faults_change_a_window_so() -> None:
    two = [REFERRAL, {**REFERRAL, "id": "e2"}]

    assert windows.stopped(two) == []
    assert len({body["id"] for body in windows.tenfold(two)}) == 20
    assert {body["data"]["urgency"] for body in windows.one_code(two)} == {"urgent"}
    assert [body["id"] for body in windows.repeated_under_new_ids(two)] == ["e1", "e1-again", "e2"]
    assert [body["id"] for body in windows.repeated_exactly(two)] == ["e1", "e1", "e2"]
    strangers = windows.other_children(two)
    assert len({body["data"]["person"]["local_id"] for body in strangers}) == 2
    assert all("nhs_number" not in body["data"]["person"] for body in strangers)


def test_a_score_counts_what_was_not_said_of_the_clean_rows() -> None:
    clean = Said({}, {0: ("odd",)}, 0, 0, 0)
    said = Said({2: ("wrong-type",), 5: ("identity-conflict",), 6: ("empty",)}, {0: ("odd",), 3: ("late",)}, 0, 0, 0)

    assert score(frozenset({2, 3, 4}), said, clean) == Score(3, "wrong-type", 3, 1, 1, 1, 1, 0)


def test_what_only_the_store_sees_is_found_without_a_row() -> None:
    assert score(frozenset(), Said({}, {}, 2, 0, 0), Said({}, {}, 0, 0, 0)).rule == BY_STORE
