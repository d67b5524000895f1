"""Keeps who is whose brother, sister or carer, as the timeline folds it."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, text

from send_integration.identity.pairs import local_id_key
from send_integration.identity.records import PersonRef
from send_integration.store.bulk import copy_rows
from send_integration.timeline.relations import Relation

_COLUMNS = (
    ("child_id", "text"),
    ("source", "text"),
    ("kind", "text"),
    ("other_source", "text"),
    ("other_local_id", "text"),
    ("since_on", "date"),
    ("until_on", "date"),
    ("event_id", "text"),
    ("other_key", "int8"),
)


def keep_relations(
    connection: Connection, children: Iterable[str], relations: Mapping[str, Sequence[Relation]]
) -> None:
    """Make the relations of some children exactly these, by child."""
    connection.execute(text("DELETE FROM relation WHERE child_id = ANY(:children)"), {"children": sorted(children)})
    rows = [
        (child_id, *said, reference_key(said.other_source, said.other_local_id))
        for child_id, found in relations.items()
        for said in found
    ]
    if rows:
        copy_rows(connection, "relation", _COLUMNS, rows)


def reference_key(source: str, local_id: str) -> int:
    """The key under which the records are found that a reference leads to."""
    return local_id_key(PersonRef(source, local_id))
