"""Lives of one child over many years, of the events that milestones look at; birthdays and school years at the edges."""

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from send_integration.contracts.event import Event
from send_integration.rules.matters import MATTERS
from send_integration.rules.model import Rule
from send_integration.steps.catalogue import load_rules
from tests.builders import event

BORN_ON = ("2004-02-29", "2007-08-31", "2007-09-01", "2010-06-15", "2012-03-04", "2019-12-31", "2020-10-25")

FIELDS: dict[str, dict[str, tuple[Any, ...]]] = {
    "ehcp.requested": {"request_id": ("R1", "R2")},
    "ehcp.decided_to_assess": {"decision": ("yes", "no")},
    "ehcp.advice_requested": {"from_service": ("salt", "camhs")},
    "ehcp.advice_received": {"from_service": ("salt", "camhs")},
    "ehcp.decided_to_issue": {"decision": ("yes", "no")},
    "ehcp.draft_issued": {},
    "ehcp.request_withdrawn": {},
    "ehcp.school_consulted": {"urn": ("109123", "109124")},
    "ehcp.school_responded": {"urn": ("109123", "109124")},
    "ehcp.finalised": {"plan_id": ("P1", "P2")},
    "ehcp.exception_applied": {"reason": ("missed-appointments", "school-closure"), "from_on": ("2016-01-20", "2023-09-01"),
                               "to_on": (None, "2023-10-15")},
    "ehcp.mediation_started": {"request_or_plan_id": ("R1", "P1")},
    "ehcp.appeal_concluded": {"request_or_plan_id": ("R1", "P1")},
    "ehcp.review_meeting_held": {"pfa_discussed": (True, False), "kind": ("annual", "phase-transfer")},
    "ehcp.review_report_circulated": {},
    "ehcp.review_decided": {"decision": ("maintain", "amend", "cease")},
    "ehcp.amendment_notice_issued": {},
    "ehcp.amended_final_issued": {},
    "ehcp.ceased": {"plan_id": ("P1", "P2")},
    "ndd.referred": {},
    "ndd.triaged": {
        "outcome": ("accepted", "more-information", "declined"),
        "information_due_on": (None, "2018-01-01", "2023-10-31"),
    },
    "ndd.information_received": {},
    "ndd.assessment_started": {},
    "ndd.assessment_completed": {},
    "ndd.feedback_given": {},
    "ndd.closed": {},
    "camhs.referred": {"primary_reason": ("self-harm", "eating-disorder"), "priority": ("routine", "urgent"),
                       "referral_id": ("C1", "C2")},
    "camhs.triaged": {"outcome": ("accepted", "declined"), "referral_id": ("C1", "C2")},
    "camhs.appointment": {"attended": ("attended", "late-but-seen", "did-not-attend")},
    "camhs.crisis_presentation": {},
    "camhs.discharged": {"referral_id": ("C1", "C2")},
    "early-help.contact": {},
    "early-help.assessment_started": {"assessment_id": ("E1", "E2")},
    "early-help.assessment_completed": {},
    "early-help.lead_practitioner_assigned": {},
    "early-help.plan_agreed": {"review_due_on": (None, "2023-10-31", "1994-01-01")},
    "early-help.team_around_family_met": {"next_due_on": (None, "2023-12-01")},
    "early-help.stepped_up": {},
    "early-help.stepped_down": {},
    "early-help.closed": {"assessment_id": ("E1", "E2")},
    "referrals.received": {"urgency": ("routine", "urgent", "emergency"), "to_service": ("salt", "social-care")},
    "referrals.accepted": {},
    "referrals.rejected": {},
    "referrals.first_contact": {},
    "referrals.withdrawn": {},
    "school.enrolled": {"year_group": (3, 6, 7, 9, 11, 12)},
    "school.left": {},
    "school.suspended": {"sessions": (4, 10, 11)},
    "school.excluded": {},
    "school.returned_to_education": {},
    "school.sen_support_started": {},
    "school.sen_support_reviewed": {},
    "school.part_time_timetable_started": {"ends_on": (None, "2023-10-31")},
    "school.part_time_timetable_ended": {},
    "support.agreed": {"kind": ("personal-health-budget", "respite"), "support_id": ("S1", "S2")},
    "support.refused": {},
    "support.started": {},
    "support.reviewed": {},
    "support.ended": {"support_id": ("S1", "S2")},
    "transition.plan_started": {},
    "transition.named_worker_assigned": {},
    "transition.outcomes_recorded": {"health": (True, False)},
    "transition.learning_disability_registered": {},
    "transition.health_check_completed": {},
    "transition.adult_care_assessment_completed": {},
    "transition.adult_health_transfer_agreed": {"from_service": ("camhs", "gp")},
    "transition.mental_capacity_considered": {},
    "transition.continuing_care_screened": {},
    "transition.continuing_healthcare_referred": {},
    "transition.destination_recorded": {"destination": ("college", "unknown")},
    "panel.listed": {"meeting_on": ("2023-10-31", "2024-01-02")},
    "panel.discussed": {},
    "panel.decided": {"decision": ("refer", "close"), "review_on": (None, "2024-02-29")},
    "panel.action_agreed": {"action_id": ("A1", "A2"), "due_on": ("2023-10-31", "2099-01-01")},
    "panel.action_completed": {},
    "panel.voice_recorded": {},
    "workers.assigned": {"role_for_child": ("social-worker",)},
    "workers.unassigned": {"role_for_child": ("social-worker",)},
    "people.moved_away": {},
}  # fmt: skip
"""Every event of which some milestone asks, and the fields whose values it looks at; None leaves a field out."""

