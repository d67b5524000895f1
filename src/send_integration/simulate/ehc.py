"""EHC cases calibrated to the Department's tables: requests, decisions, plans, their timeliness, reviews."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from send_integration.simulate.people import Child
from send_integration.simulate.profile import Profile
from send_integration.when.periods import age_on

SIX_WEEKS, TWENTY_WEEKS = timedelta(weeks=6), timedelta(weeks=20)


@dataclass(slots=True)
class Case:
    """One request and what came of it; days that never came are None."""

    number: int
    child: Child
    requested_on: date
    by: str
    decided_on: date | None = None
    decision: str = ""
    issue_decided_on: date | None = None
    finalised_on: date | None = None
    placement: str = "mainstream"
    exception: bool = False
    reviews: list[tuple[date, date, str, bool]] = field(default_factory=list)

    @property
    def request_id(self) -> str:
        """The authority's own number of the request."""
        return f"R{self.number:05d}"

    @property
    def plan_id(self) -> str:
        """The authority's own number of the plan."""
        return f"P{self.number:05d}"


@dataclass(frozen=True, slots=True)
class EhcCounts:
    """The counts that go in, by the definitions of the Department's tables, for the profile's year."""

    requests: int
    decided_to_assess: int
    decided_not_to_assess: int
    decided_in_six_weeks: int
    plans: int
    plans_in_20_weeks: int


def make_cases(
    chance: Random, profile: Profile, children: Sequence[Child], until: date
) -> tuple[list[Case], EhcCounts]:
    """A case for most children: those of the profile's year by its counts, and older plans for the others."""
    year = int(profile.figures["year"])
    size = len(children)
    count = {
        name: profile.scaled(table, name, size)
        for table, name in (
            ("requests", "received"), ("requests", "decided_to_assess"), ("requests", "decided_not_to_assess"),
            ("requests", "decided_in_six_weeks"), ("plans", "issued"), ("plans", "within_20_weeks"),
            ("plans", "over_a_year"), ("plans", "with_exception"),
        )
    }  # fmt: skip
    pool = _by_age(chance, profile, children, date(year, 7, 1))
    cases = _issued(chance, count, pool, year)
    this_year = [case for case in cases if case.requested_on.year == year]
    cases += _others(chance, count, pool, year, len(this_year))
    _decide_in_time(chance, [c for c in cases if c.requested_on.year == year], count["decided_in_six_weeks"])
    cases += [_older(chance, child, year) for child in pool if age_on(child.date_of_birth, date(year - 1, 12, 31)) >= 4]
    _finish(chance, profile, cases, until)
    return cases, _counts(cases, year)


def _by_age(chance: Random, profile: Profile, children: Sequence[Child], day: date) -> list[Child]:
    """All children, those first whose age the table of requests has most of; the pool is taken from the front."""
    ages, weights = profile.weights("ages")
    weight = dict(zip(map(int, ages), weights, strict=True))
    return sorted(children, key=lambda c: -(chance.random() ** (1 / weight.get(age_on(c.date_of_birth, day), 0.2))))


def _issued(chance: Random, count: dict[str, int], pool: list[Child], year: int) -> list[Case]:
    """The plans issued in the year, so many in time, so many after more than a year, the rest late."""
    cases: list[Case] = []
    for number in range(min(count["issued"], len(pool))):
        child = pool.pop(0)
        if number < count["within_20_weeks"]:
            days = chance.randint(98, 140)
        elif number < count["within_20_weeks"] + count["over_a_year"]:
            days = chance.randint(366, 480)
        else:
            days = chance.randint(141, 300)
        finalised = date(year, 1, 1) + timedelta(chance.randint(4, 364))
        case = Case(0, child, finalised - timedelta(days), chance.choice(("school", "school", "parent")))
        case.finalised_on, case.decision = finalised, "yes"
        case.decided_on = case.requested_on + timedelta(chance.randint(20, 42 if days <= 140 else 63))
        case.exception = days > 140 and number % 11 == 0
        cases.append(case)
    return cases


