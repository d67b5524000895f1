"""How a worker is told of records that moved between children."""

import pytest

from send_integration.contracts.event import EventKey
from send_integration.timeline.moves import NOBODY, Move, words_of

ONE, TWO, THREE = (EventKey("s", name) for name in "abc")


@pytest.mark.parametrize(
    ("moves", "words"),
    [
        ([Move(ONE, "c2", "c1"), Move(TWO, "c2", "c1")], "Records of child c2 were joined with this child's."),
        ([Move(ONE, "c1", "c2")], "Records were taken from this child and given to child c2."),
        ([Move(ONE, NOBODY, "c1")], "Records that waited for a decision are now this child's."),
        ([Move(ONE, "c1", NOBODY)], "Records were taken from this child until a person decides whose they are."),
        (
            [Move(ONE, "c1", "c3"), Move(TWO, "c2", "c1"), Move(THREE, "c3", "c2")],
            (
                "Records of child c2 were joined with this child's."
                " Records were taken from this child and given to child c3."
            ),
        ),
        ([Move(ONE, "c2", "c3")], ""),
    ],
)
def test_each_other_child_is_named_once_whichever_way_records_went(moves: list[Move], words: str) -> None:
    assert words_of(moves, "c1", unnamed=()) == words


def test_a_child_of_whom_readers_may_not_know_is_not_named() -> None:
    moves = [Move(ONE, "c1", "c2"), Move(TWO, "c1", "c3"), Move(THREE, "c2", "c1")]

    assert words_of(moves, "c1", unnamed={"c2", "c3"}) == (
        "Records of another child were joined with this child's."
        " Records were taken from this child and given to another child."
    )
