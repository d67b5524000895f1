"""Flags: the milestones and risks that somebody should act on, and how they change from one answer to the next."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from typing import Any, NamedTuple

from send_integration.contracts.event import ChildId, EventKey
from send_integration.rules.model import Level, Milestone, MilestoneStatus, Risk, RuleBook, ids_of

RAISED, UPDATED, CLEARED, REOPENED = "raised", "updated", "cleared", "reopened"
ACKNOWLEDGED, DISMISSED = "acknowledged", "dismissed"
"""What can become of a flag. It is raised anew, under its own id, where it was cleared; reopened where it was handled."""

ASKS_FOR = ("level", "status", "due_on", "stands_since", "role")
"""With its evidence, what somebody would act on differently, or would be told of if it fell away. A flag of which only other
words change, by a new wording of its rule or another count in its reason, is kept up to date and is no news to anybody."""

RAISED_BY = {MilestoneStatus.DUE_SOON: Level.WATCH, MilestoneStatus.MISSED: Level.HIGH}
"""The statuses of a milestone that ask somebody to act, and how strongly."""


class Handled(NamedTuple):
    """What a worker said of a flag: 'acknowledged', they act on it, or 'dismissed', with the reason why nobody need."""

    what: str
    by: str
    on: date
    why: str


@dataclass(frozen=True, slots=True)
class Flag:
    """One thing that somebody should act on, with all that explains it.

    `flag_id` stays the same while the cause does, whatever its level, so that nobody is told twice. `stands_since` is the
    day on which a risk's pattern was complete, or the milestone's first day of warning or of lateness. `turn` tells it from
    others of the same rule and subject: the day on which a milestone began; '' for a risk. `expected` are the events that
    would settle it and have not come. `basis` is the rule's: S, G or L. `handled` is what was last said of it
    since it stands so (rules.handling).
    """

    flag_id: str
    child_id: ChildId
    kind: str
    rule: str
    version: str
    subject: str
    level: str
    status: str
    due_on: date | None
    reason: str
    next_step: str
    arithmetic: str
    basis: str
    citation: str
    role: str
    stands_since: date
    evidence: tuple[EventKey, ...]
    expected: tuple[str, ...]
    handled: Handled | None = None
    turn: str = ""

    def id_with(self, child_id: ChildId) -> str:
        """The id that it would have were it another child's."""
        return _flag_id(child_id, self.rule, self.subject, self.turn)

    @property
    def dismissed(self) -> bool:
        """Whether somebody said that nobody need act on it."""
        return self.handled is not None and self.handled.what == DISMISSED


class FlagChange(NamedTuple):
    """What happened to a flag, in one of the words above; a cleared one carries how it last stood.

    `because` says in words that records came from another child or went to one, where the change is owed to that; '' in
    the ordinary course of events. `same_as` is the flag of another child that this one goes on from, or that goes on from
    this one, where all that it is about moved; '' where there is none.
    """

    change: str
    flag: Flag
    because: str = ""
    same_as: str = ""


def flags_of(
    child_id: ChildId, milestones: Iterable[Milestone], risks: Iterable[Risk], rules: RuleBook
) -> tuple[Flag, ...]:
    """The flags of one child's answer, in the order of their ids."""
    flags = [
        *(_of_milestone(child_id, found, rules) for found in milestones if found.status in RAISED_BY),
        *(_of_risk(child_id, found, rules) for found in risks),
    ]
    return tuple(sorted(flags, key=lambda flag: flag.flag_id))


def changes(before: Mapping[str, Flag], now: Iterable[Flag]) -> tuple[FlagChange, ...]:
    """What changed between two answers for one child, in the order of the flags' ids, and of one flag as it came about."""
    after = {flag.flag_id: flag for flag in now}
    found = [FlagChange(CLEARED, flag) for flag_id, flag in before.items() if flag_id not in after]
    for flag_id, flag in after.items():
        found += _changes_of(before.get(flag_id), flag)
    return tuple(sorted(found, key=lambda change: change.flag.flag_id))


def _changes_of(old: Flag | None, flag: Flag) -> Iterator[FlagChange]:
    """A flag that asks for something else, then what was said of it; where what was said has lapsed, that is all the news."""
    was, handled = old.handled if old else None, flag.handled
    if old is None:
        yield FlagChange(RAISED, replace(flag, handled=None))
    elif was is not None and handled is None:
        yield FlagChange(REOPENED, flag)
    elif any(getattr(old, name) != getattr(flag, name) for name in ASKS_FOR) or _rests_on_others(old, flag):
        yield FlagChange(UPDATED, replace(flag, handled=was))
    if handled is not None and handled != was:
        yield FlagChange(handled.what, flag)


def _rests_on_others(old: Flag, flag: Flag) -> bool:
    """Whether the evidence changed, as it is printed: a flag kept by an earlier release has no sources with its ids."""
    return old.evidence != flag.evidence and ids_of(old.evidence) != ids_of(flag.evidence)


def reworded(before: Mapping[str, Flag], now: Iterable[Flag]) -> list[Flag]:
    """The flags that stood before in other words, and of which nothing else has changed."""
    return [
        flag
        for flag in now
        if (old := before.get(flag.flag_id)) is not None and old != flag and not any(_changes_of(old, flag))
    ]


