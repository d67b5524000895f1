"""Makes many towns of one: every row again under ids of its own, as text that COPY reads; nothing is judged twice."""

import re
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any, NamedTuple

import psycopg

from send_integration.identity.features import features, home_of
from send_integration.store.people import home_key
from send_integration.store.relations import reference_key

SUFFIX, TAIL, NUMBER = b"\x01", b"\x02", b"\x03"
"""Stand where a copy's number goes: behind an id, in the last eight places of an id of ours, before a row's number."""

_ID = re.compile(rb"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*")


class Table(NamedTuple):
    """A table's name, and its columns, each with the SQL that writes it out."""

    name: str
    columns: dict[str, str]


def _numbered(column: str) -> str:
    return f"CASE WHEN {column} IS NOT NULL THEN chr(3) || lpad(cast({column} AS text), 7, '0') END"


def _body(column: str) -> str:
    return f"replace(convert_from({column}, 'UTF8'), E'\\\\', E'\\\\\\\\')"


def _as_is(names: str) -> dict[str, str]:
    return {f'"{name}"': f'"{name}"' for name in names.split()}


TABLES = (
    Table(
        "worker",
        {
            **_as_is("worker_id name role sector email manager_id left_on hands_over_to as_recorded_at"),
            "team": "team || '-' || chr(3)",
        },
    ),
    Table(
        "person_record",
        {
            "id": _numbered("id"),
            "component": _numbered("component"),
            "digest": _numbered("id"),
            "address": "CASE WHEN address <> '' THEN chr(3) || address ELSE '' END",
            **_as_is(
                "source local_id given_name family_name date_of_birth nhs_number upn postcode gender restricted"
                " first_recorded_at first_source first_event_id child_id held_between decision"
            ),
        },
    ),
    Table(
        "admitted",
        {
            **_as_is("source event_id feed recorded_at topic partition least_decision admitted_at"),
            "body_hash": "''",
            "raw": "''",
            '"offset"': _numbered('"offset"'),
            "person_record_id": _numbered("person_record_id"),
        },
    ),
    Table(
        "event", {**_as_is("source event_id child_id decision recorded_at target shown_since"), "body": _body("body")}
    ),
    Table(
        "child",
        _as_is(
            "child_id answer named_workers given_name family_name date_of_birth need open_flags restricted evaluated_on"
            " next_change_on updated_at judged_by panel"
        ),
    ),
    Table("flag", _as_is("flag_id child_id status content raised_at")),
    Table("flag_change", _as_is("flag_id child_id change content because changed_at")),
    Table(
        "alert",
        _as_is(
            "alert_id flag_id child_id recipient content raised_at cleared_at stood_before email sent_levels digest_on"
            " waits_since snoozed_until handled escalated_from"
        ),
    ),
    Table("notice", _as_is("notice_id recipient child_id opened_at posted_at read_at read_by")),
    Table("notice_entry", _as_is("notice_id source event_id shown_since left_at happened_on title why ways rules")),
    Table(
        "identity_review",
        {"one": _numbered("one"), "other": _numbered("other"), **_as_is("why weight parts model decided_at")},
    ),
    Table(
        "identity_decision",
        {
            "one": _numbered("one"),
            "other": _numbered("other"),
            **_as_is("source event_id recorded_at decided_at body children carried_out"),
        },
    ),
    Table(
        "identity_statement",
        _as_is("one_source one_local_id other_source other_local_id same recorded_at source event_id"),
    ),
    Table(
        "quarantine",
        {
            "id": _numbered("id"),
            "raw": _numbered("id"),
            "person_record_id": _numbered("person_record_id"),
            '"offset"': _numbered('"offset"'),
            **_as_is(
                "feed reasons topic partition origin quarantined_at status source event_id local_id restricted"
                " adapter_reasons"
            ),
        },
    ),
    Table("quarantine_act", {"id": _numbered("id"), "item": _numbered("item"), **_as_is("act at by why reasons")}),
)
"""What pages read of children, and what waits for stewards or was decided by them. The bytes as they came are left out: of
`admitted` no page shows them, and in quarantine only those of the town can be read. The panel's meetings are the town's alone."""

