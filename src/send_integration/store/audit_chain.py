"""Reads the audit and its chain as they stood at one moment, and has them computed anew, a stretch at a time."""

from collections.abc import Iterator, Mapping

from sqlalchemy import Connection, Engine, text

from send_integration.contracts.audit_chain import Broken, Entry, Head, Linked, verify

ROWS_AT_ONCE = 20_000

_CHAIN = (
    "SELECT l.seq, l.audit_id, l.hash, a.id, to_json(a.at AT TIME ZONE 'UTC') #>> '{}', a.actor, a.role, a.action,"
    " a.child_id, a.allowed, a.why FROM audit_link l LEFT JOIN audit a ON a.id = l.audit_id ORDER BY l.seq"
)
_UNCHAINED = (
    "SELECT min(a.id), count(*) FROM audit a WHERE NOT EXISTS (SELECT FROM audit_link l WHERE l.audit_id = a.id)"
)


def verify_audit(engine: Engine, noted: Mapping[int, bytes]) -> Head | Broken:
    """The head of the audit's chain, where the whole of it agrees; else the first place that does not.

    Entries that are committed meanwhile are left for the next time. Hashes are computed here and not by the database.
    """
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        found = verify(_chain(connection), noted)
        if isinstance(found, Broken):
            return found
        first, unchained = connection.execute(text(_UNCHAINED)).one()
    if unchained:
        words = f"the entry of number {first} was put into the audit past the chain"
        return Broken(found.seq + 1, words if unchained == 1 else f"{words}, and {unchained - 1:,} more")
    return found


def _chain(connection: Connection) -> Iterator[Linked]:
    """Every place of the chain, in order. The driver's own cursor: rows of SQLAlchemy take twice the time."""
    driver = connection.connection.driver_connection
    if driver is None:
        raise ValueError("the connection is closed")
    # All of it is read: the plan that gives the first rows soonest would look up every entry by itself.
    connection.execute(
        text("SELECT set_config('cursor_tuple_fraction', '1', true), set_config('work_mem', '64MB', true)")
    )
    with driver.cursor(name="audit_chain") as cursor:
        cursor.itersize = ROWS_AT_ONCE
        cursor.execute(_CHAIN)
        for seq, audit_id, found, *entry in cursor:
            yield Linked(seq, audit_id, bytes(found), None if entry[0] is None else Entry._make(entry))