def owed_to_moves(
    found: Iterable[FlagChange], now: Iterable[Flag], unmoved: Iterable[Flag], because: str
) -> list[FlagChange]:
    """The changes with their cause: `because` for each flag that would stand otherwise had no record moved.

    `unmoved` are the flags of the same child and day without the moves; where they and `now` agree on a flag, its change
    came of ordinary events or of the calendar.
    """
    after, otherwise = ({flag.flag_id: flag for flag in flags} for flags in (now, unmoved))
    return [
        change._replace(because=because)
        if after.get(change.flag.flag_id) != otherwise.get(change.flag.flag_id)
        else change
        for change in found
    ]


def with_heirs(found: Sequence[FlagChange]) -> list[FlagChange]:
    """The changes of several children who gave and gained records, each flag that ends with the one that goes on from it.

    It would have the same id were it the same child's, and an event on which both rest, which is only ever one child's, has
    moved.
    """
    changed = [change for change in found if change.because and change.change in (CLEARED, RAISED)]
    raised = {change.flag.flag_id: change.flag for change in changed if change.change == RAISED}
    children = {flag.child_id for flag in raised.values()}
    same: dict[str, str] = {}
    for old in (change.flag for change in changed if change.change == CLEARED):
        for heir in (raised.get(old.id_with(child_id)) for child_id in sorted(children - {old.child_id})):
            if heir is not None and set(old.evidence) & set(heir.evidence):
                same |= {heir.flag_id: old.flag_id, old.flag_id: heir.flag_id}
    return [
        change._replace(same_as=same.get(change.flag.flag_id, "")) if change.change in (CLEARED, RAISED) else change
        for change in found
    ]


def flag_as_json(flag: Flag) -> dict[str, Any]:
    """A flag as it stands on topics and in the database: `evidence` as every surface prints it, `rests_on` with sources."""
    return {
        **{name: getattr(flag, name) for name in flag.__slots__},
        "due_on": flag.due_on.isoformat() if flag.due_on else None,
        "stands_since": flag.stands_since.isoformat(),
        "evidence": ids_of(flag.evidence),
        "rests_on": [list(key) for key in flag.evidence],
        "expected": list(flag.expected),
        "handled": {**flag.handled._asdict(), "on": flag.handled.on.isoformat()} if flag.handled else None,
    }


def evidence_of(given: Mapping[str, Any]) -> tuple[EventKey, ...]:
    """The events on which a flag of `flag_as_json` rests; an earlier release wrote no sources, and '' stands for any."""
    keys = given.get("rests_on") or [("", event_id) for event_id in given["evidence"]]
    return tuple(EventKey(*key) for key in keys)


def flag_from_json(given: Mapping[str, Any]) -> Flag:
    """The flag that `flag_as_json` wrote."""
    due_on, handled = given["due_on"], given["handled"]
    return Flag(
        **{
            **{name: value for name, value in given.items() if name != "rests_on"},
            "due_on": date.fromisoformat(due_on) if due_on else None,
            "stands_since": date.fromisoformat(given["stands_since"]),
            "evidence": evidence_of(given),
            "expected": tuple(given["expected"]),
            "handled": Handled(**{**handled, "on": date.fromisoformat(handled["on"])}) if handled else None,
        }
    )


def _of_milestone(child_id: ChildId, found: Milestone, rules: RuleBook) -> Flag:
    rule = rules[found.milestone]
    assert found.stands_since is not None  # noqa: S101 - it has one of the two statuses that raise a flag
    return Flag(
        flag_id=_flag_id(child_id, found.milestone, found.subject, found.triggered_on.isoformat()),
        child_id=child_id,
        kind="milestone",
        rule=found.milestone,
        version=found.version,
        subject=found.subject,
        level=RAISED_BY[found.status],
        status=found.status,
        due_on=found.due_on,
        reason=rule.why,
        next_step=rule.next_step,
        arithmetic=found.arithmetic,
        basis=rule.basis,
        citation=rule.citation,
        role=rule.role,
        stands_since=found.stands_since,
        evidence=found.evidence,
        expected=found.expected,
        turn=found.triggered_on.isoformat(),
    )


def _of_risk(child_id: ChildId, found: Risk, rules: RuleBook) -> Flag:
    rule = rules[found.risk]
    return Flag(
        flag_id=_flag_id(child_id, found.risk, found.subject, ""),
        child_id=child_id,
        kind="risk",
        rule=found.risk,
        version=found.version,
        subject=found.subject,
        level=found.level,
        status="risk",
        due_on=None,
        reason=found.reason,
        next_step=rule.next_step,
        arithmetic=f"since {found.raised_on}",
        basis=rule.basis,
        citation=rule.citation,
        role=rule.role,
        stands_since=found.raised_on,
        evidence=found.evidence,
        expected=found.expected,
    )


def _flag_id(*parts: str) -> str:
    """One id for one cause: the child, the rule, what it is about, and which of several turns of it."""
    return "f" + sha256(json.dumps(parts).encode()).hexdigest()[:19]
