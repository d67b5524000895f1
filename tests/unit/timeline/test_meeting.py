"""The quorum, who came when several people say so, and the order of an agenda."""

from hypothesis import given
from hypothesis import strategies as st

from send_integration.timeline.meeting import Part, Seat, attendance_of, in_order, moved, put_back, quorum_of

ALL = (Part.CHAIR, Part.EDUCATION, Part.HEALTH, Part.CARE)


def seats(*parts: Part, present: bool | None = True) -> list[Seat]:
    return [Seat(number, part, "somebody", present) for number, part in enumerate(parts)]


def test_the_quorum_takes_the_number_and_each_part() -> None:
    assert quorum_of(seats(*ALL), 4).met
    assert not quorum_of(seats(*ALL), 5).met
    assert quorum_of(seats(Part.CHAIR, Part.EDUCATION, Part.EDUCATION, Part.CARE), 4).missing == (Part.HEALTH,)


def test_whoever_is_no_member_or_has_not_been_said_to_be_there_does_not_count() -> None:
    assert quorum_of(seats(Part.FAMILY, Part.OTHER), 1).present == 0
    assert quorum_of(seats(*ALL, present=None), 1).present == 0
    assert quorum_of(seats(*ALL, present=False), 1).missing == ALL


def test_only_what_was_changed_is_somebodys_word() -> None:
    assert attendance_of({1: None, 2: None}, {1: True, 2: None}, {1: None, 2: True}) == ({1: True}, ())


def test_two_who_say_otherwise_of_one_seat_lose_nothing() -> None:
    assert attendance_of({1: None, 2: None}, {1: True, 2: False}, {1: False, 2: None}) == ({2: False}, (1,))
    assert attendance_of({1: None}, {1: True}, {1: True}) == ({1: True}, ()), "they say the same"
    assert attendance_of({1: None}, {1: True}, {}) == ({}, ()), "the seat is gone"


WORDS = st.dictionaries(st.integers(0, 5), st.sampled_from([True, False, None]))


@given(WORDS, WORDS, WORDS)
def test_no_word_of_another_is_ever_overwritten_unseen(
    shown: dict[int, bool | None], said: dict[int, bool | None], standing: dict[int, bool | None]
) -> None:
    found = attendance_of(shown, said, standing)

    for seat, word in found.kept.items():
        assert word == said[seat]
        assert standing[seat] in (shown.get(seat), word), "what stood was on the form, or is the same"
    untold = {seat for seat in said if seat in standing and said[seat] != shown.get(seat)}
    assert untold == set(found.kept) | set(found.disputed), "each changed word is kept or asked about again"


def test_children_without_a_place_follow_those_with_one() -> None:
    assert in_order(["a", "b", "c", "d"], {"d": 1, "b": 2, "gone": 3}) == ["d", "b", "a", "c"]


def test_a_child_moves_one_place_and_the_ends_stay() -> None:
    assert moved(["a", "b", "c"], "b", up=True) == ["b", "a", "c"]
    assert moved(["a", "b", "c"], "b", up=False) == ["a", "c", "b"]
    assert moved(["a", "b"], "a", up=True) == ["a", "b"]
    assert moved(["a", "b"], "b", up=False) == ["a", "b"]


def test_who_is_not_shown_to_whoever_moves_a_child_keeps_the_place() -> None:
    everybody = ["anna", "hidden", "bea", "cleo"]

    assert put_back(everybody, moved(["anna", "bea", "cleo"], "bea", up=True)) == ["bea", "hidden", "anna", "cleo"]
    assert put_back(everybody, moved(["anna", "bea", "cleo"], "cleo", up=True)) == ["anna", "hidden", "cleo", "bea"]
