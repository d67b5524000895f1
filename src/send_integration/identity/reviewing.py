"""Turns what a reviewer wants into pairs of local ids: merge two children, split one, or tell two apart for good."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from send_integration.identity.records import PersonRef
from send_integration.identity.statements import Statement


class DecidedPair(NamedTuple):
    """Two local ids, and whether a person holds them to be one child."""

    one: PersonRef
    other: PersonRef
    same: bool


def merged(one: Sequence[PersonRef], other: Sequence[PersonRef], earlier: Iterable[Statement]) -> list[DecidedPair]:
    """Everybody of two children is one: each with the first, and whoever a person had told apart among them."""
    everybody = list(dict.fromkeys((*one, *other)))
    first, *rest = everybody
    pairs = [DecidedPair(first, ref, same=True) for ref in rest]
    reversed_now = [
        DecidedPair(said.one, said.other, same=True)
        for said in earlier
        if not said.same and {said.one, said.other} <= set(everybody) and first not in (said.one, said.other)
    ]
    return [*pairs, *reversed_now]


def split(leaving: Iterable[PersonRef], staying: Iterable[PersonRef]) -> list[DecidedPair]:
    """Each who leaves is another child than each who stays."""
    rest = list(dict.fromkeys(staying))
    return [DecidedPair(ref, other, same=False) for ref in dict.fromkeys(leaving) for other in rest]


def sent_to(held: PersonRef, child: Sequence[PersonRef], others: Iterable[Sequence[PersonRef]]) -> list[DecidedPair]:
    """A held record is this child, and none of the others that it leads to."""
    refused = [DecidedPair(held, ref, same=False) for other in others for ref in dict.fromkeys(other) if ref != held]
    return [DecidedPair(held, ref, same=True) for ref in dict.fromkeys(child) if ref != held] + refused
