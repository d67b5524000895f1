"""By which channels a recipient is reached: asked here alone, from what their address looks like."""

from typing import NamedTuple

E_MAIL = "smtp"


class WayTo(NamedTuple):
    """A channel by its name, and the address that it writes to."""

    channel: str
    address: str


def ways_to(address: str | None) -> tuple[WayTo, ...]:
    """The channels that take messages to an address; none where there is no address: the inbox page is always there."""
    return (WayTo(E_MAIL, address),) if address else ()
