"""Every row rule fails for one event that a steward would call wrong, and says so by its own code."""

from typing import Any

import pytest

from send_integration.contracts.event import Event
from send_integration.contracts.topics import FEEDS
from send_integration.quality.checks import RowChecks
from send_integration.quality.suites import rules_of
from tests.builders import event

BORN_IN_2000 = {"date_of_birth": "2000-01-01"}
BORN_IN_2007 = {"date_of_birth": "2007-01-01"}
BORN_IN_2018 = {"date_of_birth": "2018-01-01"}
BORN_IN_2022 = {"date_of_birth": "2022-01-01"}
BORN_IN_2024 = {"date_of_birth": "2024-06-01"}
REDIRECTED = {"outcome": "redirected"}
JOINT = {"education": 1.0, "health": 0.0, "care": 0.0}
SELF = {"id": "w1", "name": "Wren Example", "role": "nurse", "team": "north"}

EVERY_CHILD_FEED: dict[str, tuple[str, dict[str, Any]]] = {
    "age-25": ("", {"person": BORN_IN_2000}),
    "nhs-number-placeholder": ("", {"person": {"nhs_number": "0000000000"}}),
    "recorded-over-a-year-late": ("", {"recorded": "2026-05-01"}),
    "nhs-number-in-note": ("", {"note": "his brother is 999 000 0018"}),
    "upn-in-note": ("", {"note": "also T821000000001"}),
    "reference-is-a-placeholder": ("", {"person": {"local_id": "N/A"}}),
    "name-oddly-written": ("", {"person": {"given_name": "ZoÃ«"}}),
    "hour-off-midnight": ("", {"day": "2025-03-02T23:00:00+00:00"}),
}
OF_A_WINDOW = {"upn-twice", "reference-of-another-shape", "postcode-of-many", "same-event-other-id"}
"""Rules that look at a row beside the others; each has a test of its own below."""

A_TEXT_OF: dict[str, tuple[str, str]] = {
    "referrals": ("referrals.received", "reason"),
    "ndd-triage": ("ndd.closed", "reason"),
    "camhs": ("camhs.triaged", "redirected_to"),
    "early-help": ("early-help.contact", "concern"),
    "ehcp": ("ehcp.ceased", "reason"),
    "school": ("school.suspended", "reason"),
    "transition": ("transition.mental_capacity_considered", "decision_about"),
    "support": ("support.ended", "reason"),
    "panel": ("panel.listed", "reason"),
    "people": ("people.consent_recorded", "about"),
    "identity": ("identity.decided", "why"),
}
IN_TEXT = {
    "nhs-number-in-text": "see 9990000018",
    "upn-in-text": "see T821000000001",
    "contact-details-in-text": "ring 01582 000 000",
}
ANY_OF: dict[str, str] = {
    "referrals": "referrals.closed", "ndd-triage": "ndd.closed", "camhs": "camhs.appointment",
    "early-help": "early-help.contact", "ehcp": "ehcp.draft_issued", "school": "school.progress_concern",
    "transition": "transition.plan_started", "support": "support.started", "panel": "panel.listed",
    "people": "people.registered", "workers": "workers.assigned",
}  # fmt: skip

