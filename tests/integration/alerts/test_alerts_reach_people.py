"""A flag's way to an inbox, on a real database."""

import json
from dataclasses import replace
from datetime import date

from sqlalchemy import Engine, text

from send_integration.contracts import topics
from send_integration.contracts.event import EventKey
from send_integration.steps.alerts import AlertRouter
from send_integration.steps.batch import RawMessage
from send_integration.steps.catalogue import load_rules
from send_integration.store.alerts import standing_flags, workers_of_events
from send_integration.store.notices import Reader
from tests.builders import NOW, WORKER, sent
from tests.integration.alerts.desk import Desk, at, inbox_of
from tests.integration.steps.pipe import Pipe
from tests.record_keys import KEYS

TODAY = date(2025, 6, 2)
W1 = Reader(["w1"], restricted=False, worker_id="w1")


def flags_of(pipe: Pipe) -> list[RawMessage]:
    """What stands on send.flags."""
    pipe.relay()
    return [m for place, held in sorted(pipe.topics.items()) if place[0] == topics.FLAGS.name for m in held]


def raise_flags(engine: Engine) -> Pipe:
    pipe = Pipe(engine, load_rules(), TODAY)
    worker = {**WORKER, "email": "wren@example.org"}
    assigned = sent("workers.assigned", "2025-01-06", event_id="w", role_for_child="ehc-coordinator", worker=worker)
    pipe.send("ehcp", sent("ehcp.requested", "2025-01-06", event_id="r"))
    pipe.send("workers", assigned)
    pipe.send("ndd-triage", sent("ndd.referred", "2025-01-06", event_id="n"))
    pipe.drain_gate(["ehcp", "workers", "ndd-triage"])
    pipe.drain_timeline()
    return pipe


def test_reading_flags_again_tells_nobody_again(engine: Engine) -> None:
    router = AlertRouter(engine, by_channel=True, mailboxes={}, fallback="send@example.org", keys=KEYS)
    messages = flags_of(raise_flags(engine))

    assert router.notify(messages, TODAY, NOW) > 0
    assert router.notify(messages, TODAY, NOW) == 0


def test_a_cleared_flag_leaves_the_inbox_and_is_not_sent_any_more(engine: Engine) -> None:
    router = AlertRouter(engine, by_channel=True, mailboxes={}, fallback="send@example.org", keys=KEYS)
    pipe = raise_flags(engine)
    router.notify(flags_of(pipe), TODAY, NOW)
    assert {item["flag"]["rule"] for item in inbox_of(engine, W1, TODAY)} >= {"ehc-decide-to-assess"}

    pipe.send("ehcp", sent("ehcp.decided_to_assess", "2025-02-03", event_id="d"))
    pipe.drain_gate(["ehcp"])
    pipe.drain_timeline()
    waiting = [m for m in flags_of(pipe) if json.loads(pipe.clear(m))["change"] == "cleared"]
    assert waiting
    with engine.connect() as connection:
        known = {
            (row[0], row[1]): row[2]
            for row in connection.execute(
                text("SELECT topic, \"partition\", next_offset FROM stream_position WHERE reader = 'alerts'")
            )
        }
    router.notify([m for m in flags_of(pipe) if m.offset >= known.get((m.topic, m.partition), 0)], TODAY, NOW)

    rules = {item["flag"]["rule"] for item in inbox_of(engine, W1, TODAY)}
    assert "ehc-decide-to-assess" not in rules


