"""What the door lets in, and what it says of the rest; expected codes are the steward's."""

import json
from typing import Any

import pytest

from send_integration.contracts.event import Event
from send_integration.contracts.identifiers import is_nhs_number, is_upn
from send_integration.contracts.registry import MOST_OF_A_LIST, MOST_VALUES, parse, refused_places
from tests.builders import NOW, event, rejected, sent


def changed(what: str, path: str, value: Any) -> bytes:
    body = json.loads(sent(what))
    target = body
    *parents, last = path.split(".")
    for parent in parents:
        target = target[parent]
    target[last] = value
    return json.dumps(body).encode()


@pytest.mark.parametrize(
    ("raw", "code", "field"),
    [
        (changed("camhs.referred", "data.priority", "soon"), "unknown-code", "data.priority"),
        (changed("camhs.referred", "data.urgency", "urgent"), "unknown-field", "data.(unknown)"),
        (
            changed("camhs.referred", "data.person.nhs_number", "9990000019"),
            "nhs-number-check-digit",
            "data.person.nhs_number",
        ),
        (changed("camhs.referred", "data.person.upn", "A821000000001"), "upn-check-letter", "data.person.upn"),
        (changed("camhs.referred", "time", "2025-02-30T00:00:00Z"), "invalid-date", "time"),
        (changed("camhs.referred", "time", "2025-03-03T00:00:00"), "no-offset", "time"),
        (changed("workers.joined", "time", "1900-01-01T00:00:00+14:00"), "invalid-date", "time"),
        (changed("workers.joined", "data.team", " \u00a0"), "empty", "data.team"),
        (changed("workers.joined", "data.team", "north\u202ehtuos"), "control-character", "data.team"),
        (changed("camhs.referred", "time", 1741000000), "wrong-type", "time"),
        (
            changed("camhs.referred", "data.person.date_of_birth", "1330819200"),
            "invalid-date",
            "data.person.date_of_birth",
        ),
        (changed("camhs.referred", "subject", "nhs:9990000026"), "wrong-subject", "subject"),
        (changed("camhs.referred", "data.note", "a\u0000b"), "control-character", "data.note"),
        (changed("camhs.appointment", "data.number", 0), "out-of-range", "data.number"),
        (changed("camhs.appointment", "data.number", "1"), "wrong-type", "data.number"),
        (changed("camhs.referred", "data.corrects", "referred-2025-03-03-"), "names-itself", "data.corrects"),
        (sent("camhs.referred", "2099-01-01"), "in-the-future", "time"),
        (sent("camhs.referred", "2025-03-05", recorded="2025-03-01"), "recorded-before-it-happened", "recordedtime"),
        (sent("camhs.referred", person={"date_of_birth": "1985-01-01"}), "person-too-old", "data.person.date_of_birth"),
        (
            sent("camhs.referred", person={"date_of_birth": "2025-03-04"}),
            "born-after-event",
            "data.person.date_of_birth",
        ),
        (sent("ehcp.exception_applied", to_on="2024-12-31"), "dates-out-of-order", "data.to_on"),
        (sent("school.attendance", sessions_possible=0), "more-absence-than-sessions", "data.sessions_possible"),
        (
            sent("panel.decided", funding={"education": 0.5, "health": 0.5, "care": 0.5}),
            "shares-do-not-sum",
            "data.funding",
        ),
        (sent("panel.listed", basis="curiosity"), "unknown-code", "data.basis"),
        (sent("panel.listed", presenter=" "), "empty", "data.presenter"),
        (sent("panel.decided", voice_followed="mostly"), "unknown-code", "data.voice_followed"),
        (sent("panel.action_agreed", meeting_on="2025-04-31"), "invalid-date", "data.meeting_on"),
        (sent("people.related", kind="cousin"), "unknown-code", "data.kind"),
        (sent("people.related", other=None), "missing-field", "data.other"),
        (sent("people.related", other={"local_id": " "}), "empty", "data.other.local_id"),
        (sent("people.related", other={"local_id": "L2", "name": "Ben"}), "unknown-field", "data.other.(unknown)"),
        (sent("people.related", other={"local_id": "L1"}), "related-to-itself", "data.other"),
        (
            sent("people.related", other={"local_id": "L1", "source": "urn:send:people"}),
            "related-to-itself",
            "data.other",
        ),
        (sent("people.related", since_on="2025-01-02", until_on="2025-01-01"), "dates-out-of-order", "data.until_on"),
        (sent("people.related", since_on="2025-02-30"), "invalid-date", "data.since_on"),
    ],
)
def test_a_fault_is_named_where_it_is(raw: bytes, code: str, field: str) -> None:
    verdict = rejected(raw)

    assert (code, field) in [(reason.code, reason.field) for reason in verdict.reasons]


