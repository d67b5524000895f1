"""By which events a rule can begin to apply to a child: without one of them it has nothing to say, and is not asked.

A shape that is not named here is always asked. tests/property/test_a_plan_leaves_nothing_out.py notices a name that is
missing.
"""

from collections.abc import Callable, Iterable, Mapping

from send_integration.rules.model import Rule
from send_integration.timeline.episodes import PATHWAYS

Names = Callable[[Rule], frozenset[str]]


def begins_with(rule: Rule) -> frozenset[str] | None:
    """The names of those events; None where the rule is to be asked of every child."""
    names = (OF_MILESTONES if rule.kind == "milestone" else OF_RISKS).get(rule.shape)
    return names(rule) if names else None


def _trigger(rule: Rule) -> frozenset[str]:
    return _names(rule.texts("trigger"))


def _a_plan(_: Rule) -> frozenset[str]:
    return frozenset({"ehcp.finalised"})


def _what_a_birthday_finds(rule: Rule) -> frozenset[str]:
    """A plan, an open episode or an event before; a referral opens an episode of whatever service it goes to."""
    patterns = list(rule.texts("or_after"))
    if rule.parameters.get("with_plan"):
        patterns.append("ehcp.finalised")
    if rule.texts("while_open"):
        named = (pathway for pathway in PATHWAYS if pathway.name in (*rule.texts("while_open"), "referral"))
        patterns += (pattern for pathway in named for pattern in pathway.opens)
    return _names(patterns)


def _names(patterns: Iterable[str]) -> frozenset[str]:
    return frozenset(pattern.partition(" ")[0] for pattern in patterns)


def _any_of(*names: str) -> Names:
    return lambda _: frozenset(names)


OF_MILESTONES: Mapping[str, Names] = {
    "answer-within": _trigger,
    "repeats-every": _trigger,
    "by-school-year": _a_plan,
    "by-birthday": _what_a_birthday_finds,
}
OF_RISKS: Mapping[str, Names] = {
    "bounced-between-services": _any_of("referrals.rejected", "ndd.triaged", "camhs.triaged"),
    "exclusion-risk": _any_of("school.suspended"),
    "crisis-while-waiting": _any_of("camhs.crisis_presentation"),
    "not-brought": _any_of("camhs.appointment"),
}
