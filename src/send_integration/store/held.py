"""Everything that is held of one child, table by table, as it stands at one moment; who may be given it is decided elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, text

from send_integration.contracts.pseudonyms import Pseudonyms
from send_integration.store.families import secret_references


class Table(NamedTuple):
    """A part of what is held: its tables, and the query for its rows, each one JSON object.

    `:child` is the child's id, `:ids` that and every id that its records had before, `:child_key` its name in the warehouse.
    """

    tables: tuple[str, ...]
    query: str


@dataclass(frozen=True, slots=True)
class Held:
    """All of it: rows by the names in TABLES; `ids` as above; `refs` are the local ids under which sources know the child;
    `others` the names and numbers of those who are said to be its family or to live with it; `secret` the references of those
    among them who are or could be restricted, of whom nobody may learn that they are there."""

    child_id: str
    ids: tuple[str, ...]
    refs: frozenset[tuple[str, str]]
    others: tuple[Mapping[str, str], ...]
    secret: frozenset[tuple[str, str]]
    rows: Mapping[str, list[dict[str, Any]]]


_OWN_REFS = "(SELECT source, local_id FROM person_record WHERE child_id = :child)"
_TOUCHES = (
    "(d.children && cast(:ids AS text[]) OR EXISTS (SELECT FROM jsonb_path_query(d.body, '$.data.pairs[*].*') AS ref"
    f" WHERE (ref ->> 'source', ref ->> 'local_id') IN {_OWN_REFS}))"
)
_PARTED = (
    f"EXISTS (SELECT FROM jsonb_path_query(d.body, '$.data.pairs[*] ? (@.same == false)') AS p WHERE"
    f" ((p #>> '{{one,source}}', p #>> '{{one,local_id}}') IN {_OWN_REFS})"
    f" <> ((p #>> '{{other,source}}', p #>> '{{other,local_id}}') IN {_OWN_REFS}))"
)


def _of_child(table: str, column: str = "child_id", less: str = "") -> Table:
    return Table((table,), f"SELECT to_jsonb(t){less} FROM {table} t WHERE t.{column} = ANY(:ids) ORDER BY 1")  # noqa: S608 - ours


REPORTS = (
    "dim_child", "dim_plan", "dim_placement", "dim_need", "fact_event", "fact_ehc_request", "fact_review", "fact_milestone",
    "fact_flag", "fact_episode", "fact_appointment", "fact_attendance", "fact_exclusion", "fact_support",
    "fact_panel_decision", "fact_destination", "fact_involvement",
)  # fmt: skip
"""The warehouse's views, in which a child stands under a pseudonym."""

