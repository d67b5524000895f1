"""What every row rule finds in a clean simulated authority, where it should find next to nothing.

`python -m benchmarks.quality.remarks [--children N] [--feed F]`: for trying a new rule on good rows before it guards a feed.
"""

import argparse
from collections import Counter

from benchmarks.quality.clean import NOW
from benchmarks.quality.throughput import Windows, windows_of
from send_integration.contracts import topics
from send_integration.contracts.event import Event
from send_integration.contracts.registry import parse
from send_integration.quality.checks import RowChecks


def main() -> None:
    """Judge and print, the rules that find most first."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality.remarks", description=__doc__)
    parser.add_argument("--children", type=int, default=1_000, help="children of the simulated authority")
    parser.add_argument("--feed", choices=topics.FEEDS, help="one feed only")
    given = parser.parse_args()
    windows = [(feed, window) for feed, window in windows_of(given.children) if given.feed in (None, feed)]
    events = Counter[str]()
    for feed, window in windows:
        events[feed] += len(window)
    for (feed, code, what), count in found_in(windows).most_common():
        print(f"{feed:<12} {code:<40} {what:<8} {count:>7,} of {events[feed]:,}")


def found_in(windows: Windows) -> Counter[tuple[str, str, str]]:
    """How many events each rule refuses or remarks on, by feed and code."""
    found: Counter[tuple[str, str, str]] = Counter()
    checks = {feed: RowChecks(feed) for feed, _ in windows}
    for feed, window in windows:
        parsed = [parse(message.value, not_after=NOW, feed=feed) for message in window]
        checked = checks[feed].checked([event for event in parsed if isinstance(event, Event)])
        for what, reasons in (("refused", checked.rejected), ("remarked", checked.remarked)):
            found.update((feed, reason.code, what) for of_event in reasons for reason in of_event)
    return found


if __name__ == "__main__":
    main()
