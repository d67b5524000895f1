"""How many events a second the gate judges on one core with every row rule on, beside plain Great Expectations.

`python -m benchmarks.quality.throughput [--children N] [--profile WHAT]`: (a) contract, row rules and split alone; (b) the
whole gate step with PostgreSQL, by the processor time of Python and of PostgreSQL together: of people who are all new, and of
the same people once more, as on a usual day. Ratios hold on any machine; seconds do not.
"""

import argparse
import cProfile
import json
import pstats
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial

from benchmarks.one_core import measured_database, take_one_core
from benchmarks.quality.clean import NOW, clean_authority, messages
from benchmarks.record_keys import KEYS
from send_integration.contracts import topics
from send_integration.contracts.event import Event
from send_integration.contracts.registry import parse
from send_integration.identity.model import default_model
from send_integration.quality.audit import PlainValidation
from send_integration.quality.batch_rules import BatchRules
from send_integration.quality.checks import RowChecks
from send_integration.quality.frame import cells_of, frame_of
from send_integration.quality.suites import rules_of
from send_integration.steps.batch import RawMessage
from send_integration.steps.gate import Gate
from send_integration.steps.watching import FeedWatch

WINDOW = 2_500
"""Messages; as many as the worker takes where much waits."""

SHARED_BUFFERS = "512MB"

Windows = Sequence[tuple[str, Sequence[RawMessage]]]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality.throughput", description=__doc__)
    parser.add_argument("--children", type=int, default=1_000, help="children of the simulated authority")
    parser.add_argument("--profile", choices=("new", "known"), help="print where the gate step's time goes")
    given = parser.parse_args()
    take_one_core()
    windows = windows_of(given.children)
    events = sum(len(window) for _, window in windows)
    checks = {feed: RowChecks(feed) for feed in topics.FEEDS}
    rules = sum(len(one.masks) for one in checks.values())
    print(f"{events:,} events of {len(topics.FEEDS)} feeds in windows of up to {WINDOW:,}; {rules} row rules; one core")
    _print("contract, row rules, split", events, _seconds(lambda: _judge(windows, checks)))
    _print("contract, plain Great Expectations, split", events, _seconds(lambda: _judge_plainly(windows)))
    _measure_gate(windows, checks, events, profile=given.profile)


def windows_of(children: int) -> Windows:
    """All events of a clean authority, feed by feed, in windows."""
    authority = clean_authority(children, 821)
    found: list[tuple[str, Sequence[RawMessage]]] = []
    for feed in topics.FEEDS:
        rows = [(one.raw, one.arrived_at) for one in authority.before if one.feed == feed]
        rows += [(one.raw, one.arrived_at) for one in authority.window[feed]]
        sent = messages(feed, rows)
        found += [(feed, sent[first : first + WINDOW]) for first in range(0, len(sent), WINDOW)]
    return found


def _judge(windows: Windows, checks: Mapping[str, RowChecks]) -> None:
    for feed, window in windows:
        passed = _met_contract(feed, window)
        verdicts = checks[feed].checked(passed)
        [event for event, reasons in zip(passed, verdicts.rejected, strict=True) if not reasons]


def _judge_plainly(windows: Windows) -> None:
    plain = PlainValidation()
    for feed, window in windows:
        passed = _met_contract(feed, window)
        rules = [rule for rule in rules_of(feed) if rule.scope == "row"]
        found = plain.verdicts(rules, frame_of(cells_of(passed, RowChecks(feed).columns)))
        failing = {
            row for rule, verdict in zip(rules, found.rules, strict=True) if rule.rejects for row in verdict.rows
        }
        [event for row, event in enumerate(passed) if row not in failing]


def _met_contract(feed: str, window: Sequence[RawMessage]) -> list[Event]:
    parsed = (parse(message.value, not_after=NOW, feed=feed) for message in window)
    return [event for event in parsed if isinstance(event, Event)]


def _measure_gate(windows: Windows, checks: Mapping[str, RowChecks], events: int, *, profile: str | None) -> None:
    with measured_database(SHARED_BUFFERS) as database:
        watch = FeedWatch(lambda feed: BatchRules(feed).failures, timedelta(hours=1))
        gate = Gate(database.engine, lambda feed: checks[feed].checked, default_model(), watch, keys=KEYS)
        once_more = _once_more(windows)

        def measure(what: str, name: str, sent: Windows) -> None:
            profiler = cProfile.Profile() if profile == name else None
            work = partial(_admit, gate, sent)
            spent = database.seconds(lambda: profiler.runcall(work) if profiler else work())
            each = f"{spent.python / events * 1e6:,.0f} µs Python, {spent.postgres / events * 1e6:,.0f} µs PostgreSQL"
            _print(what, events, sum(spent), each)
            if profiler:
                pstats.Stats(profiler).sort_stats("tottime").print_stats(25)

        measure("the whole gate step, every person new", "new", windows)
        measure("the whole gate step, every person known", "known", once_more)


def _admit(gate: Gate, windows: Windows) -> None:
    for feed, window in windows:
        admitted = gate.admit(feed, window, NOW)
        if admitted.accepted + admitted.quarantined < len(window):
            raise SystemExit(f"Nothing is measured of {feed}, of which not all is new or which its batch rules paused")


def _once_more(windows: Windows) -> Windows:
    """The same people and the same said of them under other ids, after what was sent before."""
    sent = Counter[str]()
    for feed, window in windows:
        sent[feed] += len(window)
    return [(feed, [_of_another_id(message, sent[feed]) for message in window]) for feed, window in windows]


def _of_another_id(message: RawMessage, later: int) -> RawMessage:
    body = json.loads(message.value)
    body["id"] += "-2"
    return message._replace(value=json.dumps(body).encode(), offset=message.offset + later)


def _seconds(work: Callable[[], None]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def _print(what: str, events: int, seconds: float, more: str = "") -> None:
    print(f"{what:<44}{events / seconds:>9,.0f} events/s{seconds / events * 1e6:>8.0f} µs each   {more}", flush=True)


if __name__ == "__main__":
    main()
