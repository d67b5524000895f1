"""Makes the views of the figures from their definitions: of each the rows that it counts, and the figure over these rows."""

from hashlib import sha256

from sqlalchemy import Connection, text

from send_integration.warehouse.metrics.definitions import ALL, NEED, Measure, Metric, metrics

_AS_AT = """
CREATE OR REPLACE VIEW warehouse.as_at AS
SELECT coalesce(nullif(current_setting('send.as_at', true), '')::date,
  (least(nullif(current_setting('send.as_was', true), '')::timestamptz, stated_at) AT TIME ZONE 'Europe/London')::date) AS day
FROM warehouse.watermark
"""
"""The day up to which figures count: what `send.as_at` says, or the day of the moment that is asked for, or of the latest
restating; never the clock's, so that the same moment gives the same figures."""

_MONTH_ENDS = """
CREATE OR REPLACE FUNCTION warehouse.month_ends(first date, until date, as_at date) RETURNS SETOF date
LANGUAGE sql IMMUTABLE AS $$
SELECT least(cast(month + interval '1 month' - interval '1 day' AS date), as_at)
FROM generate_series(date_trunc('month', first::timestamp), least(until, as_at)::timestamp, interval '1 month') AS month
$$
"""
"""The last day of each month from one day until another or, where that is open, the day as at which it is asked; of the
month in which that lies, it itself."""

_VALUES = {
    Measure.SHARE: ("sum(part)", "sum(whole)", "sum(part)::float8 / nullif(sum(whole), 0)::float8"),
    Measure.RATE: ("sum(part)", "sum(whole)", "sum(part)::float8 / nullif(sum(whole), 0)::float8"),
    Measure.COUNT: ("sum(part)", "NULL::numeric", "sum(part)::float8"),
    Measure.MEDIAN: ("NULL::numeric", "count(*)::numeric", "percentile_cont(0.5) WITHIN GROUP (ORDER BY part::float8)"),
    Measure.NINETIETH: ("NULL::numeric", "count(*)::numeric", "percentile_disc(0.9) WITHIN GROUP (ORDER BY part)::float8"),
}  # fmt: skip
"""Numerator, denominator and value of a group of rows."""


_NEEDS = "SELECT n.need_type FROM warehouse.dim_need n WHERE n.child_key = r.child_key AND n.first_told_on <= at.day"


def state_metrics(connection: Connection) -> None:
    """Let the views be those of the definitions. Where they are already, nothing is locked."""
    if are_stated(connection):
        return
    for statement in [*_views_that_are_no_more(connection), *_statements()]:
        connection.exec_driver_sql(statement)
    connection.exec_driver_sql(f"COMMENT ON VIEW warehouse.as_at IS '{definitions_digest()}'")


def are_stated(connection: Connection) -> bool:
    """Whether the views are those of the definitions."""
    made_by: str | None = connection.execute(
        text("SELECT obj_description(to_regclass('warehouse.as_at'))")
    ).scalar_one()
    return made_by == definitions_digest()


def _statements() -> list[str]:
    return [_AS_AT, _MONTH_ENDS, *(statement for metric in metrics() for statement in _views_of(metric))]


def definitions_digest() -> str:
    """What tells these views from those of another version."""
    return sha256("".join(_statements()).encode()).hexdigest()


def _views_that_are_no_more(connection: Connection) -> list[str]:
    known = [name for metric in metrics() for name in (metric.view, f"{metric.view}_rows")]
    gone = connection.execute(
        text(
            "SELECT relname FROM pg_class WHERE relnamespace = 'warehouse'::regnamespace AND relkind = 'v'"
            " AND starts_with(relname, 'metric_') AND relname <> ALL(:known) ORDER BY length(relname)"
        ),
        {"known": known},
    )
    return [f'DROP VIEW warehouse."{name}"' for name in gone.scalars()]


def _views_of(metric: Metric) -> list[str]:
    """The statements that make a figure's two views."""
    numerator, denominator, value = _VALUES[metric.measure]
    figure = (
        f"SELECT period, breakdown, category, {numerator} AS numerator, {denominator} AS denominator, {value} AS value"  # noqa: S608 - names of ours
        f" FROM warehouse.{metric.view}_rows GROUP BY period, breakdown, category"
    )
    return [
        f"CREATE OR REPLACE VIEW warehouse.{metric.view}_rows AS {_rows(metric)}",
        f"CREATE OR REPLACE VIEW warehouse.{metric.view} AS {figure}",
        f"COMMENT ON VIEW warehouse.{metric.view} IS {_quoted(metric.title)}",
    ]


def _rows(metric: Metric) -> str:
    """A row of `rows` for each category in which it is counted."""
    categories = " UNION ALL ".join(f"SELECT '{name}', {_category(name)}" for name in metric.breakdowns)
    where = f" AND ({metric.where})" if metric.where else ""
    return (
        f"SELECT date_trunc('{metric.period}', at.day::timestamp)::date AS period, b.breakdown, b.category, r.child_key,"  # noqa: S608 - ours
        f" r.row_key, at.day, ({metric.part})::numeric AS part, ({metric.whole})::numeric AS whole"
        f" FROM ({metric.rows}) AS r CROSS JOIN LATERAL (SELECT r.{metric.day} AS day) AS at"
        f" CROSS JOIN LATERAL ({categories}) AS b(breakdown, category)"
        f" WHERE at.day <= (SELECT a.day FROM warehouse.as_at a){where}"
    )


def _category(name: str) -> str:
    """In which category of a breakdown a row is; in several, where several needs were told."""
    if name == ALL:
        return "'all'"
    if name == NEED:
        return f"unnest(coalesce(nullif(ARRAY({_NEEDS}), '{{}}'), '{{not told}}'))"
    return f"coalesce(r.{name}::text, 'not told')"


def _quoted(words: str) -> str:
    return "'" + words.replace("'", "''") + "'"
