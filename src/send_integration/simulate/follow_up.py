"""What follows from the main dates of a child's history: reports, reviews, voices, steps into adulthood; mostly in time.

A pen of its own changes nothing of the other histories.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from random import Random

from send_integration.simulate.ehc import Case
from send_integration.simulate.pen import Line, Pen
from send_integration.simulate.people import Child
from send_integration.simulate.profile import Profile
from send_integration.when.periods import after_months, birthday
from send_integration.when.school_years import school_year_end, year_group_starts

VOICES = ("I like it when somebody explains what happens next.", "I want to learn to cook and to live near my brother.")


class FollowUp:
    """Writes what follows for one child after another; everything drawn comes from the one seed."""

    def __init__(self, chance: Random, profile: Profile, pen: Pen) -> None:
        self._chance = chance
        self._profile = profile
        self._pen = pen

    def write(self, child: Child, case: Case | None, written: Iterable[Line]) -> None:
        """All that follows; `written` are the child's lines so far."""
        for line in written:
            on = date.fromisoformat(line.body["time"][:10])
            what = line.body["type"].removeprefix("send.").removesuffix(".v1")
            if what == "support.started":
                self._support(child, on, line.body["data"]["support_id"])
            elif what == "transition.plan_started":
                self._whole(child, "transition", "outcomes_recorded", on, 365)
        if case is not None and case.finalised_on is not None:
            self._plan(child, case)

    def _happens(self) -> bool:
        return self._chance.random() < self._profile.share("follow_up", "happens")

    def _within(self, days: int) -> timedelta:
        """A time within a period, or for the profile's share beyond it."""
        if self._chance.random() < self._profile.share("follow_up", "in_time"):
            return timedelta(self._chance.randint(1, days))
        return timedelta(self._chance.randint(days + 1, days + 60))

    def _whole(self, child: Child, feed: str, what: str, since: date, days: int) -> None:
        if self._happens():
            given = dict.fromkeys(("employment", "independent_living", "community", "health"), True)
            self._pen.write(child, feed, what, since + self._within(days), **given)

    def _support(self, child: Child, since: date, support_id: str) -> None:
        on = since
        while self._happens():
            on += self._within(365)
            if self._pen.write(child, "support", "reviewed", on, support_id=support_id) is None:
                return

    def _plan(self, child: Child, case: Case) -> None:
        """Voices and reports of the reviews, and what a plan asks for between 16 and 18."""
        for met, _, _, _ in case.reviews:
            if self._happens():
                text = self._chance.choice(VOICES)
                self._pen.write(child, "panel", "voice_recorded", met, of="young-person", text=text, how="in person")
            if self._happens():
                self._pen.write(child, "ehcp", "review_report_circulated", met + self._within(14), plan_id=case.plan_id)
        sixteen, seventeen = birthday(child.date_of_birth, 16), birthday(child.date_of_birth, 17)
        if self._happens():
            self._pen.write(
                child,
                "transition",
                "mental_capacity_considered",
                sixteen + self._within(90),
                decision_about="placement",
            )
        if self._happens():
            assessed = seventeen + self._within((after_months(seventeen, 6) - seventeen).days)
            self._pen.write(child, "transition", "adult_care_assessment_completed", assessed, eligible=True)
        self._destinations(child)

    def _destinations(self, child: Child) -> None:
        """Where they went after Year 11, and each year after."""
        on = school_year_end(year_group_starts(child.date_of_birth, 11)) + self._within(30)
        while self._happens():
            given = {"destination": "college", "on": on.isoformat()}
            if self._pen.write(child, "transition", "destination_recorded", on, **given) is None:
                return
            on += self._within(365)
