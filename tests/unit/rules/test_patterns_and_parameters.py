"""How rules write events and periods, what a matter is, and what is refused when a rule is read."""

from datetime import date

import pytest

from send_integration.errors import BadSetting
from send_integration.rules.facts import Facts
from send_integration.rules.model import Period
from send_integration.rules.read import read_rules
from send_integration.rules.year_groups import told_by, year_group_in, year_in_words
from send_integration.timeline.episodes import matches
from send_integration.timeline.fold import timeline_of
from tests.builders import event
from tests.unit.rules.test_cases import RULE


@pytest.mark.parametrize(
    ("pattern", "matched"),
    [
        ("school.suspended", True),
        ("school.excluded", False),
        ("school.suspended sessions>10", True),
        ("school.suspended sessions>11", False),
        ("school.suspended reason=violence|damage", True),
        ("school.suspended reason!=violence", False),
        ("school.suspended reason!=damage", True),
        ("school.suspended reason=violence sessions>11", False),
        ("school.suspended reason=violence sessions>10", True),
        ("school.suspended nothing=violence", False),
        ("school.suspended nothing>1", False),
    ],
)
def test_a_pattern_asks_for_a_name_and_values(pattern: str, matched: bool) -> None:
    assert matches(event("school.suspended", sessions=11, reason="violence"), pattern) is matched


def test_a_pattern_asks_for_true_and_false() -> None:
    met = event("ehcp.review_meeting_held", pfa_discussed=False)

    assert matches(met, "ehcp.review_meeting_held pfa_discussed=false")
    assert not matches(met, "ehcp.review_meeting_held pfa_discussed=true")


@pytest.mark.parametrize(
    ("written", "subject", "about"),
    [
        ("request_id", ("R1",), True),
        ("request_id", ("R2",), False),
        ("request_id from_service", ("R1", "salt"), True),
        ("request_id from_service", ("R1", "camhs"), False),
        ("request_id urn", ("R1", "109123"), True),  # it says nothing of a school, and so is about any
        ("plan_id|request_id", ("R1",), True),
        ("", (), True),
    ],
)
def test_an_event_is_about_a_subject_unless_it_says_other(written: str, subject: tuple[str, ...], about: bool) -> None:
    advice = event("ehcp.advice_received")
    facts = Facts(timeline_of([advice]), advice.on)

    assert facts.about(("ehcp.advice_received",), written, subject) == ([advice] if about else [])


@pytest.mark.parametrize(
    ("written", "from_day", "until", "words"),
    [
        ("6 weeks", date(2025, 3, 1), date(2025, 4, 12), "6 weeks"),
        ("1 day", date(2025, 3, 1), date(2025, 3, 2), "1 day"),
        ("12 months", date(2024, 2, 29), date(2025, 2, 28), "12 months"),
        ("17 years 6 months", date(2008, 8, 31), date(2026, 2, 28), "17 years 6 months"),
        ("25 years", date(2000, 2, 29), date(2025, 2, 28), "25 years"),
        ("1 year", date(2024, 2, 29), date(2025, 2, 28), "12 months"),
        ("5 school days", date(2025, 3, 3), date(2025, 3, 10), "5 school days"),
    ],
)
def test_a_period_is_counted_as_it_is_written(written: str, from_day: date, until: date, words: str) -> None:
    assert Period.of(written).after(from_day) == until
    assert str(Period.of(written)) == words


@pytest.mark.parametrize("written", ["0 days", "6 fortnights", "17 years 12 months", "six weeks", "1 week ", ""])
def test_what_is_no_period_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="is no period"):
        Period.of(written)


@pytest.mark.parametrize(
    "written", ["9132 days", "1305 weeks", "301 months", "26 years", "6301 working days", "1001 school days"]
)
def test_a_period_of_more_than_25_years_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="is too long"):
        Period.of(written)


@pytest.mark.parametrize("written", ["9131 days", "1304 weeks", "300 months", "6300 working days"])
def test_the_longest_periods_can_be_counted_to_and_fro(written: str) -> None:
    assert Period.of(written).before(date(1900, 1, 1)) < date(1900, 1, 1)
    assert Period.of(written).after(date(2030, 1, 1)) > date(2030, 1, 1)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("days = 999999999", "must be a number above 0, of at most 5000"),
        ('last_year_of = { "109123" = 99999 }', "must give year groups from -2 to 14"),
        ('while_open = ["plann"]', "names no matter: plann"),
        ('school_holidays = ["2025-10-31/2025-10-27"]', "must list first and last days"),
        ('last_year_of = { "109123" = "two" }', "must be a table of whole numbers"),
        ('follows = ["ehcp.ceased"]', "must be a table of texts"),
        ('year_groups = ["6"]', "must list whole numbers"),
        ('each = "yes"', "must be true or false"),
        ('age = "14"', "must be a period"),
        ('cases = [{ while_open = "plann", period = "2 days" }]', "names no matter"),
        ('cases = [{ period = "2 days" }]', "must list tables"),
        ('stop_is_true = "x"', "is no parameter of a rule"),
    ],
)
def test_a_parameter_that_cannot_be_meant_is_refused(line: str, said: str) -> None:
    with pytest.raises(BadSetting) as refused:
        read_rules({"own.toml": f"{RULE}{line}\n"})

    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("enrolled_on", "told", "school_year", "group"),
    [
        # Born on 15 June 2010: Year 9 from September 2023 by age
        ("2023-09-05", 9, 2023, 9),
        ("2023-09-05", 8, 2023, 8),
        ("2023-09-05", 8, 2024, 9),  # and so a year below from then on
        ("2023-09-05", 8, 2022, 8),  # but not before: by age
        ("2024-01-10", 8, 2023, 8),  # in January, for the year that is on
        ("2023-08-28", 9, 2023, 9),  # in August, for the year to come
        ("2023-08-28", 9, 2022, 8),
        ("2023-07-20", 9, 2022, 9),  # in July, for the year that is on
    ],
)
def test_a_school_says_in_which_year_a_child_is(enrolled_on: str, told: int, school_year: int, group: int) -> None:
    born_on = date(2010, 6, 15)
    words = told_by(born_on, [event("school.enrolled", enrolled_on, year_group=told)])

    assert year_group_in(born_on, words, school_year) == group


def test_the_latest_school_has_the_last_word() -> None:
    born_on = date(2010, 6, 15)
    enrolments = [
        event("school.enrolled", "2023-09-05", year_group=8),
        event("school.enrolled", "2024-02-20", year_group=9),
    ]

    assert year_group_in(born_on, told_by(born_on, enrolments), 2023) == 9


def test_years_are_called_as_people_call_them() -> None:
    assert [year_in_words(year) for year in (9, 0, -1)] == ["Year 9", "Reception", "Nursery (1 before reception)"]
