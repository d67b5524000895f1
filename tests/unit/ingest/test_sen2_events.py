"""A SEN2 return: the events of three people, worked out by hand from tests/data/sen2-return."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from send_integration.contracts.event import Event
from send_integration.contracts.registry import parse
from send_integration.errors import BadInput
from send_integration.ingest.draft import Draft
from send_integration.ingest.raw_event import RawEvent
from send_integration.ingest.sen2 import events_of_return
from send_integration.ingest.sen2_return import read_return
from send_integration.ingest.versions import settle

RETURN = Path(__file__).parents[2] / "data" / "sen2-return"
NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the return that a test may change."""
    return Path(shutil.copytree(RETURN, tmp_path / "return"))


def change(folder: Path, module: str, old: str, new: str) -> None:
    file = folder / f"Blade-Export_20-01-2025_{module}.csv"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def events(folder: Path = RETURN) -> dict[str, RawEvent]:
    """Every event of the return by its id."""
    returned = read_return(folder)
    drafts = [one for one in events_of_return(returned) if isinstance(one, Draft)]
    found = settle(drafts, returned.returned_at, {}).events
    return {json.loads(event.value)["id"].removeprefix("sen2:821:"): event for event in found}


def codes(event: RawEvent) -> list[str]:
    return [fault.code for fault in event.faults]


def test_the_return_gives_these_events_and_no_others() -> None:
    told = {}
    for event_id, event in events().items():
        parsed = parse(event.value, not_after=NOW, feed=event.feed)
        assert isinstance(parsed, Event), (event_id, parsed)
        told[event_id] = (parsed.what, parsed.on.isoformat(), dict(parsed.data))

    first, third = "N1", "V3"
    assert told == {
        "requests:Q1:received": ("ehcp.requested", "2024-07-01", {"request_id": "Q1", "by": "school"}),
        "requests:Q1:requestoutcome": (
            "ehcp.decided_to_assess", "2024-08-12", {"request_id": "Q1", "decision": "yes"}),
        "assessment:A1:assessmentoutcome": (
            "ehcp.decided_to_issue", "2024-10-14", {"request_id": "Q1", "decision": "yes"}),
        "assessment:A1:week20": (
            "ehcp.exception_applied", "2024-07-01",
            {"request_id": "Q1", "reason": "exceptional-circumstances", "from_on": "2024-07-01"}),
        "namedplan:N1:startdate": (
            "ehcp.finalised", "2024-11-18",
            {"request_id": "Q1", "plan_id": first, "placement_urn": "109123",
             "placement_type": "resourced-provision",
             "named": [{"id": "D1", "rank": 1, "urn": "109123", "resourced_provision": True},
                       {"id": "D2", "rank": 2, "urn": "109124"}],
             "attended": [{"id": "L1", "rank": 1, "urn": "109123", "resourced_provision": True,
                           "entered_on": "2024-09-02"}]}),
        "namedplan:N1:pb": (
            "support.agreed", "2024-11-18", {"support_id": "sen2:821:N1:pb", "kind": "personal-budget"}),
        # born in March 2015: Year 5 from September 2024
        "placementdetail:L1:entrydate": ("school.enrolled", "2024-09-02", {"urn": "109123", "year_group": 5}),
        "activeplans:V1:needs": ("school.sen_support_started", "2024-11-18", {"need_types": ["ASD", "SLCN"]}),
        # the second person has neither a UPN nor a reason: that goes to quarantine by itself
        "person:P2:person": ("people.registered", "2025-01-20", {}),
        "requests:Q2:received": ("ehcp.requested", "2024-11-04", {"request_id": "Q2", "by": "parent"}),
        "requests:Q2:requestoutcome": (
            "ehcp.decided_to_assess", "2024-11-01", {"request_id": "Q2", "decision": "no"}),
        # the third's request is historical, without a decision's day or a plan: only what came of it is told
        "activeplans:V3:reviewmeeting:2024-05-13": (
            "ehcp.review_meeting_held", "2024-05-13", {"plan_id": third, "kind": "annual", "pfa_discussed": False}),
        "activeplans:V3:lastreview:2024-06-03": (
            "ehcp.review_decided", "2024-06-03", {"plan_id": third, "decision": "maintain"}),
        # 18 in the school year 2022: Year 14 is the contract's last
        "placementdetail:L3:entrydate": ("school.enrolled", "2022-09-01", {"urn": "109129", "year_group": 14}),
    }  # fmt: skip


def test_a_person_is_told_as_the_contract_writes_it() -> None:
    anna = json.loads(events()["requests:Q1:received"].value)

    assert anna["data"]["person"] == {
        "local_id": "P1", "given_name": "Anna", "family_name": "Example", "date_of_birth": "2015-03-04",
        "upn": anna["data"]["person"]["upn"], "postcode": "LU1 1AA", "gender": "F", "ethnicity": "WBRI",
    }  # fmt: skip
    assert anna["source"] == "urn:send:authority:821:sen2"
    assert anna["recordedtime"] == "2025-01-20T09:30:00.000000Z"


