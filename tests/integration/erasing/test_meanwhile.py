"""A child is erased while others work on what is its own, or what lies beside it: nobody waits for the other in a ring."""

from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Engine

from send_integration.steps.batch import Outgoing
from send_integration.steps.relay import Relay
from send_integration.store.outbox import say
from tests.integration.erasing.small import Small, small_town
from tests.integration.steps.meeting import meet
from tests.record_keys import KEYS


@pytest.fixture
def small(engine: Engine, tmp_path: Path) -> Small:
    return small_town(engine, tmp_path)


def test_while_the_reports_are_swept(small: Small) -> None:
    """The sweep stops at a child that it restates before the one that is erased."""
    swept_first, erased = sorted([small.child("Tom", "Bright"), small.child("Mira", "Hidden")])
    small.do("UPDATE reporting_intake.restated_child SET judged_by = 'other rules'")
    hold = f"SELECT FROM reporting_intake.restated_child WHERE child_id = '{swept_first}' FOR UPDATE"
    sweep = partial(small.pipe.warehouse.sweep, small.pipe.today, 50)

    meet(small.engine, hold, [sweep, partial(small.erase, erased)])

    assert small.one("SELECT count(*) FROM reporting_intake.restated_child WHERE child_id = :child", child=erased) == 0


def test_while_what_waits_is_published(small: Small) -> None:
    """Both take the messages of one child in the order in which they were said, wherever they lie."""
    erased = small.child("Tom", "Bright")
    with small.engine.begin() as connection:
        say(connection, [Outgoing("send.flags", erased.encode(), b"{}") for _ in range(3)])
    first, *_ = small.all("SELECT id FROM outbox ORDER BY id")
    small.do("UPDATE outbox SET value = value WHERE id = :first", first=first)  # from now on it lies behind the others
    relay = Relay(small.engine, KEYS)
    relay.take(10)

    hold = f"SELECT FROM outbox WHERE id = {first} FOR UPDATE"
    meet(small.engine, hold, [relay.done, partial(small.erase, erased)])

    assert small.all("SELECT id FROM outbox WHERE topic = 'send.flags'") == []
