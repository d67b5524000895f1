"""Running workers tell of a feed that stopped while nothing at all came, once, and say when it sends again."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from send_integration import clock
from send_integration.store.breakers import changes_of
from send_integration.store.feed_windows import keep_day
from send_integration.store.silences import silent_feeds
from send_integration.watch.window import Tally
from tests.integration.channels.mail import Mailbox
from tests.integration.streams.conftest import System
from tests.integration.streams.history import lines, produce


def test_a_feed_that_stopped_is_told_by_mail_once_whoever_leads(
    system: System, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEND_TEAM_MAILBOXES", "data-stewards=stewards@example.org")
    with system.engine.begin() as connection:
        for back in range(3, 400):
            keep_day(connection, "camhs", clock.today() - timedelta(back), Tally(messages=20))
    first = system.start_worker()

    system.wait_for(lambda: letters_sent(system) == 1, "the letter")
    first.kill()
    first.wait()
    system.start_worker()
    produce(system.broker, [line for line in lines(children=40) if line[0] == "camhs"])
    system.wait_for(lambda: not silent_feeds(system.engine), "the end of the silence")

    letters = [message["Subject"] for message in mailbox.received if message["To"] == "stewards@example.org"]
    assert letters == ["Feed camhs is silent"]
    assert [bool(change.failures) for change in changes_of(system.engine, "camhs", 9)] == [False, True]


def letters_sent(system: System) -> int:
    """Letters of which it is written down that they were sent; one that is not is sent once more after a kill."""
    with system.engine.connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM delivery WHERE sent_at IS NOT NULL")).scalar_one())
