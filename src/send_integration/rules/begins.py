"""By which events a rule can begin to apply to a child: without one of them it has nothing to say, and is not asked.

A shape that is not named here is always asked. tests/property/test_a_plan_leaves_nothing_out.py notices a name that is
missing.
"""

from collections.abc import Mapping

from send_integration.rules.model import Rule

TRIGGERED = frozenset({"answer-within", "repeats-every"})
"""Shapes of milestones that begin with an event of the rule's `trigger`."""

OF_RISKS: Mapping[str, frozenset[str]] = {
    "all-schools-refused": frozenset({"ehcp.school_responded"}),
    "attendance-falling": frozenset({"school.attendance"}),
    "bounced-between-services": frozenset({"referrals.rejected", "ndd.triaged", "camhs.triaged"}),
    "carer-strain": frozenset({"early-help.contact"}),
    "closed-after-not-brought": frozenset({"camhs.discharged"}),
    "crisis-while-waiting": frozenset({"camhs.crisis_presentation"}),
    "early-help-drift": frozenset({"early-help.assessment_started"}),
    "early-help-revolving": frozenset({"early-help.closed"}),
    "exclusion-risk": frozenset({"school.suspended"}),
    "no-voice": frozenset({"panel.listed", "panel.discussed", "ehcp.review_meeting_held"}),
    "not-brought": frozenset({"camhs.appointment"}),
    "placement-strain": frozenset({"ehcp.finalised"}),
    "re-referred": frozenset({"referrals.received", "ndd.referred", "camhs.referred"}),
    "school-move-open-case": frozenset({"school.enrolled"}),
    "sen-support-no-progress": frozenset({"school.sen_support_reviewed"}),
    "severe-absence": frozenset({"school.attendance"}),
    "suspended-unassessed": frozenset({"school.suspended"}),
    "youth-justice-risk": frozenset({"referrals.received"}),
}
"""The events of which a risk's pattern needs one, by its shape."""


def begins_with(rule: Rule) -> frozenset[str] | None:
    """The names of those events; None where the rule is to be asked of every child."""
    if rule.kind == "risk":
        return OF_RISKS.get(rule.shape)
    if rule.shape in TRIGGERED:
        return frozenset(pattern.partition(" ")[0] for pattern in rule.texts("trigger"))
    return None
