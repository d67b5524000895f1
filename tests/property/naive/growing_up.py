"""The naive catalogue: what a child grows into, schools, and preparing for adulthood."""

from collections.abc import Callable, Iterator
from datetime import date

from send_integration.when.school_years import may_be_school_holiday
from tests.property.naive.days import days_on, months_on, school_year_of, turns, weeks_on, works, year_by_birth
from tests.property.naive.ehcp import in_force, turns_of
from tests.property.naive.told import Fact, Row, Story, by_day, row

REFUSED = ("declined", "redirected")
GONE = ("people.died", "people.moved_away")
FIRST_YEAR_OF_SCHOOL_AND_LAST_OF_PRIMARY = (-1, 6)


def growing_up(story: Story) -> Iterator[Row]:
    """Every row that a birthday or a school year begins, and those of schools and of the transition."""
    yield from _school_years(story)
    yield from _birthdays(story)
    yield from _transition(story)
    yield from _schools(story)


def year_in(story: Story, starting: int) -> int:
    """The year group of a school year: what the last enrolment by then says, moved on; else by birth.

    Nobody is more than three years from the others of their age: who is said to be was written down wrongly.
    """
    said = [(school_year_of(months_on(f.on, 1) if f.on.month == 8 else f.on), f) for f in story.all("school.enrolled")]
    told = [
        (year, fact)
        for year, fact in said
        if year <= starting and -3 <= fact["year_group"] - year_by_birth(story.born_on, year) <= 3
    ]
    if told:
        year, last = told[-1]
        return int(last["year_group"]) + starting - year
    return year_by_birth(story.born_on, starting)


def _school_years(story: Story) -> Iterator[Row]:
    for starting in range(school_year_of(story.facts[0].on), school_year_of(story.today) + 1):
        begins, ends = date(starting, 9, 1), date(starting + 1, 8, 31)
        year = year_in(story, starting)
        if begins <= story.today:
            for plan in in_force(story, begins):
                yield from _of_a_plan(story, plan, begins, year)
        if year == 11 and ends <= story.today:
            yield from _destination(story, ends)


def _of_a_plan(story: Story, plan: str, begins: date, year: int) -> Iterator[Row]:
    ends = date(begins.year + 1, 8, 31)
    ceased = story.days("ehcp.ceased", plan_id=plan)
    told = [d for d in story.days("ehcp.review_meeting_held", plan_id=plan, pfa_discussed=True) if d >= begins]
    if year == 9:
        yield row(story, "pfa-year-9-review", plan, begins, ends, met=told, over=ceased)
    if year >= 10:
        in_time = [day for day in told if day <= ends]
        yield row(story, "pfa-annual", plan, begins, ends, met=in_time, over=ceased)
    if year in FIRST_YEAR_OF_SCHOOL_AND_LAST_OF_PRIMARY:
        due = date(begins.year + 1, 2, 15)
        yield row(story, "ehc-phase-transfer", plan, begins, due, met=_transferred(story, plan), over=ceased)
    if year == 11:
        due = date(begins.year + 1, 3, 31)
        yield row(story, "ehc-phase-transfer-post-16", plan, begins, due, met=_transferred(story, plan), over=ceased)


def _transferred(story: Story, plan: str) -> list[date]:
    """Amended finals, and decisions to maintain within a year of a phase-transfer review."""
    days = story.days("ehcp.amended_final_issued", plan_id=plan)
    for decided in story.days("ehcp.review_decided", plan_id=plan, decision="maintain"):
        meetings = story.days("ehcp.review_meeting_held", plan_id=plan, kind="phase-transfer")
        if any(months_on(decided, -12) <= day <= decided for day in meetings):
            days.append(decided)
    return days


def _destination(story: Story, begins: date) -> Iterator[Row]:
    """Asked on the 31 August that ends Year 11, by the 30 September after, of whom somebody is there to ask; until 18."""
    here = (
        in_force(story, begins)
        or is_open(story, begins, "school.enrolled", "")
        or is_open(story, begins, "school.sen_support_started", "", ends=("ehcp.finalised", "school.left"))
        or is_open(story, begins, "transition.plan_started", "")
        or is_open(story, begins, "early-help.assessment_started", "assessment_id", ends=EARLY_HELP_ENDS)
        or ndd_open(story, begins)
        or camhs_open(story, begins)
    )
    grown = turns(story.born_on, 18)
    if not here or grown <= begins:
        if here and grown <= begins:
            yield row(story, "post-16-destination", "", begins, date(begins.year, 9, 30), over=[begins])
        return
    met = [
        max(begins, fact.on)
        for fact in story.all("transition.destination_recorded")
        if fact["destination"] != "unknown" and fact.on >= date(begins.year, 6, 1)
    ]
    over = [grown] if grown <= story.today else []
    yield row(story, "post-16-destination", "", begins, date(begins.year, 9, 30), met=met, over=over)


