"""Feed `identity`: our own events, by which people decide whose records are one child's."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from send_integration.contracts.envelope import Data, Frozen, Id, Line
from send_integration.contracts.event import Reason
from send_integration.contracts.reasons import Code, reason


class KnownAs(Frozen):
    """A source and the local id under which it keeps a person."""

    source: Id
    local_id: Id


class Pair(Frozen):
    """Two keepings of a person, and whether they are one child."""

    one: KnownAs
    other: KnownAs
    same: bool


class DecidedByAPerson(Data, feed="identity"):
    """A person's word on identity: who gave it, and why."""

    by: Id
    why: Line


class Decided(DecidedByAPerson, what="decided"):
    """A person decided which keepings are one child and which are two; of each pair the last word stands."""

    pairs: Annotated[list[Pair], Field(min_length=1, max_length=5_000)]

    def faults(self) -> Iterator[Reason]:
        """A pair must be two."""
        if any(pair.one == pair.other for pair in self.pairs):
            yield reason(Code.ONE_AND_THE_SAME, "data.pairs")


class Withdrawn(DecidedByAPerson, what="withdrawn"):
    """An earlier decision falls away, as if it had never been taken."""

    retracts: Id
