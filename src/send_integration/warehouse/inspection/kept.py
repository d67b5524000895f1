"""Keeps the figures of which the page of measures is made, so that a look costs one row and not all that was ever counted."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from hashlib import sha256
from typing import Any, NamedTuple

from sqlalchemy import Engine, text

from send_integration.errors import NotReady
from send_integration.warehouse.inspection.declared import InspectionMeasure, inspection_measures
from send_integration.warehouse.inspection.periods import periods_of
from send_integration.warehouse.metrics.figures import figures_at
from send_integration.warehouse.metrics.views import definitions_digest

Row = tuple[date, str, str, int, int, float]
"""Period, breakdown, category, and the true numbers: part, whole, value."""


class KeptFigures(NamedTuple):
    """The figures of each measure as of a moment, up to a day; `has_any` is False where nothing at all is counted."""

    moment: datetime
    as_at: date
    rows: Mapping[str, Sequence[Row]]
    has_any: bool


def keep_figures(engine: Engine, as_at: date | None) -> bool:
    """Work the figures out and keep them, up to a day, or up to that of the latest restating; gives whether anything had
    been restated since they were kept last. Raises NotReady where the views are not those of this version."""
    made_by = _made_by()
    with figures_at(engine, None, as_at) as figures:
        if _is_kept(engine, made_by, figures.moment, figures.as_at):
            return False
        found = {measure.name: figures.of(measure.metric) for measure in inspection_measures()}
    shown = {
        measure.name: list(_shown(measure, found[measure.name], figures.as_at)) for measure in inspection_measures()
    }
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO reporting_intake.kept_figures AS kept (moment, as_at, made_by, has_any, figures)"
                " VALUES (:moment, :as_at, :made_by, :has_any, cast(:figures AS jsonb))"
                ' ON CONFLICT ("only") DO UPDATE SET moment = excluded.moment, as_at = excluded.as_at,'
                " made_by = excluded.made_by, has_any = excluded.has_any, figures = excluded.figures"
                " WHERE kept.moment <= excluded.moment"
            ),
            {
                "moment": figures.moment,
                "as_at": figures.as_at,
                "made_by": made_by,
                "has_any": any(found.values()),
                "figures": json.dumps(shown),
            },
        )
    return True


def kept_figures(engine: Engine) -> KeptFigures:
    """The figures that were kept last. Raises NotReady where none were by this version."""
    with engine.connect() as connection:
        row = connection.execute(
            text("SELECT moment, as_at, figures, has_any FROM reporting_intake.kept_figures WHERE made_by = :made_by"),
            {"made_by": _made_by()},
        ).one_or_none()
    if row is None:
        raise NotReady(
            "The figures of the measures were not worked out yet",
            where="the warehouse",
            next_step="Start `send-integration reports`, which does it within minutes.",
        )
    rows = {
        name: [(date.fromisoformat(period), *others) for period, *others in told] for name, told in row.figures.items()
    }
    return KeptFigures(row.moment, row.as_at, rows, row.has_any)


def _shown(measure: InspectionMeasure, rows: Iterable[tuple[Any, ...]], as_at: date) -> Iterable[list[Any]]:
    """Those rows of a figure that are on the page."""
    lines = {(line.breakdown, line.category) for line in measure.lines}
    months = {month for period in periods_of(measure.grain, as_at, measure.year_ends) for month in period.months}
    for period, breakdown, category, part, whole, value in rows:
        if period in months and (breakdown, category) in lines:
            yield [period.isoformat(), breakdown, category, int(part or 0), int(whole or 0), float(value or 0)]


def _is_kept(engine: Engine, made_by: str, moment: datetime, as_at: date) -> bool:
    with engine.connect() as connection:
        kept = connection.execute(
            text(
                "SELECT FROM reporting_intake.kept_figures"
                " WHERE made_by = :made_by AND moment = :moment AND as_at = :as_at"
            ),
            {"made_by": made_by, "moment": moment, "as_at": as_at},
        )
        return kept.first() is not None


def _made_by() -> str:
    """What tells figures of these definitions, and of these measures, from those of another version."""
    return sha256(f"{definitions_digest()}{inspection_measures()!r}".encode()).hexdigest()
