"""Risk `re-referred`: asked for again and again for the same kind of need, and never seen."""

from datetime import date

from send_integration.contracts.event import Event
from send_integration.rules.facts import Facts
from send_integration.rules.model import Rule
from send_integration.rules.risks.finding import Finding, Verdict, first_day_past, keys

REFERRALS = ("referrals.received", "ndd.referred", "camhs.referred")
FIRST_CONTACTS = (
    "referrals.first_contact",
    "ndd.assessment_started",
    "camhs.appointment attended=attended|late-but-seen",
)


def re_referred(rule: Rule, facts: Facts) -> Verdict:
    """One finding for each kind of need, while the last referrals for it lie within the window and none was reached.

    A first contact settles every referral for its need up to that day: the family has been seen.
    """
    count = rule.number("referrals")
    if sum(len(facts.by_name.get(name, ())) for name in REFERRALS) < count:
        return Verdict()
    first_of: dict[tuple[str, str], Event] = {}
    for event in facts.found(REFERRALS):
        first_of.setdefault(_name(event), event)
    contacts = facts.found(FIRST_CONTACTS)
    findings: list[Finding] = []
    changes: list[date] = []
    for need in sorted({need for event in first_of.values() for need in _needs(event)}):
        about = [event for event in first_of.values() if need in _needs(event)]
        named = {_name(event) for event in about}
        seen_on = max((event.on for event in contacts if _name(event) in named), default=date.min)
        last = [event for event in about if event.on > seen_on][-count:]
        if len(last) == count:
            past = first_day_past(last[0].on, rule.number("months"))
            changes.append(past)
            if facts.as_of < past:
                reason = (
                    f"{count} or more referrals for the same need ({need}) within {rule.number('months')} months, "
                    "and none led to a first contact."
                )
                findings.append(Finding(last[-1].on, reason, keys(last), FIRST_CONTACTS, subject=need))
    return Verdict(tuple(findings), tuple(changes))


def _name(event: Event) -> tuple[str, str]:
    """What tells one referral from another: each feed names its own."""
    return event.feed, event.text("referral_id")


def _needs(event: Event) -> tuple[str, ...]:
    """The kinds of need that a referral names, as the need types of the school census.

    The neurodevelopmental pathway and CAMHS name a suspicion: autism or ADHD is counted as one kind, for the pathway is
    one; anything else that CAMHS is asked about is social, emotional and mental health.
    """
    if event.what == "referrals.received":
        needs = event.data.get("need_types")
        return tuple(str(need) for need in needs) if isinstance(needs, list | tuple) else ()
    neurodevelopmental = event.what == "ndd.referred" or event.text("primary_reason") == "neurodevelopmental"
    return ("ASD",) if neurodevelopmental else ("SEMH",)
