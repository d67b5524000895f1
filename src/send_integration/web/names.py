"""What services, pathways and sectors are called on pages: the sector's own words, not our codes."""

from functools import lru_cache
from typing import Protocol

from send_integration.rules.names import rule_name
from send_integration.rules.silence import NAMES as FEEDS
from send_integration.web.policy import Fields

NAMES = {
    "gp": "GP",
    "salt": "Speech and language therapy",
    "sensory-ot": "Sensory occupational therapy",
    "ot": "Occupational therapy",
    "camhs": "CAMHS",
    "mhst": "Mental health support team",
    "ndd": "Neurodevelopmental pathway",
    "ndd-pathway": "Neurodevelopmental pathway",
    "flying-start": "Flying Start",
    "talking-takes-off": "Talking Takes Off",
    "sen-team": "EHC team",
    "ehcp": "EHC plan",
    "sen-support": "SEN support",
    "support": "Support for the family",
    "transition": "Preparing for adulthood",
}
"""Services and pathways whose name is not their code in words."""

SECTORS = {"education": "Education", "health": "Health", "care": "Social care", "panel": "Voice and panel"}


@lru_cache(maxsize=1024)
def name_of(service: str) -> str:
    """A service or pathway as people call it: 'ndd-pathway' is 'Neurodevelopmental pathway'."""
    return NAMES.get(service) or rule_name(service)


def feed_name(feed: str) -> str:
    """A feed as people call it."""
    return FEEDS.get(feed, feed)


class Named(Protocol):
    """A child with a name."""

    @property
    def given_name(self) -> str:
        """As its agencies know it."""

    @property
    def family_name(self) -> str:
        """As its agencies know it."""


def shown_name(child: Named, child_id: str, sees: Fields) -> str:
    """How a page names a child to whoever sees so much of it."""
    return f"{child.given_name} {child.family_name}" if sees.names else f"Child {child_id}"