def test_every_fault_is_told_and_the_feed_with_it() -> None:
    body = json.loads(changed("camhs.referred", "data.priority", "soon"))
    del body["data"]["referral_id"]

    verdict = rejected(json.dumps(body).encode())

    assert verdict.feed == "camhs"
    assert [reason.code for reason in verdict.reasons] == ["missing-field", "unknown-code"]


def test_a_type_of_another_feed_is_refused() -> None:
    verdict = parse(sent("camhs.referred"), not_after=NOW, feed="school")

    assert not isinstance(verdict, Event)
    assert [reason.code for reason in verdict.reasons] == ["wrong-feed"]


def test_a_day_is_the_london_day_of_the_moment() -> None:
    assert event("camhs.referred", "2025-06-30T23:30:00+00:00").on.isoformat() == "2025-07-01"


def test_a_relation_names_somebody_whom_another_source_keeps_under_the_same_id() -> None:
    found = event("people.related", other={"local_id": "L1", "source": "urn:send:school"}, until_on="2025-01-01")

    assert found.data == {
        "kind": "sibling",
        "other": {"local_id": "L1", "source": "urn:send:school"},
        "until_on": "2025-01-01",
    }


def test_a_person_without_identifiers_is_let_in() -> None:
    assert event("camhs.referred", person={"nhs_number": None}).person is not None


@pytest.mark.parametrize(
    ("number", "right"),
    [("9434765919", True), ("9434765918", False), ("943476591", False), ("943476591９", False), ("9990000018", True)],
)
def test_nhs_numbers_are_checked_by_modulus_11(number: str, right: bool) -> None:
    assert is_nhs_number(number) is right


@pytest.mark.parametrize(
    ("number", "right"),
    # T: 8x2+2x3+1x4+1x13 = 39, remainder 16 of 23, the seventeenth letter of ABCDEFGHJKLMNPQRTUVWXYZ
    [("T821000000001", True), ("A821000000001", False), ("T82100000000", False), ("t821000000001", False)],
)
def test_upns_are_checked_by_their_letter(number: str, right: bool) -> None:
    assert is_upn(number) is right


def test_a_list_that_is_wrong_throughout_is_told_by_a_few_of_its_entries() -> None:
    """The reasons travel in a message's headers: more of them than it takes would stop the feed."""
    raw = sent("referrals.received", need_types=["no such need"] * 20_000, from_service="nobody")

    reasons = rejected(raw).reasons

    assert {(found.code, found.field.rstrip("0123456789")) for found in reasons} == {
        ("unknown-code", "data.need_types."),
        ("unknown-code", "data.from_service"),
    }
    assert len(reasons) == MOST_OF_A_LIST + 1


def test_what_holds_too_many_values_is_refused_without_judging_each() -> None:
    """Each of them cost a kilobyte of memory and more, and eight megabytes hold four million."""
    raw = sent("referrals.received", need_types=[1] * (MOST_VALUES + 1))

    assert [(found.code, found.field) for found in rejected(raw).reasons] == [("too-long", "")]
    assert refused_places(raw) == []


def test_a_subject_does_not_repeat_a_number_that_the_person_has_not() -> None:
    body = json.loads(sent("camhs.referred", person={"nhs_number": None}))
    for subject in ("nhs:None", "upn:None", "local:", "nhs:", "L1", "local"):
        found = rejected(json.dumps({**body, "subject": subject}).encode())
        assert [one.code for one in found.reasons] == ["wrong-subject"], subject
