"""A children in need census: what it tells, what it must not do, and what the sector says of its faults."""

import io
import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from send_integration.contracts.event import Event
from send_integration.contracts.identifiers import upn_with_check_letter
from send_integration.contracts.registry import parse
from send_integration.contracts.topics import MAX_MESSAGE_BYTES
from send_integration.errors import BadInput
from send_integration.ingest.cin import read_census
from send_integration.ingest.raw_event import RawEvent
from send_integration.ingest.versions import settle

SAMPLE = Path(__file__).parents[2] / "data" / "cin-census-fake.xml"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
UPN = upn_with_check_letter("821000000001")
HEADER = "<Header><Source><LEA>821</LEA><DateTime>2022-07-21T10:00:00Z</DateTime></Source></Header>"


def census(details: str, *, identifiers: str = "", upn: str = UPN, local_id: str = "X1") -> bytes:
    return (
        f"<Message>{HEADER}<Children><Child><ChildIdentifiers><LAchildID>{local_id}</LAchildID><UPN>{upn}</UPN>"
        f"<PersonBirthDate>2012-03-04</PersonBirthDate><GenderCurrent>2</GenderCurrent>{identifiers}"
        "</ChildIdentifiers><ChildCharacteristics><Ethnicity>WBRI</Ethnicity></ChildCharacteristics>"
        f"<CINdetails>{details}</CINdetails></Child></Children></Message>"
    ).encode()


REFERRAL = (
    "<CINreferralDate>2021-07-01</CINreferralDate><ReferralSource>2A</ReferralSource>"
    "<PrimaryNeedCode>N1</PrimaryNeedCode>"
)


def events(content: bytes) -> list[RawEvent]:
    header, told = read_census(io.BytesIO(content), "census.xml")
    return list(settle(told, header.returned_at, {}).events)


def told(content: bytes) -> list[tuple[str, str, tuple[str, ...]]]:
    """Each event's type, its London day, and the codes of its faults."""
    found = []
    for event in events(content):
        body = json.loads(event.value)
        faults = tuple(fault.code for fault in event.faults)
        found.append((body["type"].removeprefix("send.").removesuffix(".v1"), body["time"][:10], faults))
    return found


def test_an_episode_tells_its_referral_its_steps_up_and_its_closure() -> None:
    details = (
        REFERRAL + "<CINclosureDate>2022-03-01</CINclosureDate><ReasonForClosure>RC7</ReasonForClosure>"
        "<CINPlanDates><CINPlanStartDate>2021-11-10</CINPlanStartDate></CINPlanDates><ReferralNFA>0</ReferralNFA>"
        "<DateOfInitialCPC>2021-11-24</DateOfInitialCPC>"
        "<ChildProtectionPlans><CPPstartDate>2021-11-24</CPPstartDate></ChildProtectionPlans>"
    )

    found = events(census(details))

    assert told(census(details)) == [
        ("referrals.received", "2021-06-30", ()),  # midnight in London's summer is 23:00 the day before in UTC
        ("early-help.stepped_up", "2021-11-10", ()),
        ("early-help.stepped_up", "2021-11-24", ()),
        ("referrals.closed", "2022-03-01", ()),
    ]
    assert all(isinstance(parse(event.value, not_after=NOW, feed=event.feed), Event) for event in found)
    received = json.loads(found[0].value)
    assert received["data"]["from_service"] == "school"
    assert received["data"]["person"]["gender"] == "F"
    assert received["source"] == "urn:send:authority:821:cin"
    assert [json.loads(event.value)["data"].get("to") for event in found[1:3]] == ["child-in-need", "child-protection"]


def test_a_referral_without_further_action_or_closure_is_rejected_on_its_day() -> None:
    found = told(census(REFERRAL + "<ReferralNFA>true</ReferralNFA>"))

    assert found == [("referrals.received", "2021-06-30", ()), ("referrals.rejected", "2021-06-30", ())]


@pytest.mark.parametrize(
    ("details", "identifiers", "type_name", "code"),
    [
        (REFERRAL + "<CINclosureDate>2021-06-30</CINclosureDate><ReasonForClosure>RC7</ReasonForClosure>", "",
         "referrals.closed", "cin-8630"),
        (REFERRAL + "<CINclosureDate>2021-09-01</CINclosureDate>", "", "referrals.closed", "cin-8805"),
        (REFERRAL + "<ReasonForClosure>RC7</ReasonForClosure>", "", "referrals.closed", "cin-8810"),
        (REFERRAL + "<CINclosureDate>2021-09-01</CINclosureDate><ReasonForClosure>RC77</ReasonForClosure>", "",
         "referrals.closed", "cin-8640"),
        (REFERRAL + "<CINclosureDate>2021-09-01</CINclosureDate><ReasonForClosure>RC2</ReasonForClosure>", "",
         "referrals.closed", "cin-8585q"),
        (REFERRAL.replace("2A", "99"), "", "referrals.received", "cin-8866"),
        (REFERRAL.replace("N1", "N77"), "", "referrals.received", "cin-8650"),
        (REFERRAL.replace("2021-07-01", "2011-01-01"), "", "referrals.received", "cin-8606"),
        (REFERRAL.replace("2021-07-01", "2023-01-01"), "", "referrals.received", "cin-8600"),
        (REFERRAL.replace("2021-07-01", "1 July"), "", "referrals.received", "cin-8600"),
        (REFERRAL, "<PersonDeathDate>2021-01-01</PersonDeathDate>", "referrals.received", "cin-8555q"),
        (REFERRAL + "<DateOfInitialCPC>2021-06-01</DateOfInitialCPC>", "", "early-help.stepped_up", "cin-1104"),
        (REFERRAL + "<DateOfInitialCPC>2021-08-07</DateOfInitialCPC>", "", "early-help.stepped_up", "cin-8875"),
        (REFERRAL + "<ReferralNFA>1</ReferralNFA><DateOfInitialCPC>2021-08-06</DateOfInitialCPC>", "",
         "early-help.stepped_up", "cin-8831"),
    ],
)  # fmt: skip
def test_an_event_that_cannot_be_true_carries_the_departments_reason(
    details: str, identifiers: str, type_name: str, code: str
) -> None:
    found = {what: faults for what, _, faults in told(census(details, identifiers=identifiers))}

    assert found[type_name] == (code,)


