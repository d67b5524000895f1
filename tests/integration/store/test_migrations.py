"""The migrations make exactly the tables that the code declares, and keep what was in them."""

import json
from datetime import UTC, date, datetime

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, MetaData, text

from send_integration.alerts.letters import Letter
from send_integration.alerts.notices import GAVE_WAY
from send_integration.contracts.pseudonyms import KEY_BYTES, Pseudonyms
from send_integration.steps.catalogue import load_rules
from send_integration.steps.timeline import TimelineKeeper
from send_integration.steps.warehouse import Warehouse
from send_integration.store.access_tables import METADATA as ACCESS
from send_integration.store.alerts import alerts_of_flags
from send_integration.store.backfill_tables import METADATA as BACKFILL
from send_integration.store.decision_tables import METADATA as DECISIONS
from send_integration.store.deliveries import Claim, claim_delivery
from send_integration.store.erasure_tables import METADATA as ERASURE
from send_integration.store.feed_tables import METADATA as FEEDS
from send_integration.store.flag_tables import METADATA as FLAGS
from send_integration.store.key_tables import METADATA as KEYS
from send_integration.store.meeting_tables import METADATA as MEETINGS
from send_integration.store.message_tables import METADATA as MESSAGES
from send_integration.store.panel_tables import METADATA as PANEL
from send_integration.store.quality_tables import METADATA as QUALITY
from send_integration.store.relations import reference_key
from send_integration.store.schema import migrate
from send_integration.store.tables import METADATA
from send_integration.store.timelines import open_flags
from send_integration.warehouse.intake_tables import METADATA as INTAKE
from send_integration.warehouse.tables import METADATA as WAREHOUSE
from tests.builders import NOW, event
from tests.integration.store.conftest import up_to


def test_migrated_tables_are_those_of_the_code(engine: Engine) -> None:
    declared = MetaData()
    for metadata in (
        METADATA,
        MESSAGES,
        QUALITY,
        FEEDS,
        FLAGS,
        PANEL,
        MEETINGS,
        ACCESS,
        BACKFILL,
        DECISIONS,
        ERASURE,
        INTAKE,
        WAREHOUSE,
        KEYS,
    ):
        for table in metadata.tables.values():
            table.to_metadata(declared)

    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "include_schemas": True,
                "compare_type": True,
                "compare_server_default": True,
                "include_name": lambda name, kind, _: (
                    kind != "schema" or name in (None, "warehouse", "reporting_intake", "keys")
                ),
            },
        )
        found = compare_metadata(context, declared)

    assert [change for change in found if "alembic_version" not in str(change)] == []


BEFORE_NOTICES = """
INSERT INTO admitted
 (source, event_id, feed, body_hash, recorded_at, raw, topic, partition, "offset", least_decision, admitted_at)
 SELECT 's', id, 'camhs', '', '2025-03-01Z', '', 't', 0, 0, 0, '2025-03-03Z' FROM unnest(ARRAY['stands', 'fell']) AS id;
INSERT INTO event (source, event_id, child_id, decision, recorded_at, body)
 SELECT 's', id, 'c1', 1, '2025-03-01Z', '' FROM unnest(ARRAY['stands', 'fell']) AS id;
INSERT INTO child
 (child_id, answer, named_workers, given_name, family_name, date_of_birth, need, open_flags, evaluated_on)
 SELECT 'c1', jsonb_build_object('timeline', jsonb_build_array(jsonb_build_object('event_id', 'stands'))), '[]', '', '',
 '2015-01-01', 0, 0, '2025-03-03';
INSERT INTO alert (alert_id, flag_id, child_id, recipient, content, raised_at) SELECT 'a1', 'f1', 'c1', 'w1',
 jsonb_build_object('rule', 'ehc-final-plan', 'kind', 'missed', 'level', 'high', 'due_on', '2025-05-01'), now();
INSERT INTO delivery (alert_id, channel, address, due_at) VALUES ('a1', 'smtp', 'w1@example.org', now())
"""
"""A child with an entry that stands and one that was corrected, and an alert that waits to be sent."""


