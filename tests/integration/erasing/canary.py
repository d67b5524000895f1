"""An authority with a child whose every value is like no other's, and with a row of it in every table that can have one."""

import json
from collections.abc import Callable, Iterator, Mapping
from copy import copy
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, text

from send_integration.contracts import topics
from send_integration.contracts.pseudonyms import ERASURE, SNAPSHOT, WAREHOUSE
from send_integration.contracts.topics import FEEDS
from send_integration.identity.model import default_model
from send_integration.simulate.authority import simulate_authority, write_authority
from send_integration.simulate.profile import load_profile
from send_integration.steps import deciding
from send_integration.steps.backfill_work import expectations_of
from send_integration.steps.catalogue import load_rules
from send_integration.steps.deciding import Reviewer
from send_integration.steps.gate import Gate
from send_integration.steps.gate_judging import Checks
from send_integration.steps.panel_acts import list_child, record_voice
from send_integration.steps.panel_drafts import ListingDraft, VoiceDraft
from send_integration.steps.timeline import TimelineKeeper
from send_integration.steps.warehouse import Warehouse
from send_integration.store.erased import Erased
from send_integration.store.pseudonym_keys import make_key, read_pseudonyms
from send_integration.store.sessions import Session, record
from tests.builders import NOW, sent
from tests.integration.families import child_of
from tests.integration.steps.pipe import Pipe
from tests.record_keys import KEYS, known_keys

TODAY = date(2025, 1, 16)
CHILDREN = 25
CHAIR = Session("chair", "panel-chair", "")

ZEPH: dict[str, Any] = {
    "local_id": "CANARY-S1", "given_name": "Zephyrine", "family_name": "Quillfeather", "date_of_birth": "2013-11-27",
    "nhs_number": "9999876544", "upn": "V987654321012", "postcode": "LU9 7ZQ", "address": "7 Canary Wharf Lane",
}  # fmt: skip
AT_CLINIC = {**ZEPH, "local_id": "CANARY-C2", "upn": None}
AT_CARE = {**ZEPH, "local_id": "CANARY-D3", "given_name": "Zephy", "nhs_number": None, "upn": None, "address": None,
           "postcode": None}  # fmt: skip
"""Of whom only a person says that she is the same."""

PEREGRINE: dict[str, Any] = {
    "local_id": "BROTHER-1", "given_name": "Peregrine", "family_name": "Quillfeather", "date_of_birth": "2010-02-14",
    "nhs_number": "9999876536", "postcode": "LU8 8ZZ", "address": "9 Sparrow Close",
}  # fmt: skip
SCHOOLS, CLINIC, CARE = "urn:send:schools", "urn:send:clinic", "urn:send:social-care"

WORKER = {"id": "w-zeph", "name": "Wren Example", "role": "nurse", "team": "north", "email": "wren@example.org"}

CANARIES = (
    "Zephyrine", "Zephy", "CANARY-S1", "CANARY-C2", "CANARY-D3", "9999876544", "V987654321012", "LU9 7ZQ", "Canary Wharf",
    "2013-11-27", "lantern-note", "lantern-reason", "lantern-rationale", "lantern-voice", "CANARY-EVENT",
)  # fmt: skip
"""What must be nowhere afterwards: names, numbers, days, notes and ids of events."""


def lines() -> Iterator[tuple[str, bytes]]:
    """What agencies send of her and of her brother, as it should be and as it should not."""

    def told(
        what: str, day: str, number: int, person: Mapping[str, Any], source: str, **more: Any
    ) -> tuple[str, bytes]:
        feed = what.partition(".")[0]
        return feed, sent(what, day, event_id=f"CANARY-EVENT-{number}", source=source, person=dict(person), **more)

    yield told("school.enrolled", "2022-09-05", 1, ZEPH, SCHOOLS, urn="109123", year_group=4)
    yield told("ehcp.requested", "2023-01-09", 2, ZEPH, SCHOOLS, request_id="CANARY-EVENT-R", note="lantern-note")
    yield told("camhs.referred", "2023-02-06", 3, AT_CLINIC, CLINIC, referral_id="CANARY-EVENT-C", worker=WORKER)
    yield told("camhs.crisis_presentation", "2024-11-06", 4, AT_CLINIC, CLINIC)
    yield told("early-help.stepped_up", "2024-06-06", 5, AT_CARE, CARE, assessment_id="CANARY-EVENT-E")
    yield told("school.suspended", "2024-10-08", 6, ZEPH, SCHOOLS, note="lantern-note", sessions=4)
    yield told("school.suspended", "2024-10-09", 7, ZEPH, SCHOOLS, corrects="CANARY-EVENT-6", sessions=3)
    yield told("panel.listed", "2024-12-01", 8, ZEPH, SCHOOLS, meeting_on="2025-02-03", reason="lantern-reason")
    yield told("panel.decided", "2024-12-02", 9, ZEPH, SCHOOLS, meeting_on="2024-12-02", rationale="lantern-rationale")
    yield told("workers.assigned", "2024-01-08", 10, ZEPH, SCHOOLS, role_for_child="senco", worker=WORKER)
    yield told(
        "people.related", "2024-01-09", 11, ZEPH, SCHOOLS, other={"local_id": "BROTHER-1"}, since_on="2013-11-27"
    )
    yield told("ehcp.finalised", "2023-06-09", 12, ZEPH, SCHOOLS, request_id="CANARY-EVENT-R", plan_id="CANARY-EVENT-P",
               placement_type="mainstream")  # fmt: skip
    yield told("school.progress_concern", "2024-12-09", 13, ZEPH, SCHOOLS, area="reading")
    yield told(
        "referrals.received", "2024-03-01", 14, AT_CLINIC, CLINIC, referral_id="CANARY-EVENT-F", need_types=["ASD"]
    )
    brother = {"source": SCHOOLS, "person": PEREGRINE}
    yield "school", sent("school.enrolled", "2021-09-06", event_id="brother-1", urn="109124", year_group=6, **brother)
    yield "ehcp", sent("ehcp.requested", "2024-02-05", event_id="brother-2", request_id="RB", **brother)
    yield "people", sent("people.related", "2024-01-10", event_id="brother-3", since_on="2013-11-27",
                         other={"local_id": "CANARY-S1"}, **brother)  # fmt: skip
    yield "people", sent("people.related", "2024-01-10", event_id="brother-4", other={"local_id": "CARER-1"},
                         kind="carer", **brother)  # fmt: skip
    yield from refused()


