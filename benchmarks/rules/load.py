"""What alerts ask of people: how many a worker gets in a week, how many are answered, and whether any comes twice.

`python -m benchmarks.rules.load [--children N]`: a year of a simulated authority, as each day knew it, through the rules and
the routing that ship. Who answers is a model, said in the output: a worker takes up so many alerts each working day, the most
severe first. Beside it: how precise each risk is on the hidden truth.
"""

import argparse
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import date, timedelta
from statistics import median
from typing import NamedTuple

from benchmarks.rules.precision import WITHIN, base_rate, foreseen, precision
from benchmarks.rules.truth import UNTIL, Town, town
from send_integration.alerts.directory import Directory, DirectoryEntry
from send_integration.alerts.route import Alert, Holder, Known, route
from send_integration.alerts.schedule import ANSWER_DAYS
from send_integration.alerts.sending import ALERTS_A_DAY, LEVELS, URGENT, rank, severity
from send_integration.rules.history import ChildHistory, Span, runs_of, spans_between
from send_integration.steps.catalogue import load_rules
from send_integration.timeline.fold import standing
from send_integration.timeline.named_workers import named_workers
from send_integration.when.periods import is_working_day, working_days_between

FIRST = UNTIL - timedelta(365)
CORES = 2
ANSWERABLE_UNTIL = UNTIL - timedelta(28)
"""Later alerts have not had their time yet."""

TAKES_UP = 5
"""Alerts that a worker of the model answers in a working day."""


class Arrival(NamedTuple):
    """An alert that somebody gets: on which day, and until when its flag stands; None where it still does."""

    on: date
    alert: Alert
    until: date | None


def main() -> None:
    """Follow the year and print what it asked of people."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rules.load", description=__doc__)
    parser.add_argument(
        "--children", type=int, default=3_301, help="children of the simulated authority; Luton's by default"
    )
    parser.add_argument("--seed", type=int, default=821)
    given = parser.parse_args()
    made = town(given.children, given.seed)
    directory = directory_of(made)
    with ProcessPoolExecutor(CORES) as pool:
        followed = list(pool.map(follow, made.histories, [directory] * len(made.histories), chunksize=50))
    runs = [run for of_child, _ in followed for run in of_child if run[0].from_on > FIRST]
    arrivals = sorted((a for _, found in followed for a in found), key=lambda a: (a.on, severity(a.alert)))
    _print_load(arrivals, len(made.histories))
    _print_precision(runs, made)


def follow(history: ChildHistory, directory: Directory) -> tuple[list[list[Span]], list[Arrival]]:
    """One child's flags over the year, and the alerts that they raise."""
    [spans] = spans_between(history, [load_rules()], FIRST, UNTIL)
    runs = runs_of(spans)
    return runs, [arrival for run in runs for arrival in _arrivals(run, history, directory)]


def directory_of(made: Town) -> Directory:
    """The directory as the authority's workers feed tells it."""
    entries: dict[str, DirectoryEntry] = {}
    for event in sorted(made.workers, key=lambda event: event.on):
        if event.worker is None:
            continue
        worker = event.worker
        before = entries.get(worker.id)
        left = event.on if event.what == "workers.left" else before.left_on if before else None
        to = event.text("hands_over_to") or (before.hands_over_to if before else None)
        manager = event.text("manager_id") or (before.manager_id if before else None)
        entries[worker.id] = DirectoryEntry(worker.id, worker.email, left, to, worker.team, manager)
    return Directory(entries)


def _arrivals(run: Sequence[Span], history: ChildHistory, directory: Directory) -> Iterable[Arrival]:
    """The first span of a run is news to its recipient, and each that is more severe than any before it."""
    worst, until = -1, run[-1].until_on
    for span in run:
        if rank(span.flag.level) > worst and span.from_on > FIRST:
            yield Arrival(span.from_on, _alert(span, history, directory), until)
        worst = max(worst, rank(span.flag.level))


def _alert(span: Span, history: ChildHistory, directory: Directory) -> Alert:
    known = standing(event for event in history.events if event.recorded_at.date() <= span.from_on)
    holders = [Holder(w.role, w.worker.id, w.worker.email) for w in named_workers(known, span.from_on)]
    of_events = [
        Holder("", event.worker.id, event.worker.email)
        for event in reversed(known)
        if event.key in span.flag.evidence and event.worker is not None
    ]
    return route(span.flag, Known(holders, of_events), directory, span.from_on)


