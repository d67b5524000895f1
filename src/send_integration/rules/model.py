"""What a rule says of a child: milestones with their arithmetic, and risks with their reasons."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from hashlib import sha256

from send_integration.contracts.event import EventKey
from send_integration.when.periods import after_months, after_working_days
from send_integration.when.school_days import Holidays, after_school_days

MONTHS_OF_A_YEAR = 12

LONGEST = {"day": 9131, "week": 1304, "month": 300, "working day": 6300, "school day": 1000}
"""How many of a unit a period may have: 25 years, for nothing here lasts longer, and of school days, counted one by one, five."""

FIRES, QUIET = FIRES_AND_QUIET = ("fires", "quiet")
"""The fields of a rule with the cases for which it must raise a flag, and those for which it must not."""


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
    """A span as the rules write it: '6 weeks', '10 working days', '5 school days'; or an age, '17 years 6 months'."""

    count: int
    unit: str

    @classmethod
    def of(cls, text: str) -> "Period":
        """Read '10 working days'. Raises ValueError for anything else than a positive count and a known unit."""
        return _period(text)

    def after(self, day: date, school_holidays: Holidays = ()) -> date:
        """The last day of the period that `day` starts; `day` itself is not counted."""
        return self._moved(day, self.count, school_holidays)

    def before(self, day: date) -> date:
        """The day that lies the whole period before `day`; school days are not counted back."""
        return self._moved(day, -self.count, ())

    def _moved(self, day: date, count: int, school_holidays: Holidays) -> date:
        match self.unit:
            case "school day":
                return after_school_days(day, count, school_holidays)
            case "working day":
                return after_working_days(day, count)
            case "month":
                return after_months(day, count)
            case _:
                return day + timedelta(count * (7 if self.unit == "week" else 1))

    def __str__(self) -> str:
        return _in_words(self)


@lru_cache(maxsize=256)
def _in_words(period: Period) -> str:
    parts = [(period.count, period.unit)]
    if period.unit == "month" and period.count > MONTHS_OF_A_YEAR:
        parts = [(period.count // MONTHS_OF_A_YEAR, "year"), (period.count % MONTHS_OF_A_YEAR, "month")]
    return " ".join(f"{count} {unit}{'' if count == 1 else 's'}" for count, unit in parts if count)


@lru_cache(maxsize=256)
def _period(text: str) -> Period:
    written = re.fullmatch(
        r"([1-9][0-9]{0,3}) (days?|weeks?|months?|working days?|school days?)"
        r"|([1-9][0-9]?) years?(?: ([1-9]|1[01]) months?)?",
        text,
    )
    if not written:
        message = f"'{text}' is no period such as '6 weeks', '12 months', '10 working days' or '17 years 6 months'"
        raise ValueError(message)
    count, unit, years, months = written.groups()
    months_in_all = MONTHS_OF_A_YEAR * int(years or 0) + int(months or 0)
    period = Period(int(count), unit.rstrip("s")) if count else Period(months_in_all, "month")
    if period.count > LONGEST[period.unit]:
        message = f"'{text}' is too long: at most {LONGEST[period.unit]} {period.unit}s"
        raise ValueError(message)
    return period


@dataclass(frozen=True, slots=True)
class Rule:
    """One entry of the catalogue: what it is called and rests on, and the parameters of its shape.

    `shape` names a file of rules/shapes (milestones) or rules/risks (risks). `basis` is S (law or statutory guidance),
    G (national guidance) or L (local default). `role` is the role for the child whose holder should act on it. `version` is the
    catalogue's, '1', and where an authority changed the rule its own too: '1+luton.3'.
    """

    id: str
    kind: str
    area: str
    version: str
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
        if isinstance(value, tuple):  # as rules/read.py leaves it, for this is asked many times a child
            return value
        return tuple([str(item) for item in value]) if isinstance(value, list) else ()

    def is_set(self, name: str) -> bool:
        """A parameter that is true or false; false where the entry does not give it."""
        return self.parameters.get(name) is True

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

    def fingerprint(self) -> str:
        """What tells these rules from all others: what any of them says or counts by, but not the cases it was tried on."""
        return _fingerprint(self)


@lru_cache(maxsize=8)
def _fingerprint(book: RuleBook) -> str:
    said = {rule_id: asdict(rule) for rule_id, rule in book.rules.items()}
    for rule in said.values():
        rule["parameters"] = {name: v for name, v in rule["parameters"].items() if name not in FIRES_AND_QUIET}
    return sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()[:16]


def ids_of(evidence: Iterable[EventKey]) -> list[str]:
    """The ids of some events, sorted, each once: how every surface prints evidence."""
    return sorted({key.id for key in evidence})


@dataclass(frozen=True, slots=True)
class Milestone:
    """One obligation to one child: when it arose, when it is due, and whether it was met.

    `subject` says which of several (a request, a plan, a referral id; '' where a child has only one). `days_late` is
    0 unless missed or met late. `stands_since` is the day from which it has been due soon, or missed; None where it is
    neither. `arithmetic` is the sentence that derives `due_on`. `evidence` are the keys of the events on which the answer
    rests, sorted, and of no others. `expected` are the events that would settle it and have not come, as rules write them.
    """

    milestone: str
    version: str
    subject: str
    triggered_on: date
    due_on: date
    status: MilestoneStatus
    met_on: date | None
    days_late: int
    stands_since: date | None
    arithmetic: str
    evidence: tuple[EventKey, ...]
    expected: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Risk:
    """A pattern that asks for early help. `raised_on` is the day on which the pattern was complete; `subject`, `evidence`
    and `expected` are as with a milestone."""

    risk: str
    version: str
    subject: str
    raised_on: date
    level: Level
    reason: str
    evidence: tuple[EventKey, ...]
    expected: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Assessment:
    """All that the rules say of one child on one day, and when that would next change with no new event."""

    as_of: date
    milestones: tuple[Milestone, ...]
    risks: tuple[Risk, ...]
    next_change_on: date | None
