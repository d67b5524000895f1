"""The shipped catalogue, and short ways to ask it."""

from collections.abc import Callable, Iterable
from datetime import date

import pytest

from send_integration.contracts.event import ChildId, Event
from send_integration.evaluate import ChildAnswer, answer_child
from send_integration.rules.cases import BORN_ON, history_of
from send_integration.rules.model import Milestone, RuleBook
from send_integration.steps.catalogue import load_rules
from send_integration.timeline.fold import standing


@pytest.fixture(scope="session")
def rules() -> RuleBook:
    return load_rules()


@pytest.fixture
def answer(rules: RuleBook) -> Callable[[list[Event], str], ChildAnswer]:
    def ask(events: list[Event], as_of: str) -> ChildAnswer:
        found = answer_child(ChildId("c1"), standing(events), rules, date.fromisoformat(as_of))
        assert found is not None
        return found

    return ask


@pytest.fixture
def milestones(answer: Callable[[list[Event], str], ChildAnswer]) -> Callable[..., list[Milestone]]:
    def ask(rule: str, events: list[Event], as_of: str) -> list[Milestone]:
        return [found for found in answer(events, as_of).assessment.milestones if found.milestone == rule]

    return ask


@pytest.fixture
def raised(rules: RuleBook) -> Callable[..., list[tuple[str, str, str]]]:
    """The day, level and subject of each finding of a risk, for a history written as the rules' own cases are."""

    def ask(rule: str, lines: Iterable[str], as_of: str, born: str = BORN_ON) -> list[tuple[str, str, str]]:
        events = standing(history_of({"events": list(lines), "born": born}))
        found = answer_child(ChildId("c1"), events, rules, date.fromisoformat(as_of))
        risks = found.assessment.risks if found else ()
        return [(str(risk.raised_on), risk.level, risk.subject) for risk in risks if risk.risk == rule]

    return ask
