"""Mail on a restricted child goes to the child's named worker alone; every other alert waits for a manager."""

from datetime import date, timedelta
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import Engine, text

from send_integration.channels.smtp import Smtp
from send_integration.steps.alerts import AlertRouter
from send_integration.steps.catalogue import load_rules
from send_integration.steps.delivering import Deliverer, post_notices
from send_integration.steps.directory import keep_directory
from send_integration.store.notices import Reader
from tests.builders import ANNA, NOW, WORKER, sent
from tests.integration.alerts.desk import inbox_of
from tests.integration.alerts.test_alerts_reach_people import TODAY, flags_of
from tests.integration.channels.mail import Mailbox, due_addresses, mail
from tests.integration.notices.test_who_is_told import look
from tests.integration.steps.pipe import AT_WORK, Pipe
from tests.record_keys import KEYS

__all__ = ["Mailbox", "mail"]

SECRET = {**ANNA, "restricted": "adoption"}
TEAM, LAST = "ehc@example.org", "send@example.org"
RULE = "ehc-decide-to-assess"
SOON = AT_WORK + timedelta(minutes=1)
MANAGER = Reader(["somebody"], restricted=True, worker_id="")
"""A manager who reads no team's inbox."""


def worker(number: int, *, email: bool = True) -> dict[str, Any]:
    found = {**WORKER, "id": f"w{number}", "email": f"w{number}@example.org"}
    return found if email else {name: value for name, value in found.items() if name != "email"}


def assigned(number: int, *, email: bool = True, role: str = "ehc-coordinator") -> bytes:
    """A worker has a role for the child."""
    on = f"2025-02-0{number}"
    about = {"event_id": f"w{number}", "source": "urn:send:ehcp", "person": SECRET}
    return sent("workers.assigned", on, role_for_child=role, worker=worker(number, email=email), **about)


def joined(number: int) -> bytes:
    return sent("workers.joined", "2025-01-06", event_id=f"j{number}", worker=worker(number))


def left(number: int, on: str = "2025-05-05", **fields: str) -> bytes:
    return sent("workers.left", on, event_id=f"l{number}", worker=worker(number), **fields)


def alerted(engine: Engine, *of_workers: bytes) -> Pipe:
    """A restricted child for whom a decision is late, and the alert of it."""
    pipe = Pipe(engine, load_rules(), TODAY)
    pipe.send("ehcp", sent("ehcp.requested", "2025-01-06", event_id="r", person=SECRET))
    for raw in of_workers:
        pipe.send("workers", raw)
    pipe.drain_gate(["ehcp", "workers"])
    pipe.drain_timeline()
    keep_directory(engine, pipe.waiting("send.clean.workers", "directory"))
    router = AlertRouter(engine, by_channel=True, mailboxes={"ehc-team": TEAM}, fallback=LAST, keys=KEYS)
    assert router.notify(flags_of(pipe), TODAY, AT_WORK) >= 1
    urgent = "SELECT count(*) FROM alert WHERE content ->> 'level' = 'high'"  # what is not is for the digest
    assert pipe.ask("SELECT count(*) FROM delivery") == pipe.ask(urgent)
    return pipe


def recipient(pipe: Pipe) -> str:
    ((found,),) = pipe.ask("SELECT recipient FROM alert WHERE content ->> 'rule' = :rule", rule=RULE)
    return str(found)


def due(pipe: Pipe, today: date = TODAY) -> set[str]:
    """Where mail is to go now, of which a rehearsal may say that it is another day."""
    with pipe.engine.connect() as connection:
        return set(due_addresses(connection, today, SOON))


def restrict(pipe: Pipe, *, restricted: bool) -> None:
    with pipe.engine.begin() as connection:
        connection.execute(text("UPDATE child SET restricted = :restricted"), {"restricted": restricted})


def reads(pipe: Pipe, reader: Reader) -> bool:
    """Whether the alert is in somebody's inbox."""
    found = inbox_of(pipe.engine, reader, TODAY)
    return RULE in {alert["flag"]["rule"] for alert in found}


def person(number: int, *inboxes: str) -> Reader:
    return Reader([f"w{number}", *inboxes], restricted=False, worker_id=f"w{number}")


def test_mail_goes_to_the_named_worker_who_is_the_alerts_recipient_and_the_inbox_is_theirs(engine: Engine) -> None:
    pipe = alerted(engine, assigned(1))

    assert due(pipe) == {"w1@example.org"}
    assert reads(pipe, person(1))
    assert not reads(pipe, MANAGER), "who finds it on the child's page"


def test_whether_the_worker_has_left_is_asked_of_the_day_that_counts_as_today(engine: Engine) -> None:
    """In a rehearsal that is not the clock's, on which the worker left months ago."""
    pipe = alerted(engine, assigned(1), left(1, on="2025-09-01"))

    assert due(pipe) == {"w1@example.org"}


