"""The form on a decision: what it takes, and at which field it says what is wrong."""

from datetime import date

import pytest

from send_integration.web.decide_form import MOST_ACTIONS, Agreed, Asked, Typed, read_form

ASKED = Asked(date(2025, 6, 2), ("Cass Example, chair", "Hel Example, health"), heard=True)
RIGHT = {
    "attendee": ["Cass Example, chair"],
    "decision": "joint-funding",
    "rationale": "Needs meet.\r\nIn all three.",
    "voice_followed": "partly",
    "education": "33.3",
    "health": "33.3%",
    "care": "33.4",
    "owner": ["Ed", ""],
    "what": ["Ring the school", ""],
    "due_on": ["2025-06-20", ""],
    "review_on": "2025-12-01",
    "basis": "public-task",
}


def faults(**changed: object) -> list[tuple[str, str]]:
    return [tuple(fault) for fault in read_form(Typed(**{**RIGHT, **changed}), ASKED).faults]


def test_a_form_that_is_right_is_read_whole() -> None:
    read = read_form(Typed(**RIGHT, others=" Mrs  Example, mother \n\nCass Example, chair"), ASKED)

    assert read.faults == ()
    assert read.attendees == ("Cass Example, chair", "Mrs Example, mother")
    assert read.rationale == "Needs meet.\nIn all three."
    assert read.funding == pytest.approx({"education": 0.333, "health": 0.333, "care": 0.334})
    assert read.actions == (Agreed("Ed", "Ring the school", date(2025, 6, 20)),)
    assert read.review_on == date(2025, 12, 1)


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"attendee": []}, "attendee-1", "Say who was there"),
        ({"attendee": ["Somebody the form did not offer"]}, "attendee-1", "Say who was there"),
        ({"decision": "no such"}, "decision-agree-support", "Choose what the panel decides"),
        ({"rationale": " \n"}, "rationale", "Say why the panel decides so"),
        ({"rationale": "NHS 999 000 0018"}, "rationale", "The reason holds an NHS number or a UPN: take it out"),
        ({"voice_followed": ""}, "voice_followed-yes", "Say whether the decision follows what the child or family said"),
        ({"care": "33.3"}, "education", "The shares must come to 100 per cent; they come to 99.9"),
        ({"care": "100"}, "education", "The shares must come to 100 per cent; they come to 166.6"),
        ({"care": "half"}, "care", "The share of care must be a number from 0 to 100, such as 33.3"),
        ({"care": "33.41"}, "care", "The share of care must be a number from 0 to 100, such as 33.3"),
        ({"care": "NaN"}, "care", "The share of care must be a number from 0 to 100, such as 33.3"),
        ({"care": "1e999999"}, "care", "The share of care must be a number from 0 to 100, such as 33.3"),
        ({"education": "", "health": "", "care": ""}, "education",
         "Say who pays which share, for the panel decides to fund it jointly"),
        ({"owner": [""]}, "owner-1", "Say who does action 1"),
        ({"due_on": ["2025-06-01"]}, "due_on-1", "The day of action 1 must be after 2 June 2025"),
        ({"due_on": ["soon"]}, "due_on-1", "The day of action 1 must be a day, such as 27 March 2026"),
        ({"review_on": "9999-01-01"}, "review_on", "The next review must lie between the years 1900 and 2199"),
        ({"basis": ""}, "basis-public-task", "Choose on what basis this is shared"),
    ],
)  # fmt: skip
def test_each_fault_is_at_its_field(changed: dict[str, object], field: str, words: str) -> None:
    assert faults(**changed) == [(field, words)]


def test_nothing_is_funded_where_no_share_is_typed() -> None:
    read = read_form(Typed(**{**RIGHT, "decision": "refer", "education": "", "health": "", "care": ""}), ASKED)

    assert (read.faults, read.funding) == ((), None)


def test_a_child_who_was_not_heard_is_not_asked_whether_it_is_followed() -> None:
    read = read_form(Typed(**{**RIGHT, "voice_followed": "yes"}), ASKED._replace(heard=False))

    assert (read.faults, read.voice_followed) == ((), None)


def test_a_correction_asks_neither_who_was_there_nor_who_does_what() -> None:
    read = read_form(Typed(**{**RIGHT, "attendee": [], "owner": [""]}), ASKED._replace(of_meeting=False))

    assert (read.faults, read.attendees, read.actions) == ((), (), ())


def test_of_a_form_that_is_made_up_no_more_rows_are_read_than_the_page_can_show() -> None:
    assert len(Typed(what=["x"] * 500).rows()) == MOST_ACTIONS


@pytest.mark.parametrize("column", ["owner", "what", "due_on"])
def test_an_action_for_which_there_is_no_row_is_not_let_fall_in_silence(column: str) -> None:
    too_many = {
        "owner": ["Ed"] * MOST_ACTIONS,
        "what": ["Ring"] * MOST_ACTIONS,
        "due_on": ["2025-06-20"] * MOST_ACTIONS,
    }
    assert faults(**too_many) == []

    too_many[column] = [*too_many[column], "more"]

    assert faults(**too_many) == [("what-20", "A decision has room for 20 actions: leave out what is less urgent")]


def test_a_row_is_added_while_there_is_room_for_one() -> None:
    assert not Typed(what=["x"] * (MOST_ACTIONS - 1)).is_full
    assert Typed(what=["x"] * MOST_ACTIONS).is_full