OWN: dict[str, dict[str, tuple[str, dict[str, Any]]]] = {
    "referrals": {
        "referral-to-itself": ("referrals.received", {"from_service": "salt"}),
        "emergency-without-reason": ("referrals.received", {"urgency": "emergency"}),
        "signposted-nowhere": ("referrals.rejected", {"reason": "wrong-service"}),
        "need-beside-none-assessed": ("referrals.received", {"need_types": ["NSA", "ASD"]}),
        "need-named-twice": ("referrals.received", {"need_types": ["ASD", "ASD"]}),
        "referral-to-the-family": ("referrals.received", {"to_service": "parent"}),
        "no-type-of-need": ("referrals.received", {"need_types": []}),
        "early-years-service-for-older-child": ("referrals.received", {"to_service": "portage"}),
    },
    "ndd-triage": {
        "redirected-though-not": ("ndd.triaged", {"redirected_to": "salt"}),
        "information-due-though-not-asked": ("ndd.triaged", {"information_due_on": "2025-04-01"}),
        "redirected-nowhere": ("ndd.triaged", REDIRECTED),
        "information-due-before-asked": (
            "ndd.triaged",
            {"outcome": "more-information", "information_due_on": "2025-03-02"},
        ),
        "information-due-over-a-year": (
            "ndd.triaged",
            {"outcome": "more-information", "information_due_on": "2026-03-05"},
        ),
        "ndd-referral-age-unusual": ("ndd.referred", {"person": BORN_IN_2024}),
        "codes-without-diagnosis": (
            "ndd.assessment_completed",
            {"conclusion": "not-diagnosed", "diagnosis_codes": ["F84.0"]},
        ),
    },
    "camhs": {
        "redirected-though-not": ("camhs.triaged", {"redirected_to": "salt"}),
        "adult-service-under-sixteen": ("camhs.discharged", {"reason": "moved-to-adult"}),
        "rare-reason-in-young-child": ("camhs.referred", {"primary_reason": "psychosis", "person": BORN_IN_2022}),
        "redirected-nowhere": ("camhs.triaged", REDIRECTED),
        "appointment-number-implausible": ("camhs.appointment", {"number": 1001}),
        "camhs-under-four": ("camhs.referred", {"person": BORN_IN_2022}),
        "camhs-adult": ("camhs.referred", {"person": BORN_IN_2000}),
    },
    "early-help": {
        "stepped-up-adult": ("early-help.stepped_up", {"person": BORN_IN_2007}),
        "review-due-before-meeting": ("early-help.plan_agreed", {"review_due_on": "2025-03-02"}),
        "review-due-over-a-year": ("early-help.plan_agreed", {"review_due_on": "2026-03-05"}),
    },
    "ehcp": {
        "request-after-25th-birthday": ("ehcp.requested", {"person": BORN_IN_2000}),
        "exception-begins-far-off": ("ehcp.exception_applied", {"from_on": "2015-01-01"}),
        "gender-missing": ("ehcp.finalised", {}),
        "ethnicity-missing": ("ehcp.finalised", {}),
        "urn-outside-england": ("ehcp.school_consulted", {"urn": "900001"}),
        "exception-over-a-year": ("ehcp.exception_applied", {"to_on": "2026-01-03"}),
        "young-person-too-young": ("ehcp.requested", {"by": "young-person"}),
        "school-named-for-eotas": ("ehcp.finalised", {"placement_type": "eotas", "placement_urn": "109123"}),
    },
    "school": {
        "primary-need-missing": ("school.sen_support_started", {"need_types": []}),
        "need-beside-none-assessed": ("school.sen_support_started", {"need_types": ["NSA", "ASD"]}),
        "need-named-twice": ("school.sen_support_started", {"need_types": ["ASD", "ASD"]}),
        "attendance-in-the-future": ("school.attendance", {"to_on": "2025-03-04"}),
        "timetable-ends-before-it-starts": ("school.part_time_timetable_started", {"ends_on": "2025-03-02"}),
        "timetable-over-a-year": ("school.part_time_timetable_started", {"ends_on": "2026-03-05"}),
        "suspended-under-four": ("school.suspended", {"person": BORN_IN_2022}),
        "gender-missing": ("school.sen_support_started", {}),
        "ethnicity-missing": ("school.sen_support_started", {}),
        "urn-outside-england": ("school.enrolled", {"urn": "900001"}),
        "more-sessions-than-the-days-hold": ("school.attendance", {"sessions_possible": 11}),
        "attendance-over-a-year": ("school.attendance", {"from_on": "2024-01-01"}),
        # Born on 4 March 2012, so in Year 8 in March 2025: Year 2 is six years below it, Year 10 two above.
        "year-group-impossible": ("school.enrolled", {"year_group": 2}),
        "year-group-unusual": ("school.enrolled", {"year_group": 10}),
        "year-group-next-to-age": ("school.enrolled", {"year_group": 7}),
        "suspension-over-the-limit": ("school.suspended", {"sessions": 91}),
        "timetable-not-part-time": ("school.part_time_timetable_started", {"hours_per_week": 32.5}),
        "missing-since-later": ("school.missing_education", {"since_on": "2025-03-04"}),
    },
    "transition": {
        "destination-under-fifteen": ("transition.destination_recorded", {}),
        "adult-law-under-sixteen": ("transition.mental_capacity_considered", {}),
        "health-check-under-fourteen": ("transition.health_check_completed", {}),
        "transfer-to-a-childrens-service": ("transition.adult_health_transfer_agreed", {"to_service": "camhs"}),
        "too-young-for-adulthood": ("transition.plan_started", {"person": BORN_IN_2018}),
        "early-for-adulthood": ("transition.plan_started", {}),
        "destination-far-off": ("transition.destination_recorded", {"day": "2021-03-03"}),
    },
    "support": {
        "hours-implausible": ("support.agreed", {"hours_per_week": 113.0}),
        "hours-too-few": ("support.agreed", {"hours_per_week": 0.25}),
        "equipment-by-the-hour": ("support.agreed", {"kind": "equipment", "hours_per_week": 1.0}),
        "weekly-amount-implausible": ("support.agreed", {"weekly_amount": 5001.0}),
        "payment-without-amount": ("support.agreed", {"kind": "direct-payment"}),
    },
    "panel": {
        "decided-before-meeting": ("panel.decided", {"meeting_on": "2025-03-04"}),
        "joint-funding-by-one": ("panel.decided", {"decision": "joint-funding", "funding": JOINT}),
        "funding-though-closed": ("panel.decided", {"decision": "close", "funding": JOINT}),
        "action-due-before-agreed": ("panel.action_agreed", {"due_on": "2025-03-02"}),
        "review-before-meeting": ("panel.decided", {"review_on": "2025-03-31"}),
        "nobody-attended": ("panel.discussed", {"attendees": []}),
    },
    "people": {
        "temporary-upn-of-older-child": ("people.registered", {"person": {"upn": "D82100000000A"}}),
        "upn-before-school": ("people.registered", {"person": {"upn": "T821000000001", **BORN_IN_2024}}),
        "nhs-number-not-of-england": ("people.registered", {"person": {"nhs_number": "0101010109"}}),
        "name-is-a-placeholder": ("people.registered", {"person": {"given_name": "Not Known"}}),
        "postcode-pseudo": ("people.registered", {"person": {"postcode": "ZZ99 3VZ"}}),
        "related-since-later": ("people.related", {"since_on": "2025-03-04"}),
        "gender-missing": ("people.registered", {}),
        "ethnicity-missing": ("people.registered", {}),
        "school-age-without-upn": ("people.registered", {}),
    },
    "workers": {
        "hands-over-to-itself": ("workers.left", {"hands_over_to": "w1"}),
        "covers-for-itself": ("workers.away", {"covered_by": "w1"}),
        "manages-itself": ("workers.joined", {"manager_id": "w1"}),
        "worker-without-mailbox": ("workers.joined", {}),
        "private-mailbox": ("workers.joined", {"worker": {**SELF, "email": "wren@gmail.com"}}),
    },
    "identity": {
        "reason-says-little": ("identity.decided", {"why": "same"}),
        "decides-on-very-many": (
            "identity.decided",
            {
                "pairs": [
                    {
                        "one": {"source": "a", "local_id": str(number)},
                        "other": {"source": "b", "local_id": "1"},
                        "same": True,
                    }
                    for number in range(201)
                ]
            },
        ),
    },
}


