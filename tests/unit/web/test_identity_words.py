"""What a reviewer reads: how fields agree, what a weight means, what a decision changes, what is wrong in a form."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from send_integration.store.reviews import Affected, ReviewedRecord, WaitingPair, pair_numbers
from send_integration.web.comparison import bars_of, compared, odds
from send_integration.web.effects import effects_of, merged
from send_integration.web.forms import read_reason

CLINIC = ReviewedRecord(
    5, "urn:send:clinic", "21", "Olena", "Bondar", date(2013, 8, 9), "9990000034", "", "LU3 3CC", "", "F",
    restricted=False, child_id="c1", held_between=(),
)  # fmt: skip
CARE = replace(CLINIC, number=7, source="urn:send:care", given_name="Lena", nhs_number="", gender="U", postcode="")
HELD = replace(CARE, child_id=None, held_between=("c1", "c2"))
ONE = Affected("c1", "Olena Bondar", date(2013, 8, 9), 1, 10, 2, restricted=False, named_workers=())
TWO = replace(ONE, child_id="c2", name="Olena Bond", records=2, events=1, open_flags=0)
PARTS = (("prior", "household", -0.5), ("given_name", "variant", 4.0), ("date_of_birth", "same", 8.0))


def pair(one: ReviewedRecord, other: ReviewedRecord) -> WaitingPair:
    return WaitingPair(one, other, "why", 1.0, PARTS, datetime(2025, 6, 2, tzinfo=UTC))


def test_every_field_says_how_it_agrees_or_who_is_silent() -> None:
    said = {field.name: (field.sign, field.words) for field in compared(CLINIC, CARE, PARTS)}

    assert said == {
        "Given name": ("near", "two spellings of one name"),
        "Family name": ("silent", "not compared"),
        "Date of birth": ("same", "the same"),
        "Gender": ("silent", "not compared"),
        "NHS number": ("silent", "only one says"),
        "UPN": ("silent", "neither says"),
        "Postcode": ("silent", "only one says"),
        "Address": ("silent", "neither says"),
    }


def test_a_value_is_shown_as_people_write_it() -> None:
    shown = {field.name: field.one for field in compared(CLINIC, CARE, ())}

    assert (shown["Date of birth"], shown["Gender"], shown["UPN"]) == ("9 August 2013", "female", "")


def test_the_longest_bar_fills_its_side_and_what_speaks_for_two_lies_left_of_the_middle() -> None:
    prior, name, birth = bars_of(PARTS)

    assert (birth.x, birth.width) == (100, 98)
    assert (name.x, name.width) == (100, 49)
    assert (prior.x + prior.width, prior.width) == (100, 6.1)
    assert prior.name == "Before anything is compared"
    assert bars_of([("given_name", "same", 0.0)])[0].width == 0
    assert bars_of(()) == []


@pytest.mark.parametrize(
    ("weight", "words"),
    [
        (0.0, "even odds"),
        (-0.4, "even odds"),
        (1.0, "about 2 to 1 for one child"),
        (7.0, "about 128 to 1 for one child"),
        (11.3, "about 2,521 to 1 for one child"),
        (-3.0, "about 8 to 1 for two children"),
        (400.0, "more than a million to 1 for one child"),
        (-20.0, "more than a million to 1 for two children"),
    ],
)
def test_a_weight_is_told_as_odds(weight: float, words: str) -> None:
    assert odds(weight) == words


def test_a_merge_says_what_the_one_child_will_have() -> None:
    assert merged([ONE, TWO]).startswith(
        "One child with 3 records and 11 events. The flags (2 open now) are judged anew"
    )
    assert "restricted" not in merged([ONE, TWO])
    assert "restricted" in merged([ONE, replace(TWO, restricted=True)])


def test_a_held_record_goes_to_the_other_records_child_and_to_none_of_the_rest() -> None:
    effects = effects_of(pair(CLINIC, HELD), [ONE, TWO], {7: 3})

    assert effects.one == (
        "Record 7 is Olena Bondar (c1), and is held to be another child than Olena Bond (c2)."
        " What is held of it (3 events) joins that timeline."
    )
    assert effects.two.startswith("Record 7 is another child than Olena Bondar (c1). What is held of it (3 events)")


def test_two_held_records_still_wait_where_they_lead_to_more_than_one() -> None:
    assert "they still wait" in effects_of(pair(replace(HELD, number=9), HELD), [ONE, TWO], {}).one


@pytest.mark.parametrize(
    ("typed", "text", "words"),
    [
        ("  seen\r\n on two\tpapers ", "seen on two papers", ""),
        ("", "", "Give the reason"),
        (" \n", "", "Give the reason"),
        ("x" * 200, "x" * 200, ""),
        ("x" * 201, "x" * 201, "The reason must be 200 characters or fewer; it has 201"),
        ("a\x07b", "ab", "The reason held characters that cannot be seen"),
        ("مريم", "مريم", ""),
        ("both give 999 000 0018", "both give 999 000 0018", "The reason holds an NHS number"),
        ("letter 1234567890", "letter 1234567890", ""),
    ],
)
def test_a_reason_is_one_line_that_can_be_read_and_kept(typed: str, text: str, words: str) -> None:
    reason = read_reason(typed)

    assert reason.text == text
    assert [fault.words[: len(words)] for fault in reason.faults] == ([words] if words else [])


@pytest.mark.parametrize(
    ("name", "numbers"),
    [
        ("12-57", (12, 57)),
        ("57-12", (12, 57)),
        ("5-5", None),
        ("0x1-2", None),
        ("1-2\n", None),
        ("9" * 19 + "-1", None),
    ],
)
def test_a_pair_is_named_by_two_records(name: str, numbers: tuple[int, int] | None) -> None:
    assert pair_numbers(name) == numbers
