"""Where the time of one child's evaluation goes in Python: millionths of a second a child, by stage and by rule."""

import json
import time
from collections.abc import Callable
from statistics import median_low
from typing import NamedTuple, TypeVar

from benchmarks.rules.book import rule_book
from benchmarks.rules.histories import UNTIL, shapes
from send_integration.contracts.event import ChildId
from send_integration.contracts.registry import read
from send_integration.evaluate import answer_child, child_as_json
from send_integration.rules.engine import assess, assess_by, plan_of
from send_integration.rules.flags import flags_of
from send_integration.rules.model import RuleBook
from send_integration.steps.collecting import collect_seldom
from send_integration.timeline.episodes import episodes_of
from send_integration.timeline.fold import left_standing, timeline_of
from send_integration.timeline.model import Timeline

TIMES = 3
CHILDREN_FOR_A_RULE = 300

Result = TypeVar("Result")


class Stage(NamedTuple):
    """What one child's part of some work costs, in millionths of a second of processor time."""

    what: str
    each: float


def stages(rules: int, seed: int) -> tuple[list[Stage], list[Stage]]:
    """The stages, and the rules that cost most, dearest first."""
    collect_seldom()
    book, _ = rule_book(rules)
    bodies = [[row[-1] for row in shape.of_child(number)] for number, shape in enumerate(shapes(seed))]
    found: list[Stage] = []

    def stage(what: str, work: Callable[[], list[Result]]) -> list[Result]:
        each, result = _timed(work)
        found.append(Stage(what, each / len(bodies) * 1e6))
        return result

    events = stage("read the bodies of its events", lambda: [[read(body) for body in own] for own in bodies])
    standing = stage("what stands of them", lambda: [left_standing(own) for own in events])
    timelines = stage("fold to a timeline", lambda: [timeline_of(own) for own in standing])
    stage("  of which its episodes", lambda: [episodes_of(own.events) for own in timelines])
    assessed = stage("ask the rules", lambda: [assess(book, own, UNTIL) for own in timelines])
    stage("make its flags", lambda: [flags_of(ChildId("c"), own.milestones, own.risks, book) for own in assessed])
    answers = [answer_child(ChildId("c"), own, book, UNTIL) for own in standing]
    values = stage("lay out the answer", lambda: [child_as_json(own, book) for own in answers if own is not None])
    stage("write it as JSON", lambda: [json.dumps(value) for value in values])
    return found, _by_rule(book, timelines[:CHILDREN_FOR_A_RULE])


def _by_rule(book: RuleBook, timelines: list[Timeline]) -> list[Stage]:
    """What each rule adds to asking none."""

    def cost(rules: RuleBook) -> float:
        plan = plan_of(rules)
        return _timed(lambda: [assess_by(plan, own, UNTIL) for own in timelines])[0] / len(timelines) * 1e6

    none = cost(RuleBook({}))
    found = [Stage(rule.id, cost(RuleBook({rule.id: rule})) - none) for rule in book.rules.values()]
    return sorted(found, key=lambda stage: -stage.each)


def _timed(work: Callable[[], list[Result]]) -> tuple[float, list[Result]]:
    """The processor time of the middle one of some runs, and what the last gave."""
    spent: list[float] = []
    result: list[Result] = []
    for _ in range(TIMES):
        began = time.process_time()
        result = work()
        spent.append(time.process_time() - began)
    return median_low(spent), result
