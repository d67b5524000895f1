"""A real mail server that keeps what it is sent."""

from collections.abc import Iterator
from datetime import date, datetime
from email.message import Message

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as MessageHandler
from sqlalchemy import Connection, text

from send_integration.embedded.ports import free_port
from send_integration.store.secrecy import MAY_BE_SENT


class Mailbox(MessageHandler):
    """Keeps what it is sent."""

    def __init__(self) -> None:
        super().__init__()
        self.received: list[Message] = []

    def handle_message(self, message: Message) -> None:
        self.received.append(message)


@pytest.fixture
def mail() -> Iterator[tuple[Controller, Mailbox]]:
    """A mail server that is not started yet."""
    mailbox = Mailbox()
    controller = Controller(mailbox, hostname="127.0.0.1", port=free_port())
    yield controller, mailbox
    if controller.server is not None:
        controller.stop()


def due_addresses(connection: Connection, today: date, now: datetime) -> list[str]:
    """Where messages are to go now."""
    query = f"SELECT d.address FROM delivery d WHERE d.sent_at IS NULL AND d.due_at <= :now AND {MAY_BE_SENT}"
    return list(connection.scalars(text(query), {"today": today, "now": now}))
