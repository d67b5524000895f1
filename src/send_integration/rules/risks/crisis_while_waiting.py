"""Risk `crisis-while-waiting`: a crisis while help was asked for, or soon after it was declined."""

from datetime import date, timedelta

from send_integration.contracts.event import Event
from send_integration.rules.courses import Spell
from send_integration.rules.facts import Facts
from send_integration.rules.model import Rule
from send_integration.rules.risks.finding import NEXT, Finding, Verdict, keys
from send_integration.rules.risks.running import begun_last_first, open_cases, words_of_others
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
    ended: list[Spell] = []
    again = 0
    for crisis in reversed(crises):
        if facts.as_of > crisis.on + window or any(event.on > crisis.on for event in seen):
            break
        reason, grounds, over, more = _grounds(facts, crisis.on, window)
        ended, again = [*ended, *over], again + more
        if reason:
            evidence = keys((crisis, *grounds, *passed_over))
            return Verdict((Finding(crisis.on, reason + words_of_others(ended, again), evidence, SEEN),), changes)
        if grounds:
            # Had a case not ended before this later crisis, it would be the one that counts.
            passed_over += [crisis, *grounds]
    return Verdict((), changes)


def _grounds(facts: Facts, day: date, window: timedelta) -> tuple[str, list[Event], list[Spell], int]:
    """Why a crisis on `day` is one while waiting, '' where it is not; the events on which that rests, the ended cases of
    which they tell, and how often one was opened again."""
    rests_on: list[Event] = []
    ended: list[Spell] = []
    again = 0
    for spell in begun_last_first(open_cases(facts, SERVICES), day):
        said = spell.said_by(day)
        rests_on += said
        again += len(said) - 1
        if spell.runs_on(day):
            return "In crisis while waiting for help, and not seen by CAMHS since.", rests_on, ended, again
        rests_on += spell.over
        if _was_declined(spell) and spell.over[0].on >= day - window:
            return "In crisis soon after help was declined, and not seen by CAMHS since.", rests_on, ended, again
        ended.append(spell)
    return "", rests_on, ended, again


def _was_declined(spell: Spell) -> bool:
    return any(matches(spell.over[0], pattern) for pattern in DECLINED)