def test_faults_carry_the_sectors_reasons() -> None:
    found = {event_id: codes(event) for event_id, event in events().items() if event.faults}

    assert found == {
        "person:P2:person": ["sen2-upn-reason-missing"],
        "requests:Q2:requestoutcome": ["sen2-dates-out-of-order"],
    }


def test_a_row_without_its_parent_goes_out_as_it_was_sent() -> None:
    [orphan] = [one for one in events_of_return(read_return(RETURN)) if isinstance(one, RawEvent)]

    assert json.loads(orphan.value)["requeststableid"] == "24"
    assert (orphan.feed, codes(orphan)) == ("ehcp", ["sen2-parent-missing"])
    assert orphan.origin == ("Blade-Export_20-01-2025_requests.csv", 5, "line")


def test_a_wrong_upn_and_unknown_codes_are_told(folder: Path) -> None:
    change(folder, "person", ",WBRI,", ",XXXX,")
    change(folder, "requests", "2024-Jul-01 00:00:00,2,", "2024-Jul-01 00:00:00,77,")
    change(folder, "namedplan", "false,,", "false,2024-Nov-01 00:00:00,77")

    found = events(folder)

    assert codes(found["person:P1:person"]) == ["sen2-unknown-code"]
    assert codes(found["requests:Q1:received"]) == ["sen2-unknown-code"]
    assert codes(found["namedplan:N1:ceasedate"]) == ["sen2-unknown-code", "sen2-dates-out-of-order"]
    assert "ethnicity" not in json.loads(found["requests:Q1:requestoutcome"].value)["data"]["person"]


def test_what_a_return_says_without_a_day_stands_with_the_request_and_starts_no_clock(folder: Path) -> None:
    change(folder, "requests", ",1,0,2024-Nov-01 00:00:00,N,0,0,0", ",3,1,2024-Nov-08 00:00:00,W,1,0,1")
    change(folder, "assessment", "Y,2024-Oct-14 00:00:00,0,0,0,0,1", "Y,2024-Oct-14 00:00:00,0,1,1,0,1")

    found = events(folder)

    asked = json.loads(found["requests:Q2:received"].value)["data"]
    assert {name: asked[name] for name in asked if name != "person"} == {
        "request_id": "Q2", "by": "other", "by_other": "health", "in_youth_accommodation": True,
        "moved_away": True, "disputed": ["request-mediation"],
    }  # fmt: skip
    assert "requests:Q2:requestoutcome" not in found
    withdrawn = json.loads(found["requests:Q2:withdrawn"].value)
    assert (withdrawn["type"], withdrawn["time"]) == ("send.ehcp.request_withdrawn.v1", "2024-11-08T00:00:00.000000Z")
    assert json.loads(found["requests:Q1:received"].value)["data"]["disputed"] == [
        "assessment-tribunal", "other-mediation"]  # fmt: skip


@pytest.mark.parametrize(
    ("day", "fault"),
    [("2024-Nov-03 00:00:00", "sen2-dates-out-of-order"), ("2024-Nov-04 00:00:00", None)],
)
def test_a_request_can_be_withdrawn_from_the_day_on_which_it_was_received(
    folder: Path, day: str, fault: str | None
) -> None:
    change(folder, "requests", ",1,0,2024-Nov-01 00:00:00,N,0,0,0", f",1,0,{day},W,0,0,0")

    withdrawn = events(folder)["requests:Q2:withdrawn"]

    assert codes(withdrawn) == ([fault] if fault else [])


def test_a_draft_and_a_final_amended_plan_are_told_on_their_days(folder: Path) -> None:
    change(
        folder,
        "activeplans",
        "2024-May-13 00:00:00,maintain,,,,2024-Jun-03 00:00:00",
        "2024-May-13 00:00:00,amend,2024-Jun-04 00:00:00,2025-Feb-15 00:00:00,2024-Dec-02 00:00:00,2024-Jun-03 00:00:00",
    )

    found = events(folder)

    met = json.loads(found["activeplans:V3:reviewmeeting:2024-05-13"].value)["data"]
    assert (met["kind"], met["phase_transfer_due_on"]) == ("phase-transfer", "2025-02-15")
    assert {"activeplans:V3:reviewdraft:2024-06-04", "activeplans:V3:phasetransferfinaldate:2024-12-02"} < set(found)
    assert all(isinstance(parse(event.value, not_after=NOW), Event) for event in found.values() if not event.faults)


