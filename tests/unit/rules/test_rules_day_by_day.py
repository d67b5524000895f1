"""Each rule's own cases, walked day by day over two years: nothing changes on a day that was not named beforehand."""

from datetime import date, timedelta
from typing import Any

import pytest

from send_integration.contracts.event import ChildId
from send_integration.evaluate import answer_child
from send_integration.rules.cases import FIRES, QUIET, history_of
from send_integration.rules.model import RuleBook
from send_integration.steps.catalogue import load_rules
from send_integration.timeline.fold import standing

RULES = load_rules()
CASES = [
    pytest.param(rule.id, case, id=f"{rule.id} {name} {number}")
    for rule in RULES.rules.values()
    for name in (FIRES, QUIET)
    for number, case in enumerate(rule.parameters.get(name, ()), start=1)  # type: ignore[arg-type, var-annotated]
]


@pytest.mark.parametrize(("rule", "case"), CASES)
def test_the_answer_changes_only_on_the_days_that_were_named(rule: str, case: dict[str, Any]) -> None:
    book = RuleBook({rule: RULES[rule]})
    events = standing(history_of(case))
    named: date | None = None
    told: set[date | None] = set()
    before: object = None
    for day in (events[0].on + timedelta(number) for number in range(730)):
        found = answer_child(ChildId("c"), events, book, day)
        assert found is not None
        if before is not None and (named is None or day < named):
            assert found.flags == before, f"{rule} changed on {day}, which was not named"
        before, named = found.flags, found.next_change_on
        told.add(named)
    assert len(told) < 40, "to name every day would be no answer"
