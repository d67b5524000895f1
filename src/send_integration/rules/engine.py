"""Applies the rules to one child's timeline on one day, and says when the answer would next change by itself."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from send_integration.rules.begins import begins_with
from send_integration.rules.facts import LAST_BIRTHDAY, Facts
from send_integration.rules.model import Assessment, Level, Milestone, Risk, Rule, RuleBook, ids_of
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


class Plan(NamedTuple):
    """A rule book made ready: the rules that an event's name can begin, those that are always asked, and those which a
    child can grow into."""

    begun_by: Mapping[str, tuple[Rule, ...]]
    always: tuple[Rule, ...]
    grown_into: tuple[Rule, ...]

    def asked(self, names: Iterable[str]) -> Iterable[Rule]:
        """The rules that may have something to say of a child who has events of these names."""
        rules = {rule.id: rule for rule in self.always}
        for name in names:
            for rule in self.begun_by.get(name, ()):
                rules[rule.id] = rule
        return rules.values()


@lru_cache(maxsize=16)
def plan_of(book: RuleBook) -> Plan:
    """The plan by which a rule book is asked."""
    begun_by: dict[str, list[Rule]] = {}
    always: list[Rule] = []
    for rule in book.rules.values():
        names = begins_with(rule)
        if names is None:
            always.append(rule)
        for name in names or ():
            begun_by.setdefault(name, []).append(rule)
    grown_into = [rule for rule in book.rules.values() if rule.kind == "milestone" and rule.shape in GROWN_INTO]
    return Plan({name: tuple(rules) for name, rules in begun_by.items()}, tuple(always), tuple(grown_into))


def assess(rules: RuleBook, timeline: Timeline, as_of: date) -> Assessment:
    """All milestones and risks on `as_of`, from a timeline that holds nothing later.

    Until `next_change_on` the answer stays the same with no new event, but for the count of days late.
    """
    return assess_by(plan_of(rules), timeline, as_of)


def assess_by(plan: Plan, timeline: Timeline, as_of: date) -> Assessment:
    """The same by a plan, which names the rules that are asked."""
    facts = Facts(timeline, as_of)
    milestones: list[Milestone] = []
    risks: list[Risk] = []
    changes = [birthday(timeline.date_of_birth, LAST_BIRTHDAY)]
    for rule in plan.grown_into:
        changes += GROWN_INTO[rule.shape](rule, facts)
    for rule in plan.asked(facts.by_name):
        if rule.kind == "milestone":
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
        tuple(
            sorted(milestones, key=lambda m: (m.milestone, m.subject, m.triggered_on, ids_of(m.evidence), m.evidence))
        ),
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
