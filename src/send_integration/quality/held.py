"""Holds a window in Great Expectations' engine as its conditions ask for it, a few columns at a time."""

from collections.abc import Hashable, Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd
from great_expectations.execution_engine import PandasExecutionEngine

from send_integration.quality.frame import Cells, series_of

WINDOW = "window"
"""The name under which the engine holds what a rule looks at."""

LeftOut = Literal["none", "any gap", "all gaps"]
"""Which rows a condition leaves out: none; those with a gap in any of its columns; those with a gap in all of them."""


class Window:
    """The engine and the window it holds. One for each worker: two threads on one engine give wrong verdicts.

    A condition copies every column of every row that it speaks of, so it is given its own columns alone, without the rows
    that it would leave out.
    """

    def __init__(self) -> None:
        self.engine = PandasExecutionEngine()
        self._cells: Cells = {}
        self._given: dict[str, np.ndarray[Any, np.dtype[np.bool_]]] = {}
        self._frames: dict[Hashable, pd.DataFrame] = {}

    def hold(self, cells: Cells) -> None:
        """Look at this window from now on."""
        self._cells, self._given, self._frames = cells, {}, {}

    def given(self, column: str) -> "np.ndarray[Any, np.dtype[np.bool_]]":
        """For each row whether it has a value there."""
        if column not in self._given:
            self._given[column] = ~pd.isna(self._cells[column])
        return self._given[column]

    def look_at(self, columns: Sequence[str], left_out: LeftOut) -> pd.DataFrame:
        """Let the engine see some columns of the rows that are not left out, which keep their numbers."""
        key = (*columns, left_out)
        if key not in self._frames:
            self._frames[key] = self._frame(columns, left_out)
        self.engine.load_batch_data(WINDOW, self._frames[key])
        return self._frames[key]

    def _frame(self, columns: Sequence[str], left_out: LeftOut) -> pd.DataFrame:
        cells = [self._cells[column] for column in columns]
        index: pd.Index[int] = pd.RangeIndex(len(cells[0]))
        if left_out != "none":
            given = [self.given(column) for column in columns]
            kept = np.logical_and.reduce(given) if left_out == "any gap" else np.logical_or.reduce(given)
            index = pd.Index(np.flatnonzero(kept))
            cells = [column[kept] for column in cells]
        # Plain objects for names: pandas' own texts take longer to look up than a rule takes to be asked.
        names = pd.Index(list(dict.fromkeys(columns)), dtype=object)
        if len(names) == 1:
            return pd.DataFrame(cells[0].reshape(-1, 1), index=index, columns=names, dtype=cells[0].dtype, copy=False)
        series = {column: series_of(values, index) for column, values in zip(columns, cells, strict=True)}
        return pd.DataFrame(series, index=index, columns=names, copy=False)