def test_what_stood_before_notices_counts_as_shown_and_what_waits_is_sent_as_it_was(empty_database: Engine) -> None:
    with empty_database.connect() as connection:
        up_to(connection, "0004")
        for statement in BEFORE_NOTICES.split(";"):
            connection.execute(text(statement))
        connection.commit()

    migrate(empty_database)

    with empty_database.connect() as connection:
        shown = connection.execute(text("SELECT event_id, shown_since FROM event ORDER BY event_id")).all()
        content = connection.execute(text("SELECT content FROM delivery WHERE message_id = 'a1'")).scalar_one()
    assert [tuple(row) for row in shown] == [("fell", None), ("stands", datetime(2025, 3, 3, tzinfo=UTC))]
    assert Letter(**content).subject == "Alert a1: ehc-final-plan, missed"
    assert Letter(**content).path == "/children/c1"


WITH_FAMILY = """
INSERT INTO child (child_id, answer, named_workers, given_name, family_name, date_of_birth, need, open_flags, restricted,
 evaluated_on) VALUES ('c1', :answer, '[]', '', '', '2015-01-01', 0, 0, false, '2025-03-03');
INSERT INTO event (source, event_id, child_id, decision, recorded_at, body)
 SELECT 's', id, 'c1', 1, now(), :body FROM unnest(ARRAY['taken back', 'gave way']) AS id;
INSERT INTO notice (notice_id, recipient, child_id, opened_at) SELECT n, n, 'c1', now() FROM unnest(ARRAY['n1', 'n2']) AS n;
INSERT INTO delivery (message_id, channel, address, content, due_at)
 SELECT n, 'smtp', 'x@example.org', '{}', now() FROM unnest(ARRAY['n1', 'n2']) AS n;
INSERT INTO notice_entry (notice_id, source, event_id, shown_since, left_at, title, why, ways, rules)
 SELECT n, 's', id, now(), now(), title, why, '{page}', '{}' FROM (VALUES
 ('n1', 'taken back', 'Register: related', 'The source took it back.'), ('n1', 'other', 'School: left', ''),
 ('n2', 'gave way', 'Register: related', :gave_way)) AS x(n, id, title, why);
INSERT INTO warehouse.fact_event (event_key, child_key, happened_on, recorded_on, feed, type, sector)
 SELECT t, 'c1', '2025-03-03', '2025-03-03', 'f', t, 's' FROM unnest(ARRAY['send.people.related.v1', 'other']) AS t
"""
"""A child with a relation and another entry on the timeline, and three entries that left: one named a body that is kept,
one named nobody, and of one nobody knows any more whom it named."""


def test_what_told_of_a_family_leaves_answers_and_reports_and_a_notices_entry_says_whom_it_named(
    empty_database: Engine,
) -> None:
    related = {"event_id": "r", "type": "send.people.related.v1"}
    other = {"event_id": "a", "type": "send.school.left.v1"}
    with empty_database.begin() as connection:
        up_to(connection, "0007")
        given = {
            "answer": json.dumps({"timeline": [related, other]}),
            "body": json.dumps({**related, "data": {"other": {"local_id": "7"}}}).encode(),
            "gave_way": GAVE_WAY,
        }
        for statement in WITH_FAMILY.split(";"):
            connection.execute(text(statement), given)
        up_to(connection, "0008")
        assert list(connection.execute(text("SELECT type FROM warehouse.fact_event")).scalars()) == ["other"]

    migrate(empty_database)

    def ask(query: str) -> list[tuple[object, ...]]:
        with empty_database.connect() as connection:
            return [tuple(row) for row in connection.execute(text(query))]

    assert ask("SELECT answer -> 'timeline', next_change_on FROM child") == [([other], date(2025, 3, 3))]
    assert ask("SELECT event_id, other_source, other_local_id, other_key FROM notice_entry ORDER BY 1") == [
        ("other", None, None, None),
        ("taken back", "s", "7", reference_key("s", "7")),
    ]
    assert ask("SELECT notice_id, message_id FROM notice FULL JOIN delivery ON message_id = notice_id") == [
        ("n1", "n1")
    ]