def test_the_workers_of_events_are_those_of_the_flags_own_events_where_sources_use_one_id(engine: Engine) -> None:
    pipe = Pipe(engine, load_rules(), TODAY)
    doctor = {**WORKER, "id": "w2", "name": "Robin Lark"}
    pipe.send("ehcp", sent("ehcp.requested", "2025-01-06", event_id="1", source="urn:send:a", worker=WORKER))
    pipe.send("ndd-triage", sent("ndd.referred", "2025-01-06", event_id="1", source="urn:send:b", worker=doctor))
    pipe.drain_gate(["ehcp", "ndd-triage"])
    pipe.drain_timeline()

    with engine.connect() as connection:
        flag_ids = [row[0] for row in connection.execute(text("SELECT flag_id FROM flag"))]
        flags = [standing.flag for standing in standing_flags(connection, flag_ids)]
        found = workers_of_events(connection, flags)
        older = workers_of_events(
            connection,
            [replace(flag, evidence=(EventKey("", "1"),)) for flag in flags if flag.rule == "ehc-decide-to-assess"],
        )

    workers = {flag.rule: {worker for worker, _ in found[flag.flag_id]} for flag in flags}
    assert workers["ehc-decide-to-assess"] == {WORKER["id"]}
    assert workers["ndd-assessment-start"] == {"w2"}
    assert [{worker for worker, _ in each} for each in older.values()] == [{WORKER["id"], "w2"}]


def open_alerts(pipe: Pipe, rule: str) -> set[str]:
    """Who has an open alert by a rule."""
    rows = pipe.ask("SELECT recipient FROM alert WHERE cleared_at IS NULL AND content ->> 'rule' = :rule", rule=rule)
    return {row[0] for row in rows}


def test_an_open_alert_goes_over_to_whoever_takes_the_role(engine: Engine) -> None:
    pipe = Pipe(engine, load_rules(), TODAY)
    pipe.send("ehcp", sent("ehcp.requested", "2025-01-06", event_id="r"))
    pipe.settle()
    assert open_alerts(pipe, "ehc-decide-to-assess") == {"team:ehc-team"}

    for number, on in ((1, "2025-02-03"), (2, "2025-03-03")):
        worker = {**WORKER, "id": f"w{number}", "email": f"w{number}@example.org"}
        role = {"role_for_child": "ehc-coordinator", "worker": worker}
        pipe.send("workers", sent("workers.assigned", on, event_id=f"w{number}", **role))
        pipe.settle()
        assert open_alerts(pipe, "ehc-decide-to-assess") == {f"w{number}"}

    due = {row[0] for row in pipe.ask("SELECT address FROM delivery WHERE sent_at IS NULL")}
    assert due == {"w2@example.org"}


def test_a_worker_who_is_heard_of_again_is_not_told_again(engine: Engine) -> None:
    pipe = raise_flags(engine)
    pipe.settle()
    before = len(flags_of(pipe))

    worker = {**WORKER, "email": "wren@example.org"}
    pipe.send("ndd-triage", sent("ndd.information_received", "2025-05-05", event_id="i", worker=worker))
    pipe.settle()

    told = [json.loads(pipe.clear(message)) for message in flags_of(pipe)[before:]]
    # The case is silent no more; of nothing else anything is new.
    assert [(one["change"], one["flag"]["rule"]) for one in told] == [("cleared", "silent-case")]


def test_a_flag_that_was_cleared_before_anybody_was_told_alerts_nobody(engine: Engine) -> None:
    pipe = Pipe(engine, load_rules(), TODAY)
    pipe.send("ehcp", sent("ehcp.requested", "2025-01-06", event_id="r"))
    pipe.drain_gate(["ehcp"])
    pipe.drain_timeline()
    raised = flags_of(pipe)
    assert raised
    pipe.send("ehcp", sent("ehcp.requested", "2025-01-06", event_id="x", retracts="r"))
    pipe.drain_gate(["ehcp"])
    pipe.drain_timeline()

    assert pipe.router.notify(raised, TODAY, NOW) == 0


def test_a_flag_of_a_role_nobody_has_reaches_the_duty_manager(engine: Engine) -> None:
    desk = Desk(engine)
    desk.child("c1")
    desk.flag("f1", role="camhs-care-coordinator")

    assert desk.open() == {("f1", "team:duty-manager")}
    assert desk.mail() == [("Alert", "duty@example.org", at(10))]
