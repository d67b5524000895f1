"""The naive catalogue: what a child grows into, schools, and preparing for adulthood."""

from collections.abc import Iterator
from datetime import date

from tests.property.naive.days import months_on, school_year_of, turns, weeks_on, year_by_birth
from tests.property.naive.ehcp import in_force
from tests.property.naive.told import Row, Story, row


def growing_up(story: Story) -> Iterator[Row]:
    """Every row that a birthday or a school year begins, and those of schools and of the transition."""
    yield from _school_years(story)
    yield from _birthdays(story)
    yield from _transition(story)
    yield from _schools(story)


def year_in(story: Story, starting: int) -> int:
    """The year group of a school year: what the last enrolment by then says, moved on; else by birth."""
    said = [fact for fact in story.all("school.enrolled") if fact.on < date(starting + 1, 9, 1)]
    if said:
        last = said[-1]
        return int(last["year_group"]) + starting - school_year_of(last.on)
    return year_by_birth(story.born_on, starting)


def _school_years(story: Story) -> Iterator[Row]:
    born = school_year_of(story.born_on)
    for starting in range(born, school_year_of(story.today) + 1):
        begins, ends = date(starting, 9, 1), date(starting + 1, 8, 31)
        if begins > story.today:
            continue
        year = year_in(story, starting)
        for plan in in_force(story, begins):
            ceased = story.days("ehcp.ceased", plan_id=plan)
            told = [
                fact.on
                for fact in story.all("ehcp.review_meeting_held", plan_id=plan, pfa_discussed=True)
                if fact.on >= begins
            ]
            if year == 9:
                yield row(story, "pfa-year-9-review", plan, begins, ends, met=told, over=ceased)
            if year >= 10:
                yield row(
                    story,
                    "pfa-annual",
                    plan,
                    begins,
                    ends,
                    met=told,
                    over=ceased,
                )
            transfer = {
                6: ("ehc-phase-transfer", date(starting + 1, 2, 15)),
                11: ("ehc-phase-transfer-post-16", date(starting + 1, 3, 31)),
            }.get(year)
            if transfer:
                met = _transferred(story, plan, begins)
                yield row(story, transfer[0], plan, begins, transfer[1], met=met, over=ceased)
        if year == 11:
            yield from _destination(story, starting)


def _transferred(story: Story, plan: str, since: date) -> list[date]:
    """Amended finals, and decisions to maintain that follow a phase-transfer review."""
    days = [day for day in story.days("ehcp.amended_final_issued", plan_id=plan) if day >= since]
    for decided in story.all("ehcp.review_decided", plan_id=plan, decision="maintain"):
        meetings = [f for f in story.all("ehcp.review_meeting_held", plan_id=plan) if f.on <= decided.on]
        if decided.on >= since and meetings and meetings[-1]["kind"] == "phase-transfer":
            days.append(decided.on)
    return days


def _destination(story: Story, starting: int) -> Iterator[Row]:
    """Asked on the 31 August that ends Year 11, by the 30 September after."""
    begins = date(starting + 1, 8, 31)
    if begins > story.today:
        return
    met = [
        max(begins, fact.on)
        for fact in story.all("transition.destination_recorded")
        if fact["destination"] != "unknown" and fact.on >= date(starting + 1, 6, 1)
    ]
    yield row(story, "post-16-destination", "", begins, date(starting + 1, 9, 30), met=met)


def _open(story: Story, day: date, begins: str, key: str, *ends: tuple[str, dict[str, object]]) -> bool:
    """Whether an episode of a pathway was open on a day."""
    for (subject,), asked in story.firsts(begins, key).items():
        if asked.on <= day:
            over = [d for name, wanted in ends for d in story.days(name, **{key: subject}, **wanted) if d >= asked.on]
            if not any(end <= day for end in over):
                return True
    return False


def ndd_open(story: Story, day: date) -> bool:
    """A referral to the neurodevelopmental pathway, neither refused nor closed."""
    refused = {"outcome": ("declined", "redirected")}
    return _open(story, day, "ndd.referred", "referral_id", ("ndd.triaged", refused), ("ndd.closed", {}))