def wrong_events(feed: str) -> dict[str, tuple[str, dict[str, Any]]]:
    """For each rule of a feed the type and the fields of one event that breaks it."""
    found = dict(OWN[feed])
    if feed in ANY_OF:
        found |= {code: (ANY_OF[feed], fields) for code, (_, fields) in EVERY_CHILD_FEED.items()}
    if feed in A_TEXT_OF:
        what, name = A_TEXT_OF[feed]
        found |= {code: (what, {name: text}) for code, text in IN_TEXT.items()}
    return found


def codes_of(feed: str, found: Event) -> set[str]:
    """Every code that a feed's rules have for an event, rejecting or not."""
    verdicts = RowChecks(feed).checked([found])
    return {reason.code for reason in (*verdicts.rejected[0], *verdicts.remarked[0])}


@pytest.mark.parametrize(("feed", "code"), [(feed, code) for feed in FEEDS for code in wrong_events(feed)])
def test_a_wrong_event_is_named_by_the_rules_own_code(feed: str, code: str) -> None:
    what, given = wrong_events(feed)[code]
    fields = dict(given)

    assert code in codes_of(feed, event(what, fields.pop("day", "2025-03-03"), **fields))


@pytest.mark.parametrize("name", ["reason", "presenter"])
def test_every_free_line_of_a_listing_is_read(name: str) -> None:
    found = codes_of("panel", event("panel.listed", **{name: "see 9990000018"}))

    assert "nhs-number-in-text" in found


@pytest.mark.parametrize("feed", FEEDS)
def test_no_row_rule_is_left_untried(feed: str) -> None:
    rules = {rule.code for rule in rules_of(feed) if rule.scope == "row"}

    assert rules - OF_A_WINDOW == set(wrong_events(feed))


def test_a_pupil_number_of_two_is_remarked_on_both_and_of_one_on_none() -> None:
    number = "T821000000001"
    twice = [
        event("people.registered", event_id=local_id, person={"local_id": local_id, "upn": number})
        for local_id in ("a", "b")
    ]
    elsewhere = event("people.registered", source="urn:send:other", person={"local_id": "c", "upn": number})
    again = event("people.details_changed", person={"local_id": "d", "upn": "G821000000002"})

    remarked = RowChecks("people").checked([*twice, elsewhere, again, again]).remarked

    assert ["upn-twice" in [found.code for found in reasons] for reasons in remarked] == [
        True, True, False, False, False,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("to_on", "in_the_future"),
    [("2025-02-07", False), ("2025-02-09", False), ("2025-02-10", True)],  # Friday, the Sunday after it, Monday
)
def test_a_week_written_down_on_its_friday_may_end_on_its_sunday(to_on: str, in_the_future: bool) -> None:
    found = codes_of("school", event("school.attendance", "2025-02-07", from_on="2025-02-03", to_on=to_on))

    assert ("attendance-in-the-future" in found) is in_the_future


