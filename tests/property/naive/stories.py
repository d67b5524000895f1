"""Random stories for the comparison: a few pathways a child, events of each in and out of turn, at days on which answers turn."""

from datetime import date, timedelta
from random import Random
from typing import Any

from send_integration.contracts.event import Event
from tests.builders import event

BIRTHS = (
    date(2004, 2, 29), date(2006, 9, 1), date(2007, 8, 31), date(2008, 3, 14), date(2009, 9, 15), date(2010, 12, 25),
    date(2011, 5, 2), date(2013, 1, 31), date(2017, 6, 30), date(2020, 10, 1),
)  # fmt: skip
GAPS = (
    0, 0, 1, 1, 2, 3, 6, 7, 8, 10, 13, 14, 15, 16, 20, 27, 28, 29, 30, 31, 41, 42, 43, 48, 49, 50, 55, 56, 57, 60, 84, 90,
    91, 92, 111, 112, 113, 120, 121, 126, 127, 139, 140, 141, 180, 183, 270, 364, 365, 366,
)  # fmt: skip
FIRST, LAST = date(2021, 8, 20), date(2026, 5, 30)

THEMES: dict[str, tuple[tuple[str, dict[str, tuple[Any, ...]]], ...]] = {
    "request": (
        ("ehcp.requested", {"request_id": ("R1", "R2")}),
        ("ehcp.decided_to_assess", {"request_id": ("R1", "R2"), "decision": ("yes", "yes", "no")}),
        ("ehcp.advice_requested", {"request_id": ("R1",), "from_service": ("salt", "ot")}),
        ("ehcp.advice_received", {"request_id": ("R1",), "from_service": ("salt", "ot")}),
        ("ehcp.exception_applied", {"request_id": ("R1", "R2"), "reason": ("school-closure", "missed-appointments"),
                                    "from_on": ("2021-10-04", "2021-12-01", "2022-02-07"),
                                    "to_on": (None, "2022-02-07", "2022-02-28", "2022-06-30")}),
        ("ehcp.decided_to_issue", {"request_id": ("R1", "R2"), "decision": ("yes", "yes", "no")}),
        ("ehcp.draft_issued", {"request_id": ("R1",)}),
        ("ehcp.request_withdrawn", {"request_id": ("R1", "R2")}),
    ),
    "schools asked": (
        ("ehcp.requested", {"request_id": ("R1",)}),
        ("ehcp.school_consulted", {"request_id": ("R1",), "urn": ("109123", "109124")}),
        ("ehcp.school_responded", {"request_id": ("R1",), "urn": ("109123", "109124"),
                                   "response": ("cannot-meet", "cannot-meet", "can-meet")}),
        ("ehcp.finalised", {"request_id": ("R1", "R2")}),
        ("ehcp.decided_to_issue", {"request_id": ("R1",), "decision": ("no",)}),
        ("ehcp.decided_to_assess", {"request_id": ("R1",), "decision": ("no",)}),
        ("ehcp.request_withdrawn", {"request_id": ("R1",)}),
    ),
    "mediation": (
        ("ehcp.mediation_started", {"request_or_plan_id": ("R1", "P1")}),
        ("ehcp.appeal_concluded", {"request_or_plan_id": ("R1", "P1")}),
        ("ehcp.decided_to_issue", {"request_id": ("R1",)}),
        ("ehcp.decided_to_assess", {"request_id": ("R1",)}),
        ("ehcp.amended_final_issued", {"plan_id": ("P1",)}),
        ("ehcp.ceased", {"plan_id": ("P1",)}),
    ),
    "phase": (
        ("ehcp.finalised", {"plan_id": ("P1",)}),
        ("ehcp.review_meeting_held", {"plan_id": ("P1",), "pfa_discussed": (True, True, False),
                                      "kind": ("phase-transfer", "early")}),
        ("ehcp.review_decided", {"plan_id": ("P1",), "decision": ("maintain",)}),
        ("ehcp.review_meeting_held", {"plan_id": ("P1",), "pfa_discussed": (True,)}),
        ("ehcp.amended_final_issued", {"plan_id": ("P1",)}),
    ),
    "plan": (
        ("ehcp.finalised", {"plan_id": ("P1", "P1", "P2")}),
        ("ehcp.review_meeting_held", {"plan_id": ("P1", "P2"), "pfa_discussed": (True, False),
                                      "kind": ("annual", "early", "phase-transfer")}),
        ("ehcp.review_report_circulated", {"plan_id": ("P1", "P2")}),
        ("ehcp.review_decided", {"plan_id": ("P1", "P2"), "decision": ("maintain", "amend", "amend", "cease")}),
        ("ehcp.amendment_notice_issued", {"plan_id": ("P1", "P2")}),
        ("ehcp.amended_final_issued", {"plan_id": ("P1", "P2")}),
        ("ehcp.ceased", {"plan_id": ("P1", "P2")}),
        ("school.enrolled", {"year_group": (6, 7, 9, 10, 14)}),
    ),
    "ndd": (
        ("ndd.referred", {"referral_id": ("N1", "N2")}),
        ("ndd.triaged", {"referral_id": ("N1", "N2"),
                         "outcome": ("accepted", "more-information", "more-information", "declined")}),
        ("ndd.triaged", {"referral_id": ("N1",), "outcome": ("more-information",), "information_due_on": ("2022-03-01",)}),
        ("ndd.information_received", {"referral_id": ("N1", "N2")}),
        ("ndd.assessment_started", {"referral_id": ("N1",)}),
        ("ndd.assessment_completed", {"referral_id": ("N1",)}),
        ("ndd.feedback_given", {"referral_id": ("N1",)}),
        ("ndd.closed", {"referral_id": ("N1", "N2")}),
    ),
    "camhs": (
        ("camhs.referred", {"referral_id": ("C1", "C2"), "priority": ("routine", "urgent", "emergency"),
                            "primary_reason": ("anxiety", "self-harm", "eating-disorder")}),
        ("camhs.triaged", {"referral_id": ("C1", "C2"), "outcome": ("accepted", "accepted", "declined", "redirected")}),
        ("camhs.appointment", {"referral_id": ("C1", "C2"), "attended": ("attended", "late-but-seen", "did-not-attend")}),
        ("camhs.crisis_presentation", {}),
        ("camhs.discharged", {"referral_id": ("C1", "C2"), "reason": ("treatment-completed", "disengaged")}),
    ),
    "early-help": (
        ("early-help.contact", {"contact_id": ("K1", "K2")}),
        ("early-help.assessment_started", {"assessment_id": ("E1", "E2")}),
        ("early-help.lead_practitioner_assigned", {"assessment_id": ("E1",)}),
        ("early-help.assessment_completed", {"assessment_id": ("E1", "E2")}),
        ("early-help.plan_agreed", {"assessment_id": ("E1",), "review_due_on": (None, "2022-02-20")}),
        ("early-help.team_around_family_met", {"assessment_id": ("E1",), "next_due_on": (None, None, "2022-06-03")}),
        ("early-help.stepped_up", {"assessment_id": ("E1",)}),
        ("early-help.closed", {"assessment_id": ("E1", "E2"), "outcome": ("needs-met", "stepped-up")}),
    ),
    "referral": (
        ("referrals.received", {"referral_id": ("F1", "F2", "F3"), "urgency": ("routine", "urgent", "emergency"),
                                "to_service": ("salt", "ot", "early-help", "ndd-pathway")}),
        ("referrals.accepted", {"referral_id": ("F1", "F2")}),
        ("referrals.rejected", {"referral_id": ("F1", "F2")}),
        ("referrals.first_contact", {"referral_id": ("F1", "F2")}),
        ("referrals.withdrawn", {"referral_id": ("F1",)}),
        ("referrals.closed", {"referral_id": ("F1",)}),
    ),
    "school": (
        ("school.sen_support_started", {}),
        ("school.sen_support_reviewed", {"progress": ("adequate", "limited", "none")}),
        ("school.suspended", {"sessions": (2, 5, 11)}),
        ("school.excluded", {}),
        ("school.returned_to_education", {}),
        ("school.missing_education", {"since_on": ("2021-11-01", "2022-03-07")}),
        ("school.enrolled", {"year_group": (8,), "urn": ("109123", "109124")}),
        ("school.part_time_timetable_started", {"ends_on": (None, "2022-04-19")}),
        ("school.part_time_timetable_ended", {}),
        ("school.left", {}),
    ),
    "transition": (
        ("transition.learning_disability_registered", {}),
        ("transition.plan_started", {}),
        ("transition.named_worker_assigned", {}),
        ("transition.outcomes_recorded", {"health": (True, False)}),
        ("transition.health_check_completed", {}),
    ),
    "adulthood": (
        ("support.agreed", {"support_id": ("S1", "S9"), "kind": ("personal-health-budget",)}),
        ("referrals.received", {"referral_id": ("F9",), "to_service": ("social-care",)}),
        ("workers.assigned", {"role_for_child": ("social-worker",)}),
        ("early-help.stepped_up", {"assessment_id": ("E9",)}),
        ("transition.adult_care_assessment_completed", {"eligible": (True, False)}),
        ("transition.adult_health_transfer_agreed", {"from_service": ("camhs", "salt")}),
        ("transition.mental_capacity_considered", {}),
        ("transition.continuing_care_screened", {}),
        ("transition.continuing_healthcare_referred", {}),
        ("workers.unassigned", {"role_for_child": ("social-worker",)}),
        ("support.ended", {"support_id": ("S1", "S9")}),
        ("early-help.stepped_down", {"assessment_id": ("E9",)}),
        ("referrals.closed", {"referral_id": ("F9",)}),
    ),
    "destinations": (
        ("ehcp.finalised", {"plan_id": ("P1",)}),
        ("transition.destination_recorded", {"destination": ("college", "unknown", "neet")}),
        ("transition.destination_recorded", {"destination": ("college",)}),
        ("ehcp.ceased", {"plan_id": ("P1",)}),
        ("transition.destination_recorded", {"destination": ("neet",)}),
    ),
    "suspensions": (
        ("school.sen_support_started", {}),
        ("school.suspended", {"sessions": (2, 5, 9)}),
        ("school.suspended", {"sessions": (1, 5)}),
        ("ehcp.review_meeting_held", {"kind": ("early",)}),
        ("referrals.received", {"referral_id": ("F8",), "to_service": ("youth-justice", "salt")}),
        ("school.suspended", {"sessions": (3,)}),
    ),
    "suspended": (
        ("school.suspended", {"sessions": (2, 5)}),
        ("school.suspended", {"sessions": (2, 5)}),
    ),
    "asked again": (
        ("referrals.received", {"referral_id": ("F1",), "to_service": ("salt", "talking-takes-off")}),
        ("referrals.received", {"referral_id": ("F2",), "to_service": ("ot", "salt")}),
        ("referrals.received", {"referral_id": ("F3",), "to_service": ("salt",)}),
        ("camhs.referred", {"referral_id": ("C3",)}),
        ("referrals.rejected", {"referral_id": ("F1", "F2", "F3")}),
        ("camhs.triaged", {"referral_id": ("C3",), "outcome": ("declined",)}),
        ("referrals.first_contact", {"referral_id": ("F1", "F2", "F3")}),
    ),
    "no progress": (
        ("school.sen_support_started", {}),
        ("school.sen_support_reviewed", {"progress": ("limited", "none")}),
        ("school.sen_support_reviewed", {"progress": ("limited", "none", "limited", "adequate")}),
        ("camhs.referred", {"referral_id": ("C4",)}),
    ),
    "not brought": (
        ("camhs.referred", {"referral_id": ("C1",)}),
        ("camhs.appointment", {"referral_id": ("C1",), "attended": ("did-not-attend", "did-not-attend", "attended")}),
        ("camhs.appointment", {"referral_id": ("C1",), "attended": ("did-not-attend",)}),
        ("camhs.discharged", {"referral_id": ("C1",), "reason": ("disengaged",)}),
    ),
    "strain": (
        ("ndd.referred", {"referral_id": ("N3",)}),
        ("early-help.assessment_started", {"assessment_id": ("E3",)}),
        ("support.refused", {"support_id": ("S3",)}),
        ("early-help.contact", {"contact_id": ("K3",)}),
        ("early-help.closed", {"assessment_id": ("E3",)}),
        ("early-help.assessment_started", {"assessment_id": ("E4",)}),
        ("early-help.stepped_up", {"assessment_id": ("E4",)}),
    ),
    "move": (
        ("school.enrolled", {"year_group": (8,), "urn": ("109123",)}),
        ("ndd.referred", {"referral_id": ("N5",)}),
        ("school.enrolled", {"year_group": (8,), "urn": ("109124",)}),
        ("ndd.triaged", {"referral_id": ("N5",)}),
    ),
    "support": (
        ("support.requested", {"support_id": ("S1",), "kind": ("personal-health-budget", "respite")}),
        ("support.agreed", {"support_id": ("S1",), "kind": ("personal-health-budget", "respite")}),
        ("support.refused", {"support_id": ("S1", "S2")}),
        ("support.started", {"support_id": ("S1", "S2")}),
        ("support.reviewed", {"support_id": ("S1", "S2")}),
        ("support.ended", {"support_id": ("S1", "S2")}),
    ),
    "panel": (
        ("panel.listed", {"meeting_on": ("2022-02-08", "2022-09-12")}),
        ("panel.voice_recorded", {}),
        ("panel.discussed", {"meeting_on": ("2022-02-08", "2022-09-12")}),
        ("panel.decided", {"decision": ("refer", "keep-under-review", "close"), "review_on": (None, "2022-10-01")}),
        ("panel.action_agreed", {"action_id": ("A1", "A2"), "due_on": ("2022-03-20", "2022-08-01")}),
        ("panel.action_completed", {"action_id": ("A1", "A2")}),
    ),
}  # fmt: skip
RARELY = (("people.moved_away", {}), ("people.died", {}))


