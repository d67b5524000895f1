"""Which events stand after repeats, corrections and retractions, in whatever order they came."""

from itertools import permutations

from send_integration.contracts.event import Event
from send_integration.timeline.fold import standing, taken_back
from tests.builders import event


def ids(events: list[Event]) -> list[str]:
    """The ids that stand; every order of arrival must give the same."""
    answers = {tuple(e.id for e in standing(order)) for order in permutations(events)}
    assert len(answers) == 1
    return list(answers.pop())


def referred(event_id: str, on: str = "2025-03-03", recorded: str | None = None, **fields: str) -> Event:
    return event("camhs.referred", on, event_id=event_id, recorded=recorded, **fields)


def test_a_repeat_counts_once() -> None:
    assert ids([referred("a"), referred("a")]) == ["a"]


def test_of_two_bodies_under_one_id_the_earlier_recorded_stands() -> None:
    early = referred("a", recorded="2025-03-03T10:00:00+00:00", priority="urgent")
    late = referred("a", recorded="2025-03-04", priority="routine")

    assert standing([late, early]) == standing([early, late]) == (early,)


def test_a_correction_takes_the_place_of_what_it_corrects() -> None:
    assert ids([referred("a"), referred("b", corrects="a")]) == ["b"]


def test_a_correction_of_what_never_came_stands_by_itself() -> None:
    assert ids([referred("b", corrects="a")]) == ["b"]


def test_of_two_corrections_the_one_recorded_last_stands() -> None:
    first = referred("b", corrects="a", recorded="2025-03-04")
    second = referred("c", corrects="a", recorded="2025-03-05")

    assert ids([referred("a"), first, second]) == ["c"]


def test_a_chain_of_corrections_leaves_its_last() -> None:
    assert ids([referred("a"), referred("b", corrects="a"), referred("c", corrects="b")]) == ["c"]


def test_a_retracted_event_never_happened_and_the_retraction_is_no_entry() -> None:
    assert ids([referred("a"), referred("r", retracts="a")]) == []


def test_a_retracted_correction_lets_the_original_stand_again() -> None:
    assert ids([referred("a"), referred("b", corrects="a"), referred("r", retracts="b")]) == ["a"]


def test_a_retracted_retraction_has_no_effect() -> None:
    assert ids([referred("a"), referred("r", retracts="a"), referred("s", retracts="r")]) == ["a"]


def test_the_corrections_of_what_never_happened_fall_away() -> None:
    assert ids([referred("a"), referred("b", corrects="a"), referred("r", retracts="a")]) == []


def test_events_that_name_each_other_in_a_ring_all_stand() -> None:
    assert ids([referred("a", corrects="b"), referred("b", corrects="a")]) == ["a", "b"]


def test_a_correction_of_one_of_a_ring_takes_the_place_of_that_one_alone() -> None:
    ring = [referred("a", corrects="b"), referred("b", corrects="a")]

    assert ids([*ring, referred("c", corrects="a")]) == ["b", "c"]


def test_another_sources_event_cannot_be_corrected() -> None:
    other = event("camhs.referred", event_id="b", source="urn:send:elsewhere", corrects="a")

    assert ids([referred("a"), other]) == ["a", "b"]


def test_what_was_recorded_later_was_not_known() -> None:
    events = [referred("a"), referred("b", corrects="a", recorded="2025-04-01")]

    assert [e.id for e in standing(events, known_at=events[0].recorded_at)] == ["a"]


def test_events_are_in_order_of_happening() -> None:
    assert ids([referred("z", "2025-03-01"), referred("a", "2025-03-02"), referred("m", "2025-02-28")]) == [
        "m",
        "z",
        "a",
    ]


def back(*events: Event) -> set[str]:
    """The ids that were taken back; every order must give the same."""
    answers = {frozenset(key.id for key in taken_back(order)) for order in permutations(events)}
    assert len(answers) == 1
    return set(answers.pop())


def test_what_a_retraction_names_and_what_corrects_that_were_taken_back_and_what_was_corrected_was_not() -> None:
    retraction = referred("r", retracts="a")

    assert back(referred("a"), referred("b", corrects="a")) == set()
    assert back(referred("a"), referred("b", corrects="a"), retraction) == {"a", "b"}
    assert back(referred("a"), referred("b", corrects="a"), referred("r", retracts="b")) == {"b"}
    assert back(referred("a"), retraction, referred("s", retracts="r")) == {"r"}
    assert back(referred("x"), referred("r", retracts="never came")) == set()
