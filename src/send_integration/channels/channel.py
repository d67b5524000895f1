"""What every channel is to those who send by it: a name, one way to send, and two ways to fail."""

from typing import Protocol

from send_integration.alerts.letters import Letter


class NotTaken(Exception):
    """A channel did not take a message. Its words are a kind of fault, never an address or what a server wrote."""


class ChannelDown(NotTaken):
    """The channel takes nothing now, or nothing as it is set up: what is sent is tried again later."""


class Postponed(NotTaken):
    """The channel is alive and wants this one message later, such as a mail server that lists in grey."""


class Refused(NotTaken):
    """The channel is alive and will never take this message to this address."""


class Channel(Protocol):
    """A way by which a message leaves the house."""

    @property
    def name(self) -> str:
        """What settings, tables and commands call it."""

    def send(self, address: str, letter: Letter, message_id: str) -> None:
        """Send one message under an id by which whoever gets it twice can tell. Raises NotTaken, in one of its kinds."""


def link(web_address: str, letter: Letter) -> str:
    """The page that a letter leads to."""
    return f"{web_address.rstrip('/')}{letter.path}"


def is_local(host: str | None) -> bool:
    """Whether a host is this machine, to which nobody else listens."""
    return host in ("localhost", "127.0.0.1", "::1")
