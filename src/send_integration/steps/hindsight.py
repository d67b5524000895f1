"""Looks back on what went wrong for children: when it could have been known, and whether anybody had been told."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import partial
from typing import Any, NamedTuple

from send_integration.rules.hindsight import Hindsight, Kind, hindsights
from send_integration.rules.model import RuleBook
from send_integration.steps.looking_back import in_batches, read_histories
from send_integration.steps.trial_report import Spread, spread_of
from send_integration.store.engine import open_database
from send_integration.store.histories import raisings, reading


class WasTold(StrEnum):
    """Whether anybody had been told of a flag that showed an outcome, before it."""

    TOLD = "told"
    NOT_TOLD = "not-told"
    NO_RECORD = "no-record"


@dataclass(frozen=True, slots=True)
class LookBack:
    """What is asked: by which rules, between which days, both included, and since when flags are kept."""

    rules: RuleBook
    first: date
    last: date
    kept_since: date | None


class Finding(NamedTuple):
    """An outcome with what had shown it, whether anybody had been told, and the first day on which they were."""

    hindsight: Hindsight
    was_told: WasTold
    told_on: date | None

    def as_json(self) -> dict[str, Any]:
        """The finding as `--json` prints it."""
        outcome = self.hindsight.outcome
        first, late = (next(iter(shown), None) for shown in (self.hindsight.shown, self.hindsight.had_all_been_written))
        return {
            "outcome": outcome.kind,
            "rule": outcome.rule,
            "subject": outcome.subject,
            "on": outcome.on.isoformat(),
            "shown_on": first.since.isoformat() if first else None,
            "days_before": self.hindsight.days_before,
            "shown_by": [{"rule": shown.rule, "since": shown.since.isoformat()} for shown in self.hindsight.shown],
            "shown_had_all_been_written_on": late.since.isoformat() if late else None,
            "told": self.was_told,
            "told_on": self.told_on.isoformat() if self.told_on else None,
        }


class KindInSum(NamedTuple):
    """All outcomes of a kind, of a milestone where it is a missed date: how many were never shown before, and of those how
    many would have been had all been written down on its day; how many days before the others were; and of how many it is
    kept whether anybody was told, and somebody was."""

    kind: Kind
    rule: str
    outcomes: int
    never_shown: int
    written_late: int
    days_before: Spread | None
    told: int
    on_record: int

    def as_json(self) -> dict[str, Any]:
        """The row as `--json` prints it."""
        return {
            "outcome": self.kind,
            "rule": self.rule,
            "outcomes": self.outcomes,
            "never_shown": self.never_shown,
            "share_never_shown": round(self.never_shown / self.outcomes, 4),
            "never_shown_for_written_late": self.written_late,
            "days_before": self.days_before._asdict() if self.days_before else None,
            "told": self.told,
            "on_record": self.on_record,
        }


def look_back(
    asked: LookBack, address: str, children: Sequence[str], processes: int
) -> Iterator[tuple[int, list[Finding]]]:
    """How many children were looked at, batch by batch, and what went wrong for them."""
    return in_batches(partial(look_back_on, asked, address), children, processes)


def look_back_on(asked: LookBack, address: str, children: Sequence[str]) -> list[Finding]:
    """What went wrong for some children, child by child in the order of the days; opens the database for itself."""
    engine = open_database(address)
    try:
        with reading(engine) as connection:
            histories = read_histories(connection, children)
            raised = raisings(connection, children)
    finally:
        engine.dispose()
    return [
        _finding(found, raised, asked.kept_since)
        for history in histories
        for found in hindsights(history, asked.rules, asked.first, asked.last)
    ]


def sums_of(found: Iterable[Finding]) -> list[KindInSum]:
    """The outcomes of each kind together, in the order of kinds and rules."""
    of_kind: dict[tuple[Kind, str], list[Finding]] = {}
    for finding in found:
        outcome = finding.hindsight.outcome
        of_kind.setdefault((outcome.kind, outcome.rule), []).append(finding)
    order = list(Kind)
    return [_sum(*key, of_kind[key]) for key in sorted(of_kind, key=lambda key: (order.index(key[0]), key[1]))]


def _sum(kind: Kind, rule: str, found: Sequence[Finding]) -> KindInSum:
    days = [finding.hindsight.days_before for finding in found]
    shown = [count for count in days if count is not None]
    told = sum(finding.was_told is WasTold.TOLD for finding in found)
    on_record = sum(finding.was_told is not WasTold.NO_RECORD for finding in found)
    late = sum(bool(finding.hindsight.had_all_been_written) for finding in found)
    return KindInSum(kind, rule, len(found), len(found) - len(shown), late, spread_of(shown), told, on_record)


def _finding(found: Hindsight, raised: Mapping[str, Sequence[date]], kept_since: date | None) -> Finding:
    """Somebody was told where a flag that showed the outcome was raised while it stood, before the outcome's day."""
    outcome_on = found.outcome.on
    days = [day for shown in found.shown for day in raised.get(shown.flag_id, ()) if shown.since <= day < outcome_on]
    if days:
        return Finding(found, WasTold.TOLD, min(days))
    on_record = kept_since is not None and kept_since < outcome_on
    return Finding(found, WasTold.NOT_TOLD if on_record else WasTold.NO_RECORD, None)