def _print_load(arrivals: Sequence[Arrival], children: int) -> None:
    weeks = (UNTIL - FIRST).days / 7
    by_recipient: defaultdict[str, list[Arrival]] = defaultdict(list)
    for arrival in arrivals:
        by_recipient[arrival.alert.recipient].append(arrival)
    print(f"{children:,} children, {FIRST} to {UNTIL}: {len(arrivals):,} alerts to {len(by_recipient)} recipients")
    for kind, is_team in (("workers", False), ("teams", True)):
        each = sorted(len(a) / weeks for name, a in by_recipient.items() if name.startswith("team:") == is_team)
        if each:
            print(f"  {len(each)} {kind}: a week {median(each):.1f} in the middle, {each[-1]:.1f} at most")
    levels = Counter(arrival.alert.level for arrival in arrivals)
    print("  by level: " + ", ".join(f"{level} {levels[level]:,}" for level in reversed(LEVELS)))
    at_once = Counter((arrival.alert.recipient, arrival.on) for arrival in arrivals if arrival.alert.level == URGENT)
    above = sum(count > ALERTS_A_DAY for count in at_once.values())
    print(f"  recipients' days with more urgent alerts than the budget of {ALERTS_A_DAY}: {above} of {len(at_once):,}")
    at_one_time, anew = _repeats(arrivals)
    print(
        f"  of one flag, recipient and level: {at_one_time} while it stood (duplicates), {anew} when it was raised anew"
    )
    _print_answered(by_recipient)


def _repeats(arrivals: Iterable[Arrival]) -> tuple[int, int]:
    """Alerts that somebody had had already at that level: while its flag still stood, and after it had cleared."""
    had: dict[tuple[str, str], Arrival] = {}
    at_one_time = anew = 0
    for arrival in arrivals:
        before = had.get(key := (arrival.alert.alert_id, arrival.alert.level))
        if before is not None and (before.until is None or arrival.on < before.until):
            at_one_time += 1
        elif before is not None:
            anew += 1
        had[key] = arrival
    return at_one_time, anew


def _print_answered(by_recipient: Mapping[str, Sequence[Arrival]]) -> None:
    print(f"  who answers is a model: each recipient takes up {TAKES_UP} alerts a working day, the most severe first")
    answered = acknowledged(by_recipient)
    for level in reversed(LEVELS):
        took = [days for arrival, days in answered if arrival.alert.level == level and arrival.on <= ANSWERABLE_UNTIL]
        if not took:
            continue
        share = sum(days is not None for days in took) / len(took)
        words = f"{share:.0%} acknowledged, the others cleared before"
        if level in ANSWER_DAYS:
            in_time = sum(days is not None and days <= ANSWER_DAYS[level] for days in took) / len(took)
            words += f"; {in_time:.0%} within the {ANSWER_DAYS[level]} working days after which it is passed on"
        print(f"  {level}: {words}")


def acknowledged(by_recipient: Mapping[str, Sequence[Arrival]]) -> list[tuple[Arrival, int | None]]:
    """With each alert the working days until it was taken up; None where it had cleared or the year was over before."""
    found: list[tuple[Arrival, int | None]] = []
    for arrivals in by_recipient.values():
        waiting: list[Arrival] = []
        coming = list(arrivals)
        day = FIRST
        while day <= UNTIL:
            while coming and coming[0].on <= day:
                waiting.append(coming.pop(0))
            if is_working_day(day):
                gone = [a for a in waiting if a.until is not None and a.until <= day]
                found += [(a, None) for a in gone]
                waiting = sorted((a for a in waiting if a not in gone), key=lambda a: severity(a.alert))
                found += [(a, working_days_between(a.on, day)) for a in waiting[:TAKES_UP]]
                waiting = waiting[TAKES_UP:]
            day += timedelta(1)
        found += [(a, None) for a in waiting]
    return found


def _print_precision(runs: Sequence[Sequence[Span]], made: Town) -> None:
    children = [history.child_id for history in made.histories]
    base = base_rate(children, made.outcomes, FIRST, UNTIL)
    print(f"A bad end within six months: for any child on any day {base:.1%}; for a child of whom a risk was raised:")
    for found in precision(runs, made.outcomes):
        beside = f"{found.share / base:>6.1f} times the base"
        print(f"  {found.risk:<26}{found.raised:>6,} children{found.followed:>6,} followed{found.share:>6.0%}{beside}")
    seen, ends = foreseen(runs, made.outcomes, FIRST + WITHIN, UNTIL)
    print(
        f"  {seen} of {ends} bad ends ({seen / ends:.0%}) came within six months after a risk of the child was raised"
    )


if __name__ == "__main__":
    main()
