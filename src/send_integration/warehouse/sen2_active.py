"""Module 5 of a SEN2 return: plans in force in the year, with their latest review, their places and their needs."""

from collections.abc import Sequence
from datetime import date

from send_integration.contracts.event import Event
from send_integration.warehouse.sen2_cases import Case, Plan, Review, latest_review, native_id, row_of_return
from send_integration.warehouse.sen2_modules import Branch, Scope, printed
from send_integration.warehouse.sen2_places import attended_places
from send_integration.when.school_years import school_year_end, year_group

NEEDS = "school.sen_support_started"
LAST_YEAR_OF_SCHOOL = 11
"""From the end of national curriculum year 11 on a new phase must be in the plan by 31 March, before it by 15 February (r.18)."""


def active_plan(case: Case, plan: Plan, events: Sequence[Event], scope: Scope) -> Branch:
    """A plan's row with its places and needs."""
    review, needs = latest_review(plan), needs_of(case, plan, events)
    meeting, decision = review.meeting, review.decision
    transfer = meeting is not None and meeting.text("kind") == "phase-transfer"
    cells = {
        "transferla": "",
        "reviewmeeting": _day(meeting),
        "reviewoutcome": decision.text("decision") if decision else "",
        "reviewdraft": _day(review.draft),
        "phasetransferduedate": printed(_due(review)) if transfer else "",
        "phasetransferfinaldate": _day(review.final) if transfer else "",
        "lastreview": _day(decision),
    }
    number = native_id("activeplans", [needs, *plan.later], plan.plan_id)
    branch = Branch("activeplans", number, cells)
    branch.branches += attended_places(plan, events, scope)
    branch.branches += _needs(needs, number)
    return branch


def _day(event: Event | None) -> str:
    return printed(event.on) if event else ""


def _due(review: Review) -> date | None:
    """The day by which a move to another phase must be in the plan: as told, or as the law sets it."""
    meeting = review.meeting
    if meeting is None:
        return None
    told = meeting.day("phase_transfer_due_on")
    if told is not None or meeting.person is None:
        return told
    year = school_year_end(meeting.on).year
    after_school = year_group(meeting.person.date_of_birth, meeting.on) >= LAST_YEAR_OF_SCHOOL
    return date(year, 3, 31) if after_school else date(year, 2, 15)


def needs_of(case: Case, plan: Plan, events: Sequence[Event]) -> Event | None:
    """The need types of a plan: the return's own, which count from the plan's start or the request, or else a school's latest."""
    told = [event for event in events if event.what == NEEDS]
    own = [event for event in told if row_of_return(event)[0] == "activeplans"]
    began = {event.on for event in (plan.final, case.request) if event is not None}
    numbers = {number for event in plan.later if (number := row_of_return(event)[1])}
    of_plan = [event for event in own if row_of_return(event)[1] in numbers] or [
        event for event in own if event.on in began
    ]
    chosen = of_plan or own or told
    return chosen[-1] if chosen else None


def _needs(needs: Event | None, number: str) -> list[Branch]:
    types = needs.data.get("need_types") if needs else None
    return [
        Branch("senneed", f"{number}-{rank}", {"sentype": str(code), "sentyperank": str(rank)})
        for rank, code in enumerate(types if isinstance(types, list) else [], start=1)
    ]
