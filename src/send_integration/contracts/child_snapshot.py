"""The current state of one child under a pseudonym, for whoever joins late: what `send.child-snapshot` says."""

from typing import Annotated, Literal

from pydantic import Field

from send_integration.contracts import topics
from send_integration.contracts.envelope import Day
from send_integration.contracts.said import Level, Said

SNAPSHOT_SCHEMA = f"{topics.CHILD_SNAPSHOT.name}.v1"


class OpenEpisode(Said):
    """A pathway that has begun and is not over; `pathway` is a service or a process, never a name that somebody typed."""

    pathway: str
    sector: Literal["education", "health", "care", "panel"]
    status: Literal["waiting", "active"]
    opened_on: Day


class SnapshotMilestone(Said):
    """What is due to the child by one rule, or was; the same rule can be there more than once."""

    id: str
    due_on: Day
    status: Literal["pending", "due-soon", "met", "met-late", "missed", "paused", "excepted", "not-needed"]
    met_on: Day | None


class SnapshotRisk(Said):
    """A pattern that asks for early help, since the day on which it was complete."""

    id: str
    level: Level
    raised_on: Day


class ChildSnapshot(Said):
    """One child as things stand until the next message of the same key; `as_of` is the day of the evaluation that found it so.

    `born_in_school_year` is the year in which the school year of birth began (1 September). What would tell the day of birth,
    such as a date that follows from a birthday, is left out, and so is whatever a source named or wrote.
    """

    as_of: Day
    born_in_school_year: Annotated[int, Field(ge=1900, le=2199)]
    plan_in_force: bool
    episodes: list[OpenEpisode]
    milestones: list[SnapshotMilestone]
    risks: list[SnapshotRisk]
