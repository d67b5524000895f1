"""What a paused or silent feed leaves in doubt of a child's answer: silence is not absence. The answer stays as it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from send_integration.rules.model import Rule, RuleBook
from send_integration.timeline.titles import SECTOR_OF_FEED

CHANGES_A_MILESTONE = ("stop", "stop_after", "not_needed", "exceptions", "pause_from", "pause_until")
"""The parameters of a rule that name the events by which a milestone is met, ended, excepted or paused."""

STILL_OPEN = frozenset({"pending", "due-soon", "missed", "paused"})
"""How a milestone stands that an event could still change."""

NAMES = {
    "referrals": "Referrals", "ndd-triage": "The neurodevelopmental pathway", "camhs": "CAMHS", "early-help": "Early help",
    "ehcp": "The EHC plan process", "school": "Schools", "transition": "Preparing for adulthood", "support": "Support",
    "panel": "The panel", "people": "The register of people", "workers": "The directory of workers",
    "identity": "Decisions on identity",
}  # fmt: skip
"""The feeds as people call them."""

PLURAL = frozenset({"referrals", "school", "identity"})


class Unheard(NamedTuple):
    """Since which day nothing is let in of a feed, for it is `paused`, or nothing comes of it."""

    since: date
    paused: bool


@dataclass(frozen=True, slots=True)
class SilentFeed:
    """A feed that is not heard, of which a child has events, or on which an open milestone of theirs depends; since which
    day, and in the lanes of which sectors its events stand."""

    feed: str
    since: date
    paused: bool
    sectors: frozenset[str]

    def in_words(self, written_day: str) -> str:
        """The sentence for whoever reads the child's timeline; the day as that surface writes days."""
        feed = f"{_name(self.feed)} {'have' if self.feed in PLURAL else 'has'}"
        if self.paused:
            return f"{feed} been paused since {written_day}: what is missing here may only be waiting."
        return f"{feed} sent hardly anything since {written_day}: what is missing here may be missing for that."


@dataclass(frozen=True, slots=True)
class Silence:
    """The feeds that are not heard and concern a child, and which of them each of the rules' open milestones waits for."""

    feeds: tuple[SilentFeed, ...]
    feeds_of_rule: Mapping[str, tuple[str, ...]]

    def waits_for(self, milestone: Mapping[str, Any]) -> tuple[str, ...]:
        """The feeds that are not heard, as people call them, whose events could still change a milestone of the answer."""
        if milestone["status"] not in STILL_OPEN:
            return ()
        return tuple(_name(feed) for feed in self.feeds_of_rule.get(milestone["milestone"], ()))


def silence_of(answer: Mapping[str, Any], unheard: Mapping[str, Unheard], rules: RuleBook) -> Silence:
    """What the feeds that are not heard leave in doubt of a child's answer."""
    if not unheard:
        return Silence((), {})
    of_rule = {
        rule.id: feeds for rule in rules.rules.values() if (feeds := tuple(sorted(feeds_of(rule) & unheard.keys())))
    }
    sectors: dict[str, set[str]] = {}
    for entry in answer["timeline"]:
        sectors.setdefault(entry["feed"], set()).add(entry["sector"])
    waited_for = {
        feed for m in answer["milestones"] if m["status"] in STILL_OPEN for feed in of_rule.get(m["milestone"], ())
    }
    concerned = sorted((sectors.keys() | waited_for) & unheard.keys())
    silent = tuple(SilentFeed(feed, *unheard[feed], _sectors(feed, sectors.get(feed, set()))) for feed in concerned)
    return Silence(silent, of_rule)


def feeds_of(rule: Rule) -> frozenset[str]:
    """The feeds whose events can change a milestone of a rule once it has begun."""
    names = (pattern for parameter in CHANGES_A_MILESTONE for pattern in rule.texts(parameter))
    return frozenset(_feed(name.partition(".")[0]) for name in names)


def _sectors(feed: str, seen: set[str]) -> frozenset[str]:
    own = SECTOR_OF_FEED.get(feed)
    return frozenset(seen | ({str(own)} if own else set()))


def _name(feed: str) -> str:
    return NAMES.get(feed, f"The feed {feed}")


def _feed(agency: str) -> str:
    """The feed of an event's name as the rules write it: 'ndd' is short for 'ndd-triage'."""
    return "ndd-triage" if agency == "ndd" else agency