@pytest.mark.parametrize(
    ("of_workers", "to"),
    [
        ((), "team:ehc-team"),
        ((assigned(1, role="senco"),), "team:ehc-team"),
        ((assigned(1), left(1)), "team:ehc-team"),
        ((assigned(1), joined(2), left(1, hands_over_to="w2")), "w2"),
    ],
    ids=[
        "nobody of the role",
        "another role's worker",
        "a team after its worker left",
        "who took over and is not named",
    ],
)
def test_mail_to_anybody_else_does_not_go_out_and_the_alert_waits_for_a_manager(
    engine: Engine, of_workers: tuple[bytes, ...], to: str
) -> None:
    pipe = alerted(engine, *of_workers)

    assert recipient(pipe) == to
    assert due(pipe) == set()
    assert reads(pipe, MANAGER)
    assert not reads(pipe, person(2, "team:ehc-team"))


def test_a_named_worker_without_an_address_is_not_written_to_at_a_mailbox_that_others_read(engine: Engine) -> None:
    pipe = alerted(engine, assigned(1, email=False))

    assert pipe.ask("SELECT DISTINCT address FROM delivery") == [(LAST,)]
    assert due(pipe) == set()
    assert reads(pipe, person(1))


def test_after_a_named_worker_has_left_no_mail_goes_to_them_and_a_manager_has_their_alert(engine: Engine) -> None:
    pipe = alerted(engine, assigned(1))
    pipe.send("workers", left(1, on="2025-05-30"))
    pipe.drain_gate(["workers"])
    keep_directory(engine, pipe.waiting("send.clean.workers", "directory"))

    assert recipient(pipe) == "w1"
    assert due(pipe) == set()
    assert due(pipe, date(2025, 5, 29)) == {"w1@example.org"}, "who has not left yet where that day is rehearsed"
    assert reads(pipe, MANAGER)


def test_what_a_team_is_told_is_in_the_inbox_of_none_of_its_people_but_the_childs_named_worker(engine: Engine) -> None:
    pipe = alerted(engine, assigned(1, role="senco"))

    assert reads(pipe, person(1, "team:ehc-team"))
    assert not reads(pipe, person(1)), "who does not read the team's inbox"
    assert not reads(pipe, Reader(["chair", "team:ehc-team"], restricted=False, worker_id=""))
    restrict(pipe, restricted=False)
    assert reads(pipe, Reader(["chair", "team:ehc-team"], restricted=False, worker_id=""))
    assert not reads(pipe, MANAGER), "of an ordinary child only their own and their teams'"


def test_mail_that_was_asked_for_before_the_child_was_restricted_waits_and_goes_out_when_it_is_so_no_more(
    engine: Engine, mail: tuple[Controller, Mailbox]
) -> None:
    pipe = alerted(engine)
    controller, mailbox = mail
    channel = Smtp(f"127.0.0.1:{controller.port}", "sender@example.org", "")
    restrict(pipe, restricted=False)
    ((asked,),) = pipe.ask("SELECT count(*) FROM delivery")
    deliverer = Deliverer(engine, [channel])
    assert deliverer.deliver(TODAY, AT_WORK, 50) == (0, 1)  # the server is down

    controller.start()
    restrict(pipe, restricted=True)
    assert deliverer.deliver(TODAY, AT_WORK + timedelta(hours=1), 50) == (0, 0)
    assert mailbox.received == []
    restrict(pipe, restricted=False)
    assert deliverer.deliver(TODAY, AT_WORK + timedelta(hours=1), 50) == (asked, 0)
    assert {message["To"] for message in mailbox.received} == {TEAM}


def test_mail_on_a_child_who_is_no_more_waits_for_its_records_may_be_a_restricted_childs_now(engine: Engine) -> None:
    pipe = alerted(engine)
    restrict(pipe, restricted=False)
    assert due(pipe) == {TEAM}

    with engine.begin() as connection:
        connection.execute(text("DELETE FROM child"))

    assert due(pipe) == set()
    assert not reads(pipe, Reader(["chair", "team:ehc-team"], restricted=False, worker_id=""))
    assert reads(pipe, Reader(["manager", "team:ehc-team"], restricted=True, worker_id=""))


def test_a_notice_that_was_to_be_mailed_before_the_child_was_restricted_waits_too(engine: Engine) -> None:
    pipe = alerted(engine)
    restrict(pipe, restricted=False)
    ((child,),) = pipe.ask("SELECT child_id FROM child")
    look(pipe, "team:ehc-team", child)
    pipe.send("ehcp", sent("ehcp.requested", "2025-01-07", event_id="r2", person=ANNA, corrects="r"))
    pipe.drain_gate(["ehcp"])
    pipe.drain_timeline()
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM delivery"))
    restrict(pipe, restricted=False)
    assert post_notices(engine, {"ehc-team": TEAM}, TODAY, NOW) == 1
    assert due(pipe) == {TEAM}

    restrict(pipe, restricted=True)
    assert due(pipe) == set()
    restrict(pipe, restricted=False)
    assert due(pipe) == {TEAM}
