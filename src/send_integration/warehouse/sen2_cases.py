"""A child's requests and plans as a SEN2 return needs them, gathered from the child's standing events."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from send_integration.contracts.event import Event
from send_integration.warehouse.sen2_modules import Scope

RELEVANT_FEEDS = ("ehcp", "school", "support", "people")
"""Feeds of which a return tells something."""

DECISION_AFTER = timedelta(weeks=4)
"""Within which the law wants a review decided: of one whose meeting nobody told, what came so long before is its own."""

_OF_RETURN = re.compile(
    r"sen2:[0-9]{3}:(?P<module>[a-z]+):(?P<native>.+):(?:received|[a-z]+outcome|week20|startdate|ceasedate|needs|entrydate"
    r"|(?:reviewmeeting|lastreview|reviewdraft|phasetransferfinaldate):[^:]+)",
    re.ASCII,
)
"""The name of a fact that came in a return: its module and the authority's own number of the row."""


@dataclass(slots=True)
class Plan:
    """What is known of one plan. `final` is None where only what came later is."""

    plan_id: str
    final: Event | None = None
    ceased: Event | None = None
    later: list[Event] = field(default_factory=list)

    def was_in_force(self, first: date, last: date) -> bool:
        """Whether on any of these days; one whose beginning is not known began before."""
        began = self.final is None or self.final.on <= last
        return began and (self.ceased is None or self.ceased.on >= first)

    def of(self, what: str) -> list[Event]:
        """What came later of one kind, in order."""
        return [event for event in self.later if event.what == what]


@dataclass(slots=True)
class Case:
    """One request and all that came of it; without `request` a plan of which no request is known."""

    case_id: str
    request: Event | None = None
    decided: Event | None = None
    issued: Event | None = None
    excepted: Event | None = None
    withdrawn: Event | None = None
    plans: list[Plan] = field(default_factory=list)
    refusals: list[Event] = field(default_factory=list)
    disputes: list[Event] = field(default_factory=list)

    def withdrawn_by(self, day: date) -> date | None:
        """The day on which the request was withdrawn or lapsed, where it had come by a day."""
        return self.withdrawn.on if self.withdrawn is not None and self.withdrawn.on <= day else None

    @property
    def ended_on(self) -> date | None:
        """The day on which a case without a plan came to its end; None while it is open."""
        refusals = [
            event.on for event in (self.decided, self.issued) if event is not None and event.text("decision") == "no"
        ]
        return max(refusals, default=self.withdrawn.on if self.withdrawn else None)

    def belongs(self, scope: Scope) -> bool:
        """Whether the return tells of it: open at some time of the year, or with a plan in force then or on the census day."""
        if self.request is not None and self.request.on > scope.last_day:
            return False
        if self.plans:
            return any(plan.was_in_force(scope.first_day, scope.census_on) for plan in self.plans)
        return self.ended_on is None or self.ended_on >= scope.first_day


def cases_of(events: Iterable[Event]) -> list[Case]:
    """The cases of one child, in order of their first event, from standing events in order of happening."""
    cases: dict[str, Case] = {}
    plans: dict[str, Plan] = {}
    case_of_plan: dict[str, str] = {}
    about: list[Event] = []
    for event in events:
        if event.feed != "ehcp":
            continue
        request_id, plan_id = event.text("request_id"), event.text("plan_id")
        if request_id:
            _add(cases.setdefault(request_id, Case(request_id)), event)
        if event.text("request_or_plan_id"):
            about.append(event)
        if plan_id:
            _add_to_plan(plans.setdefault(plan_id, Plan(plan_id)), event)
            if request_id:
                case_of_plan.setdefault(plan_id, request_id)
    for plan_id, plan in plans.items():
        case_id = case_of_plan.get(plan_id, plan_id)
        cases.setdefault(case_id, Case(case_id)).plans.append(plan)
    for event in about:
        named = event.text("request_or_plan_id")
        case = cases.get(case_of_plan.get(named, named))
        if case is not None:
            case.disputes.append(event)
    return list(cases.values())


