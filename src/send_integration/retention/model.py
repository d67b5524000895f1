"""How long a child's record is kept: of the rules that hold for a child, the one that asks longest."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from send_integration.when.periods import age_on, birthday

OF_AGE = 18


class Circumstance(StrEnum):
    """What about a child a rule can ask; once it was so, it is."""

    EVERYONE = "everyone"
    EHC_PLAN = "ehc-plan"
    SEN = "sen"
    KNOWN_TO_SOCIAL_CARE = "known-to-social-care"
    CHILD_PROTECTION = "child-protection"
    LOOKED_AFTER = "looked-after"


class CountsFrom(StrEnum):
    """The day from which a rule's years are counted."""

    BIRTH = "birth"
    LAST_INVOLVEMENT = "last-involvement"
    DEATH = "death"


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """For whom, from when and how long; `died_under_18` is None where it is the same for those who did."""

    name: str
    whom: frozenset[Circumstance]
    counts_from: CountsFrom
    years: int
    died_under_18: bool | None
    basis: str
    citation: str
    why: str


@dataclass(frozen=True, slots=True)
class RetentionFacts:
    """What rules ask of a child; None is a day that nobody knows, or a death that nobody told of."""

    born_on: date | None
    last_involved_on: date | None
    died_on: date | None
    circumstances: frozenset[Circumstance]


class Due(NamedTuple):
    """From which day a child may be erased, and by the rule that asked longest."""

    due_on: date
    rule: RetentionRule


def retention_of(facts: RetentionFacts, rules: Iterable[RetentionRule]) -> Due | None:
    """When a child may be erased, and by which rule; None for never: no rule holds, or one counts from a day that is not known.

    Of two rules that ask for the same day the first by name is told, so that their order makes no difference.
    """
    found: list[Due] = []
    for rule in rules:
        if not _holds(rule, facts):
            continue
        day = _counted_from(rule, facts)
        if day is None:
            return None
        found.append(Due(birthday(day, rule.years), rule))
    return max(sorted(found, key=lambda due: due.rule.name), key=lambda due: due.due_on, default=None)


def may_be_erased(due: Due | None, as_of: date, *, held: bool) -> bool:
    """Whether a child's time has come; while a legal hold stands it has not, whatever the rules say."""
    return due is not None and due.due_on <= as_of and not held


def least_age(rules: Iterable[RetentionRule]) -> int:
    """The age under which nobody can be due: what the rules for everybody ask, counted from birth."""
    return max(
        (
            rule.years
            for rule in rules
            if Circumstance.EVERYONE in rule.whom
            and rule.counts_from is CountsFrom.BIRTH
            and rule.died_under_18 is None
        ),
        default=0,
    )


def _holds(rule: RetentionRule, facts: RetentionFacts) -> bool:
    if rule.whom.isdisjoint(facts.circumstances | {Circumstance.EVERYONE}):
        return False
    return rule.died_under_18 is None or rule.died_under_18 == _died_under_18(facts)


def _died_under_18(facts: RetentionFacts) -> bool:
    """Of whom it is not known how old they were when they died, it is not said: the rules for the living ask longer."""
    return facts.died_on is not None and facts.born_on is not None and age_on(facts.born_on, facts.died_on) < OF_AGE


def _counted_from(rule: RetentionRule, facts: RetentionFacts) -> date | None:
    match rule.counts_from:
        case CountsFrom.BIRTH:
            return facts.born_on
        case CountsFrom.DEATH:
            return facts.died_on
        case CountsFrom.LAST_INVOLVEMENT:
            return facts.last_involved_on
