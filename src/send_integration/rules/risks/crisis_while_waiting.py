"""Risk `crisis-while-waiting`: a crisis while help was asked for, or soon after it was declined."""

from datetime import date, timedelta

from send_integration.contracts.event import Event
from send_integration.rules.courses import Course
from send_integration.rules.facts import Facts
from send_integration.rules.model import Rule
from send_integration.rules.risks.finding import NEXT, Finding, Verdict, ids
from send_integration.rules.risks.running import words_of_ended
from send_integration.timeline.episodes import matches

SERVICES = ("camhs", "ndd", "early-help")
DECLINED = ("camhs.triaged outcome=declined", "ndd.triaged outcome=declined", "referrals.rejected")
SEEN = ("camhs.appointment attended=attended|late-but-seen",)


def crisis_while_waiting(rule: Rule, facts: Facts) -> Verdict:
    """Stands from the latest such crisis until an appointment is attended, or the window has passed."""
    window = timedelta(rule.number("days"))
    crises = facts.by_name.get("camhs.crisis_presentation", [])
    if not crises:
        return Verdict()
    changes = tuple(crisis.on + window + NEXT for crisis in crises)
    seen = facts.found(SEEN)
    passed_over: list[Event] = []
    ended = 0
    for crisis in reversed(crises):
        if facts.as_of > crisis.on + window or any(event.on > crisis.on for event in seen):
            break
        reason, grounds, over = _grounds(facts, crisis.on, window)
        ended += over
        if reason:
            evidence = ids((crisis, *grounds, *passed_over))
            return Verdict((Finding(crisis.on, reason + words_of_ended(ended), evidence, SEEN),), changes)
        if grounds:
            # Had a case not ended before this later crisis, it would be the one that counts.
            passed_over += [crisis, *grounds]
    return Verdict((), changes)


def _grounds(facts: Facts, day: date, window: timedelta) -> tuple[str, list[Event], int]:
    """Why a crisis on `day` is one while waiting, '' where it is not; the events on which that rests, and of how many
    ended cases they tell."""
    rests_on: list[Event] = []
    ended = 0
    for course in reversed([course for course in facts.courses if course.service in SERVICES]):
        if course.opened.on > day:
            continue
        if course.open.runs_on(day):
            return "In crisis while waiting for help, and not seen by CAMHS since.", [*rests_on, course.opened], ended
        rests_on += [course.opened, *course.ended]
        if _was_declined(course) and course.ended[0].on >= day - window:
            return "In crisis soon after help was declined, and not seen by CAMHS since.", rests_on, ended
        ended += 1
    return "", rests_on, ended


def _was_declined(course: Course) -> bool:
    return any(matches(course.ended[0], pattern) for pattern in DECLINED)
