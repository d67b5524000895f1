"""What a look back over an authority asks of the database: which children there are, and what flags were told when."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime

from sqlalchemy import Connection, Engine, text

from send_integration.when.london import london_day


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection that sees one state of the database, and on which nothing can be written."""
    with engine.connect() as connection:
        yield connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def every_child(engine: Engine) -> list[str]:
    """The ids of all children of whom something is known, restricted ones too; for sums, never to be shown."""
    with reading(engine) as connection:
        return [row[0] for row in connection.execute(text("SELECT child_id FROM child ORDER BY child_id"))]


def raisings(connection: Connection, children: Iterable[str]) -> dict[str, list[date]]:
    """The London days on which each flag of some children was raised, as its history was kept at the time."""
    rows = connection.execute(
        text(
            "SELECT flag_id, changed_at FROM flag_change WHERE change = 'raised' AND child_id = ANY(:children)"
            " ORDER BY id"
        ),
        {"children": sorted(children)},
    )
    found: dict[str, list[date]] = {}
    for flag_id, changed_at in rows:
        found.setdefault(flag_id, []).append(london_day(changed_at))
    return found


def flags_kept_since(engine: Engine) -> date | None:
    """The day since which it is kept who could have been told what; None where nothing ever was."""
    with reading(engine) as connection:
        first: datetime | None = connection.execute(text("SELECT min(changed_at) FROM flag_change")).scalar_one()
        return london_day(first) if first else None
