"""Events for tests, a line each: `sent('camhs.referred', '2025-03-03', referral_id='R1', …)` gives the wire's bytes."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from send_integration.contracts.event import Event, Rejected
from send_integration.contracts.registry import EVENT_TYPES, parse

NOW = datetime(2026, 6, 1, tzinfo=UTC)
ANNA = {
    "local_id": "L1",
    "given_name": "Anna",
    "family_name": "Example",
    "date_of_birth": "2012-03-04",
    "nhs_number": "9990000018",
}
ANNA_KOWALSKA: dict[str, Any] = {
    "local_id": "1", "given_name": "Anna", "family_name": "Kowalska", "date_of_birth": "2014-05-06", "nhs_number": None,
}  # fmt: skip
TOM_BRIGHT: dict[str, Any] = {
    "local_id": "2", "given_name": "Tom", "family_name": "Bright", "date_of_birth": "2011-02-03", "nhs_number": None,
}  # fmt: skip
"""Two who are nobody else and have no number."""
WORKER = {"id": "w1", "name": "Wren Example", "role": "nurse", "team": "north"}

PAIRS = [
    {
        "one": {"source": "urn:send:camhs", "local_id": "L1"},
        "other": {"source": "urn:send:school", "local_id": "L1"},
        "same": True,
    }
]

EXAMPLES: dict[str, dict[str, Any]] = {
    "referrals.received": {"referral_id": "F1", "from_service": "gp", "to_service": "salt", "urgency": "routine",
                           "need_types": ["SLCN"]},
    "referrals.rejected": {"referral_id": "F1", "reason": "threshold-not-met"},
    "referrals.withdrawn": {"referral_id": "F1", "by": "family"},
    "referrals.closed": {"referral_id": "F1", "outcome": "helped"},
    "ndd-triage.referred": {"referral_id": "N1", "suspected": "autism", "referrer_service": "school"},
    "ndd-triage.triaged": {"referral_id": "N1", "outcome": "accepted"},
    "ndd-triage.assessment_completed": {"referral_id": "N1", "conclusion": "diagnosed"},
    "ndd-triage.closed": {"referral_id": "N1", "reason": "complete"},
    "camhs.referred": {"referral_id": "C1", "priority": "routine", "primary_reason": "anxiety"},
    "camhs.triaged": {"referral_id": "C1", "outcome": "accepted"},
    "camhs.appointment": {"referral_id": "C1", "attended": "attended", "number": 1},
    "camhs.crisis_presentation": {"setting": "a-and-e"},
    "camhs.discharged": {"referral_id": "C1", "reason": "treatment-completed"},
    "early-help.contact": {"contact_id": "E1", "concern": "behaviour"},
    "early-help.stepped_up": {"assessment_id": "E1", "to": "child-in-need"},
    "early-help.closed": {"assessment_id": "E1", "outcome": "needs-met"},
    "ehcp.requested": {"request_id": "R1", "by": "school"},
    "ehcp.decided_to_assess": {"request_id": "R1", "decision": "yes"},
    "ehcp.advice_requested": {"request_id": "R1", "from_service": "salt"},
    "ehcp.advice_received": {"request_id": "R1", "from_service": "salt"},
    "ehcp.decided_to_issue": {"request_id": "R1", "decision": "yes"},
    "ehcp.request_withdrawn": {"request_id": "R1"},
    "ehcp.school_consulted": {"request_id": "R1", "urn": "109123"},
    "ehcp.school_responded": {"request_id": "R1", "urn": "109123", "response": "can-meet"},
    "ehcp.finalised": {"request_id": "R1", "plan_id": "P1", "placement_type": "mainstream"},
    "ehcp.exception_applied": {"request_id": "R1", "reason": "school-closure", "from_on": "2025-01-01"},
    "ehcp.review_meeting_held": {"plan_id": "P1", "kind": "annual", "pfa_discussed": False},
    "ehcp.review_decided": {"plan_id": "P1", "decision": "maintain"},
    "ehcp.ceased": {"plan_id": "P1", "reason": "needs met"},
    "ehcp.mediation_started": {"request_or_plan_id": "R1"},
    "ehcp.appeal_lodged": {"request_or_plan_id": "R1", "about": "placement"},
    "ehcp.appeal_concluded": {"request_or_plan_id": "R1", "outcome": "upheld"},
    "ehcp.quality_audited": {"plan_id": "P1", "grade": "good"},
    "school.enrolled": {"urn": "109123", "year_group": 7},
    "school.attendance": {"from_on": "2025-02-03", "to_on": "2025-02-07", "sessions_possible": 10,
                          "sessions_authorised_absence": 1, "sessions_unauthorised_absence": 0},
    "school.suspended": {"sessions": 2, "reason": "disruption"},
    "school.excluded": {"reason": "disruption"},
    "school.sen_support_started": {"need_types": ["SEMH"]},
    "school.sen_support_reviewed": {"progress": "limited"},
    "school.part_time_timetable_started": {"hours_per_week": 12.5},
    "school.progress_concern": {"area": "reading"},
    "school.missing_education": {"since_on": "2025-01-06"},
    "transition.outcomes_recorded": {"employment": True, "independent_living": True, "community": True, "health": True},
    "transition.adult_care_assessment_completed": {"eligible": True},
    "transition.adult_health_transfer_agreed": {"from_service": "camhs", "to_service": "adult mental health"},
    "transition.mental_capacity_considered": {"decision_about": "placement"},
    "transition.destination_recorded": {"destination": "college", "on": "2025-09-01"},
    "support.requested": {"support_id": "S1", "kind": "respite"},
    "support.agreed": {"support_id": "S1", "kind": "respite"},
    "support.refused": {"support_id": "S1", "kind": "respite", "reason": "threshold"},
    "support.ended": {"support_id": "S1", "reason": "no longer needed"},
    "panel.listed": {"meeting_on": "2025-04-01", "reason": "complex"},
    "panel.discussed": {"meeting_on": "2025-04-01", "attendees": ["chair"]},
    "panel.decided": {"meeting_on": "2025-04-01", "decision": "refer", "rationale": "as discussed"},
    "panel.action_agreed": {"action_id": "A1", "owner": "chair", "due_on": "2025-05-01", "what": "ring school"},
    "panel.action_completed": {"action_id": "A1"},
    "panel.voice_recorded": {"of": "child", "text": "I like maths", "how": "in person"},
    "panel.flag_acknowledged": {"flag_id": "f1", "by": "w1"},
    "panel.flag_dismissed": {"flag_id": "f1", "by": "w1", "why": "seen"},
    "people.consent_recorded": {"about": "sharing", "given": True},
    "people.not_known": {"service": "camhs"},
    "people.related": {"kind": "sibling", "other": {"local_id": "L2"}},
    "identity.decided": {"by": "w1", "why": "one birth certificate", "pairs": PAIRS},
    "identity.withdrawn": {"by": "w1", "why": "the wrong file", "retracts": "D1"},
    "workers.joined": {"sector": "health", "team": "north"},
    "workers.away": {"from_on": "2025-03-10", "to_on": "2025-03-14", "covered_by": "w2"},
    "workers.assigned": {"role_for_child": "senco"},
    "workers.unassigned": {"role_for_child": "senco"},
}  # fmt: skip
"""What the types need beyond what their feed's default gives."""

