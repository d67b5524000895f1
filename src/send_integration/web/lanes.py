"""The lanes picture: a child's years in education, health and care, as numbers for an SVG made on the server."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from send_integration.rules.silence import SilentFeed

WIDTH = 1000
"""The drawing's own width; the page scales it."""

LABEL = 110
LEAST_HATCHING = 8
BAR_HEIGHT = 18
LANE_GAP = 14
LANES = ("education", "health", "care", "panel")
PATHWAY_SECTORS = {
    "ehcp": "education",
    "sen-support": "education",
    "transition": "education",
    "early-help": "care",
    "support": "care",
    "social-care": "care",
}


@dataclass(frozen=True, slots=True)
class Bar:
    """An episode: from opening to closure, or to today."""

    x: float
    y: float
    width: float
    label: str
    status: str


@dataclass(frozen=True, slots=True)
class Mark:
    """An event."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Hatching:
    """A time of which a lane knows nothing, for a feed is paused or silent."""

    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Lane:
    """One sector's bars and marks, and since when a feed of it is paused or silent."""

    name: str
    y: float
    height: float
    bars: tuple[Bar, ...]
    marks: tuple[Mark, ...]
    paused: Hatching | None


@dataclass(frozen=True, slots=True)
class Lanes:
    """The whole picture; `years` are positions and names of 1 January, `sentence` says what it shows."""

    height: float
    lanes: tuple[Lane, ...]
    years: tuple[tuple[float, str], ...]
    today_x: float
    sentence: str


def lanes_of(answer: Mapping[str, Any], today: date, silent: Sequence[SilentFeed] = ()) -> Lanes:
    """The picture of one child's answer: at most the last eight years, and a quarter past today; `silent` feeds hatched."""
    days = [date.fromisoformat(entry["on"]) for entry in answer["timeline"]]
    first = max(min([*days, today]), today - timedelta(8 * 365))
    last = today + timedelta(90)
    span = max((last - first).days, 1)

    def place(day: date) -> float:
        return round(LABEL + (WIDTH - LABEL - 10) * max((day - first).days, 0) / span, 1)

    lanes: list[Lane] = []
    y = 24.0
    for name in LANES:
        episodes = [
            e
            for e in answer["episodes"]
            if PATHWAY_SECTORS.get(e["pathway"], "health") == name
            and (e["closed_on"] is None or date.fromisoformat(e["closed_on"]) >= first)
        ]
        on = [date.fromisoformat(entry["on"]) for entry in answer["timeline"] if entry["sector"] == name]
        marks = sorted({place(day) for day in on if day >= first})
        bars = tuple(_bar(episode, place, today, y + row * (BAR_HEIGHT + 4)) for row, episode in enumerate(episodes))
        height = max(len(bars), 1) * (BAR_HEIGHT + 4) + 14
        paused = _hatching([feed.since for feed in silent if name in feed.sectors], place, today)
        lanes.append(Lane(name, y, height, bars, tuple(Mark(x, round(y + height - 8, 1)) for x in marks), paused))
        y += height + LANE_GAP
    years = tuple((place(date(year, 1, 1)), str(year)) for year in range(first.year + 1, last.year + 1))
    open_now = [episode for episode in answer["episodes"] if episode["status"] != "closed"]
    sentence = (
        f"{sum(day >= first for day in days)} events since {first:%B %Y}; {len(open_now)} pathways open, "
        f"{sum(episode['status'] == 'waiting' for episode in open_now)} of them waiting."
    )
    return Lanes(y, tuple(lanes), years, place(today), sentence)


def _hatching(since: Sequence[date], place: Any, today: date) -> Hatching | None:  # noqa: ANN401 - a function of days
    """From the first day on which a feed was not heard to today, wide enough to be seen on that day itself."""
    if not since:
        return None
    start = place(min(*since, today))
    return Hatching(round(start - LEAST_HATCHING, 1), round(place(today) - start + LEAST_HATCHING, 1))


def _bar(episode: Mapping[str, Any], place: Any, today: date, y: float) -> Bar:  # noqa: ANN401 - a function of days
    start = place(date.fromisoformat(episode["opened_on"]))
    end = place(date.fromisoformat(episode["closed_on"]) if episode["closed_on"] else today)
    return Bar(start, y, max(round(end - start, 1), 4.0), episode["pathway"].replace("-", " "), episode["status"])