BUDGET_ENDS = ("support.refused", "support.ended")
EARLY_HELP_ENDS = ("early-help.closed", "early-help.stepped_up")


def is_open(
    story: Story,
    day: date,
    begins: str,
    key: str,
    *,
    ends: tuple[str, ...] = (),
    ended_by: Callable[[Fact], bool] = lambda _: False,
    **wanted: object,
) -> bool:
    """Whether something that was begun by a day had not been ended by it."""
    for begun in story.all(begins, **wanted):
        over = [f.on for f in story.all(*ends) if not key or f[key] == begun[key]]
        over += [f.on for f in story.facts if ended_by(f) and (not key or f[key] == begun[key])]
        over += story.days(*GONE)
        if begun.on <= day and not any(begun.on <= end <= day for end in over):
            return True
    return False


def ndd_open(story: Story, day: date) -> bool:
    """A referral to the neurodevelopmental pathway, neither refused nor closed."""
    return is_open(
        story, day, "ndd.referred", "referral_id", ends=("ndd.closed",),
        ended_by=lambda f: f.what == "ndd.triaged" and f["outcome"] in REFUSED,
    )  # fmt: skip


def camhs_open(story: Story, day: date, **wanted: object) -> bool:
    """A referral to CAMHS, neither refused nor discharged."""
    return is_open(
        story, day, "camhs.referred", "referral_id", ends=("camhs.discharged",),
        ended_by=lambda f: f.what == "camhs.triaged" and f["outcome"] in REFUSED, **wanted,
    )  # fmt: skip


def _budget_open(story: Story, day: date, **wanted: object) -> bool:
    """A personal health budget, agreed and neither refused nor ended."""
    return is_open(
        story, day, "support.agreed", "support_id", ends=BUDGET_ENDS, kind="personal-health-budget", **wanted
    )


def _budgets_over(story: Story, since: date) -> list[date]:
    """When the last of the budgets that a child had on a day was refused or ended."""
    supports = story.firsts("support.agreed", "support_id", kind="personal-health-budget")
    had = [support for (support,) in supports if _budget_open(story, since, support_id=support)]
    return when_all_ended(since, [story.days(*BUDGET_ENDS, support_id=support) for support in had])


def when_all_ended(since: date, ends: list[list[date]]) -> list[date]:
    """The day on which the last of several things ended after a day, from the days on which each did; none while one goes on."""
    firsts = [min((day for day in days if day >= since), default=None) for days in ends]
    ended = [day for day in firsts if day]
    return [max(ended)] if ended and len(ended) == len(firsts) else []


def _social_care_open(story: Story, day: date) -> bool:
    """A referral to it, a step-up from early help or a social worker, and none of them has ended."""
    refused = ("referrals.rejected", "referrals.withdrawn", "referrals.closed")
    role = "social-worker"
    return (
        is_open(story, day, "early-help.stepped_up", "assessment_id", ends=("early-help.stepped_down",))
        or is_open(story, day, "referrals.received", "referral_id", ends=refused, to_service="social-care")
        or is_open(
            story,
            day,
            "workers.assigned",
            "",
            role_for_child=role,
            ended_by=lambda f: f.what == "workers.unassigned" and f["role_for_child"] == role,
        )
    )


def _birthdays(story: Story) -> Iterator[Row]:
    b = {age: turns(story.born_on, age) for age in (14, 15, 16, 17, 18)}
    registered = is_open(story, b[14], "transition.learning_disability_registered", "")
    open_at_14 = in_force(story, b[14]) or ndd_open(story, b[14]) or camhs_open(story, b[14]) or registered
    if b[14] <= story.today and open_at_14:
        met = earlier_too(story, "transition.plan_started", b[14])
        yield row(story, "transition-plan", "", b[14], max(b[15], *_ends_of_year_9(story, b[15])), met=met)
    if b[16] <= story.today and in_force(story, b[16]):
        met = [day for day in story.days("transition.mental_capacity_considered") if day >= b[16]]
        over = when_all_ended(b[16], [list(story.days("ehcp.ceased", plan_id=plan)) for plan in in_force(story, b[16])])
        yield row(story, "mental-capacity", "", b[16], months_on(b[16], 3), met=met, over=over)
    if b[16] <= story.today and _budget_open(story, b[16]):
        met = earlier_too(story, "transition.continuing_care_screened", b[16])
        yield row(story, "continuing-care-screen", "", b[16], b[17], met=met, over=_budgets_over(story, b[16]))
    if b[17] <= story.today and _budget_open(story, b[17]):
        met = earlier_too(story, "transition.continuing_healthcare_referred", b[17])
        yield row(story, "chc-decision", "", b[17], b[18], met=met, over=_budgets_over(story, b[17]))
    half = months_on(story.born_on, 17 * 12 + 6)
    planned = is_open(story, b[17], "transition.plan_started", "")
    cared = in_force(story, b[17]) or _social_care_open(story, b[17]) or planned
    if b[17] <= story.today and cared:
        met = earlier_too(story, "transition.adult_care_assessment_completed", b[17])
        yield row(story, "adult-care-assessment", "", b[17], half, met=met)
    if half <= story.today and camhs_open(story, half):
        agreed = story.days("transition.adult_health_transfer_agreed", from_service="camhs")
        met = [max(half, day) for day in agreed] + [day for day in story.days("camhs.discharged") if day >= half]
        refused = [
            story.days("camhs.triaged", referral_id=referral, outcome=REFUSED)
            for (referral,) in story.firsts("camhs.referred", "referral_id")
            if camhs_open(story, half, referral_id=referral)
        ]
        yield row(story, "camhs-adult-transfer", "", half, b[18], met=met, over=when_all_ended(half, refused))


