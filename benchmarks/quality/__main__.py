"""`python -m benchmarks.quality`: which faults the gate finds, by which rule, how soon, and what good rows it stops.

Ends with exit code 1 where a kind is missed at 5% that `detected.json` says was found, where a good row is refused, or
where a clean day or window raises an alarm. `--record` writes `detected.json` anew.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.quality.clean import CLEAN_DAYS, NOW, clean_authority
from benchmarks.quality.gating import Server
from benchmarks.quality.measuring import RATES, Bench, CleanDays, Measured
from benchmarks.quality.watched_days import Alarm, alarms_of_clean_days
from send_integration.embedded.database import embedded_database

RECORDED = Path(__file__).parent / "detected.json"
AT = 0.05
"""The rate at which a kind that was found must be found again."""

WHY_MISSED = {
    "recording clock an hour off": "no row says when else it was recorded; an hour changes no day and no order",
    "file: truncated after a row": "what is left is whole; only a count beside the file would tell",
}
"""Why a kind is missed."""

UNIT = (
    "Every window goes through the worker's own gate (contract, row suite, identity, duplicates, batch rules) into a real"
    " PostgreSQL that holds the clean\nauthority and nine weeks of days like the window; CSV files go through the ingest"
    " adapter first."
)
HEADER = (
    f"{'kind of fault':<38}{'rate':>6}{'rows':>6}  {'found by':<31}{'after':>6}{'refused':>9}{'remarked':>9}{'stopped':>9}"
    f"{'held':>6}{'drift':>7}"
)


def main() -> None:
    """Measure, print and compare with what was recorded."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality", description=__doc__)
    parser.add_argument("--children", type=int, default=400, help="children of the simulated authority")
    parser.add_argument("--seed", type=int, default=821, help="seed of the simulated authority")
    parser.add_argument("--only", default="", help="a part of the names of the kinds to inject")
    parser.add_argument("--clean-days", type=int, default=CLEAN_DAYS, help="days of a whole authority that are watched")
    parser.add_argument("--record", action="store_true", help="write down what is found now")
    given = parser.parse_args()
    authority = clean_authority(given.children, given.seed)
    with tempfile.TemporaryDirectory(prefix="send-bench-") as folder, embedded_database(Path(folder) / "pg") as address:
        server = Server(address)
        server.fill(authority, NOW)
        bench = Bench(server, authority)
        found = _table(bench, given.only)
        days = bench.clean_days()
        windows = bench.clean_windows()
        with server.empty() as engine:
            messages, alarms = alarms_of_clean_days(engine, server.listening, given.clean_days, given.seed)
    _print_days(days)
    told = ", ".join(f"{alarm.feed}: {alarm.rule} on {alarm.on}" for alarm in alarms)
    print(
        f"\n{given.clean_days} clean days of an authority of Luton's size, {messages:,} messages: {told or 'no alarm'}"
    )
    faults = [*_missed(found), *_harm(found, days), *_false_alarms(windows, days, alarms)]
    if given.record:
        RECORDED.write_text(json.dumps(_recorded() | _detected(found), indent=1) + "\n", "utf-8")
    for fault in faults:
        print(fault)
    sys.exit(1 if faults and not given.record else 0)


def _table(bench: Bench, only: str) -> list[Measured]:
    print(f"{UNIT}\n")
    print(
        "after: rows until the first word; stopped: good rows refused; held: good rows that wait for a decision on identity\n"
    )
    print(HEADER)
    found: list[Measured] = []
    for one in bench.every(only):
        found.append(one)
        if one.rate == AT or not one.name.startswith("window:"):
            print(line(one), flush=True)
    at = [one for one in found if one.rate == AT]
    print(f"\n{len(at)} kinds; found at {AT:.0%}: {sum(one.score.detected for one in at)}")
    for one in at:
        if not one.score.detected:
            print(f"  missed: {one.name} ({one.words}): {WHY_MISSED.get(one.name, 'no rule asks')}")
    return found


def line(one: Measured) -> str:
    """One line of the table."""
    score = one.score
    after = f"{score.hours} h" if score.hours else str(score.after or "-")
    rate = "whole" if one.name.startswith("window:") else f"{one.rate:.1%}"
    return (
        f"{one.name:<38}{rate:>6}{score.faulty:>6}  {score.rule or 'NOT FOUND':<31}{after:>6}{score.refused:>9}"
        f"{score.remarked:>9}{score.stopped:>9}{score.held:>6}{one.drift or '-':>7}"
    )


def _print_days(days: Sequence[CleanDays]) -> None:
    print(f"\n{CLEAN_DAYS} clean days, feed by feed: events, refused or held (false alarms), remarks by rule")
    for one in days:
        told = ", ".join(f"{rule} {count}" for rule, count in sorted(one.remarks.items()))
        print(f"  {one.feed:<12}{one.events:>6}{one.refused:>5}   {told or '-'}")


def _detected(found: Sequence[Measured]) -> dict[str, list[str]]:
    """For each kind the rates at which it is found."""
    kinds = dict.fromkeys(one.name for one in found)
    return {
        kind: [
            f"{rate:.1%}"
            for rate in RATES
            if any(m.name == kind and m.rate == rate and m.score.detected for m in found)
        ]
        for kind in kinds
    }


def _recorded() -> dict[str, list[str]]:
    found: dict[str, list[str]] = json.loads(RECORDED.read_text("utf-8")) if RECORDED.exists() else {}
    return found


def _missed(found: Sequence[Measured]) -> list[str]:
    """Kinds that were found at the rate that counts, and are not any more."""
    now = _detected(found)
    rate = f"{AT:.1%}"
    return [
        f"WORSE: '{kind}' was found at {rate} and is not any more."
        for kind, rates in _recorded().items()
        if kind in now and rate in rates and rate not in now[kind]
    ]


def _harm(found: Sequence[Measured], days: Sequence[CleanDays]) -> list[str]:
    return [
        *(
            f"HARM: {one.score.stopped} good rows refused beside '{one.name}' at {one.rate:.1%}."
            for one in found
            if one.score.stopped
        ),
        *(f"HARM: {one.refused} events of clean days refused in {one.feed}." for one in days if one.refused),
    ]


def _false_alarms(
    windows: Mapping[str, Sequence[str]], days: Sequence[CleanDays], alarms: Sequence[Alarm]
) -> list[str]:
    return [
        *(f"FALSE ALARM: {rule} of a clean window in {feed}." for feed, rules in windows.items() for rule in rules),
        *(f"FALSE ALARM: {rule} on a clean day in {one.feed}." for one in days for rule in sorted(one.batch)),
        *(f"FALSE ALARM: {alarm.rule} in {alarm.feed} on {alarm.on}." for alarm in alarms),
    ]


if __name__ == "__main__":
    main()
