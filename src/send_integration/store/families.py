"""A child's family and home, put together when it is read: a merge or a split of children moves every edge by itself."""

from collections.abc import Iterable

from sqlalchemy import Connection, Engine, text

from send_integration.identity.features import features, home_of
from send_integration.store.people import home_key
from send_integration.store.relations import reference_key
from send_integration.store.secrecy import COULD_BE_RESTRICTED
from send_integration.timeline.family import FROM_THE_OTHER_END, WORDS, Family, KeptRelation, edges_of
from send_integration.timeline.homes import SaidHome, shared_stays
from send_integration.timeline.relations import Relation

MOST_LISTED = 20
"""People of one kind of one child, children of one carer, of one reference or of one address. Above are hostels, offices
and placeholders, which would name half a town."""

_RELATION = ", ".join(f"f.{name}" for name in Relation._fields)
_OTHER_CHILD = (
    "(SELECT CASE WHEN count(DISTINCT p.child_id) = 1 THEN min(p.child_id) END FROM person_record_key k"
    " JOIN person_record p ON p.component = k.component WHERE k.key = f.other_key"
    " AND p.source = f.other_source AND p.local_id = f.other_local_id)"
)
"""The child whom a reference leads to; none where a source has kept two children under it, for either might be meant."""


def family_of(engine: Engine, child_id: str) -> Family:
    """Everything that ties a child to others, as identity stands now; whoever hides a child leaves its edges out."""
    with engine.connect() as connection:
        kept, crowded = _relations_touching(connection, child_id)
        of_carers, is_full_carer = _relations_to_the_same_carers(connection, child_id)
        children, is_full_home = _children_at_the_same_homes(connection, child_id)
        said = _said_homes(connection, children)
    crowded |= {kind for kind, full in (("same-carer", is_full_carer), ("shared-home", is_full_home)) if full}
    edges = edges_of(child_id, [*kept, *of_carers], shared_stays(child_id, said))
    return Family(edges, tuple(kind for kind in WORDS if kind in crowded))


def names_of_family(engine: Engine, child_id: str, relatives: Iterable[str]) -> list[str]:
    """Every name under which a source keeps one of a child's relatives, those among them of whom nobody knows yet which child
    they are."""
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                # two questions, for one with OR would read every record that there is
                "SELECT given_name, family_name FROM person_record WHERE child_id = ANY(:relatives)"
                " UNION SELECT p.given_name, p.family_name FROM relation r JOIN person_record p"
                " ON p.source = r.other_source AND p.local_id = r.other_local_id"
                " WHERE r.child_id = :child AND p.child_id IS DISTINCT FROM :child"
            ),
            {"child": child_id, "relatives": sorted(relatives)},
        )
        return [f"{row[0]} {row[1]}" for row in rows]


