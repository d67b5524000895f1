"""The figures that are taken out of the warehouse, all as of one moment and up to one day."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, text

from send_integration.errors import NotReady
from send_integration.warehouse.changes import standing_at
from send_integration.warehouse.metrics.definitions import Metric
from send_integration.warehouse.metrics.views import are_stated

FIGURE = ("period", "breakdown", "category", "numerator", "denominator", "value")
"""The columns of every figure's view."""

_IN = "period = :period AND breakdown = :breakdown AND category = :category"


class Counted(NamedTuple):
    """A row that a figure counts: whose it is, which in its table, its day, and what it adds. Of messages it is nobody's."""

    child_key: str | None
    row_key: str
    day: date
    part: Decimal
    whole: Decimal


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures as of `moment`, which count what happened up to the day `as_at`; read within one transaction."""

    moment: datetime
    as_at: date
    _connection: Connection

    def of(self, metric: Metric) -> list[tuple[Any, ...]]:
        """A figure's rows, in the order of `FIGURE`: by period, the whole before its parts."""
        rows = self._connection.execute(
            text(
                f"SELECT {', '.join(FIGURE)} FROM warehouse.{metric.view}"  # noqa: S608 - names of ours
                " ORDER BY period, breakdown <> 'all', breakdown, category"
            )
        )
        return [tuple(row) for row in rows]

    def value_in(self, metric: Metric, period: date, breakdown: str, category: str) -> tuple[Any, ...] | None:
        """Numerator, denominator and value of a figure in a category; None where nothing was counted."""
        row = self._connection.execute(
            text(
                f"SELECT numerator, denominator, value FROM warehouse.{metric.view} WHERE {_IN}"  # noqa: S608 - as above
            ),
            {"period": period, "breakdown": breakdown, "category": category},
        ).one_or_none()
        return None if row is None else tuple(row)

    def counted(self, metric: Metric, period: date, breakdown: str, category: str) -> list[Counted]:
        """The rows behind it, by day."""
        rows = self._connection.execute(
            text(
                f"SELECT child_key, row_key, day, part, whole FROM warehouse.{metric.view}_rows WHERE {_IN}"  # noqa: S608 - as above
                " ORDER BY day, child_key, row_key"
            ),
            {"period": period, "breakdown": breakdown, "category": category},
        )
        return [Counted(*row) for row in rows]


@contextmanager
def figures_at(engine: Engine, as_was: datetime | None, as_at: date | None) -> Iterator[Figures]:
    """The figures as they stand, or stood at a moment, up to a day; where none is named, up to that of the moment.

    Raises BadInput for a moment of which the tables know nothing, NotReady where the views are not those of this version.
    """
    with standing_at(engine, as_was) as found:
        connection = found.connection
        if not are_stated(connection):
            raise NotReady(
                "The views of the figures are not those of this version",
                where="the warehouse",
                next_step="Start `send-integration reports`, which makes them.",
            )
        connection.execute(
            text("SELECT set_config('send.as_at', :day, true)"), {"day": as_at.isoformat() if as_at else ""}
        )
        day = connection.execute(text("SELECT day FROM warehouse.as_at")).scalar_one()
        yield Figures(found.moment, day, connection)
