"""The form by which the panel decides: what it asks, what was typed, and each fault at its field."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from pydantic import BaseModel

from send_integration.timeline.meeting import PART_NAMES, Seat
from send_integration.web.forms import Fault
from send_integration.web.written import read_day, read_line, read_note

DECISIONS = {
    "agree-support": "Agree support",
    "joint-funding": "Fund it jointly",
    "refer": "Refer to another service",
    "escalate": "Escalate",
    "keep-under-review": "Keep under review",
    "close": "Close: the panel's work is done",
}
"""What the panel can decide (contracts.feeds.panel.Decided), in words."""

FOLLOWED = {"yes": "Yes", "partly": "In part", "no": "No"}
"""Whether a decision follows the voice."""

BASES = {
    "public-task": "Our public task: the local authority and its health partners must join up what they arrange",
    "consent": "Consent of the parent, or of the young person",
    "safeguarding": "Safeguarding: the child could come to harm if it were not shared",
}
"""On what basis agencies share what the decision rests on, in words."""

SERVICES = ("education", "health", "care")
MOST_ACTIONS = 20
MOST_ATTENDEES = 50
"""As the contract of `discussed` has it."""


class Typed(BaseModel):
    """What the form holds, as it was typed."""

    csrf: str = ""
    mark: str = ""
    corrects: str = ""
    do: str = ""
    attendee: list[str] = []
    others: str = ""
    discussion: str = ""
    decision: str = ""
    rationale: str = ""
    voice_followed: str = ""
    education: str = ""
    health: str = ""
    care: str = ""
    owner: list[str] = []
    what: list[str] = []
    due_on: list[str] = []
    review_on: str = ""
    basis: str = ""

    def rows(self) -> list[tuple[str, str, str]]:
        """The actions, row by row; whoever sends fewer fields of one kind has left those open."""
        columns = self._columns()
        most = min(MOST_ACTIONS, max(1, *map(len, columns)))
        return [tuple(_at(column, row) for column in columns) for row in range(most)]  # type: ignore[misc]

    @property
    def is_full(self) -> bool:
        """Whether there is no room for one more action."""
        return len(self.rows()) == MOST_ACTIONS

    @property
    def has_too_many(self) -> bool:
        """Whether something is typed for which there is no row."""
        return any(typed.strip() for column in self._columns() for typed in column[MOST_ACTIONS:])

    def _columns(self) -> tuple[list[str], ...]:
        return self.owner, self.what, self.due_on


class Asked(NamedTuple):
    """What the form asks: at which meeting, who may be ticked as present, whether the child has been heard, and whether it
    asks who was there and who does what, which a correction does not."""

    meeting_on: date
    offered: tuple[str, ...]
    heard: bool
    of_meeting: bool = True


class Agreed(NamedTuple):
    """An action as it was agreed."""

    owner: str
    what: str
    due_on: date


class Read(NamedTuple):
    """The form as it was understood; where it has faults, nothing of it may be used."""

    attendees: tuple[str, ...]
    discussion: str
    decision: str
    rationale: str
    voice_followed: str | None
    funding: dict[str, float] | None
    actions: tuple[Agreed, ...]
    review_on: date | None
    basis: str
    faults: tuple[Fault, ...]


def known_as(seat: Seat) -> str:
    """Somebody who sits in the meeting, as the timeline will name them."""
    return f"{seat.name}, {PART_NAMES[seat.part].lower()}"[:200]


def worker_known_as(worker: Mapping[str, Any]) -> str:
    """A worker of the child, as the form offers them to take on an action."""
    return f"{worker['name']}, {worker['role'].replace('-', ' ')}"


def worker_ids_of(named_workers: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """The worker ids of a child's workers, by what somebody types who means one of them: what the form offers, or the name
    alone; nobody's, where two of them could be meant."""
    meant: dict[str, set[str]] = {}
    for worker in named_workers:
        for words in (worker_known_as(worker), worker["name"]):
            meant.setdefault(words, set()).add(worker["worker_id"])
    return {words: min(ids) for words, ids in meant.items() if len(ids) == 1}


