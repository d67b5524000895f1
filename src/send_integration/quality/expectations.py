"""Our own expectations: free text holds no identifier of a child. Importing this registers them."""

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from great_expectations.execution_engine import PandasExecutionEngine
from great_expectations.expectations.expectation import ColumnMapExpectation
from great_expectations.expectations.metrics import ColumnMapMetricProvider, column_condition_partial

from send_integration.contracts.identifiers import holds_nhs_number, holds_upn


def _free_of(holds: Callable[[str], bool], column: "pd.Series[Any]") -> "pd.Series[bool]":
    found = np.fromiter((not holds(text) for text in column.array), dtype=bool, count=len(column))
    return pd.Series(found, index=column.index)


class ColumnValuesHoldNoNhsNumber(ColumnMapMetricProvider):  # type: ignore[misc] # the library is not typed for us
    """Each text without an NHS number."""

    condition_metric_name = "column_values.hold_no_nhs_number"

    @column_condition_partial(engine=PandasExecutionEngine)  # type: ignore[untyped-decorator]
    def _pandas(cls, column: "pd.Series[Any]", **_: object) -> "pd.Series[bool]":  # noqa: N805 - the library's form
        return _free_of(holds_nhs_number, column)


class ColumnValuesHoldNoUpn(ColumnMapMetricProvider):  # type: ignore[misc]
    """Each text without a unique pupil number."""

    condition_metric_name = "column_values.hold_no_upn"

    @column_condition_partial(engine=PandasExecutionEngine)  # type: ignore[untyped-decorator]
    def _pandas(cls, column: "pd.Series[Any]", **_: object) -> "pd.Series[bool]":  # noqa: N805 - the library's form
        return _free_of(holds_upn, column)


class ExpectColumnValuesToHoldNoNhsNumber(ColumnMapExpectation):  # type: ignore[misc]
    """Expect texts in which no NHS number stands."""

    map_metric: ClassVar[str] = "column_values.hold_no_nhs_number"


class ExpectColumnValuesToHoldNoUpn(ColumnMapExpectation):  # type: ignore[misc]
    """Expect texts in which no unique pupil number stands."""

    map_metric: ClassVar[str] = "column_values.hold_no_upn"
