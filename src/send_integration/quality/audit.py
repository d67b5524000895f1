"""Judges a window by plain Great Expectations, and says where the gate's fast path sees it otherwise.

For a process beside the stream: a window takes a fifth of a second, however small.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import great_expectations as gx
import pandas as pd
from great_expectations.core.batch import Batch
from great_expectations.core.expectation_validation_result import ExpectationValidationResult

from send_integration.contracts.event import Event
from send_integration.errors import Broken
from send_integration.quality.checks import RowChecks
from send_integration.quality.frame import Cells, cells_of, frame_of
from send_integration.quality.masks import Mask
from send_integration.quality.suites import Rule

ROWS_ALONE = {"result_format": "COMPLETE", "partial_unexpected_count": 0, "include_unexpected_rows": False}
"""Which rows fail stands only in a complete result, beside their values; nothing of it but numbers is kept."""

COUNTS = (
    "element_count",
    "unexpected_count",
    "unexpected_percent",
    "missing_count",
    "missing_percent",
    "unexpected_percent_total",
    "unexpected_percent_nonmissing",
)
"""What a BASIC result with no listed values has, and all that may be kept of a child's row: numbers."""

NO_VALUES = {"result_format": "BASIC", "partial_unexpected_count": 0}
"""The result format for all that is written down; whatever is above BOOLEAN_ONLY else lists failing values."""


class RuleVerdict(NamedTuple):
    """What a rule says of a window: whether all passed, how many failed, and which rows."""

    code: str
    success: bool
    unexpected: int
    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Verdicts:
    """The rules' verdicts in their order, without those that could not be asked; `results` are each rule's counts."""

    rules: list[RuleVerdict]
    could_not_run: tuple[str, ...]
    results: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class AuditedWindow:
    """How many events were judged twice, the rules whose verdicts differ, and each rule's counts."""

    events: int
    differing: tuple[str, ...]
    results: list[dict[str, Any]]


class PlainValidation:
    """Great Expectations as its documentation has it: nothing kept, nothing sent; belongs to one thread."""

    def __init__(self) -> None:
        self.context = gx.get_context(mode="ephemeral")
        self.context.variables.progress_bars = {"globally": False}
        source = self.context.data_sources.add_pandas("window")
        self._definition = source.add_dataframe_asset("events").add_batch_definition_whole_dataframe("all")

    def verdicts(self, rules: Sequence[Rule], frame: pd.DataFrame) -> Verdicts:
        """Every rule's verdict on a window."""
        suite = gx.ExpectationSuite("window", expectations=[rule.expectation.copy() for rule in rules])
        validated = self.batch(frame).validate(suite, result_format=ROWS_ALONE)
        by_code = {str(one.expectation_config.meta["rule"]): one for one in validated.results if one.expectation_config}
        found: list[RuleVerdict] = []
        results: list[dict[str, Any]] = []
        failed: list[str] = []
        for rule in rules:
            result = by_code.get(rule.code)
            if result is None or _could_not_run(result):
                failed.append(rule.code)
                continue
            rows = tuple(sorted(map(int, result.result.get("unexpected_index_list") or ())))
            success, unexpected = bool(result.success), int(result.result.get("unexpected_count", 0))
            found.append(RuleVerdict(rule.code, success, unexpected, rows))
            results.append({"rule": rule.code, "success": success, **_counts(result.result)})
        return Verdicts(found, tuple(failed), results)

    def batch(self, frame: pd.DataFrame) -> Batch:
        """A window as the library holds it."""
        return self._definition.get_batch(batch_parameters={"dataframe": frame})


def audit(checks: RowChecks, plain: PlainValidation, events: Sequence[Event]) -> AuditedWindow:
    """Ask both of the same rows. A rule that either could not ask counts as differing: it says nothing of the rows."""
    cells = cells_of(events, checks.columns)
    verdicts = plain.verdicts([mask.rule for mask in checks.masks], frame_of(cells))
    theirs = {verdict.code: verdict for verdict in verdicts.rules}
    differing = [mask.rule.code for mask in checks.masks if _fast(checks, mask, cells) != theirs.get(mask.rule.code)]
    return AuditedWindow(len(events), tuple(sorted({*differing, *verdicts.could_not_run})), verdicts.results)


def _fast(checks: RowChecks, mask: Mask, cells: Cells) -> RuleVerdict | str:
    """The fast path's verdict, or why there is none; no such words equal a verdict."""
    checks.window.hold(cells)
    try:
        rows = tuple(sorted(map(int, mask.failing(checks.window))))
    except Broken as fault:
        return str(fault)
    return RuleVerdict(mask.rule.code, not rows, len(rows), rows)


def _could_not_run(result: ExpectationValidationResult) -> bool:
    """Whether a metric failed: the library swallows that, and gives an empty result without success."""
    told: Mapping[str, Any] = result.exception_info or {}
    raised = [told] if "raised_exception" in told else [part for part in told.values() if isinstance(part, dict)]
    return any(part.get("raised_exception") for part in raised)


def _counts(result: Mapping[str, Any]) -> dict[str, float | None]:
    found = {name: result[name] for name in COUNTS if name in result}
    return {name: value if value is None or value == value else None for name, value in found.items()}  # noqa: PLR0124 - not a number is unequal to itself