def _others(chance: Random, count: dict[str, int], pool: list[Child], year: int, already: int) -> list[Case]:
    """The year's other requests: refused, being assessed, and, the latest, not decided yet."""
    wanted = max(0, count["received"] - already)
    refused = count["decided_not_to_assess"]
    undecided = max(0, count["received"] - count["decided_to_assess"] - refused)
    cases: list[Case] = []
    for number in range(min(wanted, len(pool))):
        child = pool.pop(0)
        is_open = number < undecided
        day = date(year, 11, 1) if is_open else date(year, 1, 1)
        span = 60 if is_open else 300
        case = Case(0, child, day + timedelta(chance.randint(0, span)), chance.choice(("school", "parent")))
        if not is_open:
            case.decision = "no" if number < undecided + refused else "yes"
            case.decided_on = case.requested_on + timedelta(chance.randint(20, 42))
        cases.append(case)
    return cases


def _decide_in_time(chance: Random, cases: list[Case], in_time: int) -> None:
    """Let exactly so many of the year's decisions fall within six weeks, those of plans in time first."""
    decided = [case for case in cases if case.decided_on is not None]
    decided.sort(
        key=lambda c: (c.finalised_on is None or c.finalised_on - c.requested_on > TWENTY_WEEKS, c.requested_on)
    )
    for place, case in enumerate(decided):
        days = chance.randint(20, 42) if place < in_time else chance.randint(43, 63)
        case.decided_on = case.requested_on + timedelta(days)


def _older(chance: Random, child: Child, year: int) -> Case:
    """A plan from before the year."""
    first = max(child.date_of_birth + timedelta(3 * 365), date(year - 8, 1, 1))
    last = date(year - 1, 12, 20)
    finalised = first + timedelta(chance.randint(0, max(0, (last - first).days)))
    case = Case(0, child, finalised - timedelta(chance.randint(98, 260)), "school")
    case.finalised_on, case.decision = finalised, "yes"
    case.decided_on = case.requested_on + timedelta(chance.randint(20, 60))
    return case


def _finish(chance: Random, profile: Profile, cases: list[Case], until: date) -> None:
    """Number the cases by their request, and give plans a placement and reviews."""
    places, weights = profile.weights("placements")
    cases.sort(key=lambda case: (case.requested_on, case.child.number))
    for number, case in enumerate(cases, start=1):
        case.number = number
        if case.finalised_on is None:
            continue
        case.issue_decided_on = min(case.requested_on + timedelta(112), case.finalised_on - timedelta(10))
        case.placement = chance.choices(places, weights)[0]
        due = case.finalised_on + timedelta(365)
        while due <= until:
            met = due + timedelta(chance.randint(-60, 30) if chance.random() < 0.88 else chance.randint(60, 300))
            in_time = chance.random() < profile.share("reviews", "decided_in_four_weeks")
            decided = met + timedelta(chance.randint(7, 28) if in_time else chance.randint(29, 80))
            outcome = "amend" if chance.random() < profile.share("reviews", "amend") else "maintain"
            case.reviews.append((met, decided, outcome, chance.random() < 0.7))
            due = decided + timedelta(365)


def _counts(cases: list[Case], year: int) -> EhcCounts:
    asked = [case for case in cases if case.requested_on.year == year]
    decided = [case for case in asked if case.decided_on is not None]
    plans = [case for case in cases if case.finalised_on is not None and case.finalised_on.year == year]
    return EhcCounts(
        requests=len(asked),
        decided_to_assess=sum(case.decision == "yes" for case in decided),
        decided_not_to_assess=sum(case.decision == "no" for case in decided),
        decided_in_six_weeks=sum((c.decided_on or c.requested_on) - c.requested_on <= SIX_WEEKS for c in decided),
        plans=len(plans),
        plans_in_20_weeks=sum((c.finalised_on or c.requested_on) - c.requested_on <= TWENTY_WEEKS for c in plans),
    )
