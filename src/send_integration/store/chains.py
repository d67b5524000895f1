"""Chains of events that correct or retract each other: what touches one of them can touch every child among them."""

from collections.abc import Iterable

from sqlalchemy import Connection, text

from send_integration.store.bulk import read_rows

_STEP = (
    " UNION SELECT n.source, n.event_id, n.target FROM chain c CROSS JOIN LATERAL ("
    "SELECT e.source, e.event_id, e.target FROM {kept} e"
    " WHERE e.source = c.source AND e.target = c.event_id AND e.target IS NOT NULL"
    " UNION ALL SELECT e.source, e.event_id, e.target FROM {kept} e"
    " WHERE e.source = c.source AND e.event_id = c.target"
    " UNION ALL SELECT e.source, e.event_id, e.target FROM {kept} e"
    " WHERE e.source = c.source AND e.target = c.target) n"
)


def children_in_chains(connection: Connection, *, arrived: str, kept: str, child: str) -> set[str]:
    """The children of every event that hangs together with one that arrived; table and column names are ours.

    What corrects one event hangs together though that event has not come. To be asked before and after what arrived is
    kept: a body that gives way may have named another than its heir does.
    """
    rows = connection.execute(
        text(
            "WITH RECURSIVE chain AS ("  # noqa: S608 - constants of ours
            f"SELECT a.source, a.event_id, a.target FROM {arrived} a WHERE a.target IS NOT NULL"
            f" UNION SELECT f.source, f.event_id, f.target FROM {arrived} a JOIN {kept} f USING (source, event_id)"
            " WHERE f.target IS NOT NULL"
            f" UNION SELECT a.source, a.event_id, a.target FROM {arrived} a WHERE EXISTS ("
            f"SELECT FROM {kept} e WHERE e.source = a.source AND e.target = a.event_id AND e.target IS NOT NULL)"
            f"{_STEP.format(kept=kept)})"
            f" SELECT DISTINCT e.{child} FROM {kept} e JOIN chain c USING (source, event_id)"
        )
    )
    return {row[0] for row in rows if row[0]}


def events_with_chains(
    connection: Connection, children: Iterable[str], *, kept: str, child: str, mark: str
) -> list[tuple[str, bytes, int]]:
    """Every event of some children with its child, and those of others that hang together with one of theirs.

    Each comes with `mark`, an expression of ours over the row `e`.
    """
    wanted = {"children": sorted(children)}
    found = read_rows(
        connection,
        f"SELECT {child}, body, {mark} FROM {kept} e WHERE {child} = ANY(%(children)s)",  # noqa: S608 - ours
        wanted,
    )
    others = connection.execute(
        text(
            "WITH RECURSIVE chain AS ("  # noqa: S608 - constants of ours
            f"SELECT e.source, e.event_id, e.target FROM {kept} e WHERE e.target IS NOT NULL"
            f" AND e.{child} = ANY(:children)"
            f" UNION SELECT e.source, e.event_id, e.target FROM {kept} t JOIN {kept} e ON e.source = t.source"
            f" AND e.target = t.event_id AND e.target IS NOT NULL WHERE t.{child} = ANY(:children)"
            f"{_STEP.format(kept=kept)})"
            f" SELECT e.{child}, e.body, {mark} FROM {kept} e JOIN chain c USING (source, event_id)"
            f" WHERE e.{child} <> ALL(:children) AND e.{child} <> ''"
        ),
        wanted,
    )
    return [*found, *((row[0], bytes(row[1]), row[2]) for row in others)]
