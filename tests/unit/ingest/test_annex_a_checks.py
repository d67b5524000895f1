"""Each check of an Annex A list: what it finds, on which event, and on which day it begins to find it."""

import io
import json
from datetime import date
from typing import Any

import pytest

from send_integration.contracts.glimpse import glimpse
from send_integration.ingest.annex_a import read_lists
from send_integration.ingest.draft import Draft
from tests.annex_a_lists import LIST_DAY, OTHER_UPN, UPN, child, workbook

Codes = tuple[str, ...]
Found = dict[str, tuple[Codes, Codes]]
ROW = "the row as it was sent"


def found(content: bytes, row: int = 2, number: int = 1, on: date = LIST_DAY) -> Found:
    """Of a row each event with the codes of its faults and queries, those alone that have any."""
    told: Found = {}
    for one in read_lists(io.BytesIO(content), "lists.xlsx", "821", on).told:
        if (one.origin.file, one.origin.place) != (f"lists.xlsx list {number}", row):
            continue
        what = f"{one.feed}.{one.what}" if isinstance(one, Draft) else ROW
        faults, queries = (tuple(sorted(fault.code for fault in given)) for given in (one.faults, one.queries))
        if faults or queries:
            told[what] = (faults, queries)
    return told


def of_plan(on: date = LIST_DAY, **changes: Any) -> Found:
    return found(workbook([child(**changes)]), on=on)


def of_support(on: date = LIST_DAY, **changes: Any) -> Found:
    return found(workbook(support=[child(**changes)]), number=2, on=on)


def held(what: str, *codes: str) -> Found:
    return {what: (codes, ())}


def test_nothing_is_found_of_a_row_that_is_right() -> None:
    assert of_plan() == of_support() == {}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"gender": None}, held("people.registered", "annex-a-{}01b")),
        ({"ethnicity": ""}, held("people.registered", "annex-a-{}01c")),
        ({"ethnicity": "#N/A"}, held("people.registered", "annex-a-{}01c")),
        ({"need": " "}, held("school.sen_support_started", "annex-a-{}01d")),
        ({"disability": None}, held("people.registered", "annex-a-{}03")),
        ({"upn": None}, held("people.registered", "annex-a-{}07")),
        ({"upn": None, "uln": 1234567890}, {}),
        ({"urn": None}, held("school.enrolled", "annex-a-{}08a")),
        ({"urn": None, "subsidiary": "g) Special"}, held("school.enrolled", "annex-a-{}08b")),
        ({"subsidiary": "g) Special"}, {}),
        ({"born": None}, held(ROW, "annex-a-{}01a")),
        ({"born": date(2025, 4, 1)}, held(ROW, "annex-a-{}05a")),
        ({"born": "6th of May"}, held(ROW, "annex-a-date-unreadable")),
        ({"unique_id": None}, held(ROW, "annex-a-unique-id-missing")),
        ({"gender": "x"}, held("people.registered", "annex-a-unknown-code")),
        ({"ethnicity": "WXYZ"}, held("people.registered", "annex-a-unknown-code")),
        ({"ethnicity": "u) UNKNOWN"}, {}),
        ({"need": "H5"}, held("school.sen_support_started", "annex-a-unknown-code")),
        ({"upn": "A821000000001"}, held("people.registered", "annex-a-upn-invalid")),
    ],
)
def test_a_check_of_both_lists_holds_back_what_rests_on_it(changes: dict[str, Any], expected: Found) -> None:
    for number, told in ((1, of_plan(**changes)), (2, of_support(**changes))):
        numbered = {
            what: (tuple(code.format(number) for code in faults), queries)
            for what, (faults, queries) in expected.items()
            if not (number == 1 and "need" in changes and what == ROW)
        }
        if numbered and ROW in numbered:
            assert set(numbered[ROW][0]) <= set(told[ROW][0])
            assert len(told) == 1
        else:
            assert told == numbered


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"issued": date(2025, 4, 1), "updated": None, "reviewed": None}, ("ehcp.finalised", "annex-a-105b")),
        ({"updated": date(2025, 4, 1)}, ("ehcp.amended_final_issued", "annex-a-105c")),
        ({"reviewed": date(2025, 4, 1)}, ("ehcp.review_meeting_held", "annex-a-105d")),
        ({"updated": date(2020, 1, 14)}, ("ehcp.amended_final_issued", "annex-a-106a")),
        ({"updated": date(2020, 1, 14)}, ("ehcp.finalised", "annex-a-106a")),
        ({"reviewed": date(2020, 1, 14)}, ("ehcp.review_meeting_held", "annex-a-106b")),
        ({"reviewed": date(2020, 1, 14)}, ("ehcp.finalised", "annex-a-106b")),
        ({"issued": None}, ("ehcp.finalised", "annex-a-issue-date-missing")),
        ({"issued": "soon"}, ("ehcp.finalised", "annex-a-date-unreadable")),
        ({"updated": "soon"}, ("ehcp.amended_final_issued", "annex-a-date-unreadable")),
        ({"reviewed": "soon"}, ("ehcp.review_meeting_held", "annex-a-date-unreadable")),
        ({"phase": "Upper"}, ("ehcp.finalised", "annex-a-unknown-code")),
    ],
)
def test_a_check_of_the_plans_days_holds_back_the_days_that_it_doubts(
    changes: dict[str, Any], expected: tuple[str, str]
) -> None:
    what, code = expected
    told = of_plan(**changes)

    assert told[what] == ((code,), ())
    assert "people.registered" not in told
    assert "school.enrolled" not in told


