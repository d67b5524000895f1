"""Sends messages by GOV.UK Notify, in the words of a template that the authority keeps there."""

import logging
import re
from typing import Any
from urllib.parse import urlsplit

from notifications_python_client.errors import APIError
from notifications_python_client.notifications import NotificationsAPIClient

from send_integration.alerts.letters import Letter
from send_integration.channels.channel import ChannelDown, Refused, is_local, link
from send_integration.errors import BadSetting

WITHIN_SECONDS = 10
NAME = "notify"

_UUID = r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_KEY = re.compile(rf".*-{_UUID}-{_UUID}")

_OF_THE_ADDRESS = re.compile(r"\bemail_address\b|\brecipient\b")
"""What Notify's words hold where it refuses one address: that it is none, or that the service may not write to it."""

# The client logs Notify's own words, which are not ours to vouch for; what we log is the status.
logging.getLogger("notifications_python_client").setLevel(logging.CRITICAL)


class Notify:
    """A service at GOV.UK Notify."""

    name = NAME

    def __init__(self, key: str, template: str, web_address: str, *, base_url: str) -> None:
        if not _KEY.fullmatch(key):
            raise BadSetting("It is no API key of GOV.UK Notify", where="SEND_NOTIFY_KEY")
        if not re.fullmatch(_UUID, template):
            raise BadSetting("It is no id of a template at GOV.UK Notify", where="SEND_NOTIFY_TEMPLATE")
        parts = urlsplit(base_url)
        if parts.scheme != "https" and not (parts.scheme == "http" and is_local(parts.hostname)):
            raise BadSetting("The key must not go over the network in the clear", where="SEND_NOTIFY_URL")
        self._client = NotificationsAPIClient(key, base_url=base_url, timeout=WITHIN_SECONDS)
        self._client.request_session.max_redirects = 0
        self._template = template
        self._web_address = web_address

    def send(self, address: str, letter: Letter, message_id: str) -> None:
        """Hand one message to Notify. Raises Refused where it never takes that address, else ChannelDown."""
        words = {
            "reference": message_id,
            "kind": letter.kind or letter.subject,
            "due": letter.due or "no date",
            "link": link(self._web_address, letter),
            "subject": letter.subject,
            "text": letter.text,
        }
        try:
            self._client.send_email_notification(
                email_address=address, template_id=self._template, personalisation=words, reference=message_id
            )
        except APIError as fault:
            raise _as_ours(fault) from None  # the fault's own words may quote what was sent


def _as_ours(fault: APIError) -> ChannelDown | Refused:
    """What Notify's answer means: a 400 can be about the address, and then about this message alone."""
    if fault.response is None:
        return ChannelDown("no answer")
    of_the_address = fault.status_code == 400 and any(_OF_THE_ADDRESS.search(words) for words in _words(fault.message))
    found = f"answered {fault.status_code}"
    return Refused(found) if of_the_address else ChannelDown(found)


def _words(errors: Any) -> list[str]:  # noqa: ANN401 - whatever the JSON of the answer held
    """What each error of an answer says."""
    listed = errors if isinstance(errors, list) else []
    return [str(error.get("message", "")) for error in listed if isinstance(error, dict)]
