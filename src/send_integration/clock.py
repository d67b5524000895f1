"""The only place that reads the clock; the core never does, it is handed `as_of`."""

from datetime import UTC, date, datetime

from send_integration.when.london import london_day


def now() -> datetime:
    """This moment, aware, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """Today in London."""
    return london_day(now())