TABLES: Mapping[str, Table] = {
    "child": Table(("child",), "SELECT to_jsonb(c) - 'snapshot' FROM child c WHERE c.child_id = :child"),
    "records": Table(
        ("person_record",),
        "SELECT to_jsonb(r) - 'digest' - 'component' FROM person_record r WHERE r.child_id = :child ORDER BY r.id",
    ),
    "events": Table(
        ("event",),
        "SELECT jsonb_build_object('source', e.source, 'event_id', e.event_id, 'recorded_at', e.recorded_at,"
        " 'shown_since', e.shown_since, 'body', convert_from(e.body, 'UTF8')::jsonb) FROM event e"
        " WHERE e.child_id = :child ORDER BY e.recorded_at, e.source, e.event_id",
    ),
    "not_on_timeline": Table(
        ("admitted",),
        "SELECT jsonb_build_object('source', a.source, 'event_id', a.event_id, 'recorded_at', a.recorded_at,"
        " 'admitted_at', a.admitted_at, 'body', convert_from(a.raw, 'UTF8')::jsonb) FROM admitted a JOIN person_record r"
        " ON r.id = a.person_record_id WHERE r.child_id = :child AND NOT EXISTS (SELECT FROM event e"
        " WHERE e.source = a.source AND e.event_id = a.event_id AND e.child_id = :child)"
        " ORDER BY a.recorded_at, a.source, a.event_id",
    ),
    "refused": Table(
        ("quarantine", "quarantine_act"),
        "SELECT jsonb_build_object('feed', q.feed, 'source', q.source, 'event_id', q.event_id, 'quarantined_at',"  # noqa: S608 - ours
        " q.quarantined_at, 'status', q.status, 'reasons', q.reasons, 'raw', encode(q.raw, 'base64'), 'history',"
        " (SELECT jsonb_agg(jsonb_build_object('act', x.act, 'at', x.at, 'by', x.by, 'why', x.why) ORDER BY x.id)"
        " FROM quarantine_act x WHERE x.item = q.id), 'could_be_anothers', EXISTS (SELECT FROM person_record p"
        " WHERE p.source = q.source AND p.local_id = q.local_id AND p.child_id IS DISTINCT FROM :child))"
        " FROM quarantine q WHERE q.person_record_id IS NULL"
        f" AND (q.source, q.local_id) IN {_OWN_REFS} ORDER BY q.id",
    ),
    "flags": Table(
        ("flag", "flag_change"),
        "SELECT to_jsonb(f) - 'id' FROM flag_change f WHERE f.child_id = ANY(:ids) ORDER BY f.id",
    ),
    "alerts": Table(
        ("alert", "alert_hand_over", "delivery"),
        "SELECT to_jsonb(a) || jsonb_build_object('sent', (SELECT jsonb_agg(jsonb_build_object('channel', d.channel,"
        " 'sent_at', d.sent_at)) FROM delivery d WHERE d.message_id = a.alert_id AND d.sent_at IS NOT NULL), 'handed_over',"
        " (SELECT to_jsonb(h) FROM alert_hand_over h WHERE h.flag_id = a.flag_id)) FROM alert a"
        " WHERE a.child_id = ANY(:ids) ORDER BY a.raised_at, a.alert_id",
    ),
    "panel": Table(
        ("panel_listing", "panel_word"),
        "SELECT to_jsonb(w) FROM panel_word w LEFT JOIN event e ON e.source = w.source AND e.event_id = w.event_id"
        " WHERE e.child_id = :child OR (e.event_id IS NULL AND w.child_id = ANY(:ids)) ORDER BY w.said_at, w.event_id",
    ),
    "agendas": _of_child("agenda_place"),
    "seen_when_deciding": Table(
        ("decision_seen",),
        "SELECT to_jsonb(s) FROM decision_seen s JOIN event e ON e.event_id = s.event_id AND e.source = s.source"
        " WHERE e.child_id = :child ORDER BY s.seen_at",
    ),
    "family": Table(
        ("relation",),
        "SELECT to_jsonb(r) - 'other_key' FROM relation r WHERE r.child_id = :child UNION ALL SELECT to_jsonb(r) - 'other_key'"  # noqa: S608 - ours
        f" FROM relation r WHERE r.child_id <> :child AND (r.other_source, r.other_local_id) IN {_OWN_REFS}"
        " AND NOT EXISTS (SELECT FROM child c WHERE c.child_id = r.child_id AND c.restricted)",
    ),
    "identity_decisions": Table(
        ("identity_decision", "identity_statement"),
        "SELECT jsonb_build_object('event_id', d.event_id, 'decided_at', d.decided_at, 'carried_out', d.carried_out,"  # noqa: S608 - ours
        f" 'body', d.body) FROM identity_decision d WHERE {_TOUCHES} ORDER BY d.decided_at, d.event_id",
    ),
    "joined_by": Table(
        ("identity_link",),
        "SELECT to_jsonb(l) FROM identity_link l JOIN person_record r ON r.id = l.one WHERE r.child_id = :child"
        " ORDER BY l.one, l.other",
    ),
    "perhaps_the_childs": Table(
        ("identity_review",),
        "SELECT jsonb_build_object('pairs', count(*)) FROM identity_review v JOIN person_record a ON a.id = v.one"
        " JOIN person_record b ON b.id = v.other WHERE a.child_id = :child OR b.child_id = :child"
        " OR :child = ANY(a.held_between) OR :child = ANY(b.held_between)",
    ),
    "glass": Table(
        ("broken_glass", "glass_told"),
        "SELECT to_jsonb(g) || jsonb_build_object('told', (SELECT jsonb_agg(to_jsonb(t) - 'glass_id') FROM glass_told t"
        " WHERE t.glass_id = g.id)) FROM broken_glass g WHERE g.child_id = ANY(:ids) ORDER BY g.id",
    ),
    "sharing_basis": _of_child("sharing_basis", less=" - 'id'"),
    "looks": Table(("audit",), "SELECT to_jsonb(a) FROM audit a WHERE a.child_id = ANY(:ids) OR (a.action = 'read-audit' AND"
        " substring(a.why FROM 'child (c[0-9a-f]{15})') = ANY(:ids)) ORDER BY a.id"),
    "looks_when_joined": Table(
        ("audit",),
        "SELECT DISTINCT to_jsonb(a) - 'child_id' FROM identity_decision d JOIN audit a ON a.child_id = ANY(d.children)"  # noqa: S608 - ours
        f" AND a.child_id <> ALL(:ids) AND a.at < d.decided_at AND a.action = 'view-child' WHERE {_PARTED}",
    ),
    "notices": Table(
        ("notice", "notice_entry"),
        "SELECT to_jsonb(n) || jsonb_build_object('entries', (SELECT jsonb_agg(to_jsonb(x) - 'other_key' - 'notice_id'"
        " ORDER BY x.left_at, x.source, x.event_id) FROM notice_entry x WHERE x.notice_id = n.notice_id)) FROM notice n"
        " WHERE n.child_id = ANY(:ids) ORDER BY n.opened_at, n.notice_id",
    ),
    "reports": Table(
        tuple(f"warehouse.{name}" for name in REPORTS),
        " UNION ALL ".join(
            f"SELECT jsonb_build_object('table', '{name}') || to_jsonb(t) - 'child_key' FROM warehouse.{name} t"  # noqa: S608 - ours
            " WHERE t.child_key = :child_key"
            for name in REPORTS
        ),
    ),
}  # fmt: skip
"""What is held of a child, in the order in which it is told."""

