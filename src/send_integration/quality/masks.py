"""Turns a row expectation into one vectorised question, taken from Great Expectations' own registered condition.

Validating a window the plain way costs 150 ms, whatever its size; these cost a fraction of one. The registry is only
half public, so the library's version is pinned and a property test holds the two verdicts equal.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from great_expectations.exceptions import GreatExpectationsError
from great_expectations.execution_engine import PandasExecutionEngine
from great_expectations.expectations.expectation import ColumnMapExpectation, ColumnPairMapExpectation, Expectation
from great_expectations.expectations.registry import get_metric_kwargs, get_metric_provider

from send_integration.errors import BadSetting, Broken
from send_integration.quality.columns import Kind
from send_integration.quality.held import WINDOW, LeftOut, Window
from send_integration.quality.suites import Rule

Condition = Callable[..., tuple["pd.Series[bool]", dict[str, Any], dict[str, Any]]]

NO_ROWS: "np.ndarray[Any, np.dtype[np.intp]]" = np.empty(0, dtype=np.intp)

OF_PAIRS: Mapping[str, LeftOut] = {
    "both_values_are_missing": "all gaps",
    "either_value_is_missing": "any gap",
    "neither": "none",
}
"""Which rows a rule on two columns leaves out, by the library's word for it."""


OF_TYPES = ("column_values.of_type", "column_values.in_type_list")
"""The library asks these of a column as a whole in most cases, and names no row then."""

ORDINARY: Mapping[Kind, "np.ndarray[Any, Any]"] = {
    "number": np.array([1.0, 2.0, np.nan]),
    "text": np.array(["one", "two", None], dtype=object),
}


@dataclass(frozen=True, slots=True)
class Mask:
    """Which rows of a window one rule finds unexpected."""

    rule: Rule
    columns: tuple[str, ...]
    provider: type
    condition: Condition
    domain: dict[str, Any]
    values: dict[str, Any]
    left_out: LeftOut

    def failing(self, window: Window) -> "np.ndarray[Any, np.dtype[np.intp]]":
        """The positions of the rows that fail. Raises Broken where the rule could not be asked: that is no pass."""
        try:
            frame = window.look_at(self.columns, self.left_out)
            if frame.empty:
                return NO_ROWS
            unexpected, _, _ = self.condition(
                self.provider,
                execution_engine=window.engine,
                metric_domain_kwargs=self.domain,
                metric_value_kwargs=self.values,
                metrics={"table.columns": list(self.columns)},
                runtime_configuration={},
            )
        except Exception as fault:
            raise self._broken(f"could not be asked ({type(fault).__name__})") from fault
        if unexpected.dtype != np.bool_:
            raise self._broken("answered with more than yes and no")
        # The condition leaves out rows without a value; its index says which rows it speaks of.
        return np.asarray(unexpected.index[unexpected.to_numpy()], dtype=np.intp)

    def _broken(self, what: str) -> Broken:
        return Broken(f"expectation {self.rule.code} {what}", next_step="Nothing passed; mend the suite or the column.")


def mask_of(rule: Rule, window: Window, known: frozenset[str]) -> Mask:
    """The mask of a row rule on columns that are `known`. Raises BadSetting where it cannot become one."""
    expectation = rule.expectation
    if not isinstance(expectation, ColumnMapExpectation | ColumnPairMapExpectation):
        raise _cannot(rule, "looks at more than a row")
    if expectation.map_metric in OF_TYPES:
        raise _cannot(rule, "asks for a type, which every column has by its declaration")
    _refuse_what_changes_the_denominator(rule, expectation)
    name = f"{expectation.map_metric}.condition"
    try:
        condition, provider = _registered(name, window.engine)
        asked = get_metric_kwargs(name, configuration=expectation.configuration)
    except GreatExpectationsError as unknown:
        raise _cannot(rule, "has no condition on single rows") from unknown
    domain = {**asked["metric_domain_kwargs"], "batch_id": WINDOW}
    columns = tuple(domain[key] for key in ("column", "column_A", "column_B") if key in domain)
    if not known.issuperset(columns):
        raise _cannot(rule, "looks at a column that its feed does not declare")
    left_out = _left_out(provider, domain)
    if "ignore_row_if" in domain:
        domain["ignore_row_if"] = "neither"  # the window leaves them out, once for all rules on these columns
    return Mask(rule, columns, provider, condition, domain, asked["metric_value_kwargs"], left_out)


def try_out(masks: Sequence[Mask], window: Window, kinds: Mapping[str, Kind]) -> None:
    """Ask every rule once of ordinary values. Raises BadSetting for one that cannot be: its feed's first message would find
    that otherwise, and stop the worker."""
    window.hold({name: ORDINARY[kind] for name, kind in kinds.items()})
    for mask in masks:
        try:
            mask.failing(window)
        except Broken as fault:
            raise _cannot(
                mask.rule, "cannot be asked of a row by itself, or not of what stands in its column"
            ) from fault


def _left_out(provider: type, domain: Mapping[str, Any]) -> LeftOut:
    """The rows of which the library says by itself that the rule has nothing to say."""
    if "column" in domain:
        return "any gap" if getattr(provider, "filter_column_isnull", True) else "none"
    return OF_PAIRS[str(domain.get("ignore_row_if"))]


def _registered(name: str, engine: PandasExecutionEngine) -> tuple[Condition, type]:
    provider, condition = get_metric_provider(name, engine)
    kind = getattr(condition, "metric_fn_type", None)
    if getattr(kind, "value", "") != "map_condition_series":
        raise GreatExpectationsError(name)
    return condition, provider


def _refuse_what_changes_the_denominator(rule: Rule, expectation: Expectation) -> None:
    if getattr(expectation, "row_condition", None):
        raise _cannot(rule, "has a row condition; derive a column that is empty for the other rows")
    if getattr(expectation, "mostly", 1) != 1:
        raise _cannot(rule, "has `mostly`; a row is right or wrong by itself")


def _cannot(rule: Rule, why: str) -> BadSetting:
    return BadSetting(
        f"expectation {rule.code} {why}", where="expectations", next_step="Change it, or give it the scope 'batch'."
    )
