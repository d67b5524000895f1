"""A clean authority trips no batch rule, whatever its seed: the limits of the suites that ship leave room for what is usual."""

from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import Engine, text

from send_integration.contracts import topics
from send_integration.identity.model import default_model
from send_integration.quality.batch_rules import BatchRules
from send_integration.quality.checks import RowChecks
from send_integration.simulate.authority import simulate_authority
from send_integration.simulate.dirt import Arrived
from send_integration.simulate.profile import load_profile
from send_integration.steps.batch import RawMessage
from send_integration.steps.gate import Gate
from send_integration.steps.watching import FeedWatch
from send_integration.when.london import london_day
from tests.record_keys import KEYS

UNTIL = date(2025, 1, 16)
DAYS = 30


@pytest.mark.parametrize("seed", [821, 1, 7])
def test_thirty_days_of_a_clean_authority_trip_nothing(engine: Engine, seed: int) -> None:
    """Its history is read first, in one go, as at an authority's start; then day after day as it comes."""
    made = simulate_authority(
        load_profile("luton-2024"), children=350, seed=seed, until=UNTIL, dirt="none", statutory_dates=True,
        panel_meetings=True,
    )  # fmt: skip
    gate = gate_of(engine)
    offsets: dict[str, int] = defaultdict(int)
    for day, feed, items in in_order(made.arrived):
        for start in range(0, len(items), 2500):
            batch = [message(feed, offsets, item) for item in items[start : start + 2500]]
            assert not gate.admit(feed, batch, datetime.combine(day, time(23), UTC)).parked, feed

    with engine.connect() as connection:
        assert connection.execute(text("SELECT feed, why FROM feed_change")).all() == []
        judged = connection.scalars(text("SELECT feed FROM feed_day GROUP BY feed HAVING sum(messages) >= 500")).all()
    assert len(judged) > 4, judged


def gate_of(engine: Engine) -> Gate:
    """A gate with the batch rules that ship and every feed's columns counted."""
    return Gate(
        engine,
        lambda feed: RowChecks(feed).checked,
        default_model(),
        FeedWatch(lambda feed: BatchRules(feed).failures, timedelta(minutes=30)),
        keys=KEYS,
    )


def in_order(arrived: list[Arrived]) -> list[tuple[date, str, list[Arrived]]]:
    """What arrived by day and feed; all that came before the last days, on the day before them."""
    first = UNTIL - timedelta(DAYS)
    days: dict[tuple[date, str], list[Arrived]] = defaultdict(list)
    for item in sorted(arrived, key=lambda item: item.line.arrives_at):
        days[max(london_day(item.line.arrives_at), first), item.line.feed].append(item)
    return [(day, feed, items) for (day, feed), items in sorted(days.items(), key=lambda pair: pair[0][0])]


def message(feed: str, offsets: dict[str, int], item: Arrived) -> RawMessage:
    """The next message of a feed's one partition, at the broker when it arrived."""
    offset = offsets[feed]
    offsets[feed] += 1
    return RawMessage(topics.raw(feed).name, 0, offset, b"", item.raw, (), item.line.arrives_at)
