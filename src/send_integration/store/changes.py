"""Tells as it happens which children change: one connection that listens, and the version by which a change is known."""

from collections.abc import AsyncIterator

from psycopg import AsyncConnection, OperationalError
from sqlalchemy import Engine, text

CHANNEL = "send_child"
"""The channel on which a trigger on table child names each child whose row is written."""

ALIVE_SECONDS = 30.0
"""So long a quiet connection goes unasked whether it is still there."""

GONE = "gone"
"""The version of a child who is not there."""

VERSION = (
    "concat_ws('-', extract(epoch FROM c.updated_at), (SELECT concat_ws('-', count(*), extract(epoch FROM max(w.said_at)))"
    " FROM panel_word w WHERE w.child_id = c.child_id AND w.body IS NOT NULL))"
)
"""What differs, of child `c`, whenever its answer was written since or somebody has said something of it at the panel."""


def version_of(engine: Engine, child_id: str) -> str:
    """The version of a child as it stands."""
    with engine.connect() as connection:
        found: str | None = connection.execute(
            text(f"SELECT {VERSION} FROM child c WHERE c.child_id = :child"),  # noqa: S608 - a constant of ours
            {"child": child_id},
        ).scalar()
    return found or GONE


async def changed_children(engine: Engine) -> AsyncIterator[str | None]:
    """None once it has begun to listen, then the ids of children as they change.

    Ends where the database ends the connection: what changes until it is asked again goes by untold.
    """
    address = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    try:
        async with await AsyncConnection.connect(address, autocommit=True) as connection:
            await connection.execute(f"LISTEN {CHANNEL}")
            yield None
            while True:
                async for told in connection.notifies(timeout=ALIVE_SECONDS):
                    yield told.payload
                await connection.execute("SELECT 1")
    except OperationalError:
        return
