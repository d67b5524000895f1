"""What other rules would have done to a child's flags: which of them, how much earlier, and what people would be told."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from send_integration.rules.history import A_DAY, ChildHistory, Span, runs_of, spans_between
from send_integration.rules.model import FIRES, QUIET, Level, Rule, RuleBook

CHANGES_NO_FLAG = frozenset({FIRES, QUIET, "on"})
"""Parameters that say nothing of when a rule in force raises a flag."""

Run = Sequence[Span]


class RuleChange(NamedTuple):
    """A rule of which two books differ; `parameters` gives each value that differs, as it is and as it is tried."""

    rule: str
    change: str
    parameters: Mapping[str, tuple[object, object]]


class Course(StrEnum):
    """How a flag would have gone by the rules that are tried, beside the rules in force."""

    ONLY_TRIED = "only-tried"
    ONLY_IN_FORCE = "only-in-force"
    EARLIER = "earlier"
    LATER = "later"
    OTHERWISE = "otherwise"


class Difference(NamedTuple):
    """A flag that would have gone another way; `on` is the first day on which one would have seen it.

    `days_gained` is how much earlier it would have been raised, less than 0 where later; None where that is not known, for
    it stood before the first day by one of the books, or only one raises it.
    """

    course: Course
    rule: str
    on: date
    days_gained: int | None = None


class Told(NamedTuple):
    """A flag that a role is told of on a day: raised, or with `urgent` at level high for the first time since."""

    role: str
    on: date
    urgent: bool
    tried: bool


class ChildTrial(NamedTuple):
    """What the rules that are tried would have changed of one child's flags, what both books tell whom, and what the rules
    that do not differ tell either way, where that was asked."""

    differences: tuple[Difference, ...]
    told: tuple[Told, ...]
    told_anyway: tuple[Told, ...] = ()


def changed_rules(in_force: RuleBook, tried: RuleBook) -> list[RuleChange]:
    """The rules that could raise other flags in one book than in the other, by id."""
    found: list[RuleChange] = []
    for rule_id in sorted(in_force.rules.keys() | tried.rules.keys()):
        before, after = in_force.rules.get(rule_id), tried.rules.get(rule_id)
        if before is None:
            found.append(RuleChange(rule_id, "turned on", {}))
        elif after is None:
            found.append(RuleChange(rule_id, "turned off", {}))
        elif not _raise_alike(before, after):
            found.append(RuleChange(rule_id, "changed", _parameters(before, after)))
    return found


def only(book: RuleBook, changed: Sequence[RuleChange]) -> RuleBook:
    """Those rules of a book that differ: each rule's flags depend on no other rule."""
    wanted = {change.rule for change in changed}
    return RuleBook({rule_id: rule for rule_id, rule in book.rules.items() if rule_id in wanted})


def try_on(
    history: ChildHistory, in_force: RuleBook, tried: RuleBook, anyway: RuleBook, first: date, last: date
) -> ChildTrial:
    """One child's trial over the days from the first to the last, both included; `anyway` are rules that do not differ."""
    books = [in_force, tried, *([anyway] if anyway.rules else [])]
    before, after, *same = spans_between(history, books, first - A_DAY, last)
    return ChildTrial(
        tuple(differences(before, after, first)),
        (*_told(before, first, tried=False), *_told(after, first, tried=True)),
        tuple(told for spans in same for tried in (False, True) for told in _told(spans, first, tried=tried)),
    )


def differences(in_force: Sequence[Span], tried: Sequence[Span], first: date) -> Iterator[Difference]:
    """How one child's flags differ; the spans begin the day before `first`, so that what stood already is known as that."""
    runs = [
        (run, number == 1)
        for number, spans in enumerate((in_force, tried))
        for run in runs_of(spans)
        if _since(run, first)
    ]
    runs.sort(key=lambda found: (found[0][0].flag.flag_id, found[0][0].from_on))
    group: list[tuple[Run, bool]] = []
    for found in runs:
        if group and not _meets(group, found[0]):
            yield from _difference(group, first)
            group = []
        group.append(found)
    if group:
        yield from _difference(group, first)


def _meets(group: Sequence[tuple[Run, bool]], run: Run) -> bool:
    """Whether a run is of the same flag as a group and begins before all of the group has ended."""
    ends = [other[-1].until_on or date.max for other, _ in group]
    return group[0][0][0].flag.flag_id == run[0].flag.flag_id and run[0].from_on < max(ends)


def _difference(group: Sequence[tuple[Run, bool]], first: date) -> Iterator[Difference]:
    """What a group of runs that overlap, one turn of one flag, comes to; nothing where both books agree."""
    before = [span for run, tried in group if not tried for span in run]
    after = [span for run, tried in group if tried for span in run]
    rule = group[0][0][0].flag.rule
    if not before:
        yield Difference(Course.ONLY_TRIED, rule, max(first, after[0].from_on))
        return
    if not after:
        yield Difference(Course.ONLY_IN_FORCE, rule, max(first, before[0].from_on))
        return
    gained = (before[0].from_on - after[0].from_on).days
    on = max(first, min(before[0].from_on, after[0].from_on))
    if gained:
        stood_before = min(before[0].from_on, after[0].from_on) < first
        yield Difference(Course.EARLIER if gained > 0 else Course.LATER, rule, on, None if stood_before else gained)
        return
    parts_on = _parts_on(_since(before, first), _since(after, first))
    if parts_on is not None:
        yield Difference(Course.OTHERWISE, rule, parts_on)


def _since(run: Run, first: date) -> list[Span]:
    """What is left of a run on the first day and after."""
    left = (span for span in run if span.until_on is None or span.until_on > first)
    return [span._replace(from_on=max(first, span.from_on)) for span in left]


def _parts_on(before: Run, after: Run) -> date | None:
    """The first day on which a flag that is raised on one day by both books stands otherwise; None where there is none."""
    for one, other in zip(before, after, strict=False):
        if (one.from_on, one.flag.level, one.flag.status) != (other.from_on, other.flag.level, other.flag.status):
            return min(one.from_on, other.from_on)
        if one.until_on != other.until_on:
            return min(one.until_on or date.max, other.until_on or date.max)
    longer = before if len(before) > len(after) else after
    shorter = min(len(before), len(after))
    return longer[shorter].from_on if shorter < len(longer) else None


def _told(spans: Sequence[Span], first: date, *, tried: bool) -> Iterator[Told]:
    """Each raising of a flag since the first day, and each time that it became urgent."""
    for run in runs_of(spans):
        if run[0].from_on >= first:
            yield Told(run[0].flag.role, run[0].from_on, urgent=False, tried=tried)
        urgent = next((span for span in run if span.flag.level == Level.HIGH), None)
        if urgent and urgent.from_on >= first:
            yield Told(urgent.flag.role, urgent.from_on, urgent=True, tried=tried)


def _raise_alike(before: Rule, after: Rule) -> bool:
    """Whether two wordings of a rule raise the same flags on the same days, for the same role."""
    same = (before.kind, before.shape, before.role) == (after.kind, after.shape, after.role)
    return same and not _parameters(before, after)


def _parameters(before: Rule, after: Rule) -> dict[str, tuple[object, object]]:
    names = sorted((before.parameters.keys() | after.parameters.keys()) - CHANGES_NO_FLAG)
    values = {name: (before.parameters.get(name), after.parameters.get(name)) for name in names}
    return {name: pair for name, pair in values.items() if pair[0] != pair[1]}
