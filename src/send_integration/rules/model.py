"""What a rule says of a child: milestones with their arithmetic, and risks with their reasons."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from send_integration.when.periods import after_months, after_working_days


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
class Period:
    """A span as the rules write it: '6 weeks', '15 days', '12 months', '10 working days'."""

    count: int
    unit: str

    @classmethod
    def of(cls, text: str) -> "Period":
        """Read '10 working days'. Raises ValueError for anything else than a positive count and a known unit."""
        written = re.fullmatch(r"([1-9][0-9]{0,3}) (days?|weeks?|months?|years?|working days?)", text)
        if not written:
            message = f"'{text}' is no period such as '6 weeks', '12 months' or '10 working days'"
            raise ValueError(message)
        return cls(int(written[1]), written[2].rstrip("s"))

    def after(self, day: date) -> date:
        """The last day of the period that `day` starts; `day` itself is not counted."""
        match self.unit:
            case "working day":
                return after_working_days(day, self.count)
            case "month":
                return after_months(day, self.count)
            case "year":
                return after_months(day, 12 * self.count)
            case _:
                return day + timedelta(self.count * (7 if self.unit == "week" else 1))

    def __str__(self) -> str:
        return f"{self.count} {self.unit}{'' if self.count == 1 else 's'}"


@dataclass(frozen=True, slots=True)
class Rule:
    """One entry of the catalogue: what it is called and rests on, and the parameters of its shape.

    `shape` names a file of rules/shapes (milestones) or rules/risks (risks). `basis` is S (law or statutory guidance),
    G (national guidance) or L (local default). `role` is the role for the child whose holder should act on it.
    """

    id: str
    kind: str
    area: str
    version: int
    shape: str
    basis: str
    citation: str
    why: str
    next_step: str
    role: str
    parameters: Mapping[str, object] = field(hash=False)

    def text(self, name: str) -> str:
        """A parameter that is text; '' where the entry does not give it."""
        value = self.parameters.get(name, "")
        return value if isinstance(value, str) else ""

    def texts(self, name: str) -> tuple[str, ...]:
        """A parameter that is a list of text."""
        value = self.parameters.get(name, ())
        return tuple(str(item) for item in value) if isinstance(value, list | tuple) else ()

    def number(self, name: str) -> int:
        """A parameter that is a whole number; it must be given."""
        value = self.parameters[name]
        assert isinstance(value, int)  # noqa: S101 - rules/read.py has checked it
        return value

    def period(self, name: str = "period") -> Period:
        """A parameter that is a period; it must be given."""
        return Period.of(self.text(name))


@dataclass(frozen=True, slots=True, eq=False)
class RuleBook:
    """Every rule in force, by id; a book equals itself alone, so that what is made of it once is found again quickly."""

    rules: Mapping[str, Rule] = field(hash=False)

    def __getitem__(self, rule_id: str) -> Rule:
        return self.rules[rule_id]


@dataclass(frozen=True, slots=True)
class Milestone:
    """One obligation to one child: when it arose, when it is due, and whether it was met.

    `subject` says which of several (a request, a plan, a referral id; '' where a child has only one). `days_late` is
    0 unless missed or met late. `stands_since` is the day from which it has been due soon, or missed; None where it is
    neither. `arithmetic` is the sentence that derives `due_on`. `evidence` are event ids, sorted: what the answer rests
    on, and nothing else. `expected` are the events that would settle it and have not come, as rules write them.
    """

    milestone: str
    version: int
    subject: str
    triggered_on: date
    due_on: date
    status: MilestoneStatus
    met_on: date | None
    days_late: int
    stands_since: date | None
    arithmetic: str
    evidence: tuple[str, ...]
    expected: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Risk:
    """A pattern that asks for early help. `raised_on` is the day on which the pattern was complete; `subject`, `evidence`
    and `expected` are as with a milestone."""

    risk: str
    version: int
    subject: str
    raised_on: date
    level: Level
    reason: str
    evidence: tuple[str, ...]
    expected: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Assessment:
    """All that the rules say of one child on one day, and when that would next change with no new event."""

    as_of: date
    milestones: tuple[Milestone, ...]
    risks: tuple[Risk, ...]
    next_change_on: date | None
