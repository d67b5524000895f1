"""No child is due before any rule that holds says so, in whatever order rules are written, and never under a hold."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from send_integration.retention.model import (
    Circumstance,
    CountsFrom,
    RetentionFacts,
    RetentionRule,
    least_age,
    may_be_erased,
    retention_of,
)

EDGES = st.sampled_from([date(2012, 2, 29), date(2000, 12, 31), date(2001, 1, 1)])
DAYS = EDGES | st.dates(date(1990, 1, 1), date(2030, 12, 31))
FACTS = st.builds(
    RetentionFacts,
    st.none() | DAYS,
    st.none() | DAYS,
    st.none() | DAYS,
    st.frozensets(st.sampled_from([c for c in Circumstance if c is not Circumstance.EVERYONE])),
)
RULES = st.builds(
    RetentionRule,
    st.sampled_from(["a", "b", "c", "d", "e"]),
    st.frozensets(st.sampled_from(Circumstance), min_size=1),
    st.sampled_from(CountsFrom),
    st.sampled_from([1, 2, 25]) | st.integers(1, 80),
    st.none() | st.booleans(),
    st.just("L"),
    st.just("x"),
    st.just("y"),
)
MANY = st.lists(RULES, max_size=6, unique_by=lambda rule: rule.name)


def died_young(facts: RetentionFacts) -> bool:
    """By the calendar alone: before the day on which they would have been 18."""
    if facts.born_on is None or facts.died_on is None:
        return False
    born = facts.born_on
    of_age = (
        born.year + 18,
        born.month,
        28 if (born.month, born.day) == (2, 29) and (born.year + 18) % 4 else born.day,
    )
    return (facts.died_on.year, facts.died_on.month, facts.died_on.day) < of_age


def holds(rule: RetentionRule, facts: RetentionFacts) -> bool:
    for_whom = Circumstance.EVERYONE in rule.whom or any(one in facts.circumstances for one in rule.whom)
    return for_whom and (rule.died_under_18 is None or rule.died_under_18 == died_young(facts))


def day_of(rule: RetentionRule, facts: RetentionFacts) -> date | None:
    if rule.counts_from == "birth":
        return facts.born_on
    return facts.died_on if rule.counts_from == "death" else facts.last_involved_on


@given(FACTS, MANY)
def test_nobody_is_due_before_any_rule_that_holds_says_so(facts: RetentionFacts, rules: list[RetentionRule]) -> None:
    due = retention_of(facts, rules)

    asked = [(rule, day_of(rule, facts)) for rule in rules if holds(rule, facts)]
    if not asked or any(day is None for _, day in asked):
        assert due is None, "of whom nothing is known, or for whom no rule holds, nobody knows that the time has come"
        return
    assert due is not None
    for rule, day in asked:
        assert day is not None
        assert (due.due_on.year, due.due_on.month) >= (day.year + rule.years, day.month)
        assert due.due_on >= date(day.year + rule.years, day.month, min(day.day, 28))
    assert due.rule in rules
    assert holds(due.rule, facts)


@given(FACTS, MANY, st.randoms())
def test_the_order_of_rules_makes_no_difference(facts: RetentionFacts, rules: list[RetentionRule], random) -> None:
    shuffled = list(rules)
    random.shuffle(shuffled)

    assert retention_of(facts, shuffled) == retention_of(facts, rules)


@given(FACTS, RULES, st.permutations(["a", "b", "c", "d"]))
def test_of_rules_that_ask_for_the_same_day_the_first_by_name_is_told(
    facts: RetentionFacts, rule: RetentionRule, names: list[str]
) -> None:
    due = retention_of(facts, [replace(rule, name=name) for name in names])

    assert due is None or due.rule.name == "a"


@given(FACTS, MANY, DAYS)
def test_a_hold_always_wins(facts: RetentionFacts, rules: list[RetentionRule], as_of: date) -> None:
    assert not may_be_erased(retention_of(facts, rules), as_of, held=True)


@given(FACTS, MANY, RULES)
def test_one_rule_more_never_makes_it_sooner(
    facts: RetentionFacts, rules: list[RetentionRule], more: RetentionRule
) -> None:
    before, after = retention_of(facts, rules), retention_of(facts, [*rules, more])

    assert before is None or after is None or after.due_on >= before.due_on


@given(FACTS, MANY, DAYS)
def test_who_is_younger_than_the_rules_for_everybody_ask_is_not_due(
    facts: RetentionFacts, rules: list[RetentionRule], as_of: date
) -> None:
    assume(facts.born_on is not None and facts.born_on <= as_of)
    assert facts.born_on is not None
    too_young = facts.born_on.year + least_age(rules) > as_of.year

    assert not (too_young and may_be_erased(retention_of(facts, rules), as_of, held=False))


def test_a_day_too_early_is_too_early() -> None:
    rule = RetentionRule("a", frozenset({Circumstance.EVERYONE}), CountsFrom.BIRTH, 25, None, "L", "x", "y")
    due = retention_of(RetentionFacts(date(2000, 5, 6), None, None, frozenset()), [rule])

    assert not may_be_erased(due, date(2025, 5, 6) - timedelta(1), held=False)
    assert may_be_erased(due, date(2025, 5, 6), held=False)
