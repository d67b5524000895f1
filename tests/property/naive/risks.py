"""The naive catalogue's risks: whether each pattern of the table stands on a day, and how strongly."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import NamedTuple

from tests.property.naive.days import days_on, is_aged, months_on, turns
from tests.property.naive.ehcp import in_force
from tests.property.naive.growing_up import camhs_open, ndd_open
from tests.property.naive.told import Fact, Story

REFUSED = {"outcome": ("declined", "redirected")}


class Standing(NamedTuple):
    """A risk that stands: of which cause, and how strongly."""

    risk: str
    subject: str
    level: str


class Spell(NamedTuple):
    """An episode as the table speaks of it: a pathway that was begun and has perhaps ended."""

    pathway: str
    sector: str
    subject: str
    begun: date
    ended: date | None
    started: date | None
    need_types: tuple[str, ...] = ()

    def is_open(self, day: date) -> bool:
        """Begun, and not ended yet."""
        return self.begun <= day and (self.ended is None or self.ended > day)


def ago(day: date, today: date) -> int:
    """Days since."""
    return (today - day).days


def bounced(story: Story) -> Iterator[str]:
    """Two services said no within 120 days, the second no more than 120 days ago, and none has said yes since."""
    to = {str(f["referral_id"]): str(f["to_service"]) for f in story.all("referrals.received")}
    refusals = [
        (f.on, to.get(str(f["referral_id"]), "") if f.what == "referrals.rejected" else f.what.split(".")[0])
        for f in story.facts
        if f.what == "referrals.rejected"
        or (f.what in ("ndd.triaged", "camhs.triaged") and f["outcome"] in ("declined", "redirected"))
    ]
    if not refusals:
        return
    last, who = refusals[-1]
    earlier = any(other != who and (last - on).days <= 120 for on, other in refusals[:-1])
    accepted = [
        f.on
        for f in story.facts
        if f.what == "referrals.accepted" or (f.what in ("ndd.triaged", "camhs.triaged") and f["outcome"] == "accepted")
    ]
    if earlier and ago(last, story.today) <= 120 and not any(day >= last for day in accepted):
        yield "high"


def suspensions(story: Story, days: int) -> list[Fact]:
    """Of the last so many days."""
    return [f for f in story.all("school.suspended") if ago(f.on, story.today) <= days]


RISKS: dict[str, Callable[[Story], Iterator[str]]] = {"bounced-between-services": bounced}

__all__ = ["RISKS", "Spell", "Standing", "camhs_open", "days_on", "in_force", "is_aged", "months_on", "ndd_open", "suspensions", "timedelta", "turns"]