RULES = tuple(rule for rule in load_rules().rules.values() if rule.kind == "milestone")
ASKED = (
    "trigger",
    "stop",
    "stop_after",
    "not_needed",
    "exceptions",
    "pause_from",
    "pause_until",
    "only_where",
    "counted_from",
)
STEPS = (0, 0, 1, 2, 5, 7, 14, 28, 29, 42, 61, 98, 140, 183, 365, 366, 730)


def anchors(born_on: date) -> list[date]:
    """Days at which much turns: birthdays, and the starts and ends of school years."""
    ages = (1, 4, 5, 13, 14, 15, 16, 17, 18)
    found = [date(born_on.year + age, born_on.month, min(born_on.day, 28)) for age in ages]
    found += [date(born_on.year + age, month, day) for age in ages for month, day in ((8, 31), (9, 1), (6, 1))]
    return [day for day in found if date(2005, 1, 1) < day < date(2024, 1, 1)]


def beginnings(rule: Rule) -> list[str]:
    """The names of the events with which something begins for a rule."""
    opens = [pattern for name in rule.texts("while_open") for pattern in MATTERS[name].opens]
    return sorted(
        {pattern.partition(" ")[0] for pattern in (*rule.texts("trigger"), *rule.texts("counted_from"), *opens)}
    )


def kinds_of(rule: Rule) -> list[str]:
    """The names of the events that a rule looks at."""
    cases = rule.parameters.get("cases", ())
    open_in_cases = [case.get("while_open", "") for case in cases] if isinstance(cases, list) else []
    matters = [MATTERS[name] for name in (*rule.texts("while_open"), *open_in_cases) if name]
    patterns = [pattern for name in ASKED for pattern in rule.texts(name)]
    patterns += [pattern for matter in matters for pattern in (*matter.opens, *matter.closes)]
    patterns += list(rule.parameters.get("follows", {}).values()) if rule.parameters.get("follows") else []
    return sorted({pattern.partition(" ")[0] for pattern in patterns} & FIELDS.keys())


@st.composite
def lives(draw: st.DrawFn, size: int = 9) -> tuple[list[Event], date]:
    """The events of one child, mostly such as one rule looks at, so that they meet, and a day on which to ask."""
    born = draw(st.sampled_from(BORN_ON))
    born_on = date.fromisoformat(born)
    day = draw(st.sampled_from([*anchors(born_on), date(2022, 3, 1), date(2023, 9, 1), date(2023, 10, 28)]))
    rule = draw(st.sampled_from(RULES))
    near = kinds_of(rule)
    also = [*near, *near, *near, "school.enrolled", "ehcp.finalised", "ehcp.ceased", "people.moved_away"]
    made: list[Event] = []
    for number in range(draw(st.integers(2, size))):
        kind = draw(st.sampled_from(also if number else beginnings(rule)))
        day = min(day + timedelta(draw(st.sampled_from(STEPS))), date(2026, 5, 1))
        fields = {name: draw(st.sampled_from((values[0], *values))) for name, values in FIELDS[kind].items()}
        made.append(event(kind, day.isoformat(), event_id=f"e{number}", person={"date_of_birth": born}, **fields))
    asked_on = draw(st.sampled_from([e.on for e in made]) | st.sampled_from(anchors(born_on)))
    asked_on += timedelta(draw(st.sampled_from(STEPS)))
    return made, asked_on
