"""Risk `hidden-wait`: waits for several services that each look short and together are more than a year."""

from datetime import date

from send_integration.rules.courses import Spell
from send_integration.rules.facts import Facts
from send_integration.rules.model import Rule
from send_integration.rules.risks.finding import Finding, Verdict, keys
from send_integration.rules.risks.running import words_of_others

NOT_A_SERVICE = frozenset({"early-help", "ehcp", "sen-support", "transition"})
"""Pathways whose waits are no wait for a service: they begin at once, or the law has a clock of its own for them."""
HELP_BEGINS = {
    "ndd.referred": "ndd.assessment_started",
    "camhs.referred": "camhs.appointment attended=attended|late-but-seen",
    "referrals.received": "referrals.first_contact",
}


def hidden_wait(rule: Rule, facts: Facts) -> Verdict:
    """Stands while waits for enough services go on whose days, added up, pass the limit."""
    waits = [course.wait for course in facts.courses if course.service not in NOT_A_SERVICE or _asked(course.wait)]
    running = [wait for wait in waits if wait.runs_on(facts.as_of)]
    if len({wait.service for wait in running}) < rule.number("services"):
        return Verdict()
    raised_on = _passes_on(rule, running)
    if facts.as_of < raised_on:
        return Verdict((), (raised_on,))
    # What began later had no part in it. A wait that has ended would have made the limit be passed sooner.
    counted = [wait for wait in running if wait.opened.on <= raised_on]
    ended = [wait for wait in waits if wait.opened.on <= raised_on and not wait.runs_on(facts.as_of)]
    days = sum((raised_on - wait.opened.on).days for wait in counted)
    services = ", ".join(sorted({wait.service for wait in counted}))
    reason = f"{len(counted)} waits ({services}) added up to {days} days on {raised_on}.{words_of_others(ended)}"
    rests_on = [event for wait in (*counted, *ended) for event in (wait.opened, *wait.over)]
    expected = tuple(sorted({_end(wait) for wait in counted}))
    return Verdict((Finding(raised_on, reason, keys(rests_on), expected),))


def _asked(wait: Spell) -> bool:
    """Whether somebody referred the child to that service, which then is a wait like any other."""
    return wait.opened.what == "referrals.received"


def _passes_on(rule: Rule, running: list[Spell]) -> date:
    """The first day on which enough services are waited for and the days of all waits pass the limit."""
    opened = sorted(wait.opened.on for wait in running)
    seen: dict[str, date] = {}
    for wait in running:
        seen[wait.service] = min(seen.get(wait.service, date.max), wait.opened.on)
    enough_on = sorted(seen.values())[rule.number("services") - 1]
    for count, begun in enumerate(opened, start=1):
        # With `count` waits the days so far grow by `count` a day, until the next one begins.
        ordinals = sum(day.toordinal() for day in opened[:count])
        passes = date.fromordinal((rule.number("days") + ordinals) // count + 1)
        following = opened[count] if count < len(opened) else date.max
        if begun <= passes <= following:
            return max(passes, enough_on)
    return max(opened[-1], enough_on)


def _end(wait: Spell) -> str:
    return HELP_BEGINS.get(wait.opened.what, "support.started")