def test_items_of_an_older_database_get_their_history_their_agency_and_the_adapters_own_reasons(
    empty_database: Engine,
) -> None:
    raw = b'{"source": "clinic", "id": "e1", "data": {"person": {"local_id": "7", "restricted": "adoption"}}}'
    reasons = (
        '[{"code": "cin-8500", "field": "", "message": ""}, {"code": "missing-field", "field": "type", "message": ""}]'
    )
    with empty_database.begin() as connection:
        up_to(connection, "0007")
        for bytes_of_item in (raw, b"{broken"):
            connection.execute(
                text(
                    'INSERT INTO quarantine (feed, raw, reasons, topic, "partition", "offset", origin, quarantined_at)'
                    " VALUES ('camhs', :raw, cast(:reasons AS jsonb), 't', 0, 0, '{}', '2025-03-03Z')"
                ),
                {"raw": bytes_of_item, "reasons": reasons},
            )

    migrate(empty_database)

    with empty_database.connect() as connection:
        items = connection.execute(
            text("SELECT source, event_id, local_id, restricted, adapter_reasons FROM quarantine ORDER BY id")
        ).all()
        acts = connection.execute(text('SELECT act, "by", at, jsonb_array_length(reasons) FROM quarantine_act')).all()
    assert [tuple(row)[:4] for row in items] == [("clinic", "e1", "7", True), (None, None, None, False)]
    assert [[reason["code"] for reason in row[4]] for row in items] == [["cin-8500"], ["cin-8500"]]
    assert [tuple(row) for row in acts] == [("quarantined", "gate", datetime(2025, 3, 3, tzinfo=UTC), 2)] * 2


