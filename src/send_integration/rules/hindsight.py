"""What went wrong for a child, and the first day on which the events known then already showed that it might."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from send_integration.contracts.event import Event
from send_integration.rules.engine import assess
from send_integration.rules.history import A_DAY, ChildHistory, Span, happened_on, known_on, runs_of, spans_between
from send_integration.rules.model import MilestoneStatus, RuleBook
from send_integration.timeline.episodes import matches
from send_integration.timeline.fold import standing, timeline_of

FINAL_PLAN = "ehc-final-plan"


class Kind(StrEnum):
    """What can go wrong, as far as events tell of it."""

    DATE_MISSED = "date-missed"
    PLAN_OVERDUE = "plan-overdue"
    CRISIS = "crisis"
    EXCLUDED = "excluded"
    ESCALATED = "escalated"


EVENTS = {
    Kind.CRISIS: "camhs.crisis_presentation",
    Kind.EXCLUDED: "school.excluded",
    Kind.ESCALATED: "panel.decided decision=escalate",
}
"""The events that are an outcome by themselves. A final plan that is late is `plan-overdue`; every other milestone that
is missed is `date-missed`."""

STILL_COUNTS = timedelta(90)
"""A risk that had cleared by itself showed what came so soon after: a quarter of a year, in which a worker acts."""


class Outcome(NamedTuple):
    """Something that went wrong, by all that is known today: on `on`, a missed date the day after it was due.

    `rule` and `subject` are the milestone's; '' for what an event tells.
    """

    kind: Kind
    on: date
    rule: str = ""
    subject: str = ""


class Shown(NamedTuple):
    """A flag that showed what was to come, by its rule, and since which day without a break."""

    flag_id: str
    rule: str
    since: date


class Hindsight(NamedTuple):
    """An outcome, and the flags that showed it before, the earliest first; none where nothing did.

    Where nothing did, `had_all_been_written` are those that would have, had each event been written down on its day.
    """

    outcome: Outcome
    shown: tuple[Shown, ...]
    had_all_been_written: tuple[Shown, ...] = ()

    @property
    def days_before(self) -> int | None:
        """How many days before, at the earliest, it was shown."""
        return (self.outcome.on - self.shown[0].since).days if self.shown else None


def hindsights(history: ChildHistory, rules: RuleBook, first: date, last: date) -> list[Hindsight]:
    """What went wrong for a child from the first day to the last, and what had shown it, by the events known each day.

    For a missed date that is its own warning; for each outcome, too, any risk that stood until then, or that had cleared
    within STILL_COUNTS before.
    """
    outcomes = sorted(set(outcomes_of(history, rules, first, last)), key=lambda found: (found.on, *found))
    if not outcomes:
        return []
    eve = outcomes[-1].on - A_DAY
    written = _runs(history, rules, eve, known_on)
    found = [Hindsight(outcome, _shown_before(outcome, written)) for outcome in outcomes]
    if all(one.shown for one in found):
        return found
    at_once = _runs(history, rules, eve, happened_on)
    return [
        one if one.shown else one._replace(had_all_been_written=_shown_before(one.outcome, at_once)) for one in found
    ]


def _runs(history: ChildHistory, rules: RuleBook, last: date, known_from: Callable[[Event], date]) -> list[list[Span]]:
    """Every run of a flag of a child's whole life until a day."""
    begins = min(known_from(event) for event in history.events)
    (spans,) = spans_between(history, [rules], begins, last, known_from=known_from)
    return runs_of(spans)


def outcomes_of(history: ChildHistory, rules: RuleBook, first: date, last: date) -> Iterator[Outcome]:
    """What went wrong between two days, both included, by all that is known today, in no order."""
    happened = [
        event
        for event in standing(history.events)
        if event.on <= last and event.person is not None and event.key not in history.others
    ]
    if not happened:
        return
    for kind, pattern in EVENTS.items():
        yield from (Outcome(kind, event.on) for event in happened if event.on >= first and matches(event, pattern))
    yield from _missed(history, happened, rules, first, last)


def _missed(
    history: ChildHistory, happened: Sequence[Event], rules: RuleBook, first: date, last: date
) -> Iterator[Outcome]:
    """Each date that was missed in truth: what was written down late was done in time, and an exception may come after."""
    milestones = RuleBook({rule_id: rule for rule_id, rule in rules.rules.items() if rule.kind == "milestone"})
    (spans,) = spans_between(
        ChildHistory(history.child_id, happened), [milestones], first - A_DAY, last, known_from=happened_on
    )
    missed = [span for span in spans if span.flag.status == MilestoneStatus.MISSED and span.from_on >= first]
    if not missed:
        return
    today = assess(milestones, timeline_of(happened), last)
    excepted = {(m.milestone, m.subject) for m in today.milestones if m.status is MilestoneStatus.EXCEPTED}
    for flag, on, _ in missed:
        if (flag.rule, flag.subject) not in excepted:
            kind = Kind.PLAN_OVERDUE if flag.rule == FINAL_PLAN else Kind.DATE_MISSED
            yield Outcome(kind, on, flag.rule, flag.subject)


def _shown_before(outcome: Outcome, runs: Iterable[Sequence[Span]]) -> tuple[Shown, ...]:
    found = [Shown(run[0].flag.flag_id, run[0].flag.rule, run[0].from_on) for run in runs if _showed(outcome, run)]
    return tuple(sorted(found, key=lambda shown: (shown.since, shown.rule, shown.flag_id)))


def _showed(outcome: Outcome, run: Sequence[Span]) -> bool:
    """Whether a flag that stood so concerns an outcome and began before it."""
    flag, ended_on = run[0].flag, run[-1].until_on or date.max
    if run[0].from_on >= outcome.on:
        return False
    if flag.kind == "risk":
        return ended_on >= outcome.on - STILL_COUNTS
    return (flag.rule, flag.subject) == (outcome.rule, outcome.subject) and ended_on >= outcome.on
