"""What left a child's timeline, to whom it had been shown and how, and what they are told of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from send_integration.contracts.event import EventKey

CORRECTED = "The source corrected it."
TAKEN_BACK = "The source took it back."
GAVE_WAY = "The source had recorded something else under the same number earlier, and that stands."
DECIDED_ANEW = "Whose record it is was decided anew, from all that agencies say."
HELD = "It is no longer certain whose record it is; it waits for a person."


class Effect(StrEnum):
    """What a person's word on identity did to a record that moved."""

    JOINED = "decided that two children are one"
    PARTED = "decided that it is another child's"
    TAKEN_BACK = "took an earlier decision back"


class PersonsWord(NamedTuple):
    """Who decided, to what effect, and the reason that they gave."""

    by: str
    effect: Effect
    reason: str

    def as_said(self) -> str:
        """As a sentence."""
        return f"{self.by} {self.effect}: {self.reason.rstrip('.')}."


def why_moved(word: PersonsWord | None, *, held: bool, now_under: str) -> str:
    """Why a record left a child, in words for those who saw it there.

    `held` where it waits for a person; `now_under` is the child to whom all of the former child's records went, else ''.
    """
    told = [] if word is None and held else [DECIDED_ANEW if word is None else word.as_said()]
    if held:
        told.append(HELD)
    if now_under:
        told.append(f"All of this child's records are now under child {now_under}.")
    return " ".join(told)


class Way(StrEnum):
    """How an entry reached somebody: on the child's timeline, on paper in a pack or in a copy for the family, in a review of
    the child's records, as what an alert rested on, or counted in an export."""

    PAGE = "page"
    PACK = "pack"
    FAMILY_COPY = "family-copy"
    RECORD = "record"
    ALERT = "alert"
    EXPORT = "export"


HELD_THE_ENTRY = frozenset({Way.PAGE, Way.PACK})
"""The ways in which somebody had the entry itself, its day and title, before them."""


@dataclass(frozen=True, slots=True)
class Lost:
    """An entry that left a child's timeline: what it said, since when it was shown, and why it left.

    `other` is the reference, a source and its local id, of whom it named as family; None where it named nobody.
    """

    child_id: str
    key: EventKey
    on: date
    title: str
    shown_since: datetime
    why: str
    other: tuple[str, str] | None


class Sight(NamedTuple):
    """Somebody who was shown a lost entry; `rule` is that of the flag, where an alert rested on the entry."""

    recipient: str
    lost: Lost
    way: Way
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What one recipient is told of one lost entry.

    Day and title are theirs only where they were shown the timeline or have it on paper: whoever was sent an alert, reviewed
    the records, took a family's copy or exported counts never read them, and may not now, for the entry can be another
    family's.
    """

    lost: Lost
    ways: tuple[Way, ...]
    rules: tuple[str, ...]

    @property
    def on(self) -> date | None:
        """The day, where it was theirs to see."""
        return None if HELD_THE_ENTRY.isdisjoint(self.ways) else self.lost.on

    @property
    def title(self) -> str | None:
        """The title, where it was theirs to see."""
        return None if HELD_THE_ENTRY.isdisjoint(self.ways) else self.lost.title


def told(sights: Iterable[Sight]) -> dict[tuple[str, str], list[Told]]:
    """What each recipient is told of each child, an entry once however often and in whatever way it was seen."""
    seen: dict[tuple[str, str], dict[EventKey, list[Sight]]] = {}
    for sight in sights:
        of_child = seen.setdefault((sight.recipient, sight.lost.child_id), {})
        of_child.setdefault(sight.lost.key, []).append(sight)
    return {
        key: [
            Told(
                entry[0].lost,
                tuple(sorted({sight.way for sight in entry})),
                tuple(sorted({sight.rule for sight in entry if sight.rule})),
            )
            for entry in of_child.values()
        ]
        for key, of_child in sorted(seen.items())
    }
