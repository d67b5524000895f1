"""What a rule says of a child: milestones with their arithmetic, and risks with their reasons."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class MilestoneStatus(StrEnum):
    """The eight answers of contracts.md 4."""

    PENDING = "pending"
    DUE_SOON = "due-soon"
    MET = "met"
    MET_LATE = "met-late"
    MISSED = "missed"
    PAUSED = "paused"
    EXCEPTED = "excepted"
    NOT_NEEDED = "not-needed"


class Level(StrEnum):
    """How strongly a risk asks for somebody to act."""

    WATCH = "watch"
    RAISE = "raise"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class Milestone:
    """One obligation to one child: when it arose, when it is due, and whether it was met.

    `subject` says which of several (a request, a plan, a referral id; '' where a child has only one). `days_late` is
    0 unless missed or met late. `arithmetic` is the sentence that derives `due_on`. `evidence` are event ids, sorted.
    """

    milestone: str
    version: int
    subject: str
    triggered_on: date
    due_on: date
    status: MilestoneStatus
    met_on: date | None
    days_late: int
    arithmetic: str
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Risk:
    """A pattern that asks for early help. `raised_on` is the day on which the pattern was complete."""

    risk: str
    version: int
    subject: str
    raised_on: date
    level: Level
    reason: str
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Assessment:
    """All that the rules say of one child on one day, and when that would next change with no new event."""

    as_of: date
    milestones: tuple[Milestone, ...]
    risks: tuple[Risk, ...]
    next_change_on: date | None
