"""What a measure says in words, and as rows of a file: of both exactly what is shown."""

import csv
import io
from collections.abc import Iterator
from datetime import date

from send_integration.steps.rejections import harmless
from send_integration.warehouse.inspection.declared import Grain, InspectionMeasure
from send_integration.warehouse.inspection.periods import Period
from send_integration.warehouse.inspection.shown import ShownMeasure
from send_integration.warehouse.inspection.small_counts import Shown
from send_integration.warehouse.rounding import SUPPRESSED
from send_integration.web.days import written
from send_integration.web.effects import count

COLUMNS = ("measure", "line", "from", "to", "counted", "of", "value", "unit", "up_to")
ENGLAND = "England"


def period_in_words(measure: InspectionMeasure, period: Period) -> str:
    """A period as people call it."""
    match measure.grain:
        case Grain.QUARTER:
            return f"{period.first:%B} to {period.last:%B %Y}"
        case Grain.QUARTER_END:
            return written(period.last)
        case Grain.MONTH:
            return f"{period.first:%B %Y}"
        case Grain.YEAR:
            return f"{period.first:%Y}"


def when(measure: InspectionMeasure, period: Period) -> str:
    """A period with its preposition."""
    return f"{'on' if measure.grain is Grain.QUARTER_END else 'in'} {period_in_words(measure, period)}"


def value_in_words(measure: InspectionMeasure, shown: Shown) -> str:
    """A value with its unit, or that it is too few to show."""
    if shown.value is None:
        return "too few to show"
    return f"{shown.value:.1f}%" if measure.is_share else count(round(shown.value), "week")


def counts_in_words(shown: Shown) -> str:
    """Of a share its two counts; nothing of what has none, or of which nothing is shown."""
    return f"{shown.part} of {shown.whole}" if shown.whole and shown.whole != SUPPRESSED else ""


def as_file(found: ShownMeasure, as_at: date) -> bytes:
    """A measure as CSV (RFC 4180, UTF-8), what is suppressed as `c`; no cell is one that a spreadsheet runs."""
    written_rows = io.StringIO()
    writer = csv.writer(written_rows, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in _rows(found, as_at):
        writer.writerow(map(harmless, row))
    return written_rows.getvalue().encode()


def _rows(found: ShownMeasure, as_at: date) -> Iterator[tuple[str, ...]]:
    measure = found.measure
    unit = "per cent" if measure.is_share else "weeks, the median"
    for line in found.lines:
        for period, shown in line.periods:
            value = SUPPRESSED if shown.value is None else f"{shown.value:.1f}"
            first = period.last if measure.grain is Grain.QUARTER_END else period.first
            yield (
                measure.name,
                line.line.title,
                first.isoformat(),
                period.last.isoformat(),
                shown.part,
                shown.whole,
                value,
                unit,
                as_at.isoformat(),
            )
    if england := measure.national:
        days = (england.first.isoformat(), england.last.isoformat())
        yield measure.name, ENGLAND, *days, "", "", f"{england.value:.1f}", unit, england.last.isoformat()
