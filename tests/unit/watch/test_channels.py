"""A channel dies of being tried for two minutes in vain, and of nothing else; and it is not tried more often than it need be."""

from datetime import timedelta

import pytest

from send_integration.watch.channels import ChannelHealth, Standing, answered, failed, taken
from tests.builders import NOW

FRESH = ChannelHealth("smtp")
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("at", "standing"),
    [
        ([], Standing.UNTRIED),
        ([0], Standing.FAILING),
        ([0, 119], Standing.FAILING),
        ([0, 120], Standing.DEAD),
        ([0, 30, 60, 90, 120, 3600], Standing.DEAD),
    ],
)
def test_it_is_dead_two_minutes_after_it_first_failed(at: list[int], standing: Standing) -> None:
    health = FRESH
    for seconds in at:
        health = failed(health, "OSError", NOW + seconds * SECOND)

    assert health.standing == standing
    assert health.failing_since == (NOW if at else None)


def test_one_message_that_it_takes_or_refuses_ends_it() -> None:
    dead = failed(failed(FRESH, "OSError", NOW), "OSError", NOW + 120 * SECOND)

    lives = taken(dead, NOW + 150 * SECOND)
    assert (lives.standing, lives.failure, lives.taken_at) == (Standing.ALIVE, "", NOW + 150 * SECOND)
    assert not answered(dead).dead
    assert failed(lives, "OSError", NOW + 300 * SECOND).standing == Standing.FAILING, "the count begins anew"


def test_while_it_fails_it_is_tried_every_half_minute() -> None:
    health = failed(FRESH, "OSError", NOW)

    assert FRESH.may_be_tried(NOW)
    assert not health.may_be_tried(NOW + 29 * SECOND)
    assert health.may_be_tried(NOW + 30 * SECOND)
    assert taken(health, NOW).may_be_tried(NOW)
