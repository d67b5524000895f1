"""Histories of a few children over many feeds, with repeats, conflicts, corrections and retractions at the edges."""

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from tests.builders import sent

DAY_ONE = date(2024, 1, 1)
EDGES = (0, 1, 27, 28, 29, 31, 42, 43, 90, 91, 120, 121, 140, 141, 181, 365, 366)
"""Days at which some rule's answer turns, so that ties and boundaries are drawn often."""

KINDS = (
    "referrals.received", "referrals.rejected", "referrals.accepted", "ndd.referred", "ndd.triaged",
    "ndd.information_received", "ndd.assessment_started", "camhs.referred", "camhs.triaged", "camhs.appointment",
    "camhs.crisis_presentation", "camhs.discharged", "early-help.assessment_started", "early-help.assessment_completed",
    "early-help.closed", "ehcp.requested", "ehcp.decided_to_assess", "ehcp.finalised", "ehcp.review_decided",
    "ehcp.review_meeting_held", "ehcp.exception_applied", "ehcp.ceased", "school.suspended",
    "school.sen_support_started", "transition.learning_disability_registered", "transition.health_check_completed",
    "transition.plan_started", "workers.assigned", "workers.unassigned", "people.moved_away", "people.related",
    "referrals.first_contact", "referrals.closed", "ndd.closed", "camhs.care_coordinator_assigned", "early-help.contact",
    "early-help.lead_practitioner_assigned", "early-help.plan_agreed", "early-help.team_around_family_met",
    "early-help.stepped_up", "ehcp.decided_to_issue", "ehcp.request_withdrawn", "ehcp.school_responded", "school.attendance", "school.enrolled",
    "school.excluded", "school.left", "school.missing_education", "school.part_time_timetable_ended",
    "school.part_time_timetable_started", "school.returned_to_education", "school.sen_support_reviewed",
    "support.requested", "support.refused", "support.started", "support.ended", "panel.listed", "panel.decided",
    "panel.voice_recorded", "transition.adult_care_assessment_completed", "transition.adult_health_transfer_agreed",
    "people.died",
)  # fmt: skip

CODES: dict[str, dict[str, tuple[Any, ...]]] = {
    "referrals.received": {"to_service": ("salt", "ndd-pathway", "youth-justice"), "referral_id": ("F1", "F2", "F3")},
    "referrals.rejected": {"referral_id": ("F1", "F2")},
    "camhs.discharged": {"reason": ("disengaged", "other")},
    "early-help.assessment_started": {"assessment_id": ("E1", "E2")},
    "early-help.closed": {"outcome": ("needs-met", "stepped-up")},
    "ehcp.decided_to_issue": {"decision": ("yes", "no")},
    "ehcp.school_responded": {"response": ("can-meet", "cannot-meet"), "urn": ("109123", "109456")},
    "school.attendance": {
        "from_on": ("2023-12-18", "2024-01-01", "2024-01-29"),
        "to_on": ("2024-01-29", "2024-02-12", "2024-03-01", "2024-04-30"),
        "sessions_authorised_absence": (0, 2, 6),
    },
    "school.enrolled": {"urn": ("109123", "109456")},
    "school.sen_support_reviewed": {"progress": ("adequate", "limited", "none")},
    "school.suspended": {"sessions": (1, 10)},
    "support.ended": {"support_id": ("S1", "S2")},
    "transition.adult_care_assessment_completed": {"eligible": (True, False)},
    "ndd.triaged": {"outcome": ("accepted", "more-information", "declined")},
    "camhs.triaged": {"outcome": ("accepted", "redirected", "declined")},
    "camhs.appointment": {"attended": ("attended", "did-not-attend", "did-not-attend")},
    "camhs.referred": {"priority": ("routine", "urgent", "emergency")},
    "ehcp.decided_to_assess": {"decision": ("yes", "no")},
    "ehcp.review_decided": {"decision": ("maintain", "cease")},
    "ehcp.review_meeting_held": {"pfa_discussed": (True, False), "kind": ("annual", "early")},
    "people.related": {
        "kind": ("sibling", "carer"),
        "other": ({"local_id": "A7"}, {"local_id": "4", "source": "other"}),
    },
    "workers.assigned": {"role_for_child": ("ehc-coordinator", "senco")},
}

PEOPLE = (
    {"local_id": "1", "nhs_number": "9990000018", "date_of_birth": "2010-09-01"},
    {"local_id": "2", "nhs_number": None, "upn": "T821000000001", "date_of_birth": "2012-03-05"},
    {"local_id": "3", "nhs_number": "9990000018", "upn": "T821000000001", "date_of_birth": "2010-09-01"},
    {"local_id": "4", "given_name": "Omar", "nhs_number": "9990000026", "date_of_birth": "2011-02-28"},
)
"""The third person's identifiers lead to the first and to the second; the fourth is nobody else."""


def _a_persons_word(draw: st.DrawFn, number: int, people: int) -> bytes:
    """A decision on two of the people's local ids, or the taking back of one."""
    noted = (DAY_ONE + timedelta(draw(st.sampled_from(EDGES)))).isoformat()
    event_id = f"e{number}"
    if number and draw(st.booleans()):
        withdrawn = f"e{draw(st.integers(0, number - 1))}"
        return sent("identity.withdrawn", noted, event_id=event_id, source="urn:send:one", retracts=withdrawn)
    one, other = draw(st.permutations(PEOPLE[:people]))[:2]
    pair = {
        "one": {"source": "urn:send:one", "local_id": one["local_id"]},
        "other": {"source": "urn:send:one", "local_id": other["local_id"]},
        "same": draw(st.booleans()),
    }
    return sent("identity.decided", noted, event_id=event_id, source="urn:send:one", pairs=[pair])


@st.composite
def lines(
    draw: st.DrawFn, people: int = len(PEOPLE), size: int = 12, *, decisions_of_people: bool = True
) -> list[bytes]:
    """The lines of a history, good ones only; ids are few, so that some repeat with another body."""
    count = draw(st.integers(0, size))
    made: list[bytes] = []
    for number in range(count):
        kind = draw(st.sampled_from(KINDS))
        if decisions_of_people and people > 1 and draw(st.integers(0, 9)) == 0:
            made.append(_a_persons_word(draw, number, people))
            continue
        happened = DAY_ONE + timedelta(draw(st.sampled_from(EDGES)))
        noted = happened + timedelta(draw(st.sampled_from((0, 0, 1, 30))))
        fields = {name: draw(st.sampled_from(codes)) for name, codes in CODES.get(kind, {}).items()}
        naming = draw(st.sampled_from((None, None, None, "corrects", "retracts")))
        if naming and number:
            fields[naming] = f"e{draw(st.integers(0, number - 1))}"
        made.append(
            sent(
                kind,
                happened.isoformat(),
                event_id=f"e{number if draw(st.booleans()) or not number else draw(st.integers(0, number))}",
                source="urn:send:one",
                recorded=noted.isoformat(),
                person=dict(draw(st.sampled_from(PEOPLE[:people]))),
                **fields,
            )
        )
    return made
