"""What one child adds to the Department's tables: requests, assessments, plans and reviews, each with who it is about."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from send_integration.contracts.event import Event
from send_integration.ingest.sen2_codes import CEASE_REASONS
from send_integration.warehouse import dfe_tables as tables
from send_integration.warehouse.dfe_places import WORDS, place_of
from send_integration.warehouse.dfe_words import AGE, AGE_TO_25, AGED, ethnic_group, sex, years_held, years_in_place
from send_integration.warehouse.sen2_active import needs_of
from send_integration.warehouse.sen2_cases import Case, Plan, Review, cases_of, dispute_words, latest_review, list_of
from send_integration.warehouse.sen2_modules import Branch, Row, Scope
from send_integration.warehouse.sen2_person import person_of
from send_integration.warehouse.sen2_places import attended_places, named_places, names_a_place
from send_integration.warehouse.sen2_return import agreed_support
from send_integration.when.periods import age_on

FOUR_WEEKS, SIX_WEEKS, SIXTEEN_WEEKS, TWENTY_WEEKS = (timedelta(weeks=weeks) for weeks in (4, 6, 16, 20))
A_YEAR = timedelta(days=365)

CEASED_BY = dict(
    zip(
        CEASE_REASONS.values(),
        ("max_age", "needs_met", "he", "employ", "transfer", "no_engage", "moved_outside_eng", "deceased", "other"),
        strict=True,
    )
)
OUTCOMES = {"amend": "outcome_amend", "cease": "outcome_cease", "maintain": "outcome_maintan"}


@dataclass(frozen=True, slots=True)
class Unit:
    """One request, assessment or plan in one table: the value of each breakdown, and the columns in which it counts."""

    table: str
    who: Mapping[str, str]
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Child:
    born: date
    sex: str
    ethnic_group: str
    events: Sequence[Event]
    schools: Mapping[str, str]

    def who(self, also: Mapping[str, str]) -> dict[str, str]:
        """The breakdowns that every table has, and a table's own."""
        return {tables.SEX: self.sex, tables.ETHNICITY: self.ethnic_group, **also}


def units_of_child(
    child_id: str, standing: Iterable[Event], scope: Scope, schools: Mapping[str, str]
) -> Iterator[Unit]:
    """What a child adds, from standing events in order of happening; what happened after the census day is left aside.

    `schools` gives the kind of each school's URN, a number of the Department's register.
    """
    events = [event for event in standing if event.on <= scope.census_on]
    cases = [case for case in cases_of(events) if case.belongs(scope)]
    if not cases:
        return
    known = person_of(child_id, events)
    born = known.day("personbirthdate")
    assert born is not None  # noqa: S101 - no event comes without a birth date
    child = _Child(born, sex(known.cells["sex"]), ethnic_group(known.cells["ethnicity"]), events, schools)
    for case in cases:
        yield from _of_request(child, case, scope)
        yield from _of_assessment(child, case, scope)
        for plan in case.plans:
            yield from _of_plan(child, case, plan, scope)


def _of_request(child: _Child, case: Case, scope: Scope) -> Iterator[Unit]:
    asked = case.request
    if asked is None or not scope.first_day <= asked.on <= scope.last_day:
        return
    decided, withdrawn = case.decided, case.withdrawn_by(scope.census_on)
    agreed = bool(case.plans) or case.issued is not None
    decision = decided.text("decision") if decided else "yes" if agreed else ""
    columns = {
        "yes": ["requests_decided_to_assess"],
        "no": ["requests_decided_not_to_assess"],
        "": ["requests_withdrawn" if withdrawn else "requests_decision_not_made"],
    }[decision]
    if decided is not None:
        in_time = decided.on - asked.on <= SIX_WEEKS
        columns.append("request_outcome_six_weeks" if in_time else "request_outcome_over_6_weeks")
    elif not agreed and not withdrawn and scope.census_on - asked.on > SIX_WEEKS:
        columns.append("request_outcome_over_6_weeks")
    if asked.data.get("in_youth_accommodation"):
        columns.append("requests_rya")
    words = dispute_words(case)
    columns += _disputed(
        words,
        "request",
        ("mediation_related_request", "tribunal_related_request", "tribunal_after_mediation_request"),
    )
    who = child.who({tables.AGE: AGED.of(child.born, asked.on)})
    yield Unit("requests", who, tuple(columns))