def secret_references(engine: Engine, references: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those of some references, a source and its local id, under which there is or was who is or could be restricted."""
    named = sorted(set(references))
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT DISTINCT p.source, p.local_id FROM unnest(cast(:keys AS bigint[])) AS own(key)"  # noqa: S608 - ours
                " JOIN person_record_key k ON k.key = own.key JOIN person_record p ON p.component = k.component"
                f" LEFT JOIN child c ON c.child_id = p.child_id WHERE p.restricted OR {COULD_BE_RESTRICTED}"
            ),
            {"keys": [reference_key(*reference) for reference in named]},
        )
        return {(row[0], row[1]) for row in rows} & set(named)


def _relations_touching(connection: Connection, child_id: str) -> tuple[list[KeptRelation], set[str]]:
    """A child's own relations, and those of others whose other has a reference of the child's; and the kinds, as seen from
    the child's end, of which there are too many to list."""
    found, full = _listed(
        connection,
        "SELECT r.*, ARRAY['own', kind] AS crowd, dense_rank() OVER (PARTITION BY kind"
        " ORDER BY other_source, other_local_id) AS number FROM relation r WHERE child_id = :child UNION ALL"
        " SELECT r.*, ARRAY['other', kind, other_source, other_local_id], dense_rank() OVER"
        " (PARTITION BY kind, other_source, other_local_id ORDER BY r.child_id) FROM"
        " (SELECT DISTINCT source, local_id FROM person_record WHERE child_id = :child) AS own"
        " JOIN relation r ON r.other_source = own.source AND r.other_local_id = own.local_id",
        child_id,
    )
    kinds = {FROM_THE_OTHER_END.get(kind, kind) if end == "other" else kind for end, kind, *_ in full}
    return found, kinds


def _relations_to_the_same_carers(connection: Connection, child_id: str) -> tuple[list[KeptRelation], bool]:
    """Other children's relations to a child's carers, and whether a carer has too many of them to list."""
    found, full = _listed(
        connection,
        "SELECT r.*, ARRAY[r.other_source, r.other_local_id] AS crowd, dense_rank() OVER"
        " (PARTITION BY r.other_source, r.other_local_id ORDER BY r.child_id) AS number FROM"
        " (SELECT DISTINCT other_source, other_local_id FROM relation WHERE child_id = :child AND kind = 'carer') AS own"
        " JOIN relation r ON r.other_source = own.other_source AND r.other_local_id = own.other_local_id"
        " WHERE r.kind = 'carer' AND r.child_id <> :child",
        child_id,
    )
    return found, bool(full)


def _listed(connection: Connection, relations: str, child_id: str) -> tuple[list[KeptRelation], set[tuple[str, ...]]]:
    """The relations of crowds that are small enough to list, and the names of the others.

    `relations` is a query for rows of relation, each with its `crowd` and its person's `number` therein.
    """
    rows = connection.execute(
        text(
            f"SELECT f.crowd, f.number, f.child_id, {_OTHER_CHILD}, {_RELATION} FROM ({relations}) AS f"  # noqa: S608 - ours
            " WHERE f.number <= :most + 1"
        ),
        {"child": child_id, "most": MOST_LISTED},
    ).all()
    full = {tuple(row[0]) for row in rows if row[1] > MOST_LISTED}
    listed = [tuple(row)[2:] for row in rows if tuple(row[0]) not in full]
    return [KeptRelation(whose, Relation._make(said), other) for whose, other, *said in listed], full


def _children_at_the_same_homes(connection: Connection, child_id: str) -> tuple[set[str], bool]:
    """The child and all who were ever said to live where it was, and whether a home has too many of them to list. A few who
    are decided together with those may be among them."""
    named = connection.execute(
        text(
            "SELECT DISTINCT postcode, address FROM person_record"
            " WHERE child_id = :child AND postcode <> '' AND address <> ''"
        ),
        {"child": child_id},
    )
    homes = {_home(postcode, address) for postcode, address in named} - {""}
    rows = connection.execute(
        text(
            "SELECT own.key, there.child_id FROM unnest(cast(:keys AS bigint[])) AS own(key) CROSS JOIN LATERAL ("
            "SELECT DISTINCT r.child_id FROM person_record_key k JOIN person_record r ON r.component = k.component"
            " WHERE k.key = own.key AND r.child_id IS NOT NULL AND r.child_id <> :child LIMIT :most + 1) AS there"
        ),
        {"keys": sorted(map(home_key, homes)), "child": child_id, "most": MOST_LISTED},
    )
    at_home: dict[int, set[str]] = {}
    for key, other in rows:
        at_home.setdefault(key, set()).add(other)
    listed = [found for found in at_home.values() if len(found) <= MOST_LISTED]
    return {child_id}.union(*listed), len(listed) < len(at_home)


def _said_homes(connection: Connection, children: set[str]) -> list[SaidHome]:
    """Each time a source said anew where it keeps one of some children; one that went back to a former home among them,
    what was corrected or taken back not."""
    rows = connection.execute(
        text(
            "SELECT child_id, source, local_id, postcode, address, recorded_at FROM ("
            "SELECT r.*, a.recorded_at, lag(r.id) OVER (PARTITION BY r.source, r.local_id"
            " ORDER BY a.recorded_at, a.event_id) AS before FROM person_record r"
            " JOIN admitted a ON a.person_record_id = r.id"
            " JOIN event e ON e.source = a.source AND e.event_id = a.event_id AND e.shown_since IS NOT NULL"
            " WHERE r.child_id = ANY(:children)) AS said"
            " WHERE id IS DISTINCT FROM before"
        ),
        {"children": sorted(children)},
    )
    return [SaidHome(row[0], row[1], row[2], _home(row[3], row[4]), row[5]) for row in rows]


def _home(postcode: str, address: str) -> str:
    return home_of(features(given_name="", family_name="", born="", postcode=postcode, address=address))