def story(seed: int) -> tuple[date, list[Event], list[date]]:
    """A birth date, the events of a child, and the days on which to ask."""
    chance = Random(seed)
    born_on = chance.choice(BIRTHS)
    events: list[Event] = []
    for name in chance.sample([*sorted(THEMES), "attendance"], chance.randint(1, 4)):
        day = FIRST + timedelta(chance.randint(0, 200))
        if name == "attendance":
            events += _attendance(chance, day, born_on, len(events))
            continue
        kinds = THEMES[name]
        for turn in range(chance.randint(2, 9)):
            # Mostly in turn, for only so do later obligations begin; now and then not.
            place = min(turn, len(kinds) - 1) if chance.random() < 0.6 else chance.randrange(len(kinds))
            events.append(_event(chance, kinds[place], day, born_on, len(events)))
            day = min(LAST, day + timedelta(chance.choice(GAPS)))
    if chance.random() < 0.05:
        events.append(
            _event(chance, chance.choice(RARELY), FIRST + timedelta(chance.randint(0, 400)), born_on, len(events))
        )
    days = [found.on + timedelta(chance.choice(GAPS)) for found in chance.sample(events, min(3, len(events)))]
    return born_on, events, days


def _attendance(chance: Random, day: date, born_on: date, number: int) -> list[Event]:
    """Figures week by week or half term by half term, about the lines that the risks draw, with gaps."""
    events: list[Event] = []
    for _ in range(chance.randint(4, 16)):
        weeks = chance.choice((1, 1, 1, 2, 6, 13))
        last = day + timedelta(7 * weeks - 3)
        possible = 10 * weeks
        missed = round(possible * chance.choice((0.0, 0.05, 0.1, 0.1, 0.2, 0.5, 0.6)))
        person = {"date_of_birth": born_on.isoformat()}
        events.append(
            event(
                "school.attendance",
                last.isoformat(),
                event_id=f"e{number + len(events):03d}",
                source="urn:send:one",
                person=person,
                from_on=day.isoformat(),
                to_on=last.isoformat(),
                sessions_possible=possible,
                sessions_authorised_absence=missed,
                sessions_unauthorised_absence=0,
            )
        )
        day = last + timedelta(chance.choice((3, 3, 3, 10, 17, 60, 100)))
    return events


def _event(
    chance: Random, kind: tuple[str, dict[str, tuple[Any, ...]]], day: date, born_on: date, number: int
) -> Event:
    what, options = kind
    fields = {name: chance.choice(values) for name, values in options.items()}
    person = {"date_of_birth": born_on.isoformat()}
    return event(what, day.isoformat(), event_id=f"e{number:03d}", source="urn:send:one", person=person, **fields)
