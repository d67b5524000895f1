"""Records that a decision on identity took from one child and gave to another, and how a worker is told."""

from collections.abc import Iterable
from typing import NamedTuple

from send_integration.contracts.event import EventKey

NOBODY = ""
"""The child of an event that is held until a person decides whose it is."""


class Move(NamedTuple):
    """An event that a decision took from one child, or from nobody, and gave to another, or to nobody."""

    key: EventKey
    taken_from: str
    given_to: str


def words_of(moves: Iterable[Move], child_id: str) -> str:
    """What some moves did to one child's records, a sentence for each other child; '' where they are not about it."""
    about = list(moves)
    came = sorted({move.taken_from for move in about if move.given_to == child_id})
    went = sorted({move.given_to for move in about if move.taken_from == child_id})
    return " ".join([*map(_came_from, came), *map(_went_to, went)])


def _came_from(other: str) -> str:
    if other == NOBODY:
        return "Records that waited for a decision are now this child's."
    return f"Records of child {other} were joined with this child's."


def _went_to(other: str) -> str:
    if other == NOBODY:
        return "Records were taken from this child until a person decides whose they are."
    return f"Records were taken from this child and given to child {other}."
