"""Whoever waits until somebody else has changed how a channel stands holds nothing meanwhile that the other could need."""

from functools import partial

import pytest
from sqlalchemy import Engine, text

from send_integration.alerts.letters import Letter
from send_integration.steps.channel_news import tell_of_channels
from send_integration.steps.delivering import Deliverer
from send_integration.store.channels import use_channels
from tests.builders import NOW
from tests.integration.alerts.test_alerts_reach_people import TODAY
from tests.integration.channels.test_delivering import MINUTE, ask, rows
from tests.integration.steps.meeting import meet


class Taking:
    """A channel that takes everything."""

    name = "first"

    def send(self, address: str, letter: Letter, message_id: str) -> None:
        """It is taken."""


def held(channel: str) -> str:
    return f"SELECT FROM channel_health WHERE channel = '{channel}' FOR UPDATE"


@pytest.fixture
def deliverer(engine: Engine) -> Deliverer:
    """One of two channels, both of which are dead."""
    made = Deliverer(engine, [Taking()])
    with engine.begin() as connection:
        use_channels(connection, ["first", "second"])
        dead = text("UPDATE channel_health SET failing_since = :since, failed_at = :failed")
        connection.execute(dead, {"since": NOW - 10 * MINUTE, "failed": NOW - 5 * MINUTE})
    return made


def test_who_has_sent_a_message_does_not_hold_it(engine: Engine, deliverer: Deliverer) -> None:
    ask(engine, "a")
    is_free = partial(rows, engine, "SELECT FROM delivery WHERE message_id = 'a' FOR UPDATE NOWAIT")

    assert meet(engine, held("first"), [partial(deliverer.deliver, TODAY, NOW, 50)], is_free) == [(1, 0)]


def test_who_tells_of_several_channels_does_not_hold_the_others(engine: Engine, deliverer: Deliverer) -> None:
    is_free = partial(rows, engine, f"{held('first')} NOWAIT")
    tell = partial(tell_of_channels, engine, {}, "fallback@example.org", NOW)

    assert meet(engine, held("second"), [tell], is_free) == [["first", "second"]]


def test_who_starts_takes_channels_in_one_order_whatever_the_choice(engine: Engine, deliverer: Deliverer) -> None:
    def start() -> None:
        with engine.begin() as connection:
            use_channels(connection, ["second", "third", "first"])

    meet(engine, held("first"), [start], partial(rows, engine, f"{held('second')} NOWAIT"))

    places = rows(engine, "SELECT channel FROM channel_health ORDER BY place")
    assert places == [("second",), ("third",), ("first",)]
