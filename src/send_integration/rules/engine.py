"""Applies every rule to one child's timeline on one day, and says when the answer would next change by itself."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date

from send_integration.rules.facts import LAST_BIRTHDAY, Facts
from send_integration.rules.model import Assessment, Level, Milestone, Risk, Rule, RuleBook
from send_integration.rules.risks.finding import Finding
from send_integration.rules.risks.patterns import RISKS
from send_integration.rules.shapes.answer_within import answer_within
from send_integration.rules.shapes.by_age import by_birthday, by_school_year, changes_by_age
from send_integration.rules.shapes.obligation import Obligation, judge
from send_integration.rules.shapes.repeats_every import repeats_every, starts_on
from send_integration.timeline.model import Timeline
from send_integration.when.periods import birthday

SHAPES: Mapping[str, Callable[[Rule, Facts], Iterator[Obligation]]] = {
    "answer-within": answer_within,
    "repeats-every": repeats_every,
    "by-school-year": by_school_year,
    "by-birthday": by_birthday,
}
GROWN_INTO: Mapping[str, Callable[[Rule, Facts], list[date]]] = {
    "repeats-every": starts_on,
    "by-school-year": changes_by_age,
    "by-birthday": changes_by_age,
}


def assess(rules: RuleBook, timeline: Timeline, as_of: date) -> Assessment:
    """All milestones and risks on `as_of`, from a timeline that holds nothing later.

    Until `next_change_on` the answer stays the same with no new event, but for the count of days late.
    """
    facts = Facts(timeline, as_of)
    milestones: list[Milestone] = []
    risks: list[Risk] = []
    changes = [birthday(timeline.date_of_birth, LAST_BIRTHDAY)]
    for rule in rules.rules.values():
        if rule.kind == "milestone":
            if rule.shape in GROWN_INTO:
                changes += GROWN_INTO[rule.shape](rule, facts)
            for obligation in SHAPES[rule.shape](rule, facts):
                milestone, days = judge(rule, obligation, facts)
                milestones.append(milestone)
                changes += days
        else:
            verdict = RISKS[rule.shape](rule, facts)
            changes += verdict.may_change_on
            risks += (_risk(rule, found) for found in verdict.findings if not _is_over(found, facts))
    return Assessment(
        as_of,
        tuple(sorted(milestones, key=lambda m: (m.milestone, m.subject, m.triggered_on, m.evidence))),
        tuple(sorted(risks, key=lambda r: (r.risk, r.subject))),
        min((day for day in changes if day > as_of), default=None),
    )


def _is_over(found: Finding, facts: Facts) -> bool:
    """Whether the child died, moved away or grew out of what this law covers after the pattern was complete."""
    return any(day >= found.raised_on for day, _ in facts.endings)


def _risk(rule: Rule, found: Finding) -> Risk:
    return Risk(
        rule.id,
        rule.version,
        found.subject,
        found.raised_on,
        found.level or Level(rule.text("level")),
        found.reason,
        found.evidence,
        found.expected,
    )
