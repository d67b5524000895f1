"""Annex A lists: how sheets and columns are found, how dates are read, and what a row tells."""

import io
import json
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from send_integration.contracts.event import Event
from send_integration.contracts.registry import parse
from send_integration.errors import BadInput
from send_integration.ingest.annex_a import Lists, read_lists
from send_integration.ingest.annex_a_columns import HEADINGS
from send_integration.ingest.draft import Draft
from send_integration.ingest.raw_event import RawEvent
from send_integration.ingest.versions import Version, settle
from tests.annex_a_lists import LIST_DAY, UPN, child, columns, fill, part_of, saved, with_part, workbook

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def lists(content: bytes, as_at: date | None = LIST_DAY) -> Lists:
    return read_lists(io.BytesIO(content), "lists.xlsx", "821", as_at)


def drafts(content: bytes) -> dict[str, Draft]:
    """The events of a file of one row, by their words."""
    return {one.what: one for one in lists(content).told if isinstance(one, Draft)}


def events(content: bytes, as_at: date = LIST_DAY, known: dict[str, list[Version]] | None = None) -> list[RawEvent]:
    """Every event of a file, remembered in `known` as the database does."""
    read = lists(content, as_at)
    remembered = {} if known is None else known
    told = []
    for one in read.told:
        if isinstance(one, RawEvent):
            told.append(one)
            continue
        settled = settle([one], read.returned_at, remembered)
        for version in settled.new:
            remembered.setdefault(version.base_id, []).append(version)
        told += settled.events
    return told


def body(event: RawEvent) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(event.value)
    return found


def test_a_child_with_a_plan_is_told_in_six_events_that_meet_the_contract() -> None:
    found = events(workbook([child()]))

    assert [(body(one)["type"], body(one)["time"][:10]) for one in found] == [
        ("send.people.registered.v1", "2025-03-30"),  # midnight in London's summer is 23:00 the day before in UTC
        ("send.ehcp.finalised.v1", "2020-01-15"),
        ("send.ehcp.amended_final_issued.v1", "2023-05-31"),
        ("send.ehcp.review_meeting_held.v1", "2024-11-20"),
        ("send.school.sen_support_started.v1", "2020-01-15"),
        ("send.school.enrolled.v1", "2025-03-30"),
    ]
    assert all(isinstance(parse(one.value, not_after=NOW, feed=one.feed), Event) for one in found)
    assert body(found[0])["data"]["person"] == {
        "local_id": "C1",
        "given_name": "Not given",
        "family_name": "Not given",
        "date_of_birth": "2014-05-06",
        "upn": UPN,
        "gender": "F",
        "ethnicity": "WBRI",
    }
    assert body(found[1])["data"]["placement_type"] == "mainstream"
    assert body(found[4])["data"]["need_types"] == ["ASD"]
    assert body(found[5])["data"] | {"person": None} == {"person": None, "urn": "109123", "year_group": 6}
    assert {body(one)["source"] for one in found} == {"urn:send:authority:821:annex-a"}
    assert all("C1" not in body(one)["id"] for one in found)


def test_a_child_on_sen_support_is_told_in_three_events_as_at_the_lists_day() -> None:
    found = events(workbook(support=[child()]))

    assert [(body(one)["type"], body(one)["time"][:10]) for one in found] == [
        ("send.people.registered.v1", "2025-03-30"),
        ("send.school.sen_support_started.v1", "2025-03-30"),
        ("send.school.enrolled.v1", "2025-03-30"),
    ]


@pytest.mark.parametrize(
    ("changes", "placement"),
    [
        ({"phase": "g) Special"}, "special"),
        ({"phase": "h) Pupil referral unit/Alternative provision"}, "alternative"),
        ({"phase": "SECONDARY"}, "mainstream"),
        ({"phase": "Middle (deemed primary)"}, "mainstream"),
        ({"phase": "d) Middle (deemed secondary)"}, "mainstream"),
        ({"phase": None}, "mainstream"),
        ({"home_education": "Yes"}, "eotas"),
    ],
)
def test_the_placement_follows_from_the_phase(changes: dict[str, Any], placement: str) -> None:
    assert drafts(workbook([child(**changes)]))["finalised"].data["placement_type"] == placement


@pytest.mark.parametrize(
    ("sent", "letter"),
    [
        (1, "M"),
        (2.0, "F"),
        ("a) Male", "M"),
        ("FEMALE", "F"),
        ("c) Not known", "U"),
        ("d) Not specified", "N"),
        ("I", "N"),
    ],
)
def test_a_gender_is_understood_however_it_is_written(sent: object, letter: str) -> None:
    assert drafts(workbook([child(gender=sent)]))["registered"].data["person"]["gender"] == letter  # type: ignore[index,call-overload]


