"""What services, pathways and sectors are called on pages: the sector's own words, not our codes."""

from functools import lru_cache

from send_integration.rules.names import rule_name
from send_integration.rules.silence import NAMES as FEEDS

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
