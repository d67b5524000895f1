"""The panel's meetings, every second Thursday: what came before and after a child's decision, and who is listed for the next.

A pen and a chance of its own change nothing of the other histories.
"""

from datetime import date, timedelta
from random import Random
from typing import Any

from send_integration.simulate.agencies import (
    CAMHS,
    COMMUNITY_HEALTH,
    EARLY_HELP,
    EHC_TEAM,
    SCHOOLS,
    SOCIAL_CARE,
    worker_of,
)
from send_integration.simulate.pen import Line, Pen
from send_integration.simulate.people import Child
from send_integration.when.periods import age_on

THURSDAY = 3
BETWEEN_MEETINGS = timedelta(14)
PRESENTERS = (EHC_TEAM, COMMUNITY_HEALTH, CAMHS, EARLY_HELP, SOCIAL_CARE, SCHOOLS)
REASONS = (
    "three services and no plan between them",
    "the placement is at risk",
    "out of school since the half-term",
    "the family asks for respite",
    "health and education disagree on who pays for therapy",
)
CHILD_SAYS = (
    "I like my school. I do not like it when I have a new taxi driver.",
    "It is too loud in the corridor. I can wait in the library until they have gone.",
    "I want to see my sister at weekends, and I want somebody to tell me before things change.",
    "I would like to cook with the others. I do not want to talk about it again and again.",
)
PARENT_SAYS = (
    "We have told our story to six people this year. Please read it before you ring.",
    "He sleeps three hours a night and so do we. We need a break that is planned, not one after a crisis.",
    "She comes home happy since the new teaching assistant began. Please do not change it now.",
    "Nobody has told us whether the assessment is still going ahead.",
)
DECISIONS: tuple[tuple[str, str, dict[str, float] | None], ...] = (
    ("agree-support", "A package at home keeps the placement; it is reviewed before the summer.", None),
    ("joint-funding", "Therapy is part of education here, and care is needed to make it work.",
     {"education": 0.4, "health": 0.4, "care": 0.2}),
    ("refer", "The community paediatricians are asked for a review of sleep and medication.", None),
    ("keep-under-review", "The new arrangement has run for too short a time to tell.", None),
)  # fmt: skip
ACTIONS = (
    "ring the family and say what was decided",
    "ask the school for the last term's attendance",
    "arrange a visit to the short break service",
    "write the referral to occupational therapy",
    "agree with the school who meets the taxi",
)


def coming_meeting(until: date) -> date:
    """The first Thursday after the simulation's last day."""
    return until + timedelta((THURSDAY - until.weekday() - 1) % 7 + 1)


class PanelMeetings:
    """Writes what surrounds the decision on one child after another; everything drawn comes from the one seed."""

    def __init__(self, chance: Random, pen: Pen, until: date) -> None:
        self._chance = chance
        self._pen = pen
        self._until = until
        self._coming = coming_meeting(until)

    def day_of(self, met: date) -> date:
        """The last meeting that was held by a day."""
        weeks = -((met - self._coming) // BETWEEN_MEETINGS)
        return self._coming - weeks * BETWEEN_MEETINGS

    def write(self, child: Child, met: date, decided: Line | None) -> None:
        """Earlier and later meetings, voices, actions and corrections around the meeting `met`, at which was `decided`."""
        chance = self._chance
        if chance.random() < 0.4:
            self._meeting(child, met - chance.choice((4, 6, 8)) * BETWEEN_MEETINGS)
        if chance.random() < 0.6:
            self._voice(child, met - timedelta(5), "parent-carer")
        self._actions(child, met)
        if decided is not None and chance.random() < 0.15:
            self._correction(child, met, decided)
        if chance.random() < 0.35:
            self._meeting(child, met + chance.choice((2, 4)) * BETWEEN_MEETINGS)
        if chance.random() < 0.5:
            self._listing(child, min(self._until, self._coming - timedelta(chance.randint(8, 15))), self._coming)

    def _say(self, child: Child, what: str, on: date, /, **data: Any) -> Line | None:  # noqa: ANN401 - the type's own fields
        return self._pen.write(child, "panel", what, on, **data)

    def _meeting(self, child: Child, met: date) -> None:
        """A whole meeting: none where it lies past the simulation's end, or before the child went anywhere."""
        if met > self._until or met < child.date_of_birth + timedelta(550):
            return
        chance = self._chance
        self._listing(child, met - timedelta(chance.randint(9, 16)), met)
        if chance.random() < 0.7:
            self._voice(child, met - timedelta(chance.randint(1, 8)), chance.choice(("child", "parent-carer")))
        there = ["chair", *(worker_of(agency, child.number)["name"] for agency in chance.sample(PRESENTERS, 3))]
        self._say(child, "discussed", met, meeting_on=met.isoformat(), attendees=there)
        decision, rationale, funding = chance.choice(DECISIONS)
        review_on = met + chance.choice((6, 12)) * BETWEEN_MEETINGS
        shares = {"funding": funding} if funding else {}
        self._say(
            child, "decided", met, meeting_on=met.isoformat(), decision=decision, rationale=rationale,
            review_on=review_on.isoformat(), voice_followed=chance.choice(("yes", "yes", "partly", "no")),
            basis="public-task", **shares,
        )  # fmt: skip
        self._actions(child, met)

    def _listing(self, child: Child, on: date, meeting_on: date) -> None:
        presenter = worker_of(self._chance.choice(PRESENTERS), child.number)["name"]
        self._say(
            child, "listed", on, meeting_on=meeting_on.isoformat(), reason=self._chance.choice(REASONS),
            presenter=presenter, basis=self._chance.choice(("public-task", "public-task", "consent")),
        )  # fmt: skip

    def _voice(self, child: Child, on: date, of: str) -> None:
        texts = PARENT_SAYS if of == "parent-carer" else CHILD_SAYS
        if of == "child" and age_on(child.date_of_birth, on) >= 16:
            of = "young-person"
        how = self._chance.choice(("in person", "by telephone", "with pictures", "in a letter"))
        self._say(child, "voice_recorded", on, of=of, text=self._chance.choice(texts), how=how)

    def _actions(self, child: Child, met: date) -> None:
        """One to three actions: most are done in time, some late, some never."""
        chance = self._chance
        for number, what in enumerate(chance.sample(ACTIONS, chance.randint(1, 3)), start=1):
            action_id = f"A{child.number:05d}-{met:%y%m%d}-{number}"
            due_on = met + timedelta(chance.choice((14, 28, 42, 70)))
            owner = worker_of(chance.choice(PRESENTERS), chance.randint(0, 9))["name"]
            self._say(
                child, "action_agreed", met, action_id=action_id, owner=owner, what=what, due_on=due_on.isoformat(),
                meeting_on=met.isoformat(),
            )  # fmt: skip
            drawn = chance.random()
            if drawn < 0.75:
                done = due_on - timedelta(3) if drawn < 0.55 else due_on + timedelta(12)
                self._say(child, "action_completed", done, action_id=action_id)

    def _correction(self, child: Child, met: date, decided: Line) -> None:
        """The shares were written down wrongly, and put right the day after."""
        self._say(
            child, "decided", met + timedelta(1), corrects=decided.body["id"], meeting_on=met.isoformat(),
            decision="joint-funding", rationale="Needs meet in all three sectors; health pays half, as was agreed.",
            funding={"education": 0.25, "health": 0.5, "care": 0.25}, voice_followed="yes", basis="public-task",
        )  # fmt: skip
