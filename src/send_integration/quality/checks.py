"""Asks a feed's row expectations of a window of events: which rows are let on, and what is only remarked."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from send_integration.contracts.event import Event, Reason
from send_integration.errors import BadSetting
from send_integration.quality.columns import COLUMNS
from send_integration.quality.frame import Cells, cells_of
from send_integration.quality.held import Window
from send_integration.quality.masks import NO_ROWS, Mask, mask_of, try_out
from send_integration.quality.suites import rules_of
from send_integration.quality.watched import ABSENT, codes_of
from send_integration.watch.window import Checked, Columns


class RowChecks:
    """The row expectations of one feed, made ready once; belongs to one thread."""

    def __init__(self, feed: str, directory: Path | None = None) -> None:
        if feed not in COLUMNS:
            raise BadSetting(f"the feed {feed} declares no columns", next_step="Add them to quality/columns.py.")
        self.columns = COLUMNS[feed]
        self._absent = [column.name for column in (*self.columns, *ABSENT)]
        self._codes = [(column.name, f"code {column.name}") for column in codes_of(feed)]
        coded = tuple(replace(column, name=f"code {column.name}") for column in codes_of(feed))
        self._every_column = (*self.columns, *ABSENT, *coded)
        self.window = Window()
        field_of = {column.name: column.field for column in self.columns}
        rules = [rule for rule in rules_of(feed, directory) if rule.scope == "row"]
        self.masks: tuple[Mask, ...] = tuple(mask_of(rule, self.window, frozenset(field_of)) for rule in rules)
        try_out(self.masks, self.window, {column.name: column.kind for column in self.columns})
        self._reasons = [Reason(mask.rule.code, field_of[mask.columns[0]], mask.rule.sentence) for mask in self.masks]

    def checked(self, events: Sequence[Event]) -> Checked:
        """For each event of a window the reasons, sorted, for which it is not let on, and what is only worth a remark; with
        a way to count the window's columns for the feed's batch rules. Raises Broken where a rule could not be asked."""
        cells = cells_of(events, self._every_column)
        rejected: dict[int, list[Reason]] = {}
        remarked: dict[int, list[Reason]] = {}
        for mask, reason, positions in zip(self.masks, self._reasons, self.failing(cells), strict=True):
            into = rejected if mask.rule.rejects else remarked
            for position in positions.tolist():
                into.setdefault(position, []).append(reason)
        return Checked(
            _by_place(rejected, len(events)),
            _by_place(remarked, len(events)),
            lambda places: self._counted(cells, places),
        )

    def _counted(self, cells: Cells, places: Sequence[int]) -> Columns:
        of = {name: cells[name][list(places)] for name in (*self._absent, *(column for _, column in self._codes))}
        codes = {name: Counter(of[column].tolist()) for name, column in self._codes}
        return Columns(
            {name: int(pd.isna(of[name]).sum()) for name in self._absent},
            {name: {c: n for c, n in found.items() if isinstance(c, str)} for name, found in codes.items()},
        )

    def failing(self, cells: Cells) -> "list[np.ndarray[Any, np.dtype[np.intp]]]":
        """For each mask the positions of the rows that fail it."""
        if not any(map(len, cells.values())):
            return [NO_ROWS for _ in self.masks]
        self.window.hold(cells)
        return [mask.failing(self.window) for mask in self.masks]


def _by_place(found: Mapping[int, list[Reason]], places: int) -> list[tuple[Reason, ...]]:
    """Reasons, sorted, for each place; most have none."""
    reasons: list[tuple[Reason, ...]] = [()] * places
    for place, of_place in found.items():
        reasons[place] = tuple(sorted(of_place))
    return reasons
