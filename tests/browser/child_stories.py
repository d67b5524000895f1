"""Made-up children for tests of a child's page: one with an ordinary hard story, one with nothing but a birth, one of 300
events, and names that are long or run from right to left."""

from datetime import UTC, date, datetime
from typing import Any

from tests.builders import WORKER, days_after, sent

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
LONG = ("Maximiliana-Theodosia Featherstonehaugh-Cholmondeley " * 4)[:190].strip()
RIGHT_TO_LEFT = "مريم الأحمد"
SCRIPT = "<script>document.title='broken'</script>"
ELLIS = {"local_id": "1", "given_name": "Ellis", "family_name": "Marlowe", "date_of_birth": "2013-02-09",
         "nhs_number": "9990000018"}  # fmt: skip
NOBODY = {"local_id": "2", "given_name": LONG, "nhs_number": "9990000026"}
BUSY = {"local_id": "3", "given_name": RIGHT_TO_LEFT, "family_name": "الأحمد", "nhs_number": "9990000034"}
HOSTILE = {"local_id": "4", "given_name": SCRIPT, "family_name": "O'Neill & Sons", "nhs_number": None}
WORDS = "My dog Biscuit and being on time for things. I like it when nobody changes the plan."
NOTE = "Melatonin continued.\nMother reports broken sleep."


def worker(name: str, role: str, team: str, email: str | None = None) -> dict[str, Any]:
    """Somebody who acts."""
    return {"id": name.replace(" ", "-").lower(), "name": name, "role": role, "team": team, "email": email}


JO = worker("Jo Adeyemi", "ehc coordinator", "ehc-team", "jo.adeyemi@example.org")
PAT = worker("Pat Hartley", "social worker", "social-care-team")

