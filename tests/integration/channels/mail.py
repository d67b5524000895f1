"""A real mail server that keeps what it is sent."""

from collections.abc import Iterator
from email.message import Message

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as MessageHandler

from send_integration.embedded.ports import free_port


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
