"""Makes a window of events into the columns that its feed's expectations look at."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from send_integration.contracts.event import Event
from send_integration.quality.columns import Column
from send_integration.quality.derived import Cell


def frame_of(events: Sequence[Event], columns: Sequence[Column]) -> pd.DataFrame:
    """One row an event in the order given, numbered from 0; numbers are floats with NaN, texts objects with None."""
    made = {column.name: _array(list(map(column.value, events)), column) for column in columns}
    return pd.DataFrame(made, index=pd.RangeIndex(len(events)), copy=False)


def _array(values: list[Cell], column: Column) -> "np.ndarray[Any, Any]":
    if column.kind == "number":
        return np.array(values, dtype=np.float64)
    # Left to itself pandas makes a string type of its own, in which comparisons give neither true nor false for a gap.
    texts = np.empty(len(values), dtype=object)
    texts[:] = values
    return texts