def refused() -> Iterator[tuple[str, bytes]]:
    """What the gate does not let in: a wrong code, a second body under one id, a line cut off, a brother's with her in it."""
    whole = sent("school.suspended", "2024-09-09", event_id="CANARY-EVENT-20", source=SCHOOLS, person=ZEPH)
    yield "school", whole.replace(b'"disruption"', b'"a sort of lantern-reason"')
    yield "school", sent("school.suspended", "2024-10-08", event_id="CANARY-EVENT-6", source=SCHOOLS, sessions=9,
                         person=ZEPH, recorded="2024-12-08")  # fmt: skip
    yield "school", whole[:-30]
    other = sent("people.related", "2024-05-05", event_id="brother-9", source=SCHOOLS, person=PEREGRINE,
                 other={"local_id": "CANARY-S1"})  # fmt: skip
    yield "people", other.replace(b'"sibling"', b'"twin"')


def write_lines(folder: Path) -> None:
    """The simulated authority with hers among its files."""
    authority = simulate_authority(
        load_profile("luton-2024"), children=CHILDREN, seed=11, until=TODAY, dirt="usual", statutory_dates=True,
        panel_meetings=True,
    )  # fmt: skip
    write_authority(authority, folder)
    for feed, line in lines():
        with (folder / f"{feed}.jsonl").open("ab") as file:
            file.write(line + b"\n")


