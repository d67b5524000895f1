"""Flags: the milestones and risks that somebody should act on, and how they change from one answer to the next."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any, NamedTuple

from send_integration.contracts.event import ChildId
from send_integration.rules.model import Level, Milestone, MilestoneStatus, Risk, RuleBook

RAISED_BY = {MilestoneStatus.DUE_SOON: Level.WATCH, MilestoneStatus.MISSED: Level.HIGH}
"""The statuses of a milestone that ask somebody to act, and how strongly."""


@dataclass(frozen=True, slots=True)
class Flag:
    """One thing that somebody should act on, with all that explains it.

    `flag_id` stays the same while the cause does, whatever its level, so that nobody is told twice. `stands_since` is the
    day on which a risk's pattern was complete, or the milestone's first day of warning or of lateness. `expected` are the
    events that would settle it and have not come. `basis` is the rule's: S, G or L.
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
    evidence: tuple[str, ...]
    expected: tuple[str, ...]


class FlagChange(NamedTuple):
    """What happened to a flag: 'raised', 'updated' or 'cleared'; a cleared one carries how it last stood.

    `because` says in words that records came from another child or went to one, where the change is owed to that; '' in
    the ordinary course of events.
    """

    change: str
    flag: Flag
    because: str = ""


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
    """What changed between two answers for one child, in the order of the flags' ids."""
    after = {flag.flag_id: flag for flag in now}
    found = [FlagChange("cleared", flag) for flag_id, flag in before.items() if flag_id not in after]
    for flag_id, flag in after.items():
        if flag_id not in before:
            found.append(FlagChange("raised", flag))
        elif before[flag_id] != flag:
            found.append(FlagChange("updated", flag))
    return tuple(sorted(found, key=lambda change: change.flag.flag_id))


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


def flag_as_json(flag: Flag) -> dict[str, Any]:
    """A flag as it stands on topics and in the database."""
    return {
        **{name: getattr(flag, name) for name in flag.__slots__},
        "due_on": flag.due_on.isoformat() if flag.due_on else None,
        "stands_since": flag.stands_since.isoformat(),
        "evidence": list(flag.evidence),
        "expected": list(flag.expected),
    }


def flag_from_json(given: Mapping[str, Any]) -> Flag:
    """The flag that `flag_as_json` wrote."""
    due_on = given["due_on"]
    return Flag(
        **{
            **given,
            "due_on": date.fromisoformat(due_on) if due_on else None,
            "stands_since": date.fromisoformat(given["stands_since"]),
            "evidence": tuple(given["evidence"]),
            "expected": tuple(given["expected"]),
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