def test_outcomes_for_adulthood_can_be_recorded_of_a_child_of_any_age() -> None:
    outcomes = event("transition.outcomes_recorded", person=BORN_IN_2018)

    assert not {"too-young-for-adulthood", "early-for-adulthood"} & set(codes_of("transition", outcomes))


@pytest.mark.parametrize(("on", "age"), [("2025-02-27", False), ("2025-02-28", True)])
def test_who_was_born_on_29_february_has_a_birthday_on_28_february(on: str, age: bool) -> None:
    found = codes_of("camhs", event("camhs.referred", on, person={"date_of_birth": "2000-02-29"}))

    assert ("age-25" in found) is age


def remarks_of(events: list[Event], code: str) -> list[bool]:
    """Of which events of a window a rule of the register's feed remarks."""
    found = RowChecks("people").checked(events).remarked
    return [code in [reason.code for reason in reasons] for reasons in found]


def registered(local_id: str, **person: Any) -> Event:
    return event("people.registered", event_id=local_id, person={"local_id": local_id, **person})


def test_a_reference_unlike_nearly_all_of_its_source_is_remarked() -> None:
    usual = [registered(f"COM{number:06d}") for number in range(50)]

    remarked = remarks_of([*usual, registered("BD-000001"), registered("COM12345")], "reference-of-another-shape")

    assert remarked == [False] * 50 + [True, True]


def test_numbers_of_other_lengths_are_right_where_a_source_does_not_fill_up_with_zeros() -> None:
    counted = [registered(str(number)) for number in range(96, 150)]

    assert not any(remarks_of(counted, "reference-of-another-shape"))


def test_few_references_of_a_source_are_not_compared() -> None:
    few = [registered(f"COM{number:06d}") for number in range(40)]

    assert not any(remarks_of([*few, registered("BD-1")], "reference-of-another-shape"))


@pytest.mark.parametrize(("persons", "many"), [(20, False), (21, True)])
def test_a_postcode_of_more_children_than_live_at_one_is_remarked(persons: int, many: bool) -> None:
    there = [registered(f"COM{number:06d}", postcode="LU1 2BQ") for number in range(persons)]
    elsewhere = registered("COM999999", postcode="LU4 8AA")

    assert remarks_of([*there, elsewhere], "postcode-of-many") == [many] * persons + [False]


def test_the_same_event_under_two_ids_is_remarked_on_both() -> None:
    first, again = event("people.registered", event_id="a"), event("people.registered", event_id="b")
    other_day = event("people.registered", "2025-03-04", event_id="c")
    correction = event("people.registered", event_id="d", corrects="a")

    other_note = event("people.registered", event_id="e", note="rang again")

    window = [first, again, other_day, correction, other_note]
    assert remarks_of(window, "same-event-other-id") == [True, True, False, False, False]
    assert remarks_of([first, first], "same-event-other-id") == [False, False], "a second delivery is no second event"


@pytest.mark.parametrize("name", [" Anna", "Anna  Maria", "Anna ", "ANNA", "JosÃ©", "WoÅºniak", "An\ufffda", "NULL"])
def test_a_name_that_no_hand_would_write_so_is_remarked(name: str) -> None:
    family = "EXAMPLE" if name == "ANNA" else "Example"

    assert remarks_of([registered("1", given_name=name, family_name=family)], "name-oddly-written") == [True]


@pytest.mark.parametrize("name", ["Anna", "Zoë", "AJ", "José", "Łukasz", "D’Arcy", "محمد", "Анна", "Nullah"])
def test_names_as_people_have_them_are_not(name: str) -> None:
    assert remarks_of([registered("1", given_name=name)], "name-oddly-written") == [False]


@pytest.mark.parametrize(
    ("moment", "off"),
    [
        ("2025-07-01T22:00:00+00:00", True),  # 23:00 in London's summer
        ("2025-06-30T23:00:00+00:00", False),  # midnight in London
        ("2025-01-06T01:00:00+00:00", True),
        ("2025-01-06T01:00:01+00:00", False),
    ],
)
def test_midnight_is_londons(moment: str, off: bool) -> None:
    assert remarks_of([event("people.registered", moment)], "hour-off-midnight") == [off]