def test_a_wrong_check_letter_is_told_by_itself_and_holds_back_no_event() -> None:
    wrong = ("A" if UPN[0] != "A" else "B") + UPN[1:]

    registered, received = events(census(REFERRAL, upn=wrong))

    assert [fault.code for fault in registered.faults] == ["cin-1510"]
    assert registered.feed == "people"
    assert json.loads(registered.value)["data"]["person"]["upn"] == wrong
    assert "upn" not in json.loads(received.value)["data"]["person"]
    assert isinstance(parse(received.value, not_after=NOW), Event)


def test_no_reason_and_no_id_repeats_who_the_child_is() -> None:
    wrong = ("A" if UPN[0] != "A" else "B") + UPN[1:]

    for event in events(census(REFERRAL, upn=wrong, local_id="SECRET7")):
        outside = json.loads(event.value)["id"] + str(event.headers)
        assert "SECRET7" not in outside
        assert wrong not in outside


def test_the_sample_gives_what_was_counted_apart_from_the_adapter() -> None:
    with SAMPLE.open("rb") as file:
        header, drafts = read_census(file, SAMPLE.name)
        found = settle(drafts, header.returned_at, {}).events

    held = Counter(event.feed for event in found if event.faults)
    passing = [event for event in found if not event.faults]
    # referrals held: 30 begin after death or after the census, 13 more events of those without and 52 with a closure
    # 402 referrals, 252 closures, 150 referrals without closure and further action, 350 conferences, 320 wrong UPNs
    assert Counter(event.feed for event in found) == {"referrals": 402 + 252 + 150, "early-help": 350, "people": 320}
    assert held == {"referrals": 95, "early-help": 350, "people": 320}
    assert len(passing) == 709
    assert all(isinstance(parse(event.value, not_after=NOW, feed=event.feed), Event) for event in passing)
    assert len({json.loads(event.value)["id"] for event in found}) == len(found)


@pytest.mark.parametrize(
    "content",
    [
        b'<!DOCTYPE m [<!ENTITY a "xxxxxxxxxx"><!ENTITY b "&a;&a;">]><Message>' + HEADER.encode() + b"&b;</Message>",
        b'<!DOCTYPE m SYSTEM "file:///etc/passwd"><Message/>',
        b"<Message/>",
        b"not xml at all",
        b"",
        b"<Message>" + HEADER.replace("821", "Luton").encode() + b"</Message>",
        b"<Message>" + HEADER.replace("2022-07-21T10:00:00Z", "soon").encode() + b"</Message>",
    ],
)
def test_what_is_no_census_or_is_hostile_is_refused_with_a_sentence(content: bytes) -> None:
    with pytest.raises(BadInput, match=r"census\.xml"):
        events(content)


def test_a_child_of_megabytes_is_refused_before_it_is_held() -> None:
    padding = "<Extra>x</Extra>" * (MAX_MESSAGE_BYTES // 8)

    with pytest.raises(BadInput, match="larger than any message"):
        events(census(REFERRAL + padding))


def test_children_before_a_break_in_the_file_are_told() -> None:
    whole = census(REFERRAL)
    header, drafts = read_census(io.BytesIO(whole.replace(b"</Children>", b"<Child><Broken></Children>")), "census.xml")

    assert next(drafts).what == "received"
    with pytest.raises(BadInput, match="line 1"):
        next(drafts)
    assert header.authority == "821"


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_day_at_the_calendars_end_stops_nothing(day: str) -> None:
    details = (
        f"<CINreferralDate>{day}</CINreferralDate><DateOfInitialCPC>{day}</DateOfInitialCPC>"
        f"<CINclosureDate>{day}</CINclosureDate>"
    )
    content = census(details, identifiers=f"<PersonDeathDate>{day}</PersonDeathDate>").replace(
        b"2012-03-04", day.encode()
    )

    for event in events(content):
        assert event.faults or not isinstance(parse(event.value, not_after=NOW), Event)
