"""Our own expectations that look at a row beside the others of its window: what is odd only because the rest is otherwise.

Importing this registers them.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd
from great_expectations.execution_engine import PandasExecutionEngine
from great_expectations.expectations.expectation import ColumnPairMapExpectation
from great_expectations.expectations.metrics.map_metric_provider import (
    ColumnPairMapMetricProvider,
    column_pair_condition_partial,
)

DOMAIN = ("batch_id", "table", "column_A", "column_B", "row_condition", "ignore_row_if")
IgnoreRowIf = Literal["both_values_are_missing", "either_value_is_missing", "neither"]

LEAST_OF_A_SOURCE = 50
"""Of fewer references nothing is said of what is usual for a source."""

UNUSUAL = 0.1
"""A shape that fewer than a tenth of a source's references have."""

_PADDED = re.compile(r"(?<![0-9])0[0-9]", re.ASCII)
_BEFORE_DIGIT = re.compile(r"[^0-9]*", re.ASCII)


def _usual(references: Sequence[str]) -> dict[str, bool]:
    """For each of a source's references whether enough of them have its shape: what it opens with, before its first digit;
    with its length where the source fills up with zeros.

    A source that counts without zeros has shorter and longer numbers by right.
    """
    times = Counter(references)
    padded = any(map(_PADDED.search, times))
    shapes = {
        reference: (opening[0] if (opening := _BEFORE_DIGIT.match(reference)) else "", len(reference) if padded else 0)
        for reference in times
    }
    counted: Counter[tuple[str, int]] = Counter()
    for reference, shape in shapes.items():
        counted[shape] += times[reference]
    return {reference: counted[shape] >= UNUSUAL * len(references) for reference, shape in shapes.items()}


class ColumnPairValuesHaveTheUsualShape(ColumnPairMapMetricProvider):  # type: ignore[misc] # the library is not typed for us
    """Each source beside a reference of its own: whether the reference is built as most of the source's are."""

    condition_metric_name = "column_pair_values.have_the_usual_shape"
    condition_domain_keys = DOMAIN
    condition_value_keys = ()

    @column_pair_condition_partial(engine=PandasExecutionEngine)  # type: ignore[untyped-decorator]
    def _pandas(
        cls,  # noqa: N805 - the library's form
        column_A: "pd.Series[Any]",  # noqa: N803 - the library's form
        column_B: "pd.Series[Any]",  # noqa: N803
        **_: object,
    ) -> "pd.Series[bool]":
        references = [str(reference) for reference in column_B.tolist()]
        of_source: dict[object, list[str]] = defaultdict(list)
        for source, reference in zip(column_A.tolist(), references, strict=True):
            of_source[source].append(reference)
        usual = {source: _usual(found) for source, found in of_source.items() if len(found) >= LEAST_OF_A_SOURCE}
        verdicts = [
            source not in usual or usual[source][reference]
            for source, reference in zip(column_A.tolist(), references, strict=True)
        ]
        return pd.Series(verdicts, index=column_A.index, dtype=np.bool_)


class ColumnPairValuesStandBesideFew(ColumnPairMapMetricProvider):  # type: ignore[misc]
    """Each value beside another: whether it stands beside no more different others in the window than it may."""

    condition_metric_name = "column_pair_values.stand_beside_few"
    condition_domain_keys = DOMAIN
    condition_value_keys = ("most", "most_share")

    @column_pair_condition_partial(engine=PandasExecutionEngine)  # type: ignore[untyped-decorator]
    def _pandas(
        cls,  # noqa: N805 - the library's form
        column_A: "pd.Series[Any]",  # noqa: N803 - the library's form
        column_B: "pd.Series[Any]",  # noqa: N803
        most: int = 0,
        most_share: float = 0.0,
        **_: object,
    ) -> "pd.Series[bool]":
        beside: dict[object, set[object]] = defaultdict(set)
        for value, other in set(zip(column_A.tolist(), column_B.tolist(), strict=True)):
            beside[value].add(other)
        allowed = max(most, most_share * len(set().union(*beside.values())))
        many = {value for value, others in beside.items() if len(others) > allowed}
        return pd.Series([value not in many for value in column_A.tolist()], index=column_A.index, dtype=np.bool_)


class ExpectColumnPairValuesToHaveTheUsualShape(ColumnPairMapExpectation):  # type: ignore[misc]
    """Expect each reference in column B built as most references of its source, in column A, are built."""

    map_metric: ClassVar[str] = "column_pair_values.have_the_usual_shape"
    success_keys: ClassVar[tuple[str, ...]] = ("column_A", "column_B", "ignore_row_if", "mostly")
    ignore_row_if: IgnoreRowIf = "both_values_are_missing"


class ExpectColumnPairValuesToStandBesideFew(ColumnPairMapExpectation):  # type: ignore[misc]
    """Expect each value in column A beside at most `most` different values of column B, or beside `most_share` of all of
    them where that is more."""

    map_metric: ClassVar[str] = "column_pair_values.stand_beside_few"
    success_keys: ClassVar[tuple[str, ...]] = ("column_A", "column_B", "ignore_row_if", "mostly", "most", "most_share")
    ignore_row_if: IgnoreRowIf = "either_value_is_missing"
    most: int
    most_share: float = 0.0