NOT_GIVEN: Mapping[str, str] = {
    "backfill_child": "the ids alone, until the history that was loaded of them is evaluated",
    "former_child_id": "the ids themselves are given",
    "legal_hold": "that records are kept for a case: whoever answers for the case says whether the child may know",
    "record_was_of": "the ids alone, under which looks and notices are given",
    "reporting_intake.clean_event": "the reports' copy of the events that are given",
    "keys.record_key": "the source's own id, which is given with the records, beside a key, which is nothing of the child",
    "reporting_intake.restated_child": "the id, and a day on which the reports are worked out anew",
    "unjudged": "a fault of the software that kept the child from being judged: its kind and place, nothing of the child",
    "panel_sight": "a copy of the child's page while somebody has a form open: two days, then until the next form is opened",
    **{
        f"warehouse.{name}_history": "the reports that are given, and how they stood before: perhaps with another child's records"
        for name in REPORTS
    },
}
"""Tables that name a child and of which nothing more is given, with why."""


def has_reports(engine: Engine) -> bool:
    """Whether the warehouse holds anything of anybody."""
    with engine.connect() as connection:
        return bool(connection.execute(text("SELECT EXISTS (SELECT FROM warehouse.dim_child)")).scalar_one())


def everything_of(engine: Engine, child_id: str, names_in_reports: Pseudonyms | None = None) -> Held:
    """All that is held of a child, as it stands at one moment; nothing of the reports without their names for children."""
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        former = connection.execute(
            text(
                "SELECT f.child_id FROM former_child_id f JOIN person_record r ON r.id = f.person_record_id"
                " WHERE r.child_id = :child ORDER BY 1"
            ),
            {"child": child_id},
        ).scalars()
        ids = (child_id, *(one for one in former if one != child_id))
        given = {"child": child_id, "ids": list(ids), "child_key": names_in_reports and names_in_reports.of(child_id)}
        rows = {name: _rows(connection, table.query, given) for name, table in TABLES.items()}
        refs = frozenset((row[0], row[1]) for row in connection.execute(text(_OWN_REFS), {"child": child_id}))
        others = _others(connection, given)
    named = [other_of_body(row["body"]) for name in ("events", "not_on_timeline") for row in rows[name]]
    secret = secret_references(engine, [reference for reference in named if reference])
    return Held(child_id, ids, refs, others, frozenset(secret), rows)


def other_of_body(body: Mapping[str, Any]) -> tuple[str, str] | None:
    """The reference, a source and its local id, of whom an event names as family; None of any other event."""
    other = body["data"].get("other")
    return (other.get("source") or body["source"], other["local_id"]) if other else None


def _rows(connection: Connection, query: str, given: Mapping[str, object]) -> list[dict[str, Any]]:
    wanted = {name: value for name, value in given.items() if f":{name}" in query}
    return [dict(row[0]) for row in connection.execute(text(query), wanted)]


def _others(connection: Connection, given: Mapping[str, object]) -> tuple[Mapping[str, str], ...]:
    """Those of a child's family whom some source keeps a record of, as it says who they are."""
    rows = connection.execute(
        text(
            "SELECT DISTINCT p.given_name, p.family_name, p.nhs_number, p.upn, p.source, p.local_id FROM person_record p"  # noqa: S608 - ours
            " WHERE p.child_id IS DISTINCT FROM :child AND ((p.source, p.local_id) IN (SELECT other_source, other_local_id"
            " FROM relation WHERE child_id = :child) OR p.child_id IN (SELECT r.child_id FROM relation r"
            f" WHERE (r.other_source, r.other_local_id) IN {_OWN_REFS}))"
        ),
        {"child": given["child"]},
    ).mappings()
    return tuple(dict(row) for row in rows)
