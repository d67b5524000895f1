"""The address of a child's page: what it asks for, what it refuses, and that it can do no harm."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from send_integration.web.entries import Entry
from send_integration.web.looking import FIELDS, read_asked

TODAY = date(2026, 11, 23)


def entry(title: str, on: str = "2026-03-02", sector: str = "health", note: str | None = None) -> Entry:
    """An entry of feed camhs."""
    day = date.fromisoformat(on)
    return Entry(
        "e1", day, f"{day.day} March 2026", title, sector, False, "camhs", "Health, from clinic", (), note, False
    )


def test_nothing_asked_is_today_and_everything() -> None:
    asked = read_asked({}, TODAY)

    assert (asked.as_at, asked.known_on, asked.past, asked.filtered, asked.faults) == (TODAY, None, False, False, ())
    assert asked.chosen([entry("CAMHS: referred")]) != []
    assert asked.address() == ""


@pytest.mark.parametrize(
    ("given_days", "as_at", "known_on", "past"),
    [
        ({"as_at": "2025-03-27"}, date(2025, 3, 27), None, True),
        ({"known_on": "2025-03-27"}, date(2025, 3, 27), date(2025, 3, 27), True),
        ({"as_at": "2025-03-27", "known_on": "2026-01-02"}, date(2025, 3, 27), date(2026, 1, 2), True),
        ({"as_at": TODAY.isoformat()}, TODAY, None, False),
        ({"known_on": TODAY.isoformat()}, TODAY, TODAY, True),
    ],
)
def test_a_day_is_asked_of_as_it_was_and_as_it_was_known(
    given_days: dict[str, str], as_at: date, known_on: date | None, past: bool
) -> None:
    asked = read_asked(given_days, TODAY)

    assert (asked.as_at, asked.known_on, asked.past) == (as_at, known_on, past)


def test_each_filter_leaves_out_what_it_says() -> None:
    entries = [
        entry("CAMHS: referred", "2026-03-02"),
        entry("CAMHS: appointment", "2026-03-09", note="Broken SLEEP again"),
        entry("Support: started", "2026-03-20", sector="care"),
    ]

    def titles(**asked: str) -> list[str]:
        return [found.title for found in read_asked(asked, TODAY).chosen(entries)]

    assert titles(q="sleep camhs") == ["CAMHS: appointment"]
    assert titles(q="sleep support") == []
    assert titles(sector="care") == ["Support: started"]
    assert titles(feed="school") == []
    assert titles(**{"from": "2026-03-09", "to": "2026-03-09"}) == ["CAMHS: appointment"]


def test_a_note_that_the_reader_does_not_see_cannot_be_searched_for() -> None:
    withheld = entry("CAMHS: appointment")._replace(withheld=True)

    assert read_asked({"q": "sleep"}, TODAY).chosen([withheld]) == []


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("as_at", "27/03/2025"), ("as_at", "2026-11-24"), ("known_on", "1066-10-14"), ("from", "2025-02-30"),
        ("to", "tomorrow"), ("as_at", "٢٠٢٥-٠٣-٢٧"), ("as_at", "20250327"), ("q", "x" * 101), ("sector", "police"),
        ("feed", "identity'; --"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_at_its_field_and_asks_for_nothing(field: str, text: str) -> None:
    asked = read_asked({field: text}, TODAY)

    assert [fault.field for fault in asked.faults] == [field]
    assert (asked.as_at, asked.past, asked.filtered) == (TODAY, False, False)


def test_a_span_the_wrong_way_round_is_said() -> None:
    asked = read_asked({"from": "2026-03-09", "to": "2026-03-02"}, TODAY)

    assert [fault.field for fault in asked.faults] == ["to"]
    assert asked.typed["to"] == "2026-03-02"


@given(st.dictionaries(st.sampled_from(FIELDS), st.text(max_size=300)))
def test_no_address_breaks_it(given_fields: dict[str, str]) -> None:
    asked = read_asked(given_fields, TODAY)

    asked.chosen([entry("CAMHS: referred")])
    assert asked.as_at <= TODAY
    assert all(len(text) <= 101 for text in asked.typed.values())