@pytest.mark.parametrize(
    "sent",
    [
        date(2020, 3, 4),
        datetime(2020, 3, 4, 10, 30),  # noqa: DTZ001 - a cell knows no offset
        "04/03/2020",
        "4.3.2020",
        "04-03-2020 00:00",
        "2020-03-04",
        "2020-03-04 00:00:00",
        "4 March 2020",
        "04-Mar-2020",
        43894,
        43894.0,
        "43894",
    ],
)
def test_a_day_is_understood_however_it_is_written(sent: object) -> None:
    assert drafts(workbook([child(issued=sent)]))["finalised"].on == date(2020, 3, 4)


@pytest.mark.parametrize(
    "sent",
    [
        "13/25/2020",
        "31/02/2020",
        "2020",
        0.5,
        time(10, 30),
        -4,
        -4000,
        2900000,
        99999999,
        True,
        "0000-00-00",
        "1/1/1700",
    ],
)
def test_what_is_no_day_is_told_as_such_and_is_no_traceback(sent: object) -> None:
    found = drafts(workbook([child(issued=sent)]))["finalised"]

    assert isinstance(found.on, str)
    assert "annex-a-date-unreadable" in [fault.code for fault in found.faults]


def test_a_workbook_that_counts_its_days_from_1904_is_read_by_its_own_count() -> None:
    book = Workbook()
    book.epoch = CALENDAR_MAC_1904
    assert book.active is not None
    fill(book.active, [child(issued=42432, updated=None, born=date(2014, 5, 6))], columns(1))

    found = drafts(saved(book))

    assert found["finalised"].on == date(2020, 3, 4)
    assert found["registered"].data["person"]["date_of_birth"] == "2014-05-06"  # type: ignore[index,call-overload]


def test_sheets_and_columns_are_found_by_their_headings() -> None:
    book = Workbook()
    notes = book.active
    assert notes is not None
    notes.append(["Unique ID", "UPN", "see guidance"])
    sheet = book.create_sheet("Copy of plans (final) v2")
    sheet.append(["Annex A: children with a plan"])
    sheet.append([])
    keys = list(reversed(columns(1)))
    sheet.append([*(f"  {HEADINGS[key].upper().replace('–', '-')}  " for key in keys), "Ward", "12 High Street"])
    sheet.append([*(child()[key] for key in keys), "North", "x"])

    read = lists(saved(book))
    [first, *_] = [one for one in read.told if isinstance(one, Draft)]

    assert (first.origin.place, read.rows) == (4, 1)
    assert first.data["person"]["upn"] == UPN  # type: ignore[index,call-overload]
    assert read.warnings == (
        "lists.xlsx: no sheet holds list 2 (SEN support)",
        "lists.xlsx sheet 2: the column 'Ward' is no column of the list and not read",
        "lists.xlsx sheet 2: the column '(not shown)' is no column of the list and not read",
    )


def test_a_missing_column_that_a_check_needs_is_named_and_nothing_is_read() -> None:
    keys = [key for key in columns(1) if key not in ("reviewed", "disability")]

    with pytest.raises(BadInput) as raised:
        lists(workbook([child()], keys=keys))

    assert "'Date EHC plan last reviewed', 'Does the child or young person have a disability?'" in str(raised.value)


def test_a_missing_column_that_no_check_needs_is_warned_of() -> None:
    keys = [key for key in columns(1) if key not in ("absence", "team")]

    read = lists(workbook([child()], keys=keys))

    assert "lists.xlsx sheet 1: no column 'Absence', \"Which children's social care team?\"" in read.warnings


@pytest.mark.parametrize("twice", ["list", "column"])
def test_what_stands_twice_is_refused(twice: str) -> None:
    book = Workbook()
    assert book.active is not None
    fill(book.active, [child()], columns(1) + (["upn"] if twice == "column" else []))
    if twice == "list":
        fill(book.create_sheet(), [child()], columns(1))

    with pytest.raises(
        BadInput, match="sheets 1 and 2 both hold list 1" if twice == "list" else "Two columns are headed 'UPN'"
    ):
        lists(saved(book))


def test_a_workbook_without_a_list_is_refused() -> None:
    book = Workbook()
    assert book.active is not None
    book.active.append(["Surname", "Forename"])

    with pytest.raises(BadInput, match="No sheet has the headings"):
        lists(saved(book))


def test_empty_rows_and_empty_lists_tell_nothing() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    fill(sheet, [], columns(1))
    sheet.cell(row=900, column=2, value="  ")

    read = lists(saved(book))

    assert (read.rows, list(read.told)) == (0, [])


