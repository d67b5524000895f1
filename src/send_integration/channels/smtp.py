"""Sends alerts by e-mail: a reference, a kind, a date and a link, and nothing of the child."""

import smtplib
from collections.abc import Mapping
from email.message import EmailMessage
from typing import Any

WITHIN_SECONDS = 10


class ChannelDown(Exception):
    """A channel did not take an alert; it is tried again later."""


class Smtp:
    """A mail server."""

    name = "smtp"

    def __init__(self, server: str, sender: str, web_address: str) -> None:
        self._host, _, port = server.partition(":")
        self._port = int(port or 25)
        self._sender = sender
        self._web_address = web_address.rstrip("/")

    def send(self, address: str, content: Mapping[str, Any]) -> None:
        """Send one alert. Raises ChannelDown where the server does not take it."""
        try:
            with smtplib.SMTP(self._host, self._port, timeout=WITHIN_SECONDS) as server:
                server.send_message(self._message(address, content))
        except (OSError, smtplib.SMTPException) as fault:
            raise ChannelDown(type(fault).__name__) from fault

    def _message(self, address: str, content: Mapping[str, Any]) -> EmailMessage:
        message = EmailMessage()
        message["From"] = self._sender
        message["To"] = address
        message["Subject"] = f"Alert {content['alert_id']}: {content['rule']}, {content['kind']}"
        due = f"Due on {content['due_on']}.\n" if content["due_on"] else ""
        message.set_content(
            f"There is an alert for you: {content['rule']}, {content['kind']}, level {content['level']}.\n{due}"
            f"Child reference {content['child_id']}.\n\nSign in to see why, and what to do next:\n"
            f"{self._web_address}/children/{content['child_id']}\n"
        )
        return message
