"""The naive catalogue: the neurodevelopmental pathway and CAMHS."""

from collections.abc import Iterator
from datetime import date

from tests.property.naive.days import days_on, months_on, weeks_on, works
from tests.property.naive.told import Fact, Row, Story, by_day, row

SEEN = ("attended", "late-but-seen")
GONE = ("people.died", "people.moved_away")


def health(story: Story) -> Iterator[Row]:
    """Every row that a referral to the neurodevelopmental pathway or to CAMHS begins."""
    for (referral,), asked in story.firsts("ndd.referred", "referral_id").items():
        yield from _ndd(story, referral, asked)
    yield from _ndd_information(story)
    for (referral,), asked in story.firsts("camhs.referred", "referral_id").items():
        yield from _camhs(story, referral, asked)
    for (referral,), first in story.firsts("camhs.appointment", "referral_id", attended=SEEN).items():
        again = [day for day in story.days("camhs.appointment", referral_id=referral, attended=SEEN) if day > first.on]
        over = story.days("camhs.discharged", referral_id=referral)
        yield row(story, "camhs-second-contact", referral, first.on, weeks_on(first.on, 8), met=again, over=over)
    for (referral,), done in story.firsts("ndd.assessment_completed", "referral_id").items():
        met = story.days("ndd.feedback_given", referral_id=referral)
        over = story.days("ndd.closed", referral_id=referral)
        yield row(story, "ndd-feedback", referral, done.on, weeks_on(done.on, 6), met=met, over=over)
    for crisis in story.all("camhs.crisis_presentation"):
        # Who is seen on the day itself has had the crisis's own care.
        seen = [day for day in story.days("camhs.appointment", attended=SEEN) if day > crisis.on]
        within = 2 if _self_harm_open(story, crisis.on) else 7
        yield row(story, "camhs-crisis-follow-up", "", crisis.on, days_on(crisis.on, within), met=seen)


def _ndd(story: Story, referral: str, asked: Fact) -> Iterator[Row]:
    refused = story.days("ndd.triaged", referral_id=referral, outcome=("declined", "redirected"))
    closed = story.days("ndd.closed", referral_id=referral)
    met = story.days("ndd.triaged", referral_id=referral)
    yield row(story, "ndd-triage", referral, asked.on, weeks_on(asked.on, 4), met=met, over=closed)
    yield row(
        story,
        "ndd-assessment-start",
        referral,
        asked.on,
        months_on(asked.on, 3),
        met=story.days("ndd.assessment_started", referral_id=referral),
        over=refused + closed,
        stopped=_waits_for_information(story, referral, asked.on),
    )


def _waits_for_information(story: Story, referral: str, since: date) -> list[tuple[date, date | None]]:
    """From each request for more to the first answer after it; a request while one waits adds nothing."""
    found: list[tuple[date, date | None]] = []
    answers = story.days("ndd.information_received", referral_id=referral)
    for asked in story.days("ndd.triaged", referral_id=referral, outcome="more-information"):
        if asked < since:
            continue
        if found and (found[-1][1] is None or asked < found[-1][1]):
            continue
        found.append((asked, min((day for day in answers if day >= asked), default=None)))
    return found


def _ndd_information(story: Story) -> Iterator[Row]:
    asking = list(story.all("ndd.triaged", outcome="more-information"))
    referrals = {str(asked["referral_id"]) for asked in asking}
    by_referral = [(r, asked) for r in referrals for asked in by_day(a for a in asking if a["referral_id"] == r)]
    for referral, asked in by_referral:
        given = asked["information_due_on"]
        due = date.fromisoformat(given) if given else weeks_on(asked.on, 6)
        met = story.days("ndd.information_received", referral_id=referral)
        over = story.days("ndd.closed", referral_id=referral)
        over += story.days("ndd.triaged", referral_id=referral, outcome=("declined", "redirected"))
        yield row(story, "ndd-information", referral, asked.on, due, met=met, over=over)


def _camhs(story: Story, referral: str, asked: Fact) -> Iterator[Row]:
    refused = story.days("camhs.triaged", referral_id=referral, outcome=("declined", "redirected"))
    discharged = story.days("camhs.discharged", referral_id=referral)
    urgency, why = asked["priority"], asked["primary_reason"]
    triage = {
        "emergency": days_on(asked.on, 1),
        "urgent": days_on(asked.on, 7),
        "routine": days_on(asked.on, 10, works),
    }[urgency]
    met = story.days("camhs.triaged", referral_id=referral)
    yield row(story, "camhs-triage", referral, asked.on, triage, met=met, over=discharged)
    seen = [d for d in story.days("camhs.appointment", referral_id=referral, attended=SEEN) if d >= asked.on]
    first = weeks_on(asked.on, 4)
    if urgency == "emergency":
        first = days_on(asked.on, 1)
    elif urgency == "urgent" and why == "eating-disorder":
        first = days_on(asked.on, 7)
    yield row(story, "camhs-first-contact", referral, asked.on, first, met=seen, over=refused + discharged)


def _self_harm_open(story: Story, day: date) -> bool:
    """Whether a referral for self-harm was open on a day."""
    for asked in story.all("camhs.referred", primary_reason="self-harm"):
        referral = asked["referral_id"]
        ends = story.days("camhs.triaged", referral_id=referral, outcome=("declined", "redirected"))
        ends += story.days("camhs.discharged", referral_id=referral) + story.days(*GONE)
        if asked.on <= day and not any(asked.on <= end <= day for end in ends):
            return True
    return False