FEED_DEFAULTS: dict[str, dict[str, Any]] = {
    "referrals": {"referral_id": "F1"},
    "ndd-triage": {"referral_id": "N1"},
    "camhs": {"referral_id": "C1"},
    "early-help": {"assessment_id": "E1"},
    "ehcp": {"request_id": "R1"},
    "support": {"support_id": "S1"},
}


def example_data(feed_and_word: str) -> dict[str, Any]:
    """Minimal valid data of a type ('ehcp.draft_issued'), with its person and worker."""
    feed, _, word = feed_and_word.partition(".")
    own = EXAMPLES.get(feed_and_word)
    if own is None:
        own = {"plan_id": "P1"} if word in _OF_PLAN else FEED_DEFAULTS.get(feed, {})
    data = dict(own)
    if feed == "workers":
        data["worker"] = WORKER
    if has_person(feed_and_word):
        data["person"] = ANNA
    return data


def has_person(feed_and_word: str) -> bool:
    """Whether a type's events are about a child."""
    return feed_and_word not in ("workers.joined", "workers.left", "workers.away") and not feed_and_word.startswith(
        "identity."
    )


_OF_PLAN = {"review_report_circulated", "amendment_notice_issued", "amended_final_issued"}


def sent(
    what: str,
    /,
    on: str = "2025-03-03",
    *,
    event_id: str | None = None,
    source: str | None = None,
    recorded: str | None = None,
    person: dict[str, Any] | None = None,
    **fields: Any,
) -> bytes:
    """The bytes that a source sends. `on` and `recorded` are days, or moments where they hold a 'T'."""
    feed, _, word = what.replace("ndd.", "ndd-triage.").partition(".")
    name = f"send.{feed}.{word}.v1"
    data = {**example_data(f"{feed}.{word}"), **fields}
    if person is not None and "person" in data:
        data["person"] = {**ANNA, **person}
    data = {key: value for key, value in data.items() if value is not None}
    if "person" in data:
        data["person"] = {key: value for key, value in data["person"].items() if value is not None}
        subject = f"local:{data['person']['local_id']}"
    else:
        subject = f"worker:{data['worker']['id'] if 'worker' in data else data['by']}"
    moment = on if "T" in on else f"{on}T00:00:00+00:00"
    noted = recorded or moment
    body = {
        "specversion": "1.0",
        "id": event_id or f"{word}-{on}-{'-'.join(str(v) for v in fields.values() if isinstance(v, str))}",
        "source": source or f"urn:send:{feed}",
        "type": name,
        "subject": subject,
        "time": moment,
        "recordedtime": noted if "T" in noted else f"{noted}T12:00:00+00:00",
        "dataschema": f"schemas/{name}.json",
        "data": data,
    }
    return json.dumps(body).encode()


def event(what: str, /, on: str = "2025-03-03", **rest: Any) -> Event:
    """The same as an event; the bytes must pass their contract."""
    parsed = parse(sent(what, on, **rest), not_after=NOW)
    assert isinstance(parsed, Event), parsed
    return parsed


def rejected(raw: bytes) -> Rejected:
    """The verdict on bytes that must not pass."""
    parsed = parse(raw, not_after=NOW)
    assert isinstance(parsed, Rejected)
    return parsed


def all_types() -> list[str]:
    """Every type's feed and word ('ehcp.draft_issued')."""
    return [name.removeprefix("send.").removesuffix(".v1") for name in EVENT_TYPES]


def days_after(day: str, count: int) -> str:
    """A day `count` days on, for readable histories."""
    return (datetime.fromisoformat(day) + timedelta(count)).date().isoformat()
