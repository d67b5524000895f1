"""Draws a line of a measure as bars for an SVG made on the server; England's figure is a line across them."""

from dataclasses import dataclass
from typing import NamedTuple

from send_integration.warehouse.inspection.declared import Grain, InspectionMeasure
from send_integration.warehouse.inspection.periods import Period
from send_integration.warehouse.inspection.shown import ShownLine, ShownMeasure

WIDTH, HEIGHT = 320, 168
LEFT, RIGHT, TOP, BOTTOM = 40.0, 316.0, 18.0, 132.0
"""Where the bars stand; their names are below, the scale's to the left."""

MOST_NAMES = 8
"""Beyond these only every third period is named, for there is no room."""


class Bar(NamedTuple):
    """A bar with its value above it; without a height where nothing is shown."""

    x: float
    y: float
    width: float
    height: float
    middle: float
    words: str
    look: str


class Name(NamedTuple):
    """A period's name below its bar, and the year where it begins."""

    x: float
    words: str
    year: str


class Mark(NamedTuple):
    """A line of the scale."""

    y: float
    words: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A whole chart, to be painted."""

    bars: list[Bar]
    names: list[Name]
    scale: list[Mark]
    england_y: float | None


def top_of(found: ShownMeasure) -> float:
    """Where the scale of a measure ends, the same for all its lines: 100 per cent, or weeks enough for the longest."""
    if found.measure.is_share:
        return 100.0
    longest = max((shown.value or 0 for line in found.lines for _, shown in line.periods), default=0)
    return next(float(weeks) for weeks in (8, 20, 40, 60, 100, 200, 400, 100_000) if longest <= weeks)


def draw(measure: InspectionMeasure, line: ShownLine, top: float) -> Chart:
    """The chart of a line, on a scale up to `top`."""
    step = (RIGHT - LEFT) / len(line.periods)
    bars, names = [], []
    for place, (period, shown) in enumerate(line.periods):
        x, middle = round(LEFT + place * step + step * 0.14, 1), round(LEFT + (place + 0.5) * step, 1)
        look = "latest" if place == len(line.periods) - 1 else "bar"
        if shown.value is None:
            bars.append(Bar(x, BOTTOM, round(step * 0.72, 1), 0.0, middle, "c", "none"))
        else:
            y = _y(shown.value, top)
            bars.append(Bar(x, y, round(step * 0.72, 1), round(BOTTOM - y, 1), middle, f"{shown.value:.0f}", look))
        if len(line.periods) <= MOST_NAMES or place % 3 == 0:
            names.append(Name(middle, *_named(measure, period, is_first=place == 0)))
    unit = "%" if measure.is_share else ""
    scale = [Mark(_y(top * part / 2, top), f"{top * part / 2:.0f}{unit}") for part in range(3)]
    return Chart(bars, names, scale, _y(measure.national.value, top) if measure.national else None)


def _named(measure: InspectionMeasure, period: Period, *, is_first: bool) -> tuple[str, str]:
    """The few letters of a period: the month in which it begins, or of which it is the end."""
    if measure.grain is Grain.YEAR:
        return f"{period.first:%Y}", ""
    day = period.last if measure.grain is Grain.QUARTER_END else period.first
    begins_a_year = day.month <= (3 if measure.grain in (Grain.QUARTER_END, Grain.MONTH) else 1)
    return f"{day:%b}", f"{day:%Y}" if is_first or begins_a_year else ""


def _y(value: float, top: float) -> float:
    return round(BOTTOM - (BOTTOM - TOP) * min(value, top) / top, 1)