@pytest.mark.parametrize(
    "same", [{"updated": date(2020, 1, 15)}, {"reviewed": date(2020, 1, 15)}, {"issued": LIST_DAY}]
)
def test_days_that_are_the_same_are_in_order(same: dict[str, Any]) -> None:
    later = {"updated": None, "reviewed": None} if "issued" in same else {}
    assert of_plan(**{**later, **same}) == {}


def test_a_child_may_be_born_on_the_lists_day() -> None:
    assert of_support(born=LIST_DAY) == {}


def test_the_need_of_a_plan_waits_with_the_day_of_its_issue() -> None:
    told = of_plan(issued=date(2025, 4, 1), updated=None, reviewed=None)

    assert set(told) == {"ehcp.finalised", "school.sen_support_started"}


@pytest.mark.parametrize(
    ("born", "faults", "queries"),
    [
        (date(1999, 4, 1), (), ("annex-a-{}02a",)),
        (date(1999, 3, 31), ("annex-a-{}02b",), ()),
        (date(2000, 3, 31), (), ("annex-a-{}02a",)),
        (date(2000, 4, 1), (), ()),
    ],
)
def test_twenty_five_is_asked_about_and_twenty_six_refused(born: date, faults: Codes, queries: Codes) -> None:
    for number, told in ((1, of_plan(born=born)), (2, of_support(born=born))):
        wanted = tuple(code.format(number) for code in faults), tuple(code.format(number) for code in queries)
        what = ROW if faults else "people.registered"
        assert told == ({what: wanted} if faults or queries else {})


@pytest.mark.parametrize(("born", "is_six"), [(date(2019, 3, 31), True), (date(2019, 4, 1), False)])
def test_a_number_is_asked_for_from_the_sixth_birthday(born: date, *, is_six: bool) -> None:
    days = {"issued": date(2024, 1, 1), "updated": None, "reviewed": None}
    told = of_plan(born=born, upn=None, **days)

    assert told == (held("people.registered", "annex-a-107") if is_six else {})


@pytest.mark.parametrize(
    ("born", "is_of_school_age"),
    [(date(2020, 4, 1), False), (date(2020, 3, 31), True), (date(2008, 4, 1), True), (date(2008, 3, 31), False)],
)
def test_a_school_is_asked_for_from_five_to_sixteen(born: date, *, is_of_school_age: bool) -> None:
    days = {"issued": date(2024, 1, 1), "updated": None, "reviewed": None}
    told = of_plan(born=born, urn=None, **days)

    assert told == (held("school.enrolled", "annex-a-108a") if is_of_school_age else {})


def test_a_child_educated_at_home_without_a_school_is_only_asked_about() -> None:
    told = of_plan(urn=None, home_education="a) Yes")

    assert told == {"people.registered": ((), ("annex-a-108a",))}


def test_a_query_is_counted_on_the_first_event_that_nothing_holds_back() -> None:
    told = of_plan(born=date(2000, 3, 31), gender=None)

    assert told == {
        "people.registered": (("annex-a-101b",), ()),
        "ehcp.finalised": ((), ("annex-a-102a",)),
    }


def test_a_upn_that_two_children_have_is_on_neither() -> None:
    content = workbook([child(), child(unique_id="C2"), child(unique_id="C3", upn=OTHER_UPN)])

    assert found(content, 2) == found(content, 3) == held("people.registered", "annex-a-109")
    assert found(content, 4) == {}
    told = [
        one for one in read_lists(io.BytesIO(content), "lists.xlsx", "821", LIST_DAY).told if isinstance(one, Draft)
    ]
    with_upn = {
        one.data["person"]["local_id"] for one in told if one.what != "registered" and "upn" in one.data["person"]
    }  # type: ignore[index,call-overload,operator]
    assert with_upn == {"C3"}


def test_a_upn_of_another_child_in_the_other_list_is_on_neither() -> None:
    content = workbook([child()], [child(unique_id="C2")])

    assert found(content, 2, 1) == held("people.registered", "annex-a-109")
    assert found(content, 2, 2) == held("people.registered", "annex-a-209")


def test_two_rows_of_one_unique_id_are_both_refused() -> None:
    content = workbook([child(), child(upn=OTHER_UPN), child(unique_id="C3", upn=None, uln=1)])

    assert found(content, 2) == found(content, 3) == held(ROW, "annex-a-unique-id-twice")
    assert found(content, 4) == {}


def test_who_has_a_plan_is_not_on_sen_support_too() -> None:
    content = workbook([child()], [child()])

    assert found(content, 2, 1) == {}
    assert found(content, 2, 2) == held(ROW, "annex-a-in-both-lists")


def test_a_row_that_is_refused_whole_says_everything_that_is_wrong_and_keeps_every_cell() -> None:
    content = workbook([child(born=date(1990, 1, 1), gender=None, updated=date(2019, 1, 1), team="children in need")])

    [(faults, _)] = found(content).values()
    [row] = [one for one in read_lists(io.BytesIO(content), "lists.xlsx", "821", LIST_DAY).told if one.feed == "people"]
    assert faults == ("annex-a-101b", "annex-a-102b", "annex-a-106a")
    assert not isinstance(row, Draft)
    assert json.loads(row.value)["row"]["Which children's social care team?"] == "children in need"
    assert json.loads(row.value)["row"]["UPN"] == UPN


def test_a_row_that_is_refused_whole_is_found_as_its_childs_and_one_without_an_id_as_nobodys() -> None:
    content = workbook([child(born=None), child(unique_id=None, upn=OTHER_UPN)])

    known, unknown = [glimpse(one.value) for one in read_lists(io.BytesIO(content), "x", "821", LIST_DAY).told]  # type: ignore[union-attr]
    source = "urn:send:authority:821:annex-a"
    assert (known.source, known.local_id, known.subject) == (source, "C1", "local:C1")
    assert (unknown.source, unknown.local_id, unknown.subject) == (source, None, "")
