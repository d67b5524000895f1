"""Our masks say of every row what plain Great Expectations says of it, for every feed's own suite, however odd the rows.

Seen to catch planted faults: a row without a value counted as passing, one counted as failing, row positions taken from the
shortened column, a strict bound taken for a loose one, a rule that cannot be asked taken for one that passed, rows left out
where one of two columns has a gap and not both or the other way round, and columns or gaps of a former window looked at.
"""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from send_integration.contracts.topics import FEEDS
from send_integration.errors import Broken
from send_integration.quality.audit import PlainValidation, RuleVerdict
from send_integration.quality.checks import RowChecks
from send_integration.quality.columns import COLUMNS, Column
from send_integration.quality.frame import Cells, frame_of
from send_integration.quality.masks import Mask

CHECKS = {feed: RowChecks(feed) for feed in FEEDS}
PLAIN = PlainValidation()
NO_SHRINKING = (Phase.explicit, Phase.reuse, Phase.generate)
"""A window of twenty columns shrinks for minutes, and a failure names rule and rows as it is."""
NEAR = (-1.0, 0.0, 1.0, 0.5)
ALWAYS_ODD = (float("nan"), float("inf"), -float("inf"), -0.0, 1e308)
TEXTS = (
    "", " ", "\n", "x", "parent", "camhs", "109123", "109123\n", "\u0661\u0660\u0669\u0661\u0662\u0663", "ZZ99 3VZ",
    "Not Known", "see 999 000 0018", "9990000018", "T821000000001", "a@b.org", "01582 000 000", "None", "nan", "\u202e",
    "urn:send:one T821000000001", "wren@gmail.com", "4000000004",
)  # fmt: skip


def bounds_of(feed: str, column: str) -> list[float]:
    """Every number that some rule of the feed holds the column against: answers turn there."""
    found = [
        float(value)
        for mask in CHECKS[feed].masks
        if column in mask.columns
        for value in mask.values.values()
        if isinstance(value, int | float) and not isinstance(value, bool)
    ]
    return [bound + step for bound in found for step in NEAR]


def cells_at(feed: str, column: Column) -> st.SearchStrategy[Any]:
    """Cells of a column: none, at and around the rules' bounds, and odd ones of the column's own kind."""
    if column.kind == "number":
        return st.sampled_from((*ALWAYS_ODD, *bounds_of(feed, column.name), 4.0, 12.0)) | st.floats(-50, 50)
    return st.none() | st.sampled_from(TEXTS) | st.text(max_size=6)


@st.composite
def windows(draw: st.DrawFn, feed: str) -> pd.DataFrame:
    """A window of 0 to 8 rows, some of them repeated."""
    columns = COLUMNS[feed]
    rows = draw(st.lists(st.tuples(*(cells_at(feed, column) for column in columns)), max_size=6))
    if rows and draw(st.booleans()):
        rows += [draw(st.sampled_from(rows)) for _ in range(2)]
    made: dict[str, Any] = {}
    for place, column in enumerate(columns):
        values = [row[place] for row in rows]
        if column.kind == "number":
            made[column.name] = np.array(values, dtype=np.float64)
        else:
            made[column.name] = np.empty(len(values), dtype=object)
            made[column.name][:] = values
    return frame_of(made)


def cells(frame: pd.DataFrame) -> Cells:
    """The frame as the fast path is given it."""
    return {name: frame[name].to_numpy() for name in frame.columns}


def ours(checks: RowChecks, frame: pd.DataFrame) -> list[RuleVerdict]:
    """The fast verdicts in the form of the plain ones."""
    return [
        RuleVerdict(mask.rule.code, not len(rows), len(rows), tuple(sorted(map(int, rows))))
        for mask, rows in zip(checks.masks, checks.failing(cells(frame)), strict=True)
    ]


@pytest.mark.parametrize("feed", FEEDS)
@settings(max_examples=6, deadline=None, phases=NO_SHRINKING, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_success_count_and_rows_are_those_of_plain_validation(feed: str, data: st.DataObject) -> None:
    frame = data.draw(windows(feed))

    assert ours(CHECKS[feed], frame) == PLAIN.verdicts([mask.rule for mask in CHECKS[feed].masks], frame).rules


@pytest.mark.parametrize("feed", FEEDS)
def test_each_rule_agrees_on_rows_at_its_bounds_and_beside_gaps(feed: str) -> None:
    checks = CHECKS[feed]
    frame = frame_of({column.name: _edge_cells(feed, column) for column in COLUMNS[feed]})

    plain = PLAIN.verdicts([mask.rule for mask in checks.masks], frame)

    assert ours(checks, frame) == plain.rules
    assert plain.could_not_run == ()


@pytest.mark.parametrize("feed", FEEDS)
def test_of_columns_without_any_value_nothing_is_asked_and_nothing_fails(feed: str) -> None:
    checks = CHECKS[feed]
    frame = frame_of({column.name: _edge_cells(feed, column) for column in COLUMNS[feed]})
    for column in COLUMNS[feed]:
        frame[column.name] = np.full(
            len(frame), np.nan if column.kind == "number" else None, dtype=frame[column.name].dtype
        )

    assert ours(checks, frame) == PLAIN.verdicts([mask.rule for mask in checks.masks], frame).rules


def _edge_cells(feed: str, column: Column) -> "np.ndarray[Any, Any]":
    """As many rows for every column: its bounds and oddities over and over, with a gap now and then."""
    odd: list[Any] = [*ALWAYS_ODD[:1], *bounds_of(feed, column.name), 4.0, 12.0]
    if column.kind != "number":
        odd = [None, *TEXTS]
    made = [odd[row % len(odd)] for row in range(97)]
    return np.array(made, dtype=np.float64 if column.kind == "number" else object)


@pytest.mark.parametrize("feed", [feed for feed in FEEDS if feed != "identity"])
def test_what_plain_validation_cannot_ask_is_a_fault_here_too(feed: str) -> None:
    checks = CHECKS[feed]
    whole = frame_of({column.name: _edge_cells(feed, column) for column in COLUMNS[feed]})

    for mask in checks.masks:
        lacking = whole.drop(columns=mask.columns[0])
        assert PLAIN.verdicts([mask.rule], lacking).could_not_run == (mask.rule.code,)
        with pytest.raises(Broken):
            _ask(checks, mask, lacking)


def _ask(checks: RowChecks, mask: Mask, frame: pd.DataFrame) -> None:
    checks.window.hold(cells(frame))
    mask.failing(checks.window)
