"""What is shown of each measure, from the figures of the warehouse, with small numbers kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import NamedTuple

from sqlalchemy import Engine

from send_integration.warehouse.inspection.declared import InspectionMeasure, Line, inspection_measures
from send_integration.warehouse.inspection.kept import Row, kept_figures
from send_integration.warehouse.inspection.periods import Period, periods_of
from send_integration.warehouse.inspection.small_counts import Shown, median_shown, share_shown

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


def measures_shown(engine: Engine) -> ShownMeasures:
    """Every measure as it may be shown, from the figures that were kept last. Raises NotReady where none were."""
    kept = kept_figures(engine)
    shown = tuple(shown_of(measure, kept.rows[measure.name], kept.as_at) for measure in inspection_measures())
    return ShownMeasures(kept.moment, kept.as_at, shown, kept.has_any)


def measure_shown(engine: Engine, measure: InspectionMeasure) -> tuple[ShownMeasure, date]:
    """One of them, and up to which day; where nothing is counted, of no period a value. Raises NotReady as above."""
    kept = kept_figures(engine)
    return shown_of(measure, kept.rows[measure.name], kept.as_at), kept.as_at


def shown_of(measure: InspectionMeasure, rows: Sequence[Row], as_at: date) -> ShownMeasure:
    """What is shown of a measure, by the rows of its figure."""
    counts = {
        (period, breakdown, category): Counts(part, whole, value)
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
