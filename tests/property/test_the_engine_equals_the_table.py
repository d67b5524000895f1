"""The engine against the naive catalogue, which counts days one by one: on thousands of random stories both say the same."""

from collections import Counter
from collections.abc import Iterator
from datetime import date

import pytest

from send_integration.rules.engine import assess
from send_integration.steps.catalogue import load_rules
from send_integration.timeline.fold import standing, timeline_of
from tests.property.naive import risks, risks_of_school
from tests.property.naive.care import care
from tests.property.naive.ehcp import ehcp
from tests.property.naive.growing_up import growing_up
from tests.property.naive.health import health
from tests.property.naive.stories import story
from tests.property.naive.told import Row, Story

RULES = load_rules()
PATTERNS = {
    name.replace("_", "-"): pattern
    for module in (risks, risks_of_school)
    for name, pattern in vars(module).items()
    if name.replace("_", "-") in RULES.rules
}
STORIES = 2_000
PARTS = 10


def by_the_engine(events: list, on: date) -> set[Row]:  # type: ignore[type-arg]
    found = assess(RULES, timeline_of(standing([e for e in events if e.on <= on])), on)
    return {Row(m.milestone, m.subject, m.triggered_on, m.due_on, m.status, m.days_late) for m in found.milestones}


def by_the_table(born_on: date, events: list, on: date) -> set[Row]:  # type: ignore[type-arg]
    told = Story.of(born_on, standing(events), on)
    return {row for part in (ehcp, health, care, growing_up) for row in part(told) if row.milestone in RULES.rules}


def risks_by_the_engine(events: list, on: date) -> Counter[tuple[str, str]]:  # type: ignore[type-arg]
    found = assess(RULES, timeline_of(standing([e for e in events if e.on <= on])), on)
    return Counter((r.risk, str(r.level)) for r in found.risks)


def risks_by_the_table(born_on: date, events: list, on: date) -> Counter[tuple[str, str]]:  # type: ignore[type-arg]
    told = Story.of(born_on, standing(events), on)
    return Counter((risk, level) for risk, pattern in PATTERNS.items() for level in pattern(told))


def differences(seed: int) -> Iterator[str]:
    born_on, events, days = story(seed)
    for day in days:
        if any(e.on <= day for e in events):
            engine, table = by_the_engine(events, day), by_the_table(born_on, events, day)
            if engine != table:
                yield f"seed {seed}, {day}, born {born_on}: only engine {sorted(engine - table)}, only table {sorted(table - engine)}"


@pytest.mark.parametrize("part", range(PARTS))
def test_the_engine_says_what_the_table_says(part: int) -> None:
    each = STORIES // PARTS
    for seed in range(part * each, (part + 1) * each):
        assert not list(differences(seed))
