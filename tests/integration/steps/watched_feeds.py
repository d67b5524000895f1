"""What tests of watched feeds share: gates that judge every feed by one rule, and lines to send."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine

from send_integration.contracts import topics
from send_integration.identity.model import default_model
from send_integration.steps.catalogue import load_rules
from send_integration.steps.feeds import every_breaker
from send_integration.steps.gate import READER, Gate
from send_integration.steps.watching import FeedWatch, Judge
from send_integration.store.sessions import Session
from send_integration.watch.breaker import Failure, State
from send_integration.watch.measures import Measures
from send_integration.watch.window import unchecked
from tests.builders import sent
from tests.integration.steps.pipe import Pipe
from tests.property.strategies import DAY_ONE
from tests.record_keys import KEYS

NINE = datetime(2026, 6, 1, 9, tzinfo=UTC)
COOL_DOWN = timedelta(minutes=30)
STEWARD = Session("sam", "data-steward", "")
RULES = load_rules()


def refuses_no_more_than_a_tenth(measured: Measures) -> Sequence[Failure]:
    share = measured["refused_share"]
    if share is None or share <= 0.1:
        return ()
    return (Failure("window-refused", "data-steward", "refused_share", share, "at most 0.1", "Too many.", True, True),)


def pipe_of(engine: Engine, judge: Judge = refuses_no_more_than_a_tenth, workers: int = 1) -> Pipe:
    """A pipe whose workers' gates judge every feed by one rule; its clock begins at nine."""
    pipe = Pipe(engine, RULES, DAY_ONE, workers=workers, now=NINE)
    pipe.gates = [
        Gate(engine, lambda _: unchecked, default_model(), FeedWatch(lambda _: judge, COOL_DOWN), keys=KEYS)
        for _ in range(workers)
    ]
    return pipe


def good(number: int) -> bytes:
    return sent("camhs.referred", "2025-06-02", event_id=f"g{number}")


def send(pipe: Pipe, *, good_ones: range = range(0), bad_ones: range = range(0), feed: str = "camhs") -> None:
    """Add lines to a feed's topic."""
    for number in good_ones:
        pipe.send(feed, good(number))
    for number in bad_ones:
        pipe.send(feed, b"{no json %d" % number)


def state(pipe: Pipe, feed: str = "camhs") -> State:
    return every_breaker(pipe.engine, pipe.now)[feed].state


def waiting(pipe: Pipe, feed: str = "camhs") -> int:
    return len(pipe.waiting(topics.raw(feed).name, READER))
