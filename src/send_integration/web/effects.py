"""What a decision on identity will change, said before it is taken."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from send_integration.store.reviews import Affected, ReviewedRecord, WaitingPair

RESTRICTS = " The child will be restricted: only managers and the child's own named workers will see it."


class Effects(NamedTuple):
    """What follows where they are one child, and where they are two."""

    one: str
    two: str


def effects_of(pair: WaitingPair, touched: Sequence[Affected], events: Mapping[int, int]) -> Effects:
    """What each choice on a pair changes; `events` is how many each record has, by its number."""
    if pair.one.child_id is not None and pair.other.child_id is not None:
        return Effects(
            merged(touched), "Both children stay as they are, and nobody is asked about these two records again."
        )
    if pair.one.child_id is None and pair.other.child_id is None:
        return Effects(
            "The two records stay together from now on. Where they lead to more than one child, they still wait.",
            "The two records are told apart for good. Each can still lead to other children.",
        )
    waiting, settled = (pair.one, pair.other) if pair.one.child_id is None else (pair.other, pair.one)
    return _of_a_held_record(waiting, settled, touched, count(events.get(waiting.number, 0), "event"))


def merged(touched: Sequence[Affected]) -> str:
    """What follows where children become one."""
    records = count(sum(child.records for child in touched), "record")
    events = count(sum(child.events for child in touched), "event")
    flags = sum(child.open_flags for child in touched)
    said = (
        f"One child with {records} and {events}. The flags ({flags} open now) are judged anew, and everybody who works"
        " with any of them sees one timeline."
    )
    return said + (RESTRICTS if len({child.restricted for child in touched}) > 1 else "")


def _of_a_held_record(
    waiting: ReviewedRecord, settled: ReviewedRecord, touched: Sequence[Affected], events: str
) -> Effects:
    home = next((named(child) for child in touched if child.child_id == settled.child_id), "the other record's child")
    others = [named(child) for child in touched if child.child_id != settled.child_id]
    apart = f", and is held to be another child than {' and '.join(others)}" if others else ""
    secret = RESTRICTS if waiting.restricted and not all(child.restricted for child in touched) else ""
    return Effects(
        f"Record {waiting.number} is {home}{apart}. What is held of it ({events}) joins that timeline.{secret}",
        f"Record {waiting.number} is another child than {home}. What is held of it ({events}) joins the child that is"
        " left, if there is one; a child of its own, if there is none; and still waits, if there are more.",
    )


def named(child: Affected) -> str:
    """A child by name and child id."""
    return f"{child.name} ({child.child_id})" if child.name else child.child_id


def count(number: int, noun: str) -> str:
    """A number with its noun."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
