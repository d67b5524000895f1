"""At the command line it is seen how channels stand, and tried whether one takes a message."""

import json
from datetime import date, timedelta

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import Engine

from send_integration.alerts.letters import Letter
from send_integration.channels.smtp import Smtp
from send_integration.cli import channels
from send_integration.embedded.ports import free_port
from send_integration.errors import BadInput, BadSetting, NotReady
from send_integration.steps.delivering import Deliverer
from send_integration.store.deliveries import Delivery, add_deliveries
from tests.builders import NOW
from tests.integration.channels.mail import Mailbox, mail
from tests.integration.channels.notify_server import KEY, TEMPLATE, notify_server
from tests.integration.cli.conftest import Run

__all__ = ["mail"]


def test_which_channels_there_are_how_they_stand_and_what_waits(
    command: Run, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = f"127.0.0.1:{free_port()}"
    monkeypatch.setenv("SEND_CHANNELS", "smtp,webhook")
    monkeypatch.setenv("SEND_SMTP", server)
    monkeypatch.setenv("SEND_WEBHOOK_URL", "https://hooks.example.org/key-that-is-hidden")
    monkeypatch.setenv("SEND_WEBHOOK_SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    deliverer = Deliverer(engine, [Smtp(server, "send@example.org", "")])
    with engine.begin() as connection:
        letter = Letter("", "", "/")
        add_deliveries(connection, [Delivery(f"a{n}", "w@example.org", letter) for n in range(3)], NOW)
    for minutes in (0, 3):
        deliverer.deliver(date(2026, 6, 1), NOW + timedelta(minutes=minutes), 50)

    printed = command(channels.app, "list").stdout
    told = json.loads(command(channels.app, "list", "--json").stdout)

    assert "dead" in printed
    assert "notify is not used" in printed
    assert "webhook: no worker has been started with it yet." in printed
    assert "3 messages wait, the oldest since 2026-06-01 01:00; 0 cannot be delivered." in " ".join(printed.split())
    assert [(one["channel"], one["dead"], one["used"]) for one in told["channels"]] == [
        ("smtp", True, True),
        ("webhook", False, False),
    ]
    assert told["waiting"]["messages"] == 3
    for secret in ("hidden", "MfKQ", server, "w@example.org"):
        assert secret not in printed + json.dumps(told)


def test_a_channel_is_tried_with_one_message_that_says_so(
    command: Run, mail: tuple[Controller, Mailbox], monkeypatch: pytest.MonkeyPatch
) -> None:
    controller, mailbox = mail
    monkeypatch.setenv("SEND_SMTP", f"127.0.0.1:{controller.port}")
    down = command(channels.app, "test", "smtp", "--to", "ops@example.org").exception
    controller.start()
    taken = command(channels.app, "test", "smtp", "--to", "ops@example.org")

    assert isinstance(down, NotReady)
    assert "ConnectionRefusedError" in str(down)
    assert taken.exit_code == 0
    assert [(message["To"], message["Subject"]) for message in mailbox.received] == [
        ("ops@example.org", "Test of the channel smtp")
    ]


def test_an_address_that_is_refused_and_a_channel_that_is_not_set_up_are_told_apart(
    command: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(command(channels.app, "test", "notify", "--to", "ops@example.org").exception, BadSetting)
    with notify_server() as server:
        monkeypatch.setenv("SEND_CHANNELS", "notify")
        monkeypatch.setenv("SEND_NOTIFY_KEY", KEY)
        monkeypatch.setenv("SEND_NOTIFY_TEMPLATE", TEMPLATE)
        monkeypatch.setenv("SEND_NOTIFY_URL", server.address)
        channels.settings.cache_clear()
        refused = command(channels.app, "test", "notify", "--to", "nobody").exception
    assert isinstance(refused, BadInput)
    assert "answered 400" in str(refused)
