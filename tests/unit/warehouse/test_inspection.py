"""Which periods a measure is shown of, England's figures as they were published, and medians of few."""

import csv
from datetime import date
from pathlib import Path

import pytest

from send_integration.warehouse.inspection.declared import Grain, inspection_measures
from send_integration.warehouse.inspection.periods import periods_of
from send_integration.warehouse.inspection.shown import shown_of
from send_integration.warehouse.inspection.small_counts import median_shown

ENGLAND = Path(__file__).parents[2] / "data" / "dfe-england-2025"


@pytest.mark.parametrize(
    ("grain", "as_at", "first", "last"),
    [
        (Grain.QUARTER, date(2025, 6, 30), date(2023, 4, 1), date(2025, 3, 31)),
        (Grain.QUARTER, date(2025, 7, 1), date(2023, 7, 1), date(2025, 6, 30)),
        (Grain.QUARTER_END, date(2024, 3, 1), date(2022, 1, 1), date(2023, 12, 31)),
        (Grain.MONTH, date(2024, 3, 1), date(2023, 3, 1), date(2024, 2, 29)),
        (Grain.YEAR, date(2025, 3, 31), date(2020, 1, 1), date(2024, 3, 31)),
        (Grain.YEAR, date(2025, 4, 1), date(2021, 1, 1), date(2025, 3, 31)),
    ],
)
def test_the_latest_period_is_the_one_that_was_over_before_the_day(
    grain: Grain, as_at: date, first: date, last: date
) -> None:
    found = periods_of(grain, as_at, (3, 31))

    assert (found[0].first, found[-1].last) == (first, last)


def test_a_quarter_is_its_three_months_and_its_end_the_last_of_them() -> None:
    assert periods_of(Grain.QUARTER, date(2025, 7, 1))[-1].months == tuple(date(2025, month, 1) for month in (4, 5, 6))
    assert periods_of(Grain.QUARTER_END, date(2025, 7, 1))[-1].months == (date(2025, 6, 1),)


def test_englands_figures_are_those_that_were_published() -> None:
    for measure in inspection_measures():
        assert (measure.national is None) == bool(measure.none), "either a figure, or why there is none"
        if measure.national:
            with (ENGLAND / f"{measure.national.table}.csv").open(encoding="utf-8") as file:
                (row,) = csv.DictReader(file)
            assert row["geographic_level"] == "National"
            assert measure.national.value == float(row[measure.national.column])
            assert measure.national.period == row["time_period"]
            assert (str(measure.national.first), str(measure.national.last)) == ("2024-01-01", "2024-12-31")


def test_every_line_is_of_a_breakdown_that_its_figure_has() -> None:
    for measure in inspection_measures():
        assert {line.breakdown for line in measure.lines} <= set(measure.metric.breakdowns), measure.name


def test_a_median_of_nine_is_not_shown_and_one_of_ten_in_whole_weeks() -> None:
    assert median_shown(80, 9).value is None
    assert median_shown(80, 10) == ("", "", 11.0)


def test_the_months_of_a_quarter_are_added_up_and_other_categories_left_out() -> None:
    measure = next(each for each in inspection_measures() if each.name == "plans-in-20-weeks")
    rows = [
        (date(2025, 4, 1), "exceptions", "none", 3, 8, 0.375),
        (date(2025, 6, 1), "exceptions", "none", 4, 12, 0.333),
        (date(2025, 5, 1), "exceptions", "applied", 9, 9, 1.0),
        (date(2025, 5, 1), "all", "all", 9, 9, 1.0),
        (date(2025, 7, 1), "exceptions", "none", 50, 50, 1.0),
    ]
    (line,) = shown_of(measure, rows, date(2025, 7, 31)).lines

    assert line.latest.shown == ("5", "20", 25.0)
    assert all(shown.value is None for _, shown in line.periods[:-1])
