"""A message's way to a mailbox, on a real database and a real mail server that is down at first."""

from datetime import timedelta

from aiosmtpd.controller import Controller
from sqlalchemy import Engine, text

from send_integration.channels.smtp import Smtp
from send_integration.steps.alert_turns import take_turn
from send_integration.steps.alerts import AlertRouter
from send_integration.steps.delivering import deliver_due
from tests.builders import ANNA
from tests.integration.alerts.test_alerts_reach_people import TODAY, flags_of, raise_flags
from tests.integration.channels.mail import Mailbox, mail
from tests.integration.steps.pipe import AT_WORK

__all__ = ["mail"]


def test_each_flag_is_told_once_though_the_server_was_down_and_holds_nothing_of_the_child(
    engine: Engine, mail: tuple[Controller, Mailbox]
) -> None:
    controller, mailbox = mail
    router = AlertRouter(engine, by_mail=True, mailboxes={"ndd-team": "ndd@example.org"}, fallback="send@example.org")
    messages = flags_of(raise_flags(engine))
    router.notify(messages, TODAY, AT_WORK)
    take_turn(router, TODAY, AT_WORK)  # what is not urgent is in a digest
    with engine.connect() as connection:
        told = int(connection.execute(text("SELECT count(*) FROM delivery")).scalar_one())
    channel = Smtp(f"127.0.0.1:{controller.port}", "sender@example.org", "https://send.example.org")

    assert deliver_due(engine, channel, TODAY, AT_WORK, 50) == (0, told)
    assert deliver_due(engine, channel, TODAY, AT_WORK, 50) == (0, 0)
    controller.start()
    later = AT_WORK + timedelta(minutes=2)
    assert deliver_due(engine, channel, TODAY, later, 50) == (told, 0)
    assert deliver_due(engine, channel, TODAY, later + timedelta(days=1), 50) == (0, 0)

    assert len(mailbox.received) == told > 1
    recipients = {message["To"] for message in mailbox.received}
    assert recipients == {"wren@example.org", "ndd@example.org"}
    words = "\n".join(message.as_string() for message in mailbox.received)
    for secret in (ANNA["given_name"], ANNA["family_name"], ANNA["nhs_number"], ANNA["local_id"], "2012-03-04"):
        assert f" {secret}" not in words
    assert "https://send.example.org/alerts" in words
