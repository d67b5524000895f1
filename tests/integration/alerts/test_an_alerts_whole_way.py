"""An alert's whole way: raised, sent, acknowledged or passed on, and cleared; by a real mail server and a server that speaks
GOV.UK Notify's API, both of which are down for the first hour."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import Engine

from send_integration.channels.notify import Notify
from send_integration.channels.smtp import Smtp
from send_integration.steps import acting
from send_integration.steps.delivering import Deliverer
from send_integration.store.inbox import Inbox
from send_integration.store.notices import Reader
from tests.integration.alerts.desk import MONDAY, Desk, at, inbox_of
from tests.integration.alerts.test_turns import THURSDAY, TUESDAY, WEDNESDAY, with_an_event
from tests.integration.channels.mail import Mailbox, mail
from tests.integration.channels.notify_server import KEY, TEMPLATE, NotifyServer, notify_server

__all__ = ["mail"]

DOWN = (503, "Exception", "")
A_TURN = timedelta(seconds=15)
ADDRESS = "https://send.example.org"


@pytest.fixture
def notifying() -> Iterator[NotifyServer]:
    with notify_server() as server:
        yield server


@pytest.fixture
def desk(engine: Engine) -> Desk:
    """A child with a named worker, whose manager is m1."""
    made = Desk(engine)
    made.child("c1", "w1")
    made.worker("w1", manager_id="m1")
    made.worker("m1", team="managers")
    made.turn()
    return made


def deliver(desk: Desk, deliverer: Deliverer, until: datetime) -> None:
    """Turn after turn of the timer."""
    while desk.now < until:
        desk.now += A_TURN
        deliverer.deliver(desk.today, desk.now, 50)


def test_an_alert_reaches_its_worker_then_the_manager_and_ends_with_its_cause(
    desk: Desk, mail: tuple[Controller, Mailbox], notifying: NotifyServer
) -> None:
    controller, mailbox = mail
    notifying.answer = DOWN
    deliverer = Deliverer(
        desk.engine,
        [
            Notify(KEY, TEMPLATE, ADDRESS, base_url=notifying.address),
            Smtp(f"127.0.0.1:{controller.port}", "send@example.org", ADDRESS),
        ],
    )
    with_an_event(desk)

    # Raised at ten, while nothing can be sent: in the inbox at once, and kept for the channels.
    answered = desk.flag("f1")
    left_alone = desk.flag("f2")
    assert len(inbox_of(desk.engine, Reader(["w1"], restricted=False, worker_id="w1"), MONDAY)) == 2
    deliver(desk, deliverer, at(11))
    assert (notifying.taken, mailbox.received) == ([], [])

    # Both live again: each alert arrives once, by one of them.
    notifying.answer = None
    controller.start()
    deliver(desk, deliverer, at(11, minute=10))
    by_notify = [(sent["email_address"], sent["personalisation"]["link"]) for sent in notifying.taken]
    by_mail = [(str(m["To"]), m.get_payload(decode=True).decode().split()[-1]) for m in mailbox.received]  # type: ignore[union-attr]
    links = {flag.flag_id: f"{ADDRESS}/alerts/{desk.alert_id(flag.flag_id)}" for flag in (answered, left_alone)}
    alerts = Counter(one for one in by_notify + by_mail if one[1] in links.values())
    assert alerts == {("w1@example.org", link): 1 for link in links.values()}

    # One is acknowledged; the other nobody answers, and after two working days the manager has it as well, once.
    acting.acknowledge(desk.engine, desk.alert_id("f1"), desk.person())
    for day in (TUESDAY, WEDNESDAY, THURSDAY):
        desk.turn(day, 10)
        deliver(desk, deliverer, at(10, day, 2))
    assert desk.said("acknowledged") == [("f1", "w1")]
    assert desk.said("escalated") == [("f2", "m1")]
    to_the_manager = [sent for sent in notifying.taken if sent["email_address"] == "m1@example.org"]
    assert [sent["personalisation"]["link"] for sent in to_the_manager] == [
        f"{ADDRESS}/alerts/{desk.alert_id('f2', 'm1')}"
    ]

    # Its cause is gone: closed for both, nothing more is sent, and both see that it is.
    desk.clear(left_alone)
    assert desk.open() == {("f1", "w1")}
    assert sorted(desk.said("closed")) == [("f2", "m1"), ("f2", "w1")]
    before = len(notifying.taken) + len(mailbox.received)
    desk.turn(THURSDAY + timedelta(1), 10)
    deliver(desk, deliverer, at(10, THURSDAY + timedelta(1), 2))
    assert len(notifying.taken) + len(mailbox.received) == before
    closed = Inbox(desk.engine, Reader(["w1"], restricted=False, worker_id="w1"), desk.today).lately_closed(limit=9)
    assert [one.alert_id for one in closed] == [desk.alert_id("f2")]

    # Nothing of the child left the house.
    words = str(notifying.taken) + "".join(message.as_string() for message in mailbox.received)
    for secret in ("Anna", "2012-03-04", "c1", "Example,"):
        assert secret not in words