def test_the_lists_day_is_that_of_the_last_save_unless_it_is_named() -> None:
    content = workbook([child()])
    core = (
        b'<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"'
        b' xmlns:dcterms="http://purl.org/dc/terms/"><dcterms:modified>%s</dcterms:modified></cp:coreProperties>'
    )
    dated = with_part(content, "docProps/core.xml", core % b"2025-04-02T09:15:00Z")

    assert lists(dated, None).returned_at == datetime(2025, 4, 2, 9, 15, tzinfo=UTC)
    assert lists(dated, LIST_DAY).returned_at == datetime(2025, 3, 30, 23, tzinfo=UTC)
    for undated in (None, core % b"1900-01-01T00:00:00Z"):
        with pytest.raises(BadInput, match="--as-at"):
            lists(with_part(content, "docProps/core.xml", undated), None)


def test_a_second_list_repeats_what_stayed_and_corrects_a_day_that_changed() -> None:
    known: dict[str, list[Version]] = {}
    first = events(workbook([child()]), LIST_DAY, known)

    second = events(workbook([child(issued=date(2020, 2, 1))]), date(2025, 4, 30), known)

    changed = [body(one) for one, before in zip(second, first, strict=True) if one.value != before.value]
    assert [(one["type"], one["time"][:10]) for one in changed] == [
        ("send.ehcp.finalised.v1", "2020-02-01"),
        ("send.school.sen_support_started.v1", "2020-02-01"),
    ]
    assert [one["data"]["corrects"] for one in changed] == [body(first[1])["id"], body(first[4])["id"]]


def test_a_newer_update_and_review_correct_no_older_one() -> None:
    known: dict[str, list[Version]] = {}
    first = events(workbook([child()]), LIST_DAY, known)

    later = child(updated=date(2025, 4, 2), reviewed=date(2025, 4, 1))
    second = events(workbook([later]), date(2025, 4, 30), known)

    new = [body(one) for one in second if one.value not in {before.value for before in first}]
    assert [(one["type"], one["data"].get("corrects")) for one in new] == [
        ("send.ehcp.amended_final_issued.v1", None),
        ("send.ehcp.review_meeting_held.v1", None),
    ]


def test_a_school_that_changed_is_news_on_the_later_lists_day_and_on_the_same_day_a_correction() -> None:
    known: dict[str, list[Version]] = {}
    [*_, first] = events(workbook([child()]), LIST_DAY, known)
    [*_, moved] = events(workbook([child(urn=109456)]), date(2025, 4, 30), known)
    [*_, back] = events(workbook([child()]), date(2025, 5, 31), known)
    [*_, amended] = events(workbook([child(urn=109789)]), date(2025, 5, 31), known)
    [*_, repeated] = events(workbook([child(urn=109789)]), date(2025, 6, 30), known)

    told = [(body(one)["time"][:10], body(one)["data"]["urn"]) for one in (first, moved, back, amended)]
    assert told == [
        ("2025-03-30", "109123"),
        ("2025-04-29", "109456"),
        ("2025-05-30", "109123"),
        ("2025-05-30", "109789"),
    ]
    assert [body(one)["data"].get("corrects") for one in (first, moved, back)] == [None] * 3
    assert body(amended)["data"]["corrects"] == body(back)["id"]
    assert len({body(one)["id"] for one in (first, moved, back, amended)}) == 4
    assert repeated.value == amended.value


def test_a_row_moved_to_the_other_list_keeps_who_and_where_the_child_is() -> None:
    known: dict[str, list[Version]] = {}
    first = events(workbook(support=[child()]), LIST_DAY, known)

    second = events(workbook([child()]), date(2025, 4, 30), known)

    kept = [body(one)["type"] for one in second if one.value in {before.value for before in first}]
    assert kept == ["send.people.registered.v1", "send.school.enrolled.v1"]


@pytest.mark.parametrize(
    ("born", "year"),
    [
        (date(2005, 8, 31), None),
        (date(2005, 9, 1), 14),
        (date(2022, 8, 31), -2),
        (date(2022, 9, 1), None),
    ],
)
def test_an_enrolment_is_told_only_of_whom_a_year_group_can_be_told(born: date, year: int | None) -> None:
    enrolled = drafts(workbook(support=[child(born=born)])).get("enrolled")

    assert (enrolled and enrolled.data["year_group"]) == year


def test_text_that_is_no_day_is_not_repeated_in_an_id() -> None:
    found = drafts(workbook([child(updated="Anna Example rang")]))

    assert "Anna" not in found["amended_final_issued"].base_id


def test_a_part_that_the_library_cannot_follow_is_a_sentence() -> None:
    content = workbook([child()])
    heading = b'<c r="A1" t="inlineStr"><is><t>Unique ID</t></is></c>'
    rows = part_of(content, "xl/worksheets/sheet1.xml").replace(heading, b'<c r="A1" t="s"><v>99</v></c>')

    with pytest.raises(BadInput, match="cannot be read as an Excel workbook"):
        list(lists(with_part(content, "xl/worksheets/sheet1.xml", rows)).told)
