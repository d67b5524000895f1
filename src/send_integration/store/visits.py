"""When somebody last looked at their inbox, so that it can say what is new since."""

from datetime import datetime

from sqlalchemy import Engine, text

ONE_VISIT = "30 minutes"
"""Whoever looks again within this has not been away: what was new stays new while they work through it."""


def visit(engine: Engine, actor: str) -> datetime | None:
    """Note that somebody looks at their inbox now; gives when they last looked before this visit, None for never.

    The moments are the database's own, as those at which alerts are raised: they are compared.
    """
    with engine.connect() as connection:
        before: datetime | None = connection.execute(
            text(
                "INSERT INTO inbox_visit AS v (actor, seen_at) VALUES (:actor, clock_timestamp())"  # noqa: S608 - ours
                " ON CONFLICT (actor) DO UPDATE SET seen_at = excluded.seen_at, seen_before ="
                f" CASE WHEN excluded.seen_at - v.seen_at > interval '{ONE_VISIT}' THEN v.seen_at ELSE v.seen_before END"
                " RETURNING seen_before"
            ),
            {"actor": actor},
        ).scalar_one()
        connection.commit()
    return before
