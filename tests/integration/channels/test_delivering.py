"""A message's way to somebody, on a real database and real servers, whatever becomes of them and of the process."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from threading import Thread
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import Engine, text

from send_integration.alerts.letters import Letter
from send_integration.channels.channel import Channel, Refused
from send_integration.channels.notify import Notify
from send_integration.channels.smtp import Smtp
from send_integration.channels.webhook import Webhook
from send_integration.steps.alert_turns import take_turn
from send_integration.steps.alerts import AlertRouter
from send_integration.steps.channel_news import tell_of_channels, tell_of_undelivered
from send_integration.steps.delivering import CLAIM, Deliverer
from send_integration.store.channels import channels_in_use
from send_integration.store.deliveries import Delivery, add_deliveries
from send_integration.store.digests import keep_digest
from send_integration.store.undelivered import NotReached, not_reached
from tests.builders import ANNA, NOW
from tests.integration.alerts.test_alerts_reach_people import TODAY, flags_of, raise_flags
from tests.integration.channels.mail import Mailbox, mail
from tests.integration.channels.notify_server import KEY, TEMPLATE, NotifyServer, notify_server
from tests.integration.channels.receiver import SECRET, Receiver, receiving
from tests.integration.steps.pipe import AT_WORK
from tests.record_keys import KEYS

__all__ = ["mail"]

SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
DUTY = {"duty-manager": "duty@example.org"}
DOWN = (503, "Exception", "")
Mail = tuple[Controller, Mailbox]


def smtp(mail: Mail) -> Smtp:
    return Smtp(f"127.0.0.1:{mail[0].port}", "send@example.org", "https://send.example.org")


@pytest.fixture
def notifying() -> Iterator[NotifyServer]:
    with notify_server() as server:
        yield server


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving(NOW.timestamp()) as found:
        yield found


def notify(server: NotifyServer) -> Notify:
    return Notify(KEY, TEMPLATE, "https://send.example.org", base_url=server.address)


def webhook(receiver: Receiver) -> Webhook:
    return Webhook(receiver.address, SECRET, "https://send.example.org", now=lambda: NOW)


def ask(engine: Engine, *message_ids: str, urgent: bool = False, at: datetime = NOW, to: str = "w@example.org") -> None:
    letter = Letter("Alert", "There is an alert for you.", "/alerts")
    with engine.begin() as connection:
        add_deliveries(connection, [Delivery(one, to, letter, urgent) for one in message_ids], at)


class Turns:
    """Turns of a worker, as its timer makes them, on a clock of our own."""

    def __init__(self, engine: Engine, channels: Sequence[Channel], **mailboxes: str) -> None:
        self.engine = engine
        self.now = NOW
        self.told: list[tuple[timedelta, str]] = []
        self._deliverer = Deliverer(engine, channels)
        self._mailboxes = {"duty-manager": "duty@example.org", **mailboxes}

    def turn(self) -> tuple[int, int]:
        found = self._deliverer.deliver(TODAY, self.now, 50)
        told = tell_of_channels(self.engine, self._mailboxes, "", self.now)
        self.told += [(self.now - NOW, channel) for channel in told]
        tell_of_undelivered(self.engine, self._mailboxes, "", TODAY, self.now)
        return found

    def until(self, later: timedelta, every: timedelta = 15 * SECOND) -> None:
        """Turn after turn until so long after the beginning."""
        while self.now < NOW + later:
            self.turn()
            self.now += every


def rows(engine: Engine, query: str) -> list[tuple[Any, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def mailed(mailbox: Mailbox) -> list[str]:
    """The ids that mail went out with."""
    return [message["Message-ID"].strip("<>").partition("@")[0] for message in mailbox.received]


def test_each_flag_is_told_once_though_the_server_was_down_and_holds_nothing_of_the_child(
    engine: Engine, mail: tuple[Controller, Mailbox]
) -> None:
    controller, mailbox = mail
    router = AlertRouter(
        engine, by_channel=True, mailboxes={"ndd-team": "ndd@example.org"}, fallback="send@example.org", keys=KEYS
    )
    messages = flags_of(raise_flags(engine))
    router.notify(messages, TODAY, AT_WORK)
    take_turn(router, TODAY, AT_WORK)  # what is not urgent is in a digest
    ((told,),) = rows(engine, "SELECT count(*) FROM delivery")
    channel = Smtp(f"127.0.0.1:{controller.port}", "sender@example.org", "https://send.example.org")

    deliverer = Deliverer(engine, [channel])
    assert deliverer.deliver(TODAY, AT_WORK, 50) == (0, 1), "one message is enough to know"
    assert deliverer.deliver(TODAY, AT_WORK, 50) == (0, 0)
    controller.start()
    later = AT_WORK + timedelta(minutes=2)
    assert deliverer.deliver(TODAY, later, 50) == (told, 0)
    assert deliverer.deliver(TODAY, later + timedelta(days=1), 50) == (0, 0)

    assert len(mailbox.received) == told > 1
    recipients = {message["To"] for message in mailbox.received}
    assert recipients == {"wren@example.org", "ndd@example.org"}
    words = "\n".join(message.as_string() for message in mailbox.received)
    for secret in (ANNA["given_name"], ANNA["family_name"], ANNA["nhs_number"], ANNA["local_id"], "2012-03-04"):
        assert f" {secret}" not in words
    assert "https://send.example.org/alerts" in words


def test_all_arrive_once_after_both_channels_were_down_for_an_hour(
    engine: Engine, mail: Mail, notifying: NotifyServer
) -> None:
    controller, mailbox = mail
    notifying.answer = DOWN
    turns = Turns(engine, [notify(notifying), smtp(mail)])
    ordinary, urgent = [f"a{n}" for n in range(60)], [f"u{n}" for n in range(5)]
    ask(engine, *ordinary)
    ask(engine, *urgent, urgent=True)
    turns.until(HOUR)
    assert sorted({name for _, name in turns.told}) == ["notify", "smtp"]
    assert all(at < 5 * MINUTE for at, _ in turns.told), "though no channel was there to say it: pages and metrics do"
    assert len(turns.told) == 2
    assert 50 < notifying.asked <= 2 * 60 + 1, "one message at a time is tried, not all of them each turn"

    notifying.answer = None
    controller.start()
    turns.until(HOUR + 3 * MINUTE)

    by_notify = [sent["reference"] for sent in notifying.taken]
    arrived = Counter(by_notify + mailed(mailbox))
    letters = {one for one in arrived if one.startswith("channel-")}
    assert {one: count for one, count in arrived.items() if one not in letters} == dict.fromkeys(
        [*ordinary, *urgent], 1
    )
    assert len(set(ordinary) - set(by_notify)) == 1, (
        "they wait for the first choice, but the one that the other is tried with"
    )
    assert {one.rpartition("-")[0] for one in letters} == {
        "channel-notify-lives",
        "channel-smtp-dead",
        "channel-smtp-lives",
    }, "that notify is dead could not be said while it was"
    assert rows(engine, "SELECT count(*) FROM delivery WHERE sent_at IS NULL") == [(0,)]


def test_who_is_killed_between_sending_and_writing_it_down_sends_once_more_under_the_same_id(
    engine: Engine, mail: Mail
) -> None:
    controller, mailbox = mail
    controller.start()

    class Killed(BaseException):
        """The process ends here."""

    class Killing(Smtp):
        def send(self, address: str, letter: Letter, message_id: str) -> None:
            super().send(address, letter, message_id)
            raise Killed

    ask(engine, "a1")
    with pytest.raises(Killed):
        Deliverer(engine, [Killing(f"127.0.0.1:{controller.port}", "send@example.org", "")]).deliver(TODAY, NOW, 50)
    assert mailed(mailbox) == ["a1"]

    other = Deliverer(engine, [smtp(mail)])
    assert other.deliver(TODAY, NOW + CLAIM - SECOND, 50) == (0, 0), "the other may be at it still"
    assert other.deliver(TODAY, NOW + CLAIM, 50) == (1, 0)
    assert other.deliver(TODAY, NOW + DAY, 50) == (0, 0)
    assert mailed(mailbox) == ["a1", "a1"]


def test_two_workers_at_once_send_each_message_once(engine: Engine, receiver: Receiver) -> None:
    ask(engine, *(f"a{n}" for n in range(40)))
    workers = [
        Thread(target=Deliverer(engine, [webhook(receiver)]).deliver, args=(TODAY, NOW, 50), daemon=True)
        for _ in range(3)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)

    assert sorted(receiver.ids) == sorted(f"a{n}" for n in range(40))


def test_what_is_asked_for_again_while_it_is_sent_is_another_message_under_another_id(
    engine: Engine, mail: Mail
) -> None:
    """A flag was cleared and is raised again: whoever knows the first by its id must not take the second for a repeat."""
    controller, mailbox = mail
    controller.start()

    class Slow(Smtp):
        def send(self, address: str, letter: Letter, message_id: str) -> None:
            super().send(address, letter, message_id)
            if message_id == "a1":
                ask(engine, "a1")

    ask(engine, "a1")
    deliverer = Deliverer(engine, [Slow(f"127.0.0.1:{controller.port}", "send@example.org", "")])
    assert deliverer.deliver(TODAY, NOW, 50) == (2, 0)
    assert mailed(mailbox) == ["a1", "a1-2"]


def test_while_the_first_choice_is_dead_urgent_messages_go_by_the_next_and_the_others_wait(
    engine: Engine, mail: Mail, receiver: Receiver
) -> None:
    controller, mailbox = mail
    turns = Turns(engine, [smtp(mail), webhook(receiver)])
    ask(engine, "u1", urgent=True)
    ask(engine, "a1", "a2")
    assert turns.turn() == (1, 1), "the urgent one is tried by mail, and goes by the next at once"
    assert receiver.ids == ["u1"]
    ask(engine, "u2", urgent=True)
    assert turns.turn() == (1, 0), "and the second is not even tried by mail"

    controller.start()
    turns.until(2 * MINUTE)
    assert (receiver.ids, sorted(mailed(mailbox))) == (["u1", "u2"], ["a1", "a2"])


def test_a_dead_channel_is_told_within_five_minutes_by_another_once_and_told_again_when_it_lives(
    engine: Engine, mail: Mail, receiver: Receiver
) -> None:
    controller, mailbox = mail
    turns = Turns(engine, [smtp(mail), webhook(receiver)])
    ask(engine, "a1")
    turns.until(30 * MINUTE, 5 * SECOND)

    [(at, channel)] = turns.told
    assert (channel, at < 5 * MINUTE) == ("smtp", True), (
        "though one message waits alone, and is tried less and less often"
    )
    [letter] = receiver.taken.values()
    told = letter["data"]
    assert told["to"] == "duty@example.org"
    assert told["subject"] == "The channel smtp takes no messages"
    assert "1 message waits to be sent" in told["text"]
    assert "ConnectionRefusedError" in told["text"]

    controller.start()
    turns.until(2 * HOUR, MINUTE)
    assert [name for _, name in turns.told] == ["smtp", "smtp"]
    assert {message["Subject"] for message in mailbox.received} == {"Alert", "The channel smtp takes messages again"}
    assert len(mailbox.received) == 2
    assert len(receiver.ids) == 1


def test_one_failure_is_not_yet_a_dead_channel_and_a_channel_that_is_not_used_does_not_die(
    engine: Engine, mail: Mail, receiver: Receiver
) -> None:
    turns = Turns(engine, [smtp(mail), webhook(receiver)])
    ask(engine, "a1")
    turns.turn()
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM delivery"))
    turns.now += DAY
    turns.turn()

    assert turns.told == []
    with engine.connect() as connection:
        assert {name: one.dead for name, one in channels_in_use(connection).items()} == {
            "smtp": False,
            "webhook": False,
        }


class Refusing:
    """A channel that is alive and takes no message to one address."""

    name = "smtp"

    def __init__(self) -> None:
        self.tried = 0

    def send(self, address: str, letter: Letter, message_id: str) -> None:  # noqa: ARG002 - as a channel has them
        if address == "gone@example.org":
            self.tried += 1
            raise Refused("answered 550")


def test_what_a_channel_refuses_goes_by_the_next_and_what_all_refuse_is_told_and_tried_daily(
    engine: Engine, receiver: Receiver
) -> None:
    refusing = Refusing()
    turns = Turns(engine, [refusing, webhook(receiver)])
    ask(engine, "a1", to="gone@example.org")
    assert turns.turn() == (1, 1)
    assert receiver.ids == ["a1"]

    receiver.answers = 422
    ask(engine, "a2", to="gone@example.org")
    assert turns.turn() == (0, 2)
    receiver.answers = None
    turns.turn()
    told = [one["data"] for one in receiver.taken.values() if "undelivered" in one["data"]["reference"]]
    assert told == [], "the letter goes by the first choice, which takes it"
    assert rows(engine, "SELECT channel, address FROM delivery WHERE message_id LIKE 'undelivered-%'") == [
        ("smtp", "duty@example.org")
    ]
    assert rows(engine, "SELECT failure, undeliverable_since FROM delivery WHERE message_id = 'a2'") == [
        ("answered 422", NOW)
    ]
    assert refusing.tried == 2

    turns.until(3 * DAY, HOUR)
    assert refusing.tried == 3, "once more, a day later, and the next channel took it then"
    assert rows(engine, "SELECT count(*) FROM delivery WHERE undeliverable_since IS NOT NULL") == [(0,)]


def test_what_no_channel_took_for_a_day_is_told_in_one_letter_and_never_given_up(engine: Engine, mail: Mail) -> None:
    controller, mailbox = mail
    turns = Turns(engine, [smtp(mail)])
    ask(engine, *(f"a{n}" for n in range(5)))
    turns.until(DAY - HOUR, 10 * MINUTE)
    assert rows(engine, "SELECT count(*) FROM delivery WHERE undeliverable_since IS NOT NULL") == [(0,)]
    turns.until(DAY + 2 * HOUR, 10 * MINUTE)

    found = rows(engine, "SELECT message_id FROM delivery WHERE undeliverable_told_at IS NOT NULL ORDER BY 1")
    assert found == [(f"a{n}",) for n in range(5)]
    controller.start()
    turns.until(DAY + 4 * HOUR, 10 * MINUTE)
    letters = [message for message in mailbox.received if "cannot be delivered" in message["Subject"]]
    assert [letter["To"] for letter in letters] == ["duty@example.org"]
    assert "a4" in letters[0].as_string()
    assert {f"a{n}" for n in range(5)} <= set(mailed(mailbox))
    assert max(Counter(mailed(mailbox)).values()) == 1


def test_what_says_of_a_restricted_child_is_held_and_never_counted_as_not_delivered(engine: Engine, mail: Mail) -> None:
    turns = Turns(engine, [smtp(mail)])
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO alert (alert_id, flag_id, child_id, recipient, content, raised_at)"
                " VALUES ('a1', 'f1', 'nobody', 'w1', '{}', now())"
            )
        )
    ask(engine, "a1")
    turns.until(2 * DAY, HOUR)

    assert turns.told == []
    assert rows(engine, "SELECT attempts, held_since, undeliverable_since FROM delivery") == [(0, None, None)]


def test_a_digest_that_cannot_be_delivered_is_told_with_its_recipient_and_stands_in_their_inbox(engine: Engine) -> None:
    turns = Turns(engine, [Refusing()])
    with engine.begin() as connection:
        keep_digest(connection, "w1", TODAY, [], NOW)
    ((digest_id,),) = rows(engine, "SELECT digest_id FROM digest")
    ask(engine, digest_id, to="gone@example.org")
    turns.turn()

    ((words,),) = rows(engine, "SELECT content ->> 'text' FROM delivery WHERE message_id LIKE 'undelivered-%'")
    assert f"{digest_id}, to w1: answered 550" in words
    assert not_reached(engine, ["w1"]) == NotReached(1, NOW)
    assert not_reached(engine, ["w2"]) is None
