"""The naive catalogue's risks of school: absence, suspension, being out of education, moving, and placements."""

import itertools
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from fractions import Fraction
from typing import NamedTuple

from send_integration.when.school_years import may_be_school_holiday
from tests.property.naive.cases import cases, plans, supported_at_school
from tests.property.naive.days import ONE, days_on, months_on, works
from tests.property.naive.told import Story

SETTLE, STALE = 28, 91
"""Days for which a value must be back, and after which figures that stopped say nothing."""


class Figures(NamedTuple):
    """What a school wrote down for a span of days."""

    first: date
    last: date
    possible: int
    missed: int


def figures(story: Story) -> list[Figures]:
    """All figures that can tell of six weeks, until today."""
    found = []
    for fact in story.all("school.attendance"):
        first, last = date.fromisoformat(fact["from_on"]), date.fromisoformat(fact["to_on"])
        missed = fact["sessions_authorised_absence"] + fact["sessions_unauthorised_absence"]
        if last <= story.today and fact["sessions_possible"] and (last - first).days + 1 <= 84:
            found.append(Figures(first, last, fact["sessions_possible"], missed))
    return found


def absence(told: list[Figures], day: date, begins: int, ends: int) -> Fraction | None:
    """The share of sessions missed in the days from `begins` to `ends` days before, as known on a day; None without any."""
    window = {day - timedelta(back) for back in range(ends, begins)}
    possible = missed = 0
    for each in told:
        days = [each.first + timedelta(n) for n in range((each.last - each.first).days + 1)]
        if each.last <= day and each.last >= min(window) and 2 * sum(d in window for d in days) >= len(days):
            possible += each.possible
            missed += each.missed
    return Fraction(missed, possible) if possible else None


def runs(story: Story, crossed: Callable[[date], bool]) -> tuple[bool, date | None]:
    """Walk every day: whether a run stands today, and the last day on which the line was crossed."""
    told = figures(story)
    ends = {each.last for each in told}
    stands, since, last, back = False, None, None, None
    if not ends:
        return False, None
    day = min(ends)
    while day <= story.today:
        if stands and (
            (back and day > back + timedelta(SETTLE)) or (not back and last and day > last + timedelta(STALE))
        ):
            stands = False
        if day in ends:
            if crossed(day):
                since = since if stands else day
                stands, last, back = True, day, None
            elif stands and back is None:
                back = day
        day += ONE
    return stands and since is not None and not story.left_since(since), last


def attendance_falling(story: Story) -> Iterator[str]:
    """A tenth or more of six weeks, and half as much again as in the twelve before."""
    told = figures(story)

    def crossed(day: date) -> bool:
        now, before = absence(told, day, 42, 0), absence(told, day, 126, 42)
        return now is not None and before is not None and now >= Fraction(1, 10) and now >= Fraction(3, 2) * before

    if runs(story, crossed)[0]:
        yield "raise" if _waits(story) else "watch"


def _waits(story: Story) -> bool:
    for case in cases(story):
        if case.service in ("camhs", "ndd") and case.waits_on(story.today):
            return True
        planned = any(f.what == "early-help.plan_agreed" and f.on >= case.begun for f in case.facts)
        if case.kind == "early-help" and case.open_on(story.today) and not planned:
            return True
        if case.kind == "referral" and case.service == "early-help" and case.waits_on(story.today):
            return True
    return False


def severe_absence(story: Story) -> Iterator[str]:
    """Half or more of six weeks."""
    told = figures(story)
    if runs(story, lambda day: (absence(told, day, 42, 0) or 0) >= Fraction(1, 2))[0]:
        yield "high"


def exclusion_risk(story: Story) -> Iterator[str]:
    """Two suspensions within 90 days, or ten sessions in a term, of a child whose needs are known."""
    known = supported_at_school(story, story.today) or plans(story, story.today)
    known = known or any(c.service in ("ndd", "camhs") and c.open_on(story.today) for c in cases(story))
    recent = [d for d in story.days("school.suspended") if (story.today - d).days <= 90]
    starts = [date(story.today.year, month, day) for month, day in ((1, 1), (4, 16), (9, 1))]
    term = max(day for day in starts if day <= story.today)
    sessions = sum(f["sessions"] for f in story.all("school.suspended") if f.on >= term)
    if known and (len(recent) >= 2 or sessions >= 10) and not story.left_since(story.days("school.suspended")[-1]):
        yield "high"


