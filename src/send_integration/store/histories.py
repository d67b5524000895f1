"""What a look back over an authority asks of the database: which children there are, and what flags were told when."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, text


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection that sees one state of the database, and on which nothing can be written."""
    with engine.connect() as connection:
        yield connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def every_child(engine: Engine) -> list[str]:
    """The ids of all children of whom something is known, restricted ones too; for sums, never to be shown."""
    with reading(engine) as connection:
        return [row[0] for row in connection.execute(text("SELECT child_id FROM child ORDER BY child_id"))]
