"""Records that a decision on identity took from one child and gave to another, and how a worker is told."""

from collections.abc import Container, Iterable
from typing import NamedTuple

from send_integration.contracts.event import EventKey

NOBODY = ""
"""The child of an event that is held until a person decides whose it is."""


class Move(NamedTuple):
    """An event that a decision took from one child, or from nobody, and gave to another, or to nobody."""

    key: EventKey
    taken_from: str
    given_to: str


def words_of(moves: Iterable[Move], child_id: str, *, unnamed: Container[str]) -> str:
    """What some moves did to one child's records, a sentence for each other child; '' where they are not about it.

    `unnamed` are the children of whom the readers of this one may not know.
    """
    about = list(moves)
    came = sorted({move.taken_from for move in about if move.given_to == child_id})
    went = sorted({move.given_to for move in about if move.taken_from == child_id})
    told = [*(_came_from(other, unnamed) for other in came), *(_went_to(other, unnamed) for other in went)]
    return " ".join(dict.fromkeys(told))


def _came_from(other: str, unnamed: Container[str]) -> str:
    if other == NOBODY:
        return "Records that waited for a decision are now this child's."
    return f"Records of {_called(other, unnamed)} were joined with this child's."


def _went_to(other: str, unnamed: Container[str]) -> str:
    if other == NOBODY:
        return "Records were taken from this child until a person decides whose they are."
    return f"Records were taken from this child and given to {_called(other, unnamed)}."


def _called(other: str, unnamed: Container[str]) -> str:
    return "another child" if other in unnamed else f"child {other}"
