"""Posts messages to a system of the authority's own, signed, so that it can tell them from anybody else's."""

import http.client
import json
import ssl
from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlsplit

from send_integration import clock
from send_integration.alerts.letters import Letter
from send_integration.channels.channel import ChannelDown, Refused, is_local, link
from send_integration.channels.signing import read_secrets, signed_headers
from send_integration.errors import BadSetting

WITHIN_SECONDS = 15
NAME = "webhook"
TYPE = "send.message"

NOT_THIS_ONE = 422
"""What a receiver answers that is alive and knows no such address; every other answer but success tells of the receiver."""


class Webhook:
    """One address that takes every message."""

    name = NAME

    def __init__(self, address: str, secret: str, web_address: str, *, now: Callable[[], datetime] = clock.now) -> None:
        parts = urlsplit(address)
        if not parts.hostname or parts.scheme not in ("https", "http") or parts.username is not None:
            raise BadSetting(
                "It is no address of a webhook", where="SEND_WEBHOOK_URL", next_step="Write https://host/path."
            )
        if parts.scheme == "http" and not is_local(parts.hostname):
            raise BadSetting("What is posted must not go over the network in the clear", where="SEND_WEBHOOK_URL")
        try:
            self._secrets = read_secrets(secret)
        except ValueError as fault:
            raise BadSetting(str(fault), where="SEND_WEBHOOK_SECRET") from None
        self._parts = parts
        self._web_address = web_address
        self._now = now

    def send(self, address: str, letter: Letter, message_id: str) -> None:
        """Post one message. Raises ChannelDown where the receiver does not take it, Refused where it never will."""
        body = json.dumps(
            {
                "type": TYPE,
                "data": {
                    "reference": message_id,
                    "to": address,
                    "kind": letter.kind or letter.subject,
                    "due": letter.due or None,
                    "subject": letter.subject,
                    "text": letter.text,
                    "link": link(self._web_address, letter),
                },
            },
            separators=(",", ":"),
        ).encode()
        status = self._post(body, signed_headers(self._secrets, message_id, int(self._now().timestamp()), body))
        if status == NOT_THIS_ONE:
            raise Refused(f"answered {status}")
        if not 200 <= status < 300:
            raise ChannelDown(f"answered {status}")

    def _post(self, body: bytes, headers: dict[str, str]) -> int:
        """The status that the receiver answers; where it points elsewhere, nobody follows."""
        host, port = self._parts.hostname or "", self._parts.port
        if self._parts.scheme == "https":
            context = ssl.create_default_context()
            connection: http.client.HTTPConnection = http.client.HTTPSConnection(
                host, port, timeout=WITHIN_SECONDS, context=context
            )
        else:
            connection = http.client.HTTPConnection(host, port, timeout=WITHIN_SECONDS)
        path = self._parts.path or "/"
        target = f"{path}?{self._parts.query}" if self._parts.query else path
        try:
            connection.request("POST", target, body, {"content-type": "application/json", **headers})
            return connection.getresponse().status
        except (OSError, http.client.HTTPException) as fault:
            raise ChannelDown(type(fault).__name__) from fault
        finally:
            connection.close()
