"""Our own expectations that look at a row beside the others of its window: what is odd only because the rest is otherwise.

Importing this registers them.
"""

import re
from collections import Counter
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
_FROM_DIGIT = re.compile(r"[0-9].*", re.ASCII | re.DOTALL)


def _shapes(references: "pd.Series[Any]") -> list[str]:
    """What each reference opens with, before its first digit; with its length where the source fills up with zeros.

    A source that counts without zeros has shorter and longer numbers by right.
    """
    texts = [str(reference) for reference in references.array]
    openings = [_FROM_DIGIT.sub("", text) for text in texts]
    if not any(map(_PADDED.search, texts)):
        return openings
    return [f"{opening} {len(text)}" for opening, text in zip(openings, texts, strict=True)]


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
        usual = np.ones(len(column_A), dtype=np.bool_)
        for places in column_A.groupby(column_A).indices.values():
            if len(places) < LEAST_OF_A_SOURCE:
                continue
            shapes = _shapes(column_B.iloc[places])
            counted = Counter(shapes)
            usual[places] = [counted[shape] >= UNUSUAL * len(shapes) for shape in shapes]
        return pd.Series(usual, index=column_A.index)


class ColumnPairValuesAreOfFewPersons(ColumnPairMapMetricProvider):  # type: ignore[misc]
    """Each value beside the person who has it: whether no more persons of the window share it than may."""

    condition_metric_name = "column_pair_values.are_of_few_persons"
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
        pairs = pd.DataFrame({"value": column_A, "person": column_B}).drop_duplicates()
        persons = pairs["value"].value_counts()
        allowed = max(most, most_share * pairs["person"].nunique())
        return ~column_A.isin(persons.index[persons > allowed])


class ExpectColumnPairValuesToHaveTheUsualShape(ColumnPairMapExpectation):  # type: ignore[misc]
    """Expect each reference in column B built as most references of its source, in column A, are built."""

    map_metric: ClassVar[str] = "column_pair_values.have_the_usual_shape"
    success_keys: ClassVar[tuple[str, ...]] = ("column_A", "column_B", "ignore_row_if", "mostly")
    ignore_row_if: IgnoreRowIf = "both_values_are_missing"


class ExpectColumnPairValuesToBeOfFewPersons(ColumnPairMapExpectation):  # type: ignore[misc]
    """Expect each value in column A of at most `most` of the persons in column B, or `most_share` of all where that is more."""

    map_metric: ClassVar[str] = "column_pair_values.are_of_few_persons"
    success_keys: ClassVar[tuple[str, ...]] = ("column_A", "column_B", "ignore_row_if", "mostly", "most", "most_share")
    ignore_row_if: IgnoreRowIf = "both_values_are_missing"
    most: int
    most_share: float