def raw_lines(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every line of every feed."""
    for feed in FEEDS:
        path = folder / f"{feed}.jsonl"
        if path.exists():
            yield from ((feed, line) for line in path.read_bytes().split(b"\n") if line.strip())


def make_keys(folder: Path) -> Path:
    """The keys of everything that has one."""
    for consumer in (SNAPSHOT, WAREHOUSE, ERASURE):
        make_key(folder, consumer)
    return folder


def pipe_on(
    engine: Engine, keys: Path, like: Pipe | None = None, checks_of: Callable[[str], Checks] = expectations_of
) -> Pipe:
    """The stream over a database, and over what topics another has."""
    rules, erased = load_rules(), Erased(keys)
    pipe = Pipe(engine, rules, TODAY, now=NOW)
    pipe.gates = [Gate(engine, checks_of, default_model(), keys=known_keys(), erased=erased)]
    pipe.keepers = [TimelineKeeper(engine, rules, read_pseudonyms(keys, SNAPSHOT), keys=known_keys(), erased=erased)]
    pipe.warehouse = Warehouse(engine, rules, read_pseudonyms(keys, WAREHOUSE), keys=KEYS, erased=erased)
    if like is not None:
        pipe.topics = {place: copy(held) for place, held in like.topics.items()}
    return pipe


def zeph(engine: Engine) -> str:
    """Her id."""
    return child_of(engine, "Zephyrine", "Quillfeather")


def live(pipe: Pipe) -> None:
    """All that happens to her after the authority is filled: she is joined, looked at, spoken of, and told of."""
    engine = pipe.engine
    reviewer = Reviewer(Session("rev", "identity-reviewer", ""), NOW, "one child")
    deciding.merge_children(engine, zeph(engine), child_of(engine, "Zephy", "Quillfeather"), reviewer)
    pipe.settle()
    taken = deciding.merge_children(engine, zeph(engine), child_of(engine, "Peregrine", "Quillfeather"), reviewer)
    pipe.settle()
    record(engine, CHAIR, "view-child", zeph(engine), allowed=True, why="chair may view-child")
    deciding.withdraw(engine, taken, reviewer)
    pipe.settle()
    record(engine, CHAIR, "view-child", zeph(engine), allowed=True, why="chair may view-child")
    retracted = sent("school.progress_concern", "2024-12-10", event_id="CANARY-EVENT-30", source=SCHOOLS, person=ZEPH,
                     retracts="CANARY-EVENT-13")  # fmt: skip
    pipe.send("school", retracted)
    pipe.settle()
    moment = NOW
    list_child(engine, zeph(engine), CHAIR, ListingDraft(date(2026, 6, 9), "lantern-reason"), moment)
    pipe.settle()
    record_voice(engine, zeph(engine), CHAIR, VoiceDraft("child", "lantern-voice", "in person", TODAY), moment)
    with engine.begin() as connection:
        _beside_the_stream(connection, zeph(engine))


def _beside_the_stream(connection: Connection, child: str) -> None:
    seen = json.dumps({"answer": {"timeline": [{"event_id": "CANARY-EVENT-9", "title": "lantern-rationale"}]}})
    given = {"child": child, "seen": seen}
    flag, alert = connection.execute(
        text("SELECT flag_id, alert_id FROM alert WHERE child_id = :child ORDER BY alert_id LIMIT 1"), given
    ).one()
    for statement in (
        "INSERT INTO meeting (meeting_on, quorum, opened_by) VALUES ('2026-06-09', 1, 'chair') ON CONFLICT DO NOTHING",
        "INSERT INTO agenda_place (meeting_on, child_id, carried_why) VALUES ('2026-06-09', :child, 'lantern-reason')",
        "INSERT INTO panel_sight (child_id, mark, seen, shown_at) VALUES (:child, 'm', :seen, now())",
        (
            "INSERT INTO decision_seen (event_id, source, child_id, seen, seen_at)"
            " VALUES ('CANARY-EVENT-9', 'urn:send:schools', :child, :seen, now())"
        ),
        (
            "INSERT INTO broken_glass (actor, name, role, child_id, why, until)"
            " VALUES ('a', 'A', 'manager', :child, 'lantern-reason', now() + interval '1 hour')"
        ),
        "INSERT INTO glass_told (glass_id, recipient) SELECT id, 'm' FROM broken_glass",
        "INSERT INTO sharing_basis (child_id, basis, why, said_by) VALUES (:child, 'consent', 'lantern-reason', 'a')",
        "INSERT INTO unjudged (child_id, fault, tried_on, judged_by) VALUES (:child, 'F', '2025-01-01', '')",
        "INSERT INTO backfill_child (child_id) VALUES (:child)",
        (
            "INSERT INTO ingested (source, event_id, base_id, content_hash, returned_at)"
            " VALUES ('urn:send:schools', 'CANARY-EVENT-12', 'CANARY-EVENT', '', now())"
        ),
        (
            "INSERT INTO outbox (topic, key, value, headers) VALUES ('send.flags', convert_to(:child, 'UTF8'),"
            " convert_to('{\"flag\": {\"title\": \"lantern-reason\"}}', 'UTF8'), '[]')"
        ),
    ):
        connection.execute(text(statement), {name: value for name, value in given.items() if f":{name}" in statement})
    connection.execute(
        text("INSERT INTO alert_hand_over (flag_id, to_worker, by, at) VALUES (:flag, 'w', 'a', now())"), {"flag": flag}
    )
    connection.execute(
        text(
            "INSERT INTO digest (digest_id, recipient, day, alerts, made_at) VALUES ('d', 'w', '2025-01-01',"
            " ARRAY[:alert, 'another'], now())"
        ),
        {"alert": alert},
    )


LESS_THE_AUDIT = " WHERE topic <> 'send.audit'"


def says_of(needle: str) -> list[str]:
    """How a value can stand in a row's text: as it is, or in hex within bytes."""
    return [needle.lower(), needle.encode().hex(), needle.lower().encode().hex()]


def tables(connection: Connection) -> list[str]:
    """Every table of ours."""
    rows = connection.execute(
        text(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2"
        )
    )
    return [f"{row[0]}.{row[1]}" for row in rows]


def rows_of(engine: Engine) -> dict[str, list[str]]:
    """Every row of every table, as text; of the outbox not what the audit says."""
    with engine.connect() as connection:
        return {
            table: sorted(
                row[0]
                for row in connection.execute(
                    text(f"SELECT cast(t AS text) FROM {table} t{LESS_THE_AUDIT if table == 'public.outbox' else ''}")
                )
            )
            for table in tables(connection)
        }


def hits(engine: Engine, *, ids: tuple[str, ...] = ()) -> list[str]:
    """In which table which of the canaries is to be found; ids of hers may stand in the audit, on its topic and in holds."""
    may_stay = ("public.audit", "public.legal_hold")
    return [
        f"{table}: {needle}"
        for table, rows in rows_of(engine).items()
        for told in ["\n".join(rows).lower()]
        for needle in (*CANARIES, *(ids if table not in may_stay else ()))
        if any(one in told for one in says_of(needle))
    ]


def raw_topics() -> list[str]:
    """The topics that sources write."""
    return [topics.raw(feed).name for feed in FEEDS]