def _ends_of_year_9(story: Story, near: date) -> list[date]:
    """The last days of the child's Year 9, from the school year of a day on until the child is above it; the day itself too."""
    ends = [near]
    year = school_year_of(near)
    while year_in(story, year) <= 9 and year <= school_year_of(near) + 3:
        if year_in(story, year) == 9:
            ends.append(date(year + 1, 8, 31))
        year += 1
    return ends


def earlier_too(story: Story, what: str, since: date) -> list[date]:
    """What was done before it was asked for counts on the day on which it was asked for."""
    return [max(since, day) for day in story.days(what)]


def _transition(story: Story) -> Iterator[Row]:
    first = next(story.all("transition.plan_started"), None)
    if first:
        year_ago = months_on(first.on, -12)
        met = [max(first.on, d) for d in story.days("transition.named_worker_assigned") if d >= year_ago]
        yield row(story, "transition-named-worker", "", first.on, months_on(first.on, 3), met=met)
        whole = story.days(
            "transition.outcomes_recorded", employment=True, independent_living=True, community=True, health=True
        )
        yield row(story, "transition-outcomes", "", first.on, months_on(first.on, 12), met=whole)
    registered = next(story.all("transition.learning_disability_registered"), None)
    if registered:
        begun = max(registered.on, turns(story.born_on, 14))
        checks = [d for d in story.days("transition.health_check_completed") if d >= begun]
        for start, met in turns_of(begun, checks, []):
            if start <= story.today:
                yield row(story, "ld-health-check", "", start, months_on(start, 12), met=met)
    yield from _destinations(story)


def _destinations(story: Story) -> Iterator[Row]:
    """From each that was recorded at 16 or later, until 19; with a plan, and for a year after it ceased, longer."""
    sixteen, nineteen = turns(story.born_on, 16), turns(story.born_on, 19)
    told = story.days("transition.destination_recorded")
    if not told:
        return
    last = nineteen
    for made in {fact["plan_id"]: fact for fact in story.all("ehcp.finalised")}.values():
        ceased = [day for day in story.days("ehcp.ceased", plan_id=made["plan_id"]) if day >= made.on]
        last = max(last, months_on(ceased[0], 12) if ceased else date(2099, 1, 1))
    starts = sorted({max(sixteen, day) for day in told})
    for start in starts:
        if start <= story.today and start < last:
            following = [day for day in told if day > start][:1]
            over = [last] if last <= story.today else []
            yield row(story, "destination-tracking", "", start, months_on(start, 12), met=following, over=over)


def _schools(story: Story) -> Iterator[Row]:
    yield from _sen_support(story)
    for out in by_day(
        f for f in story.facts if f.what == "school.excluded" or (f.what == "school.suspended" and f["sessions"] > 10)
    ):
        due = days_on(out.on, 5, lambda day: works(day) and not may_be_school_holiday(day))
        met = story.days("school.returned_to_education", "school.enrolled")
        yield row(story, "day-six-education", "", out.on, due, met=met)
    for started in by_day(story.all("school.part_time_timetable_started")):
        given = started["ends_on"]
        due = date.fromisoformat(given) if given else weeks_on(started.on, 6)
        met = story.days("school.part_time_timetable_ended")
        yield row(story, "part-time-timetable-end", "", started.on, due, met=met, over=story.days("school.left"))


def _sen_support(story: Story) -> Iterator[Row]:
    """From each beginning, and from each review of what was begun and had not ended."""
    begun = story.days("school.sen_support_started")
    reviews, over = story.days("school.sen_support_reviewed"), story.days("school.left", "ehcp.finalised")
    starts = set(begun)
    for day in reviews:
        before = [start for start in begun if start <= day]
        if before and not any(before[-1] <= end < day for end in over):
            starts.add(day)
    for start in sorted(starts):
        met = [day for day in reviews if day > start][:1]
        yield row(story, "sen-support-review", "", start, months_on(start, 4), met=met, over=over)