_SUFFIXED = (
    "SELECT event_id FROM admitted UNION SELECT local_id FROM person_record UNION SELECT worker_id FROM worker"
    " UNION SELECT other_local_id FROM relation"
)
_OURS = (
    "SELECT child_id FROM child UNION SELECT flag_id FROM flag UNION SELECT alert_id FROM alert"
    " UNION SELECT notice_id FROM notice UNION SELECT child_id FROM notice"
    " UNION SELECT child_id FROM person_record WHERE child_id IS NOT NULL"
)
_HOMES = "SELECT component, source, local_id, postcode, address FROM person_record"
_RELATIONS = "SELECT child_id, source, event_id, kind, other_source, other_local_id, since_on, until_on FROM relation"


class Grown(NamedTuple):
    """What every copy is made of: each table's rows as text, and what is hashed anew for each."""

    rows: dict[str, bytes]
    people: list[tuple[int, str, str, str, str]]
    relations: list[tuple[Any, ...]]


def template_of(address: str) -> Grown:
    """What copies are made of, from a database that holds the town alone."""
    with psycopg.connect(address) as connection:
        return _template(connection)


def grow(address: str, template: Grown, copies: int, processes: int) -> None:
    """Put so many copies of the town beside it; those that are there already stay."""
    shares = [range(1 + number, copies + 1, processes) for number in range(processes)]
    with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
        list(pool.map(_copy_towns, [address] * processes, [template] * processes, shares))


def _template(connection: psycopg.Connection) -> Grown:
    places: dict[bytes, bytes] = {}
    for (known,) in connection.execute(_SUFFIXED):
        places[known.encode()] = known.encode() + SUFFIX
    for (known,) in connection.execute(_OURS):
        places[known.encode()] = known.encode()[:-8] + TAIL
    rows = {}
    for table in TABLES:
        query = f"COPY (SELECT {', '.join(table.columns.values())} FROM {table.name}) TO STDOUT"
        with connection.cursor().copy(query) as copy:
            written = b"".join(bytes(block) for block in copy)
        rows[table.name] = _ID.sub(lambda found: places.get(found[0], found[0]), written)
    people = connection.execute(_HOMES).fetchall()
    return Grown(rows, people, connection.execute(_RELATIONS).fetchall())


def _copy_towns(address: str, template: Grown, numbers: range) -> None:
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("SET synchronous_commit = off")
        connection.execute(
            "SET session_replication_role = replica"
        )  # what the town's rows name, the copy's have as well
        there = {row[0] for row in connection.execute("SELECT DISTINCT split_part(worker_id, '-t', 2) FROM worker")}
        for number in numbers:
            if str(number) in there:
                continue
            with connection.transaction():
                _copy_town(connection, template, number)


def _copy_town(connection: psycopg.Connection, template: Grown, number: int) -> None:
    suffix, tail, before = f"-t{number}".encode(), f"{number:08x}".encode(), str(number).encode()
    for table in TABLES:
        written = template.rows[table.name].replace(SUFFIX, suffix).replace(TAIL, tail).replace(NUMBER, before)
        with connection.cursor().copy(f"COPY {table.name} ({', '.join(table.columns)}) FROM STDIN") as copy:
            copy.write(written)
    with connection.cursor().copy("COPY person_record_key (key, component) FROM STDIN") as copy:
        found = {
            (key, int(f"{number}{component:07d}"))
            for component, source, local_id, postcode, street in template.people
            for key in _keys(source, f"{local_id}-t{number}", postcode, f"{number}{street}" if street else "")
        }
        for row in found:
            copy.write_row(row)
    with connection.cursor().copy(
        "COPY relation (child_id, source, event_id, kind, other_source, other_local_id, since_on, until_on, other_key)"
        " FROM STDIN"
    ) as copy:
        for child_id, source, event_id, kind, other_source, other_id, since_on, until_on in template.relations:
            other = f"{other_id}-t{number}"
            copy.write_row((
                f"{child_id[:-8]}{number:08x}", source, f"{event_id}-t{number}", kind, other_source, other, since_on,
                until_on, reference_key(other_source, other),
            ))  # fmt: skip


def _keys(source: str, local_id: str, postcode: str, street: str) -> set[int]:
    """The keys under which families are found; those by which records are matched are the gate's alone."""
    home = home_of(features(given_name="", family_name="", born="", postcode=postcode, address=street))
    return {reference_key(source, local_id), *([home_key(home)] if home else [])}
