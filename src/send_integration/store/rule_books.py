"""Which rules are in force, and which children were judged by others."""

from datetime import date

from sqlalchemy import Connection, Engine, text

from send_integration.store.backfill_children import LEFT_TO_A_LOAD
from send_integration.store.timelines import LOCK_BUCKETS, Part

RULES_LOCK = 8210016
"""Advisory lock under which one process at a time puts its rules in force."""

_IN_FORCE = "(SELECT fingerprint FROM rule_book ORDER BY id DESC LIMIT 1)"


def put_in_force(engine: Engine, fingerprint: str) -> None:
    """Let children be judged by these rules from now on: those of the worker that started last."""
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": RULES_LOCK})
        connection.execute(
            text(
                "INSERT INTO rule_book (fingerprint) SELECT :fingerprint"  # noqa: S608 - a constant of ours
                f" WHERE :fingerprint IS DISTINCT FROM {_IN_FORCE}"
            ),
            {"fingerprint": fingerprint},
        )


def children_of_other_rules(connection: Connection, fingerprint: str, today: date, limit: int, part: Part) -> list[str]:
    """Children of a part who were last judged by other rules than these, and whose date has not come; none where others are
    in force.

    So of two workers with two rules files only one judges children anew, and they do not take turns for ever.
    """
    other = (
        "SELECT child_id FROM child WHERE (next_change_on IS NULL OR next_change_on > :today)"  # noqa: S608 - ours
        f" AND NOT {LEFT_TO_A_LOAD} AND abs(hashtext(child_id) % :buckets) % :parts = :part AND judged_by"
    )
    rows = connection.execute(
        text(
            f"SELECT child_id FROM (({other} < :fingerprint LIMIT :limit) UNION ALL"  # noqa: S608 - constants of ours
            f" ({other} > :fingerprint LIMIT :limit)) AS others"
            f" WHERE coalesce({_IN_FORCE}, :fingerprint) = :fingerprint LIMIT :limit"
        ),
        {
            "fingerprint": fingerprint,
            "today": today,
            "limit": limit,
            "buckets": LOCK_BUCKETS,
            "part": part.number,
            "parts": part.of,
        },
    )
    return [row[0] for row in rows]