def test_a_learner_number_counts_from_the_first_request(folder: Path) -> None:
    change(folder, "person", "T821000000001,,", "T821000000001,1234567890,")

    number = json.loads(events(folder)["person:P1:numbers"].value)

    assert (number["type"], number["data"]["unique_learner_number"]) == ("send.people.registered.v1", "1234567890")
    assert number["time"] == "2024-06-30T23:00:00.000000Z"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("109124,,,,2,0", "1091,,,,2,0"),
        ("109124,,,,2,0", "109124,,XXX,,2,0"),
        ("109124,,,,2,0", "109124,,,,,0"),
        ("109124,,,,2,0", f"109124,,OTH,{'x' * 201},2,0"),
    ],
    ids=["number", "setting", "rank", "words too long"],
)
def test_a_place_that_cannot_be_read_goes_to_quarantine_and_its_plan_goes_on(folder: Path, old: str, new: str) -> None:
    change(folder, "plandetail", old, new)

    out = [one for one in events_of_return(read_return(folder)) if isinstance(one, RawEvent)]

    assert [codes(one) for one in out] == [["sen2-placement-invalid"], ["sen2-parent-missing"]]
    plan = json.loads(events(folder)["namedplan:N1:startdate"].value)["data"]
    assert [place["id"] for place in plan["named"]] == ["D1"]


def test_a_date_that_is_none_goes_out_as_sent_for_the_contract_to_refuse(folder: Path) -> None:
    change(folder, "requests", "2024-Jul-01 00:00:00", "2024-Jul-32 00:00:00")

    event = events(folder)["requests:Q1:received"]

    assert json.loads(event.value)["time"] == "2024-Jul-32 00:00:00"
    assert not isinstance(parse(event.value, not_after=NOW), Event)


def test_next_years_review_is_another_fact_and_a_corrected_place_is_not(folder: Path) -> None:
    change(
        folder,
        "activeplans",
        "2024-May-13 00:00:00,maintain,,,,2024-Jun-03",
        "2025-May-12 00:00:00,amend,,,,2025-Jun-02",
    )
    change(folder, "placementdetail", "109129", "109131")

    before, after = set(events()), set(events(folder))

    assert after - before == {
        "activeplans:V3:reviewmeeting:2025-05-12", "activeplans:V3:lastreview:2025-06-02"}  # fmt: skip
    assert "placementdetail:L3:entrydate" in after


def test_missing_files_and_columns_are_warned_of_once_a_file(folder: Path) -> None:
    change(folder, "assessment", ",week20", ",other")
    (folder / "Blade-Export_20-01-2025_senneed.csv").unlink()

    returned = read_return(folder)

    assert returned.warnings == (
        "no file of module 5c (senneed)",
        "Blade-Export_20-01-2025_assessment.csv: no column week20",
    )
    assert "assessment:A1:week20" not in events(folder)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("2025-Jan-20 09:30:00", "lately", "no moment"),
        ("2025-Jan-20 09:30:00", "9999-Dec-31 09:30:00", "no moment"),
        (",L,821,", ",L,Luton,", "three digits"),
    ],
)
def test_a_return_whose_header_says_nothing_of_use_is_refused(folder: Path, old: str, new: str, sentence: str) -> None:
    change(folder, "sen2", old, new)

    with pytest.raises(BadInput, match=sentence):
        read_return(folder)


def test_two_returns_in_one_folder_are_refused(folder: Path) -> None:
    shutil.copy(folder / "Blade-Export_20-01-2025_sen2.csv", folder / "Blade-Export_20-01-2026_sen2.csv")

    with pytest.raises(BadInput, match="one return at a time"):
        read_return(folder)


def test_a_file_from_a_spreadsheet_keeps_its_accents(folder: Path) -> None:
    file = folder / "Blade-Export_20-01-2025_person.csv"
    file.write_bytes(file.read_text().replace("Anna", "Zoë").encode("cp1252"))

    assert json.loads(events(folder)["requests:Q1:received"].value)["data"]["person"]["given_name"] == "Zoë"


@pytest.mark.parametrize("day", ["0001-Jan-01 00:00:00", "9999-Dec-31 00:00:00"])
def test_a_day_at_the_calendars_end_stops_nothing(folder: Path, day: str) -> None:
    change(folder, "person", "2015-Mar-04 00:00:00", day)
    change(folder, "placementdetail", "2024-Sep-02 00:00:00", day)

    event = events(folder)["placementdetail:L1:entrydate"]

    assert not isinstance(parse(event.value, not_after=NOW), Event)


def test_a_historical_request_is_told_where_its_decision_and_plan_are(folder: Path) -> None:
    change(folder, "requests", "2024-Aug-12 00:00:00,Y", "2024-Aug-12 00:00:00,H")

    found = events(folder)

    assert "requests:Q1:received" in found
    assert json.loads(found["requests:Q1:requestoutcome"].value)["data"]["decision"] == "yes"


def test_places_beyond_what_a_plan_can_name_go_to_quarantine_and_their_plan_goes_on(folder: Path) -> None:
    more = "".join(f"{60 + number},D{number},{number},821,41,109124,,,,{number},0,0\n" for number in range(3, 23))
    change(folder, "plandetail", "51,D1,", f"{more}51,D1,")

    out = [one for one in events_of_return(read_return(folder)) if isinstance(one, RawEvent)]

    assert [codes(one) for one in out] == [["sen2-placement-invalid"]] * 2 + [["sen2-parent-missing"]]
    plan = json.loads(events(folder)["namedplan:N1:startdate"].value)["data"]
    assert [place["rank"] for place in plan["named"]] == [*range(1, 21)]