def _disputed(words: Collection[str], about: str, columns: tuple[str, str, str]) -> list[str]:
    """The columns of a dispute about something: mediation, a tribunal, and both."""
    mediation, tribunal = f"{about}-mediation" in words, f"{about}-tribunal" in words
    return [column for column, so in zip(columns, (mediation, tribunal, mediation and tribunal), strict=True) if so]


def _of_assessment(child: _Child, case: Case, scope: Scope) -> Iterator[Unit]:
    """One whose outcome, to issue a plan or not, is of the year; a plan without a decision of its own is one."""
    issued = case.issued
    final = next((plan.final for plan in case.plans if plan.final is not None), None)
    outcome = issued or final
    if outcome is None or not scope.first_day <= outcome.on <= scope.last_day:
        return
    refused = issued is not None and issued.text("decision") == "no"
    columns = ["assess_not_issued" if refused else "assess_issued"]
    if refused and case.request is not None:
        in_time = outcome.on - case.request.on <= SIXTEEN_WEEKS
        columns.append("outcome_decision_within_time" if in_time else "outcome_decision_over_time")
    words = dispute_words(case)
    columns += _disputed(
        words,
        "assessment",
        ("number_assess_mediation", "number_assess_tribunal", "number_asssess_mediation_tribunal"),
    )
    columns += _disputed(
        words,
        "other",
        ("number_other_mediation", "number_other_tribunal", "number_other_mediation_tribunal"),
    )
    yield Unit("assessments", child.who({tables.AGE: AGED.of(child.born, outcome.on)}), tuple(columns))


def _of_plan(child: _Child, case: Case, plan: Plan, scope: Scope) -> Iterator[Unit]:
    final = plan.final
    began = final.on if final is not None else None
    in_force = plan.was_in_force(scope.census_on, scope.census_on)
    if began is not None and scope.first_day <= began <= scope.last_day:
        yield from _issued(child, case, plan, began, in_force=in_force)
    if plan.ceased is not None and scope.first_day <= plan.ceased.on <= scope.last_day:
        yield _ceased(child, plan, plan.ceased, scope)
    if in_force:
        yield from _active(child, case, plan, scope)


def _issued(child: _Child, case: Case, plan: Plan, began: date, *, in_force: bool) -> Iterator[Unit]:
    """A plan issued in the year; as a new one it counts where it is still in force on the census day."""
    columns = ["plans_issued_den"]
    if case.request is not None:
        after = began - case.request.on
        within = after <= TWENTY_WEEKS
        columns.append(
            "plans_issued_within_20_weeks"
            if within
            else "plans_issued_gt20weeks_ltYear"
            if after <= A_YEAR
            else "plans_issued_gt_1_year"
        )
    if case.excepted is None:
        columns += [
            "plans_issued_20_weeks_ex" if name == "plans_issued_within_20_weeks" else f"{name}_ex" for name in columns
        ]
    age = AGE.of(child.born, began)
    yield Unit("timeliness_20_week", child.who({tables.AGE: age}), tuple(columns))
    if in_force:
        place = place_of(_named_place(plan), child.schools, age_on(child.born, began))
        yield Unit("newplans", child.who({tables.AGE_AT_START: age}), (place,))
        who = child.who({tables.AGE: age, tables.PLACE: WORDS[place]})
        yield Unit("sen_need_newplans", who, (_need(child, case, plan),))


def _need(child: _Child, case: Case, plan: Plan) -> str:
    """The column of a plan's primary need."""
    needs = needs_of(case, plan, child.events)
    types = needs.data.get("need_types") if needs else None
    first = types[0] if isinstance(types, list) and types else "NSA"
    return tables.NEEDS.get(str(first), "number_need_unknown")


def _ceased(child: _Child, plan: Plan, ceased: Event, scope: Scope) -> Unit:
    began = plan.final.on if plan.final else None
    who = {
        tables.AGE_CEASED: AGE.of(child.born, ceased.on),
        tables.PLACE: WORDS[_place(child, plan, scope, ceased.on)],
        **({tables.YEARS_HELD: years_held(began, ceased.on)} if began else {}),
    }
    reason = ceased.text("reason")
    return Unit("ceased_plans", child.who(who), (CEASED_BY.get(reason, "other" if reason else "not_rec"),))


