"""A child's standing events as rows of a SEN2 return: who belongs in it, the requests, the assessments and the plans."""

from collections.abc import Iterable, Sequence
from datetime import date

from send_integration.contracts.event import Event
from send_integration.ingest.sen2_codes import CEASE_REASONS, DISPUTED, REQUESTED_BY_OTHER
from send_integration.warehouse.sen2_active import active_plan
from send_integration.warehouse.sen2_cases import Case, Plan, cases_of, dispute_words, native_id
from send_integration.warehouse.sen2_modules import Branch, Scope, flag, printed
from send_integration.warehouse.sen2_person import person_of
from send_integration.warehouse.sen2_places import named_places

SOURCES = {"parent": "1", "young-person": "1", "school": "2"}
OTHER_SOURCES = {word: code for code, word in REQUESTED_BY_OTHER.items()}
ANOTHER = "5"
CEASE_CODES = {words: code for code, words in CEASE_REASONS.items()}
OTHER_REASON = "9"


def return_of_child(child_id: str, standing: Iterable[Event], scope: Scope) -> Branch | None:
    """The child's rows, from standing events in order of happening; None for a child of whom the return does not tell."""
    events = [event for event in standing if event.on <= scope.census_on]
    cases = [case for case in cases_of(events) if case.belongs(scope)]
    if not cases:
        return None
    person = person_of(child_id, events)
    person.branches = [_request(case, events, scope) for case in cases]
    return person


def _request(case: Case, events: Sequence[Event], scope: Scope) -> Branch:
    asked, disputed = case.request, dispute_words(case)
    outcome, on = _request_outcome(case, scope)
    by = asked.text("by") if asked else ""
    source = SOURCES.get(by) or (OTHER_SOURCES.get(asked.text("by_other"), ANOTHER) if asked else "")
    cells = {
        "receiveddate": printed(asked.on if asked else None),
        "requestsource": source,
        "rya": flag(asked and asked.data.get("in_youth_accommodation")),
        "requestoutcomedate": on,
        "requestoutcome": outcome,
        **_disputed("requests", disputed),
        "exported": flag(asked and asked.data.get("moved_away")),
    }
    plans = [plan for plan in case.plans if plan.was_in_force(scope.first_day, scope.census_on)]
    request = Branch("requests", native_id("requests", [asked], case.case_id), cells)
    request.branches += _assessments(case, plans, events, disputed, scope)
    request.branches += [active_plan(case, plan, events, scope) for plan in plans]
    return request


def _request_outcome(case: Case, scope: Scope) -> tuple[str, str]:
    """The code and day of what became of a request; one agreed before the year is historical."""
    if case.decided is not None:
        code = {"yes": "Y", "no": "N"}.get(case.decided.text("decision"), "")
        return "H" if code == "Y" and case.decided.on < scope.first_day else code, printed(case.decided.on)
    if case.plans or case.issued is not None:
        asked_before = case.request is None or case.request.on < scope.first_day
        return "H" if asked_before else "Y", ""
    if withdrawn_on := case.withdrawn_by(scope.census_on):
        return "W", printed(withdrawn_on)
    return "", ""


def _disputed(module: str, disputed: set[str]) -> dict[str, str]:
    return {column: flag(word in disputed) for (of, column), word in DISPUTED.items() if of == module}


def _assessments(
    case: Case, plans: Sequence[Plan], events: Sequence[Event], disputed: set[str], scope: Scope
) -> list[Branch]:
    """The assessment, where there was one: the authority agreed to it, or what only an assessment brings is known."""
    issued_plans = [plan for plan in plans if plan.final is not None]
    agreed = case.decided is not None and case.decided.text("decision") == "yes"
    if not (agreed or case.issued is not None or issued_plans or case.excepted is not None):
        return []
    outcome, on = _assessment_outcome(case, scope)
    cells = {
        "assessmentoutcome": outcome,
        "assessmentoutcomedate": on,
        **_disputed("assessment", disputed),
        "week20": flag(case.excepted),
    }
    number = native_id("assessment", [case.excepted, case.issued], case.case_id)
    assessment = Branch("assessment", number, cells)
    assessment.branches = [_named_plan(plan, events, scope) for plan in issued_plans]
    return [assessment]


def _assessment_outcome(case: Case, scope: Scope) -> tuple[str, str]:
    if case.issued is not None:
        return {"yes": "Y", "no": "N"}.get(case.issued.text("decision"), ""), printed(case.issued.on)
    if any(plan.final is not None for plan in case.plans):
        return "Y", ""
    if withdrawn_on := case.withdrawn_by(scope.census_on):
        return "W", printed(withdrawn_on)
    return "A", ""


def _named_plan(plan: Plan, events: Sequence[Event], scope: Scope) -> Branch:
    final, ceased = plan.final, plan.ceased
    budget = agreed_support(plan, events, "personal-budget", scope.first_day)
    cells = {
        "startdate": printed(final.on if final else None),
        "planres": (final.text("residential") if final else "") or "0",
        "planwbp": (final.text("work_based") if final else "") or "0",
        "pb": flag(budget),
        "oa": flag(budget and budget.data.get("organised_arrangements")),
        "dp": flag(agreed_support(plan, events, "direct-payment", scope.first_day)),
        "ceasedate": printed(ceased.on if ceased else None),
        "ceasereason": CEASE_CODES.get(ceased.text("reason"), OTHER_REASON) if ceased else "",
    }
    branch = Branch("namedplan", native_id("namedplan", [final], plan.plan_id), cells)
    branch.branches = named_places(plan)
    return branch


def agreed_support(plan: Plan, events: Sequence[Event], kind: str, since: date) -> Event | None:
    """The agreement to a budget or a payment while the plan was in force, unless it ended before a day.

    A return's own agreement names the plan in its support's id; any other counts for the plan in force on its day.
    """
    ended = {event.text("support_id"): event.on for event in events if event.what == "support.ended"}
    for event in reversed(events):
        if event.what != "support.agreed" or event.text("kind") != kind:
            continue
        support_id = event.text("support_id")
        if ended.get(support_id, since) < since:
            continue
        if event.source.endswith(":sen2"):
            if support_id.rpartition(":")[0].endswith(f":{plan.plan_id}"):
                return event
        elif plan.final is not None and plan.final.on <= event.on and plan.was_in_force(event.on, event.on):
            return event
    return None
