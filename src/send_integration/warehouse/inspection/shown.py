"""What is shown of each measure, from the figures of the warehouse, with small numbers kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import Engine

from send_integration.warehouse.inspection.declared import InspectionMeasure, Line, inspection_measures
from send_integration.warehouse.inspection.periods import Period, periods_of
from send_integration.warehouse.inspection.small_counts import Shown, median_shown, share_shown
from send_integration.warehouse.metrics.figures import figures_at

Key = tuple[date, str, str]
"""A row of a figure: period, breakdown, category."""


class Counts(NamedTuple):
    """The true numbers of a row: of shares part and whole, of medians the value too."""

    part: int
    whole: int
    value: float


NOTHING = Counts(0, 0, 0.0)


class ShownPeriod(NamedTuple):
    """A period, and what is shown of it."""

    period: Period
    shown: Shown


@dataclass(frozen=True, slots=True)
class ShownLine:
    """One line of a measure, period by period."""

    line: Line
    periods: tuple[ShownPeriod, ...]

    @property
    def latest(self) -> ShownPeriod:
        """The last period of all."""
        return self.periods[-1]

    @property
    def has_any(self) -> bool:
        """Whether a value is shown of any period."""
        return any(shown.value is not None for _, shown in self.periods)


@dataclass(frozen=True, slots=True)
class ShownMeasure:
    """A measure as it is shown."""

    measure: InspectionMeasure
    lines: tuple[ShownLine, ...]


@dataclass(frozen=True, slots=True)
class ShownMeasures:
    """All measures as of one moment, of what happened up to a day; `has_any` is False where the warehouse holds nothing."""

    moment: datetime
    as_at: date
    measures: tuple[ShownMeasure, ...]
    has_any: bool

    @property
    def by_heading(self) -> list[tuple[str, list[ShownMeasure]]]:
        """The measures under their headings, in the order of the file."""
        return [(about, list(each)) for about, each in groupby(self.measures, lambda found: found.measure.about)]


def measures_shown(engine: Engine, as_at: date | None) -> ShownMeasures:
    """Every measure as it may be shown, one query each; up to a day, or up to that of the latest restating.

    Raises NotReady where the views are not those of this version.
    """
    with figures_at(engine, None, as_at) as figures:
        rows = [(measure, figures.of(measure.metric)) for measure in inspection_measures()]
        shown = tuple(shown_of(measure, each, figures.as_at) for measure, each in rows)
        return ShownMeasures(figures.moment, figures.as_at, shown, has_any=any(each for _, each in rows))


def measure_shown(engine: Engine, measure: InspectionMeasure, as_at: date | None) -> tuple[ShownMeasure, date]:
    """One of them, and up to which day; where nothing is counted, of no period a value. Raises NotReady as above."""
    with figures_at(engine, None, as_at) as figures:
        return shown_of(measure, figures.of(measure.metric), figures.as_at), figures.as_at


def shown_of(measure: InspectionMeasure, rows: Sequence[tuple[Any, ...]], as_at: date) -> ShownMeasure:
    """What is shown of a measure, by the rows of its figure."""
    counts = {
        (period, breakdown, category): Counts(int(part or 0), int(whole or 0), float(value or 0))
        for period, breakdown, category, part, whole, value in rows
    }
    periods = periods_of(measure.grain, as_at, measure.year_ends)
    return ShownMeasure(measure, tuple(_line(measure, line, counts, periods) for line in measure.lines))


def _line(measure: InspectionMeasure, line: Line, counts: Mapping[Key, Counts], periods: Sequence[Period]) -> ShownLine:
    """A line; a period of which the figure has no row is one of zero, which is shown as any small one."""

    def shown(period: Period) -> Shown:
        found = [counts.get((month, line.breakdown, line.category), NOTHING) for month in period.months]
        if measure.is_share:
            return share_shown(sum(each.part for each in found), sum(each.whole for each in found))
        (only,) = found
        return median_shown(only.value, only.whole)

    return ShownLine(line, tuple(ShownPeriod(period, shown(period)) for period in periods))