def _place(child: _Child, plan: Plan, scope: Scope, on: date) -> str:
    """Where the child was on a day under a plan, or whom the plan names where nobody told of its being anywhere."""
    told = attended_places(plan, child.events, scope)
    here = [place for place in told if _was_there(place, on)]
    here.sort(key=lambda place: place.day("entrydate") or date.min, reverse=True)
    return place_of(_first(here) or _named_place(plan), child.schools, age_on(child.born, on))


def _first(places: Sequence[Branch]) -> Row | None:
    """The place of the first rank; of several the one that is told first."""
    return min((place.cells for place in places), key=lambda cells: cells["placementrank"].zfill(2), default=None)


def _named_place(plan: Plan) -> Row | None:
    """The place that a plan names first; None where it says of what kind the school is to be, and not which."""
    if list_of(plan.final, "named") or (plan.final is not None and names_a_place(plan.final)):
        return _first(named_places(plan))
    return None


def _was_there(place: Branch, on: date) -> bool:
    entered, left = place.day("entrydate"), place.day("leavingdate")
    return (entered is None or entered <= on) and (left is None or left >= on)


def _active(child: _Child, case: Case, plan: Plan, scope: Scope) -> Iterator[Unit]:
    """A plan in force on the census day."""
    on = scope.census_on
    place = _place(child, plan, scope, on)
    began = plan.final.on if plan.final else None
    years = {tables.YEARS: years_in_place(began.year, on.year)} if began else {}
    started = {tables.AGE_AT_START: AGE.of(child.born, began)} if began else {}
    who = child.who({tables.AGE: AGE_TO_25.of(child.born, on), **years})
    yield Unit("caseload", who | started, (place,))
    at_place = who | {tables.PLACE: WORDS[place]}
    yield Unit("sen_needs_all_plans", at_place, (_need(child, case, plan),))
    at_place = at_place | {tables.AGE: AGED.of(child.born, on)}
    expected = began is None or began < scope.first_day
    columns = _review(latest_review(plan), scope) if expected else ("review_not_expected",)
    yield Unit("annual_reviews", at_place, columns)
    budgets = _budgets(child, plan, scope)
    if budgets:
        who = child.who({tables.AGE: AGE.of(child.born, on), tables.PLACE: WORDS[place]})
        yield Unit("personal_budgets", who, budgets)


def _review(review: Review, scope: Scope) -> tuple[str, ...]:
    """The columns of a plan's latest review, of one that was in force before the year began."""
    meeting, decision = review.meeting, review.decision
    held = meeting.on if meeting else decision.on if decision else None
    if held is None:
        return ("no_review_meeting",)
    columns = [_by_year(held, scope, "review_meeting_{}", "review_meeting_prior_{}")]
    if decision is None:
        waits = scope.census_on - held
        columns.append("review_decision_not_due" if waits <= FOUR_WEEKS else "review_decision_outstanding")
        return (*columns, "no_outcome")
    columns.append(_by_year(decision.on, scope, "review_decision{}", "review_decision_prior{}"))
    columns.append(OUTCOMES[decision.text("decision")])
    if meeting is not None:
        in_time = decision.on - meeting.on <= FOUR_WEEKS
        columns.append("number_decsion_4weeks" if in_time else "number_decision_gt_4weeks")
    return tuple(columns)


def _by_year(day: date, scope: Scope, column: str, before: str) -> str:
    if day.year < scope.year:
        return before.format(f"{scope.year % 100:02}")
    return column.format(f"{day.year % 100:02}")


def _budgets(child: _Child, plan: Plan, scope: Scope) -> tuple[str, ...]:
    """What a family is given to spend itself; whose money it is, events tell of health's alone."""
    budget = agreed_support(plan, child.events, "personal-budget", scope.census_on)
    health = agreed_support(plan, child.events, "personal-health-budget", scope.census_on)
    direct = agreed_support(plan, child.events, "direct-payment", scope.census_on)
    columns = ["personal_budget"] if budget or health or direct else []
    if budget is not None and budget.data.get("organised_arrangements"):
        columns.append("org_arrangments")
    if health is not None:
        columns.append("pb_health")
    return tuple(columns)
