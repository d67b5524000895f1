"""What is said of a feed: something to know and to do at every standing, and times that are never told as shorter."""

from datetime import UTC, date, datetime, timedelta

import pytest

from send_integration.store.breakers import Change
from send_integration.watch.breaker import RULES, Breaker, State, new_breaker
from send_integration.watch.health import Day, FeedFacts, FeedHealth, Standing, health_of
from send_integration.watch.window import Tally
from send_integration.web.feed_words import drawn, found_after, heard, limit_of, summary, told_after, words_of

TODAY = date(2026, 6, 3)
NOW = datetime(2026, 6, 3, 10, tzinfo=UTC)


def feed(standing: Standing, *, breaker: Breaker | None = None, name: str = "camhs") -> FeedHealth:
    """A feed that stands so."""
    days = {TODAY - timedelta(9): Tally(messages=2, accepted=1, quarantined=1)}
    facts = FeedFacts(name, breaker or new_breaker(name, NOW), days, NOW - timedelta(9), 3, 1, silent=False)
    found = health_of(facts, TODAY, NOW)
    return FeedHealth(facts, standing, found.days, found.lately, found.lag_days)


@pytest.mark.parametrize("standing", Standing)
def test_every_standing_says_what_is_the_matter_and_what_to_do(standing: Standing) -> None:
    state = {Standing.PAUSED: State.OPEN, Standing.ON_TRIAL: State.HALF_OPEN}.get(standing, State.CLOSED)
    said = words_of(feed(standing, breaker=Breaker("camhs", state, NOW, RULES, "Too many.", 1, NOW)))

    assert said.matter
    assert said.do.endswith(".")


def test_a_pause_says_by_whom_why_and_whether_it_ends_by_itself() -> None:
    by_rules = words_of(feed(Standing.PAUSED, breaker=Breaker("camhs", State.OPEN, NOW, RULES, "Too many.", 1, NOW)))
    by_sam = words_of(feed(Standing.PAUSED, breaker=Breaker("camhs", State.OPEN, NOW, "sam", "to see")))

    assert by_rules.matter == "Paused by its batch rules since 3 June 2026 at 11:00: Too many."
    assert "it is tried again by itself on 3 June 2026 at 11:00" in by_rules.do
    assert by_sam.matter == "Paused by sam since 3 June 2026 at 11:00: to see"
    assert "tried again" not in by_sam.do


def test_the_summary_names_those_that_need_somebody_in_order() -> None:
    well = feed(Standing.WELL)
    assert summary([well]) == "None of the 1 feeds needs you now."
    assert summary([feed(Standing.SILENT), well]) == "1 of 2 feeds needs you: CAMHS."
    three = [feed(Standing.PAUSED), feed(Standing.STUCK, name="school"), feed(Standing.SILENT, name="ehcp")]
    assert summary([*three, well]) == "3 of 4 feeds need you: CAMHS, Schools and The EHC plan process."


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "1 minute"), (60, "1 minute"), (61, "2 minutes"), (7200, "120 minutes"), (7201, "3 hours"),
     (120 * 3600, "120 hours"), (120 * 3600 + 1, "6 days")],
)  # fmt: skip
def test_a_fault_is_never_said_to_be_found_sooner_than_it_was(seconds: int, words: str) -> None:
    at = NOW + timedelta(seconds=seconds)
    assert found_after(Change(1, "camhs", "open", at, RULES, "", [], NOW, None)) == words
    assert told_after(Change(1, "camhs", "open", NOW, RULES, "", [], None, at)) == words
    assert told_after(Change(1, "camhs", "closed", NOW, RULES, "", [], None, at)) == ""


def test_a_bar_is_as_high_as_its_day_and_the_line_as_what_is_usual() -> None:
    days = [Day(TODAY, came, usual, 0, 0, 0) for came, usual in ((50, None), (0, 100.0), (1, 25.0))]

    assert [(one.x, one.height, one.usual) for one in drawn(days)] == [
        (0, 30.0, None),
        (20, 0.0, 60.0),
        (40, 2.0, 15.0),
    ]
    assert drawn([Day(TODAY, 0, None, 0, 0, 0)])[0].height == 0.0


def test_when_it_was_heard_is_said_in_few_words() -> None:
    assert heard(feed(Standing.WELL)) == "25 May 2026 at 11:00"
    assert (limit_of("camhs"), limit_of("school")) == ("7 days", "31 days")
