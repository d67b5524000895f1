"""Rounds follow each other from begin to begin, and end when they are asked to, with the one under way."""

import signal
import time

import pytest

from send_integration.cli.rounds import rounds


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_request_to_stop_ends_the_round_under_way_and_begins_no_other(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    ended = 0
    for _ in rounds(3_600):
        signal.raise_signal(number)
        ended += 1

    assert ended == 1
    assert signal.getsignal(number) == before


def test_an_interval_counts_from_begin_to_begin() -> None:
    began = time.monotonic()
    clock = iter([0.0, 3_599.9, 3_600.0, 10_000.0, 10_000.0])
    through = rounds(3_600, lambda: next(clock))

    for _ in range(3):
        next(through)
    through.close()

    assert time.monotonic() - began < 60
