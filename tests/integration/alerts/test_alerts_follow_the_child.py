"""When two children turn out to be one, an alert goes on as it stood: nobody is told twice, and what was said of it holds."""

import json
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text

from send_integration.contracts import topics
from send_integration.steps import acting, alerts, deciding
from send_integration.steps.acting import Person
from send_integration.steps.catalogue import load_rules
from send_integration.steps.deciding import Reviewer
from send_integration.store.sessions import Session
from tests.builders import ANNA_KOWALSKA as ANNA
from tests.builders import NOW, WORKER, sent
from tests.builders import TOM_BRIGHT as TOM
from tests.integration.steps.pipe import AT_WORK, Pipe

TODAY = date(2025, 9, 1)
RULES = load_rules()
REVIEWER = Reviewer(Session("steward-1", "data-steward", ""), NOW, "seen on two birth certificates")
WREN = Person(Session("w1", "named-worker", ""), TODAY, AT_WORK)
WREN_SAYS = {**WORKER, "email": "wren@example.org"}


@pytest.fixture
def pipe(engine: Engine) -> Pipe:
    """Tom is known for long; Anna was asked for an assessment and not answered, and Wren was sent an urgent alert."""
    made = Pipe(engine, RULES, TODAY)
    made.send("people", sent("people.registered", "2025-01-06", event_id="tom", source="clinic", person=TOM))
    made.send("ehcp", sent("ehcp.requested", "2025-05-05", event_id="asked", source="council", person=ANNA))
    made.send(
        "workers",
        sent("workers.assigned", "2025-05-06", event_id="w", source="council", person=ANNA, worker=WREN_SAYS,
             role_for_child="ehc-coordinator"),
    )  # fmt: skip
    made.send("workers", sent("workers.joined", "2025-05-06", event_id="j2", worker={**WORKER, "id": "w2"}))
    made.settle()
    with made.engine.begin() as connection:
        connection.execute(text("UPDATE delivery SET sent_at = now()"))
    return made


def alert(pipe: Pipe) -> dict[str, Any]:
    """The one open alert on the decision to assess."""
    rows = pipe.ask(
        "SELECT alert_id, child_id, recipient, snoozed_until, handled, sent_levels, waits_since FROM alert"
        " WHERE cleared_at IS NULL AND content ->> 'rule' = 'ehc-decide-to-assess'"
    )
    ((alert_id, *values),) = rows
    names = ("child_id", "recipient", "snoozed_until", "handled", "sent_levels", "waits_since")
    return {"alert_id": alert_id, **dict(zip(names, values, strict=True))}


def urgent(pipe: Pipe) -> list[tuple[str, datetime | None]]:
    return list(pipe.ask("SELECT address, sent_at FROM delivery WHERE urgent ORDER BY message_id"))


def child_of(pipe: Pipe, event_id: str) -> str:
    return str(pipe.ask("SELECT child_id FROM event WHERE event_id = :id", id=event_id)[0][0])


def join(pipe: Pipe) -> None:
    deciding.merge_children(pipe.engine, child_of(pipe, "asked"), child_of(pipe, "tom"), REVIEWER)
    pipe.settle()


def test_nobody_is_told_twice(pipe: Pipe) -> None:
    before, was = urgent(pipe), alert(pipe)
    assert [address for address, _ in before] == ["wren@example.org"]

    join(pipe)

    now = alert(pipe)
    assert was["child_id"] != now["child_id"] == child_of(pipe, "tom")
    assert (now["recipient"], now["sent_levels"], now["waits_since"]) == (
        was["recipient"],
        was["sent_levels"],
        was["waits_since"],
    )
    assert urgent(pipe) == before


@pytest.mark.parametrize("first", ["cleared", "raised"])
def test_whichever_of_the_two_flags_comes_first_and_by_itself(pipe: Pipe, first: str) -> None:
    with pipe.engine.begin() as connection:  # as of one that the law does not ask for
        connection.execute(text("UPDATE alert SET snoozed_until = :day"), {"day": TODAY + timedelta(5)})
    deciding.merge_children(pipe.engine, child_of(pipe, "asked"), child_of(pipe, "tom"), REVIEWER)
    pipe.relay()
    pipe.drain_gate(topics.FEEDS)
    pipe.drain_timeline()
    pipe.relay()
    waiting = [m._replace(value=pipe.clear(m)) for m in pipe.waiting(topics.FLAGS.name, alerts.READER)]
    moved = [m for m in waiting if json.loads(m.value).get("same_as")]
    assert {json.loads(m.value)["change"] for m in moved} == {"cleared", "raised"}

    for message in sorted(moved, key=lambda m: json.loads(m.value)["change"] != first):
        told = json.loads(message.value)
        with pipe.engine.begin() as connection:
            pair = (told["flag"]["flag_id"], told["same_as"])
            both = alerts.carry_over(connection, [pair], alerts.Today.of(TODAY, AT_WORK))
            pipe.router.route_flags(connection, sorted(both), alerts.Today.of(TODAY, AT_WORK))

    assert alert(pipe)["child_id"] == child_of(pipe, "tom")
    assert alert(pipe)["snoozed_until"] == TODAY + timedelta(5)
    assert len(urgent(pipe)) == 1


def test_what_was_given_to_a_colleague_stays_with_them(pipe: Pipe) -> None:
    acting.hand_over(pipe.engine, alert(pipe)["alert_id"], "w2", WREN)
    pipe.settle()
    assert alert(pipe)["recipient"] == "w2"

    join(pipe)

    assert (alert(pipe)["child_id"], alert(pipe)["recipient"]) == (child_of(pipe, "tom"), "w2")


def test_what_a_worker_said_of_it_holds_and_goes_back_with_the_record(pipe: Pipe) -> None:
    acting.acknowledge(pipe.engine, alert(pipe)["alert_id"], WREN)
    pipe.settle()

    join(pipe)
    assert (alert(pipe)["child_id"], alert(pipe)["handled"]["what"]) == (child_of(pipe, "tom"), "acknowledged")

    deciding.withdraw(pipe.engine, *_only_decision(pipe), REVIEWER)
    pipe.settle()
    assert (alert(pipe)["child_id"], alert(pipe)["handled"]["what"]) == (child_of(pipe, "asked"), "acknowledged")


def _only_decision(pipe: Pipe) -> list[str]:
    return [str(row[0]) for row in pipe.ask("SELECT event_id FROM identity_decision")]
