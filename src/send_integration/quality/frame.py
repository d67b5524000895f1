"""Makes a window of events into the columns that its feed's expectations look at."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from send_integration.contracts.event import Event
from send_integration.quality.columns import Column
from send_integration.quality.derived import Cell

Cells = Mapping[str, "np.ndarray[Any, Any]"]
"""A window's columns by their names, a cell for each event: numbers are floats with NaN, texts objects with None."""


def cells_of(events: Sequence[Event], columns: Sequence[Column]) -> Cells:
    """The columns of a window, in the order of its events."""
    return {column.name: _array(list(map(column.value, events)), column) for column in columns}


def frame_of(cells: Cells) -> pd.DataFrame:
    """The columns as one frame, its rows numbered from 0."""
    rows = pd.RangeIndex(len(next(iter(cells.values()), ())))
    return pd.DataFrame({name: series_of(column, rows) for name, column in cells.items()}, index=rows, copy=False)


def series_of(column: "np.ndarray[Any, Any]", rows: "pd.Index[int]") -> "pd.Series[Any]":
    """A column as it is. Left to itself pandas turns texts into a string type of its own, which is slower to read and compares
    gaps in another way."""
    made: pd.Series[Any] = pd.Series(column, index=rows, dtype=column.dtype, copy=False)
    return made


def _array(values: list[Cell], column: Column) -> "np.ndarray[Any, Any]":
    if column.kind == "number":
        return np.array(values, dtype=np.float64)
    texts = np.empty(len(values), dtype=object)
    texts[:] = values
    return texts