def suspended_unassessed(story: Story) -> Iterator[str]:
    """Two suspensions within 12 months, and no support, plan or referral."""
    days = story.days("school.suspended")
    if len(days) < 2 or story.days("school.sen_support_started", "ehcp.requested", "ehcp.finalised"):
        return
    asked = story.days("referrals.received", "ndd.referred", "camhs.referred", "early-help.assessment_started")
    one = days[-2]
    seen = any(day >= months_on(one, -12) for day in asked)
    if one > months_on(story.today, -12) and not seen and not story.left_since(days[-1]):
        yield "raise"


def out_of_education(story: Story) -> Iterator[str]:
    """Out of school, or on a part-time timetable, for more than 15 school days."""
    gone = ("people.died", "people.moved_away")
    ways = (
        (("school.missing_education", "school.excluded"), ("school.returned_to_education", "school.enrolled")),
        (
            ("school.part_time_timetable_started",),
            ("school.part_time_timetable_ended", "school.left", "school.enrolled"),
        ),
    )
    for begins, ends in ways:
        back = max(story.days(*ends, *gone), default=date.min)
        begun = next((f for f in story.all(*begins) if f.on > back), None)
        if begun is None:
            continue
        said = date.fromisoformat(begun["since_on"]) if begun["since_on"] else begun.on
        first = min(said, begun.on) if said > back else begun.on
        sixteenth = days_on(first, 16, lambda day: works(day) and not may_be_school_holiday(day))
        if story.today >= max(sixteenth, begun.on):
            yield "high"


def school_move_open_case(story: Story) -> Iterator[str]:
    """Thirty days after a move, nothing has been heard of a case that was open then."""
    enrolled = list(story.all("school.enrolled"))
    moves = [two.on for one, two in itertools.pairwise(enrolled) if one["urn"] != two["urn"]]
    if not moves or (story.today - moves[-1]).days <= 30:
        return
    gone = story.days("people.died", "people.moved_away")
    for case in cases(story):
        was_open = case.waits_on(moves[-1]) if case.service == "ehcp" else case.open_on(moves[-1])
        heard = any(fact.on > moves[-1] for fact in case.facts) or (case.ended in gone and case.ended is not None)
        if case.service not in ("sen-support", "transition") and was_open and not heard:
            yield "watch"


def sen_support_no_progress(story: Story) -> Iterator[str]:
    """Two reviews in a row without progress in the last 12 months, and nothing asked for from 90 days before on."""
    reviews = {f.on: f["progress"] for f in story.all("school.sen_support_reviewed")}
    last = sorted(reviews)[-2:]
    if len(last) < 2 or any(reviews[day] == "adequate" for day in last):
        return
    asked = story.days("ehcp.requested", "referrals.received", "ndd.referred", "camhs.referred")
    ended = story.days("ehcp.finalised", "school.left")
    is_asked = any(day >= last[1] - timedelta(90) for day in asked)
    is_over = any(day >= last[1] for day in ended) or story.left_since(last[1])
    if last[1] > months_on(story.today, -12) and not is_asked and not is_over:
        yield "raise"


def placement_strain(story: Story) -> Iterator[str]:
    """A plan in force, and two of suspension, early review and absence of a fifth within 120 days."""
    told = figures(story)
    _, crossed = runs(story, lambda day: (absence(told, day, 42, 0) or 0) >= Fraction(1, 5))
    signs = [
        max(story.days("school.suspended"), default=None),
        max(story.days("ehcp.review_meeting_held", kind="early"), default=None),
        crossed,
    ]
    seen = [day for day in signs if day and (story.today - day).days <= 120]
    if plans(story, story.today) and len(seen) >= 2:
        yield "raise"