def camhs_open(story: Story, day: date) -> bool:
    """A referral to CAMHS, neither refused nor discharged."""
    refused = {"outcome": ("declined", "redirected")}
    return _open(story, day, "camhs.referred", "referral_id", ("camhs.triaged", refused), ("camhs.discharged", {}))


def _birthdays(story: Story) -> Iterator[Row]:
    b = {age: turns(story.born_on, age) for age in (14, 15, 16, 17, 18)}
    plans = {age: bool(in_force(story, day)) for age, day in b.items()}
    if b[14] <= story.today:
        registered = any(d <= b[14] for d in story.days("transition.learning_disability_registered"))
        if plans[14] or ndd_open(story, b[14]) or camhs_open(story, b[14]) or registered:
            due = max(b[15], _end_of_year(story, 9, b[14]))
            yield row(
                story, "transition-plan", "", b[14], due, met=_earlier_too(story, "transition.plan_started", b[14])
            )
    if b[16] <= story.today and plans[16]:
        met = _earlier_too(story, "transition.mental_capacity_considered", b[16])
        yield row(story, "mental-capacity", "", b[16], months_on(b[16], 3), met=met)
    half = months_on(story.born_on, 17 * 12 + 6)
    if half <= story.today and camhs_open(story, half):
        met = [fact.on for fact in story.all("transition.adult_health_transfer_agreed", from_service="camhs")] + [
            d for d in story.days("camhs.discharged") if d > half
        ]
        yield row(story, "camhs-adult-transfer", "", half, b[18], met=[max(half, day) for day in met])


def _end_of_year(story: Story, year: int, near: date) -> date:
    starting = school_year_of(near) - 2
    while year_in(story, starting) < year:
        starting += 1
    return date(starting + 1, 8, 31)


def _earlier_too(story: Story, what: str, since: date) -> list[date]:
    """What was done before it was asked for counts on the day on which it was asked for."""
    return [max(since, day) for day in story.days(what)]


def _transition(story: Story) -> Iterator[Row]:
    first = next(story.all("transition.plan_started"), None)
    if first:
        met = story.days("transition.named_worker_assigned")
        yield row(story, "transition-named-worker", "", first.on, months_on(first.on, 3), met=met)
        whole = story.days(
            "transition.outcomes_recorded", employment=True, independent_living=True, community=True, health=True
        )
        yield row(story, "transition-outcomes", "", first.on, months_on(first.on, 12), met=whole)
    registered = next(story.all("transition.learning_disability_registered"), None)
    if registered:
        begun = max(registered.on, turns(story.born_on, 14))
        if begun <= story.today:
            yield from _each_year(story, "ld-health-check", begun, "transition.health_check_completed")


def _each_year(story: Story, milestone: str, begun: date, what: str) -> Iterator[Row]:
    repeats = sorted({day for day in story.days(what) if day >= begun})
    for start, met in zip([begun, *repeats], [*repeats, None], strict=True):
        yield row(story, milestone, "", start, months_on(start, 12), met=[met] if met else [])


def _schools(story: Story) -> Iterator[Row]:
    begun = next(story.all("school.sen_support_started"), None)
    if begun:
        over = story.days("school.left", "ehcp.finalised")
        repeats = sorted({day for day in story.days("school.sen_support_reviewed") if day >= begun.on})
        for start, met in zip([begun.on, *repeats], [*repeats, None], strict=True):
            due = months_on(start, 4)
            yield row(story, "sen-support-review", "", start, due, met=[met] if met else [], over=over)
    for started in story.all("school.part_time_timetable_started"):
        given = started["ends_on"]
        due = date.fromisoformat(given) if given else weeks_on(started.on, 6)
        met = story.days("school.part_time_timetable_ended")
        yield row(story, "part-time-timetable-end", "", started.on, due, met=met, over=story.days("school.left"))
