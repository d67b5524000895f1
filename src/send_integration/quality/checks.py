"""Asks a feed's row expectations of a window of events: which rows are let on, and what is only remarked."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from send_integration.contracts.event import Event, Reason
from send_integration.errors import BadSetting
from send_integration.quality.columns import COLUMNS
from send_integration.quality.frame import frame_of
from send_integration.quality.masks import Mask, Window, mask_of
from send_integration.quality.suites import rules_of

Reasons = tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Verdicts:
    """One tuple for each event, in the order given; an event with none in `rejected` passes, remarked or not."""

    rejected: list[Reasons]
    remarked: list[Reasons]


class RowChecks:
    """The row expectations of one feed, made ready once; belongs to one thread."""

    def __init__(self, feed: str, directory: Path | None = None) -> None:
        if feed not in COLUMNS:
            raise BadSetting(f"the feed {feed} declares no columns", next_step="Add them to quality/columns.py.")
        self.columns = COLUMNS[feed]
        self.window = Window()
        field_of = {column.name: column.field for column in self.columns}
        rules = [rule for rule in rules_of(feed, directory) if rule.scope == "row"]
        self.masks: tuple[Mask, ...] = tuple(mask_of(rule, self.window, frozenset(field_of)) for rule in rules)
        self._reasons = [Reason(mask.rule.code, field_of[mask.columns[0]], mask.rule.sentence) for mask in self.masks]

    def verdicts(self, events: Sequence[Event]) -> Verdicts:
        """What rejects an event and what is only worth a remark. Raises Broken where a rule could not be asked."""
        found = self.failing(frame_of(events, self.columns))
        rejected: list[list[Reason]] = [[] for _ in events]
        remarked: list[list[Reason]] = [[] for _ in events]
        for mask, reason, positions in zip(self.masks, self._reasons, found, strict=True):
            into = rejected if mask.rule.rejects else remarked
            for position in positions:
                into[position].append(reason)
        return Verdicts([tuple(sorted(each)) for each in rejected], [tuple(sorted(each)) for each in remarked])

    def failing(self, frame: pd.DataFrame) -> "list[np.ndarray[Any, np.dtype[np.intp]]]":
        """For each mask the positions of the rows that fail it; `frame` is numbered from 0."""
        if frame.empty:
            return [np.empty(0, dtype=np.intp) for _ in self.masks]
        self.window.hold(frame)
        return [mask.failing(self.window) for mask in self.masks]