def _add(case: Case, event: Event) -> None:
    """The first request, and the last word of each decision: one that was taken anew after mediation stands."""
    if event.text("decision") == "no":
        case.refusals.append(event)
    match event.what:
        case "ehcp.requested":
            case.request = case.request or event
        case "ehcp.decided_to_assess":
            case.decided = event
        case "ehcp.decided_to_issue":
            case.issued = event
        case "ehcp.exception_applied":
            case.excepted = event
        case "ehcp.request_withdrawn":
            case.withdrawn = event


def _add_to_plan(plan: Plan, event: Event) -> None:
    match event.what:
        case "ehcp.finalised":
            plan.final = plan.final or event
        case "ehcp.ceased":
            plan.ceased = event
        case _:
            plan.later.append(event)


@dataclass(frozen=True, slots=True)
class Review:
    """The latest review of a plan, as far as it has come."""

    meeting: Event | None = None
    decision: Event | None = None
    draft: Event | None = None
    final: Event | None = None


def latest_review(plan: Plan) -> Review:
    """The meeting after the last decision, where there is one; else that decision, with the meeting that led to it."""
    meetings, decisions = plan.of("ehcp.review_meeting_held"), plan.of("ehcp.review_decided")
    decision = decisions[-1] if decisions else None
    before = decisions[-2].on if len(decisions) > 1 else date.min
    after = [met for met in meetings if decision is None or met.on > decision.on]
    meeting: Event | None
    if after:
        meeting, decision = after[-1], None
    else:
        meeting = next((met for met in reversed(meetings) if met.on > before), None)
    since = meeting.on if meeting else (decision.on - DECISION_AFTER if decision else date.min)
    return Review(
        meeting,
        decision,
        _first(plan.of("ehcp.amendment_notice_issued"), since),
        _first(plan.of("ehcp.amended_final_issued"), since),
    )


def _first(events: Sequence[Event], since: date) -> Event | None:
    return next((event for event in events if event.on >= since), None)


def row_of_return(event: Event | None) -> tuple[str, str]:
    """The module and the authority's own number of the row by which a return told an event; ('', '') for another source's."""
    if event is None or not event.source.endswith(":sen2"):
        return "", ""
    found = _OF_RETURN.fullmatch(event.corrects or event.id)
    return (found["module"], found["native"]) if found else ("", "")


def native_id(module: str, known: Iterable[Event | None], otherwise: str) -> str:
    """The authority's own number of a module's row: the one that a return told last, or else another name of the same thing."""
    told = [number for event in known for of, number in (row_of_return(event),) if of == module and number]
    return told[-1] if told else otherwise


def dispute_words(case: Case) -> set[str]:
    """What was disputed: as the request's source says it, and from mediations and appeals that another feed told."""
    said = case.request.data.get("disputed") if case.request else None
    words = {word for word in said if isinstance(word, str)} if isinstance(said, list) else set()
    for event in case.disputes:
        how = {"ehcp.mediation_started": "mediation", "ehcp.appeal_lodged": "tribunal"}.get(event.what)
        if how is not None:
            words.add(f"{_disputed(case, event)}-{how}")
    return words


def _disputed(case: Case, dispute: Event) -> str:
    """What was last decided when it was disputed: a refusal to assess, one to issue a plan, or what a plan says."""
    finals = [plan.final for plan in case.plans if plan.final is not None]
    before = [event for event in (*case.refusals, *finals) if event.on <= dispute.on]
    last = max(before, key=lambda event: event.on, default=None)
    if last is None:
        return "request"
    return {"ehcp.decided_to_assess": "request", "ehcp.decided_to_issue": "assessment"}.get(last.what, "other")


def list_of(event: Event | None, name: str) -> list[Mapping[str, object]]:
    """A list of objects that an event holds; empty where it was not sent."""
    value = event.data.get(name) if event else None
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
