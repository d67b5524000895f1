"""Stewards, managers and administrators see on the page of feeds how messages go out; a recipient, what did not reach them."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from send_integration.alerts.letters import Letter
from send_integration.channels.channel import ChannelDown, Refused
from send_integration.steps.delivering import Deliverer
from send_integration.store.deliveries import Delivery, add_deliveries
from tests.builders import NOW
from tests.integration.families import TODAY
from tests.integration.web.conftest import SignIn


class Failing:
    """A mail server that takes nothing, as it is told."""

    name = "smtp"

    def __init__(self, fault: type[ChannelDown | Refused]) -> None:
        self.fault = fault

    def send(self, address: str, letter: Letter, message_id: str) -> None:  # noqa: ARG002 - as a channel has them
        raise self.fault("answered 555")


@pytest.fixture
def asked(engine: Engine) -> None:
    """One alert for the named worker's team, to be sent."""
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM delivery"))
        connection.execute(
            text(
                "INSERT INTO alert (alert_id, flag_id, child_id, recipient, content, raised_at) SELECT 'a1', 'f1', child_id,"
                " 'team:ehc-team', '{}', now() FROM child WHERE NOT restricted LIMIT 1"
            )
        )
        add_deliveries(connection, [Delivery("a1", "ehc@example.org", Letter("", "", "/"))], NOW)


def fail(engine: Engine, fault: type[ChannelDown | Refused], *minutes: int) -> None:
    deliverer = Deliverer(engine, [Failing(fault)])
    for minute in minutes:
        deliverer.deliver(TODAY, NOW + timedelta(minutes=minute), 50)


def test_the_page_of_feeds_says_nothing_of_channels_where_none_is_used(engine: Engine, sign_in: SignIn) -> None:
    assert "How messages go out" not in sign_in("steward").get("/feeds").text


@pytest.mark.parametrize("actor", ["steward", "manager", "administrator"])
def test_a_dead_channel_is_at_the_top_of_the_page_of_feeds(
    engine: Engine, sign_in: SignIn, asked: None, actor: str
) -> None:
    fail(engine, ChannelDown, 0)
    failing = sign_in(actor).get("/feeds").text
    assert "answered 555" in failing
    assert "It is tried again by itself." in failing
    assert "has taken no message since" not in failing

    fail(engine, ChannelDown, 3)
    dead = sign_in(actor).get("/feeds").text
    assert "The mail server has taken no message since 1 June 2026 at 01:00." in dead
    assert "1 message waits to be sent, the oldest since 1 June 2026 at 01:00." in dead
    assert "ehc@example.org" not in dead


def test_what_cannot_be_delivered_stands_in_its_recipients_inbox_and_nobody_elses(
    engine: Engine, sign_in: SignIn, asked: None
) -> None:
    told = "1 message to you or your teams could not be sent"
    assert told not in sign_in("worker").get("/alerts").text
    fail(engine, Refused, 0)

    assert told in sign_in("worker").get("/alerts").text
    assert told not in sign_in("member").get("/alerts").text
    assert "1 message cannot be delivered: every channel refused it" in sign_in("steward").get("/feeds").text
