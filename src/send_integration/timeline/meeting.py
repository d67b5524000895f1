"""A meeting of the panel: who sits in it, whether it has its quorum, and in which order its children come."""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple


class Part(StrEnum):
    """For whom somebody sits in a meeting."""

    CHAIR = "chair"
    EDUCATION = "education"
    HEALTH = "health"
    CARE = "care"
    FAMILY = "family"
    OTHER = "other"


PART_NAMES = {
    Part.CHAIR: "Chair",
    Part.EDUCATION: "Education",
    Part.HEALTH: "Health",
    Part.CARE: "Social care",
    Part.FAMILY: "Family's representative",
    Part.OTHER: "Others",
}

MEMBERS = (Part.CHAIR, Part.EDUCATION, Part.HEALTH, Part.CARE)
"""Whose presence makes the quorum: the panel is there to bring the three together, so that none of them may be missing."""


class Seat(NamedTuple):
    """Somebody who is expected; `present` is None while nobody has said whether they came."""

    seat_id: int
    part: Part
    name: str
    present: bool | None


class Quorum(NamedTuple):
    """How many members are present, how many it takes, and the parts of which nobody is."""

    present: int
    needed: int
    missing: tuple[Part, ...]

    @property
    def met(self) -> bool:
        """Whether the meeting may decide."""
        return not self.missing and self.present >= self.needed


def quorum_of(seats: Iterable[Seat], needed: int) -> Quorum:
    """The quorum: so many members in all, and at least one of each part that has to be there."""
    present = [seat.part for seat in seats if seat.present and seat.part in MEMBERS]
    return Quorum(len(present), needed, tuple(part for part in MEMBERS if part not in present))


class Attendance(NamedTuple):
    """What one form said of who came: what is to be kept, and the seats of which others have said otherwise meanwhile."""

    kept: Mapping[int, bool | None]
    disputed: tuple[int, ...]


def attendance_of(
    shown: Mapping[int, bool | None], said: Mapping[int, bool | None], standing: Mapping[int, bool | None]
) -> Attendance:
    """What is to be kept of what a form `said`, which `shown` the seats as they were when it was opened.

    Only what its sender changed is their word. Where another has changed the same seat meanwhile, to something else, it is
    disputed and nobody's word is lost; a seat that is gone is left alone.
    """
    changed = {seat: word for seat, word in said.items() if seat in standing and word != shown.get(seat)}
    disputed = {seat for seat, word in changed.items() if standing[seat] not in (shown.get(seat), word)}
    return Attendance({s: word for s, word in changed.items() if s not in disputed}, tuple(sorted(disputed)))


def in_order(listed: Sequence[str], places: Mapping[str, int]) -> list[str]:
    """Children in the order of a meeting: first those whom somebody has given a place, then the others as they are listed."""
    placed = sorted((child for child in listed if child in places), key=lambda child: (places[child], child))
    return [*placed, *(child for child in listed if child not in places)]


def put_back(everybody: Sequence[str], changed: Sequence[str]) -> list[str]:
    """Everybody in order, once some of them have changed places among themselves; the others keep theirs."""
    those, turn = set(changed), iter(changed)
    return [next(turn) if child in those else child for child in everybody]


def moved(order: Sequence[str], child_id: str, *, up: bool) -> list[str]:
    """The order with one child a place further up or down; the first cannot go up, nor the last down."""
    changed = list(order)
    here = changed.index(child_id)
    there = here - 1 if up else here + 1
    if 0 <= there < len(changed):
        changed[here], changed[there] = changed[there], changed[here]
    return changed
