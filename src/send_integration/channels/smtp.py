"""Sends alerts and notices by e-mail, with a link to the page that says more."""

import smtplib
from email.message import EmailMessage

from send_integration.alerts.letters import Letter

WITHIN_SECONDS = 10


class ChannelDown(Exception):
    """A channel did not take a message; it is tried again later."""


class Smtp:
    """A mail server."""

    name = "smtp"

    def __init__(self, server: str, sender: str, web_address: str) -> None:
        self._host, _, port = server.partition(":")
        self._port = int(port or 25)
        self._sender = sender
        self._web_address = web_address.rstrip("/")

    def send(self, address: str, letter: Letter) -> None:
        """Send one message. Raises ChannelDown where the server does not take it."""
        try:
            with smtplib.SMTP(self._host, self._port, timeout=WITHIN_SECONDS) as server:
                server.send_message(self._message(address, letter))
        except (OSError, smtplib.SMTPException) as fault:
            raise ChannelDown(type(fault).__name__) from fault

    def _message(self, address: str, letter: Letter) -> EmailMessage:
        message = EmailMessage()
        message["From"] = self._sender
        message["To"] = address
        message["Subject"] = letter.subject
        message.set_content(f"{letter.text}\n{self._web_address}{letter.path}\n")
        return message