_ELLIS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("people.registered", "2023-09-01", {}),
    ("people.details_changed", "2023-09-02", {"preferred_name": "Elli"}),
    ("school.enrolled", "2023-09-04", {"urn": "109123", "year_group": 6}),
    ("school.attendance", "2023-11-20", {"from_on": "2023-09-04", "to_on": "2023-11-17", "sessions_possible": 100,
                                         "sessions_authorised_absence": 18}),
    ("school.sen_support_started", "2023-12-04", {"need_types": ["ASD", "SLCN"]}),
    ("ndd.referred", "2024-01-15", {"referral_id": "N1", "referrer_service": "school"}),
    ("ndd.triaged", "2024-02-02", {"referral_id": "N1", "outcome": "accepted"}),
    ("panel.voice_recorded", "2024-01-22", {"of": "child", "text": "I want to sit by the window.", "how": "drawing"}),
    ("early-help.contact", "2024-01-29", {"contact_id": "K1", "concern": "sleep"}),
    ("early-help.assessment_started", "2024-02-12", {"assessment_id": "E1"}),
    ("early-help.assessment_completed", "2024-03-22", {"assessment_id": "E1"}),
    ("early-help.plan_agreed", "2024-03-29", {"assessment_id": "E1"}),
    ("school.sen_support_reviewed", "2024-05-13", {"progress": "limited"}),
    ("ehcp.requested", "2024-07-01", {"request_id": "R1", "by": "parent"}),
    ("ehcp.decided_to_assess", "2024-08-09", {"request_id": "R1", "decision": "yes"}),
    ("ehcp.advice_requested", "2024-08-12", {"request_id": "R1", "from_service": "educational-psychology"}),
    ("school.left", "2024-07-19", {}),
    ("school.enrolled", "2024-09-03", {"urn": "109456", "year_group": 7}),
    ("ndd.assessment_started", "2024-09-16", {"referral_id": "N1"}),
    ("ndd.assessment_completed", "2024-11-04", {"referral_id": "N1", "conclusion": "diagnosed"}),
    ("early-help.closed", "2024-11-25", {"assessment_id": "E1", "outcome": "needs-met"}),
    ("ehcp.advice_received", "2024-11-11", {"request_id": "R1", "from_service": "educational-psychology"}),
    ("ehcp.draft_issued", "2024-12-16", {"request_id": "R1"}),
    ("ehcp.finalised", "2025-01-20", {"request_id": "R1", "plan_id": "P1", "placement_type": "mainstream"}),
    ("camhs.referred", "2025-02-24", {"referral_id": "C1", "priority": "routine", "primary_reason": "anxiety"}),
    ("camhs.triaged", "2025-03-10", {"referral_id": "C1", "outcome": "declined"}),
    ("camhs.referred", "2025-06-16", {"referral_id": "C2", "priority": "routine", "primary_reason": "anxiety"}),
    ("camhs.triaged", "2025-07-07", {"referral_id": "C2", "outcome": "accepted"}),
    ("camhs.appointment", "2025-11-24", {"referral_id": "C2", "attended": "attended", "number": 1, "note": NOTE}),
    ("camhs.appointment", "2026-02-12", {"referral_id": "C2", "attended": "attended", "number": 2}),
    ("camhs.discharged", "2026-06-08", {"referral_id": "C2", "reason": "disengaged"}),
    ("camhs.referred", "2026-09-21", {"referral_id": "C3", "priority": "urgent", "primary_reason": "anxiety"}),
    ("referrals.received", "2026-04-20", {"referral_id": "F1", "from_service": "school", "to_service": "salt"}),
    ("ehcp.review_meeting_held", "2025-11-13", {"plan_id": "P1", "kind": "annual"}),
    ("ehcp.review_decided", "2025-12-09", {"plan_id": "P1", "decision": "maintain"}),
    ("school.suspended", "2026-01-19", {"sessions": 4, "reason": "persistent disruption"}),
    ("school.suspended", "2026-03-23", {"sessions": 6, "reason": "disruption"}),
    ("school.suspended", "2026-10-12", {"sessions": 10, "reason": "disruption"}),
    ("ehcp.review_meeting_held", "2026-10-15", {"plan_id": "P1", "kind": "annual"}),
    ("workers.assigned", "2025-01-22", {"role_for_child": "ehc-coordinator", "worker": JO}),
    ("workers.assigned", "2026-06-01", {"role_for_child": "social-worker", "worker": PAT}),
    ("panel.listed", "2026-03-02", {"meeting_on": "2026-03-12", "reason": "suspended twice"}),
    ("panel.voice_recorded", "2026-03-09", {"of": "young-person", "text": "CAMHS listened and then they stopped.",
                                            "how": "written with mum"}),
    ("panel.decided", "2026-03-12", {"meeting_on": "2026-03-12", "decision": "joint-funding", "review_on": "2026-11-26",
                                     "rationale": "A key worker from health and one from care, paid for together.",
                                     "funding": {"education": 0.5, "health": 0.3, "care": 0.2}}),
    ("panel.action_agreed", "2026-03-12", {"action_id": "A1", "owner": "CAMHS", "due_on": "2026-04-30",
                                           "what": "Offer a named clinician"}),
    ("panel.action_agreed", "2026-03-12", {"action_id": "A2", "owner": "School", "due_on": "2026-05-15",
                                           "what": "Agree a quiet way in"}),
    ("panel.action_completed", "2026-05-20", {"action_id": "A2"}),
    ("panel.voice_recorded", "2026-09-30", {"of": "young-person", "text": WORDS, "how": "Talking Mats with Jo Adeyemi"}),
    ("panel.listed", "2026-11-02", {"meeting_on": "2026-11-26", "reason": "the third referral to CAMHS"}),
)  # fmt: skip


def story() -> list[tuple[str, bytes]]:
    """Everything of every child, with the feed by which it comes."""
    lines = [_line(what, on, ELLIS, f"x{at}", fields) for at, (what, on, fields) in enumerate(_ELLIS)]
    lines.append(_line("people.registered", "2026-11-01", NOBODY, "n1", {}))
    lines.append(_line("ndd.referred", "2026-01-06", HOSTILE, "h1", {"note": SCRIPT}))
    kinds = (
        ("school.suspended", {"sessions": 1}),
        ("camhs.appointment", {"referral_id": "C9", "attended": "attended", "number": 1, "note": LONG}),
        ("support.reviewed", {"support_id": "S9"}),
    )
    lines.append(_line("camhs.referred", "2020-01-06", BUSY, "b-c", {"referral_id": "C9"}))
    lines.append(_line("support.requested", "2020-01-06", BUSY, "b-s", {"support_id": "S9"}))
    for number in range(298):
        what, fields = kinds[number % 3]
        lines.append(_line(what, days_after("2020-02-03", number * 8), BUSY, f"b{number}", fields))
    return lines


def _line(what: str, on: str, person: dict[str, Any], event_id: str, fields: dict[str, Any]) -> tuple[str, bytes]:
    feed = what.partition(".")[0].replace("ndd", "ndd-triage")
    given = {"worker": WORKER} | fields if what == "camhs.appointment" else fields
    return feed, sent(what, on, person=person, event_id=event_id, **given)
