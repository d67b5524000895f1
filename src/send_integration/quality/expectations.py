"""Our own expectations: no identifier in free text, a year group that fits the age.

Importing this registers them.
"""

from collections.abc import Callable
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd
from great_expectations.execution_engine import PandasExecutionEngine
from great_expectations.expectations.expectation import ColumnMapExpectation, ColumnPairMapExpectation
from great_expectations.expectations.metrics import ColumnMapMetricProvider, column_condition_partial
from great_expectations.expectations.metrics.map_metric_provider import (
    ColumnPairMapMetricProvider,
    column_pair_condition_partial,
)

import send_integration.quality.window_expectations  # noqa: F401 - importing it registers those that look at the window
from send_integration.contracts.identifiers import holds_nhs_number, holds_upn

IgnoreRowIf = Literal["both_values_are_missing", "either_value_is_missing", "neither"]
AGE_IN_RECEPTION = 4
"""Whole years on 31 August before reception, national curriculum year 0 (Department for Education, age calculation)."""


def _free_of(holds: Callable[[str], bool], column: "pd.Series[Any]") -> "pd.Series[bool]":
    found = np.fromiter((not holds(text) for text in column.tolist()), dtype=bool, count=len(column))
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


class ColumnPairValuesFitTheSchoolYear(ColumnPairMapMetricProvider):  # type: ignore[misc]
    """Each taught year beside the child's age on 31 August before it."""

    condition_metric_name = "column_pair_values.fit_the_school_year"
    condition_domain_keys = ("batch_id", "table", "column_A", "column_B", "row_condition", "ignore_row_if")
    condition_value_keys = ("years_out",)

    @column_pair_condition_partial(engine=PandasExecutionEngine)  # type: ignore[untyped-decorator]
    def _pandas(
        cls,  # noqa: N805 - the library's form
        column_A: "pd.Series[Any]",  # noqa: N803 - the library's form
        column_B: "pd.Series[Any]",  # noqa: N803
        years_out: int = 0,
        **_: object,
    ) -> "pd.Series[bool]":
        return (column_A - (column_B - AGE_IN_RECEPTION)).abs() <= years_out


class ExpectColumnPairValuesToFitTheSchoolYear(ColumnPairMapExpectation):  # type: ignore[misc]
    """Expect column A, the taught year, at most `years_out` years from the one that column B, an age, leads to."""

    map_metric: ClassVar[str] = "column_pair_values.fit_the_school_year"
    success_keys: ClassVar[tuple[str, ...]] = ("column_A", "column_B", "ignore_row_if", "mostly", "years_out")
    ignore_row_if: IgnoreRowIf = "both_values_are_missing"
    years_out: int