OLD_FLAG = {
    "flag_id": "f1", "child_id": "c1", "kind": "milestone", "rule": "ehc-decide-to-assess", "version": 1, "subject": "R1",
    "level": "watch", "status": "due-soon", "due_on": "2025-04-14", "reason": "", "next_step": "", "arithmetic": "",
    "citation": "", "role": "ehc-coordinator", "evidence": ["asked"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("old", "stands_since"),
    [
        pytest.param(OLD_FLAG, "2025-04-08", id="due soon: since it was raised"),
        pytest.param({**OLD_FLAG, "status": "missed", "level": "high"}, "2025-04-15", id="missed: since the day after"),
        pytest.param(
            {**OLD_FLAG, "kind": "risk", "status": "risk", "due_on": None, "arithmetic": "since 2025-03-10"},
            "2025-03-10",
            id="a risk: since its pattern was complete",
        ),
    ],
)
def test_a_flag_of_an_older_database_can_be_read_and_its_child_is_judged_anew(
    empty_database: Engine, old: dict[str, object], stands_since: str
) -> None:
    rules, today = load_rules(), date(2025, 4, 10)
    with empty_database.begin() as connection:
        up_to(connection, "0015")
        given = {"content": json.dumps(old), "body": event("ehcp.requested", "2025-03-03", event_id="asked").body}
        for statement in WITH_A_FLAG.split(";"):
            connection.execute(text(statement), given)

    migrate(empty_database)

    with empty_database.connect() as connection:
        flag = open_flags(connection, ["c1"])["c1"]["f1"]
    assert (flag.version, flag.basis, flag.expected, flag.handled) == ("1", "", (), None)
    assert flag.stands_since.isoformat() == stands_since
    assert TimelineKeeper(empty_database, rules).sweep(today, NOW, 10) == 1
    with empty_database.connect() as connection:
        flags = open_flags(connection, ["c1"])["c1"]
        history = connection.execute(text("SELECT content ->> 'version' FROM flag_change WHERE flag_id = 'f1'"))
        assert {row[0] for row in history} == {"1"}
    assert [(found.rule, found.basis) for found in flags.values()] == [("ehc-decide-to-assess", "S")]
    assert TimelineKeeper(empty_database, rules).sweep(today, NOW, 10) == 0


WITH_A_FLAG = """
INSERT INTO event (source, event_id, child_id, decision, recorded_at, body)
 VALUES ('urn:send:ehcp', 'asked', 'c1', 1, '2025-03-03Z', :body);
INSERT INTO child (child_id, answer, named_workers, given_name, family_name, date_of_birth, need, open_flags, restricted,
 evaluated_on, next_change_on) VALUES ('c1', '{"timeline": []}', '[]', '', '', '2012-03-04', 0, 1, false, '2025-04-08',
 '2025-04-15');
INSERT INTO flag (flag_id, child_id, status, content, raised_at)
 VALUES ('f1', 'c1', 'open', cast(:content AS jsonb), '2025-04-07 23:30Z');
INSERT INTO flag_change (flag_id, child_id, change, content)
 VALUES ('f1', 'c1', 'raised', cast(:content AS jsonb))
"""
"""A child whose date has not come, with a flag that is open; it was raised on 8 April in London."""


BEFORE_CHANNELS = """
INSERT INTO delivery (message_id, channel, address, content, due_at, attempts, failure, sent_at) VALUES
 ('a1', 'smtp', 'w1@example.org', '{"subject": "s", "text": "t", "path": "/p"}', '2025-03-01Z', 3, 'OSError', NULL),
 ('a2', 'smtp', 'w2@example.org', '{"subject": "s", "text": "t", "path": "/p"}', '2025-03-01Z', 0, NULL, '2025-03-02Z')
"""


def test_what_waited_for_the_mail_server_is_sent_by_whichever_channel_is_first(empty_database: Engine) -> None:
    with empty_database.connect() as connection:
        up_to(connection, "0016")
        connection.execute(text(BEFORE_CHANNELS))
        connection.commit()

    migrate(empty_database)

    now = datetime(2025, 3, 3, tzinfo=UTC)
    with empty_database.begin() as connection:
        claim = Claim(["notify"], ["notify"], "", now.date(), now, now)
        due = claim_delivery(connection, claim, urgent=False)
        sent = connection.execute(text("SELECT channel FROM delivery WHERE sent_at IS NOT NULL")).all()
    assert due is not None
    assert (due.message_id, due.channel, due.attempts, due.content) == ("a1", "notify", 3, Letter("s", "t", "/p"))
    assert [tuple(row) for row in sent] == [("smtp",)]


def test_reports_of_an_older_database_are_filled_anew_under_pseudonyms(empty_database: Engine) -> None:
    with empty_database.begin() as connection:
        up_to(connection, "0027")
        connection.execute(
            text(
                "INSERT INTO warehouse.clean_event (source, event_id, child_key, decision, recorded_at, body)"
                " VALUES ('urn:send:school', 'e', 'c1', 1, '2025-03-03Z', :body)"
            ),
            {"body": event("school.enrolled", "2025-03-03", event_id="e").body},
        )
        connection.execute(text("INSERT INTO warehouse.dim_child (child_key, birth_month) VALUES ('c1', '2012-03-01')"))

    migrate(empty_database)

    names, rules = Pseudonyms(bytes(KEY_BYTES)), load_rules()
    assert Warehouse(empty_database, rules, names).sweep(date(2025, 4, 10), 10) == 1
    with empty_database.connect() as connection:
        assert list(connection.execute(text("SELECT child_key FROM warehouse.dim_child")).scalars()) == [names.of("c1")]


def test_an_open_alert_of_an_older_database_is_not_sent_again_and_waits_for_an_answer(empty_database: Engine) -> None:
    content = {"alert_id": "a1", "flag_id": "f1", "child_id": "c1", "kind": "missed", "rule": "r", "level": "high"}
    with empty_database.begin() as connection:
        up_to(connection, "0015")
        connection.execute(
            text(
                "INSERT INTO alert (alert_id, flag_id, child_id, recipient, content, raised_at)"
                " VALUES ('a1', 'f1', 'c1', 'w1', cast(:content AS jsonb), '2025-04-08Z')"
            ),
            {"content": json.dumps({**content, "due_on": "2025-04-07"})},
        )

    migrate(empty_database)

    with empty_database.begin() as connection:
        (kept,) = alerts_of_flags(connection, ["f1"])
    assert (kept.alert.due_on, kept.alert.escalated_from, kept.alert.statutory) == (date(2025, 4, 7), None, False)
    assert (kept.sent_levels, kept.digest_on, kept.handled) == (("high",), None, None)
    assert kept.waits_since is not None