def read_form(typed: Typed, asked: Asked) -> Read:
    """Everything that the form says, with its faults in the order of the page."""
    faults: list[Fault] = []
    attendees = _attendees(typed, asked, faults) if asked.of_meeting else ()
    discussion = _note(typed.discussion, "discussion", "What was discussed", "", faults)
    if typed.decision not in DECISIONS:
        faults.append(Fault("decision-agree-support", "Choose what the panel decides"))
    rationale = _note(typed.rationale, "rationale", "The reason", "Say why the panel decides so", faults)
    if asked.heard and typed.voice_followed not in FOLLOWED:
        faults.append(Fault("voice_followed-yes", "Say whether the decision follows what the child or family said"))
    funding = _funding(typed, faults)
    actions = _actions(typed, asked, faults) if asked.of_meeting else ()
    review = read_day(typed.review_on, "review_on", "The next review", after=asked.meeting_on)
    faults.extend(review.faults)
    if typed.basis not in BASES:
        faults.append(Fault("basis-public-task", "Choose on what basis this is shared"))
    return Read(
        attendees=attendees,
        discussion=discussion,
        decision=typed.decision,
        rationale=rationale,
        voice_followed=typed.voice_followed if asked.heard else None,
        funding=funding,
        actions=actions,
        review_on=review.day,
        basis=typed.basis,
        faults=tuple(faults),
    )


def _note(typed: str, field: str, called: str, missing: str, faults: list[Fault]) -> str:
    written = read_note(typed, field, called, missing=missing)
    faults.extend(written.faults)
    return written.text


def _attendees(typed: Typed, asked: Asked, faults: list[Fault]) -> tuple[str, ...]:
    """Those ticked of whom the form offers, then whoever else is named, a line each."""
    found = [name for name in asked.offered if name in typed.attendee]
    for line in typed.others.splitlines():
        written = read_line(line, "others", "Each line on who else was there")
        faults.extend(fault for fault in written.faults if fault not in faults)
        found.extend([written.text] if written.text and written.text not in found else [])
    field = "attendee-1" if asked.offered else "others"
    if not found:
        faults.append(Fault(field, "Say who was there"))
    if len(found) > MOST_ATTENDEES:
        faults.append(Fault("others", f"Name {MOST_ATTENDEES} people at most; there are {len(found)}"))
    return tuple(found)


def _funding(typed: Typed, faults: list[Fault]) -> dict[str, float] | None:
    """The share of each service; None where nothing is typed. Whoever types one share leaves the others at nought."""
    given = {service: getattr(typed, service).strip().removesuffix("%").strip() for service in SERVICES}
    if not any(given.values()):
        if typed.decision == "joint-funding":
            faults.append(Fault("education", "Say who pays which share, for the panel decides to fund it jointly"))
        return None
    shares: dict[str, Decimal] = {}
    for service, words in given.items():
        share = _per_cent(words or "0")
        if share is None:
            faults.append(Fault(service, f"The share of {service} must be a number from 0 to 100, such as 33.3"))
        else:
            shares[service] = share
    total = sum(shares.values(), Decimal(0))
    if len(shares) == len(SERVICES) and total != 100:
        faults.append(Fault("education", f"The shares must come to 100 per cent; they come to {total.normalize():f}"))
    return {service: float(share / 100) for service, share in shares.items()}


def _per_cent(words: str) -> Decimal | None:
    """A number from 0 to 100 with one digit after the point at most, which is as fine as the contract adds up."""
    try:
        share = Decimal(words)
    except InvalidOperation:
        return None
    fine = share.is_finite() and 0 <= share <= 100 and share == round(share, 1)
    return share if fine else None


def _actions(typed: Typed, asked: Asked, faults: list[Fault]) -> tuple[Agreed, ...]:
    """Every row in which anything is typed."""
    found = []
    for number, (owner, what, due_on) in enumerate(typed.rows(), start=1):
        if not (owner.strip() or what.strip() or due_on.strip()):
            continue
        who = read_line(owner, f"owner-{number}", f"Who does action {number}", missing=f"Say who does action {number}")
        deed = read_line(what, f"what-{number}", f"Action {number}", missing=f"Say what action {number} is")
        day = read_day(
            due_on, f"due_on-{number}", f"The day of action {number}", missing=f"Say by when action {number} is done",
            after=asked.meeting_on,
        )  # fmt: skip
        faults.extend((*who.faults, *deed.faults, *day.faults))
        if day.day is not None:
            found.append(Agreed(who.text, deed.text, day.day))
    if typed.has_too_many:
        words = f"A decision has room for {MOST_ACTIONS} actions: leave out what is less urgent"
        faults.append(Fault(f"what-{MOST_ACTIONS}", words))
    return tuple(found)


def _at(column: Iterable[str], row: int) -> str:
    return dict(enumerate(column)).get(row, "")
