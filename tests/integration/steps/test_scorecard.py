"""A scorecard adds up days to months, and months and feeds to a whole; older months are left out."""

from datetime import UTC, date, datetime

from sqlalchemy import Engine

from send_integration.steps.catalogue import load_rules
from send_integration.steps.scorecard import first_of, scorecards
from tests.builders import sent
from tests.integration.steps.pipe import Pipe

TODAY = date(2026, 6, 15)
DAYS = (date(2026, 3, 31), date(2026, 4, 1), date(2026, 4, 30), date(2026, 6, 1), date(2026, 6, 15))


def test_days_add_up_to_months_and_feeds(engine: Engine) -> None:
    pipe = Pipe(engine, load_rules(), TODAY)
    for number, day in enumerate(DAYS, start=1):
        pipe.now = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        for event in range(number):
            for feed, what in (("camhs", "camhs.referred"), ("school", "school.suspended")):
                name = f"{day} {event}"
                pipe.send(feed, sent(what, "2026-03-01", event_id=f"{feed} {name}", source="clinic"))
        pipe.send("school", b'{"source": "broken", "n": %d}' % number)
        pipe.drain_gate(["camhs", "school"])

    clinic, broken = scorecards(engine, TODAY, 3)

    assert clinic.from_the_worst == [0.0, 0.5, 1.0, 1.0, 1.0], (
        "recorded in March, none of it is timely; and no postcode"
    )
    assert broken.from_the_worst == [1.0] * 5, "of so few nothing is said"
    assert {month: tally.accepted for month, tally in clinic.months.items()} == {
        date(2026, 6, 1): 2 * (4 + 5),
        date(2026, 4, 1): 2 * (2 + 3),
    }
    assert {feed: tally.accepted for feed, tally in clinic.feeds.items()} == {"camhs": 14, "school": 14}
    assert (clinic.whole.accepted, broken.whole.refused, list(broken.feeds)) == (28, 4, ["school"])
    assert {card.agency: card.whole.accepted for card in scorecards(engine, TODAY, 4)}["clinic"] == 30


def test_months_are_counted_back_over_the_turn_of_the_year() -> None:
    assert first_of(date(2026, 2, 28), 1) == date(2026, 2, 1)
    assert first_of(date(2026, 2, 28), 3) == date(2025, 12, 1)
    assert first_of(date(2026, 1, 31), 13) == date(2025, 1, 1)
