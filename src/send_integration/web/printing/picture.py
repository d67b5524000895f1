"""A child's years in education, health and care as numbers for a printed picture: bars for pathways, dots for events."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from send_integration.rules.silence import SilentFeed
from send_integration.web.effects import count

WIDTH = 1000.0
"""The drawing's own width; paper scales it."""

LABEL = 100.0
ROW = 23.0
MOST_YEARS = 8
AHEAD = timedelta(150)
NARROWEST = 4.0
SECTOR_OF_PATHWAY = {
    "ehcp": "education", "sen-support": "education", "transition": "education", "early-help": "care", "support": "care",
    "social-care": "care",
}  # fmt: skip
"""Pathways whose lane is not health."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A pathway from opening to closure, or to the day as at which it is drawn."""

    x: float
    y: float
    width: float
    label: str
    status: str

    @property
    def label_x(self) -> float:
        """Where its name begins, so that it stays on the paper."""
        return min(self.x + 5, WIDTH - 9.0 * len(self.label) - 60)


@dataclass(frozen=True, slots=True)
class Lane:
    """One sector's bars and dots; from `unheard` (x) on it may lack something, for a feed of it is paused or silent."""

    name: str
    y: float
    height: float
    bars: tuple[Bar, ...]
    dots: tuple[float, ...]
    unheard: float | None


@dataclass(frozen=True, slots=True)
class Picture:
    """The whole drawing; `sentence` says what it shows, `years` are where each begins."""

    height: float
    lanes: tuple[Lane, ...]
    years: tuple[tuple[float, str], ...]
    as_at_x: float
    sentence: str


def picture_of(answer: Mapping[str, Any], as_at: date, silent: Iterable[SilentFeed]) -> Picture:
    """The picture of one child's answer, at most of the last eight years."""
    days = [date.fromisoformat(entry["on"]) for entry in answer["timeline"]]
    first = max(min([*days, as_at]), as_at - timedelta(MOST_YEARS * 365))
    span = max((as_at + AHEAD - first).days, 1)
    unheard = list(silent)

    def place(day: date) -> float:
        return round(LABEL + (WIDTH - LABEL) * min(max((day - first).days, 0), span) / span, 1)

    def bar(episode: Mapping[str, Any], y: float) -> Bar:
        begins = place(date.fromisoformat(episode["opened_on"]))
        ends = place(date.fromisoformat(episode["closed_on"]) if episode["closed_on"] else as_at)
        label = episode["pathway"].replace("-", " ") + (", waiting" if episode["status"] == "waiting" else "")
        return Bar(begins, y, max(round(ends - begins, 1), NARROWEST), label, episode["status"])

    lanes: list[Lane] = []
    y = 20.0
    for name in ("education", "health", "care", "panel"):
        episodes = [e for e in answer["episodes"] if _lane_of(e) == name and not _over_before(e, first)]
        bars = tuple(bar(episode, y + 4 + row * ROW) for row, episode in enumerate(episodes))
        dots = {place(day) for day, entry in zip(days, answer["timeline"], strict=True) if entry["sector"] == name and day >= first}
        since = [min(feed.since, as_at) for feed in unheard if name in feed.sectors]
        height = max(len(bars), 1) * ROW + 16
        lanes.append(Lane(name, y, height, bars, tuple(sorted(dots)), place(min(since)) if since else None))
        y += height + 4
    years = tuple((place(date(year, 1, 1)), str(year)) for year in range(first.year + 1, as_at.year + 1))
    return Picture(y, tuple(lanes), years, place(as_at), _sentence(answer, days, first))


def _lane_of(episode: Mapping[str, Any]) -> str:
    return SECTOR_OF_PATHWAY.get(episode["pathway"], "health")


def _over_before(episode: Mapping[str, Any], first: date) -> bool:
    return episode["closed_on"] is not None and date.fromisoformat(episode["closed_on"]) < first


def _sentence(answer: Mapping[str, Any], days: list[date], first: date) -> str:
    still_open = [episode["pathway"].replace("-", " ") for episode in answer["episodes"] if episode["status"] == "active"]
    waiting = [episode["pathway"].replace("-", " ") for episode in answer["episodes"] if episode["status"] == "waiting"]
    told = [f"{count(sum(day >= first for day in days), 'event')} since {first:%B %Y}"]
    told.append(f"under way: {', '.join(sorted(set(still_open)))}" if still_open else "no pathway under way")
    if waiting:
        told.append(f"waiting: {', '.join(sorted(set(waiting)))}")
    return f"{'; '.join(told)}."
