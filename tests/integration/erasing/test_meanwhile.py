"""A child is erased while others work on what is its own, or what lies beside it: nobody waits for the other in a ring."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Engine

from send_integration.errors import BadInput
from send_integration.steps.acting import Person, hand_over, snooze
from send_integration.steps.batch import Outgoing
from send_integration.steps.delivering import post_notices
from send_integration.steps.relay import Relay
from send_integration.store.notices import Reader, mark_read
from send_integration.store.outbox import say
from send_integration.store.sessions import Session
from tests.builders import NOW
from tests.integration.erasing.small import SCHOOLS, Small, small_town
from tests.integration.families import ANNA
from tests.integration.notices.test_what_others_add_to import TEAMS, tell
from tests.integration.steps.meeting import meet
from tests.record_keys import KEYS

DAY = date(2024, 3, 1)
PERSON = Person(Session("w1", "named-worker", ""), DAY, NOW)


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
    """They are forgotten in the order in which they were said, and erased as they lie."""
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


def test_while_a_sister_is_evaluated(small: Small) -> None:
    """Her sweep has read that he is her brother, and stops before it is written down."""
    small.send("people.related", "2024-09-06", "r", SCHOOLS, ANNA, kind="sibling", other={"local_id": "T-1"})
    relations = "SELECT count(*) FROM relation WHERE other_local_id = 'T-1'"
    assert small.one(relations) == 1
    anna, erased = small.child("Anna", "Kowalska"), small.child("Tom", "Bright")
    small.do("UPDATE child SET next_change_on = evaluated_on WHERE child_id = :child", child=anna)
    sweep = partial(small.pipe.keeper.sweep, small.pipe.today, NOW, 50)

    hold = f"SELECT FROM child WHERE child_id = '{anna}' FOR UPDATE"
    meet(small.engine, hold, [sweep, partial(small.erase, erased)])

    assert small.one(relations) == 0


def put_off(engine: Engine, alert_id: str) -> None:
    snooze(engine, alert_id, DAY + timedelta(1), PERSON)


def give_away(engine: Engine, alert_id: str) -> None:
    hand_over(engine, alert_id, "colleague", PERSON)


@pytest.mark.parametrize("act", [put_off, give_away])
def test_while_somebody_acts_on_an_alert(small: Small, act: Callable[[Engine, str], None]) -> None:
    """Erasing stops at another alert, when it has taken the message, and to whom it was given."""
    mira = small.child("Mira", "Hidden")
    alert_id = str(
        small.one("SELECT min(alert_id) FROM alert WHERE child_id = :child AND digest_on IS NULL", child=mira)
    )
    small.do(
        "INSERT INTO alert_hand_over (flag_id, to_worker, by, at) SELECT flag_id, 'other', 'w1', now() FROM alert"
        " WHERE alert_id = :alert",
        alert=alert_id,
    )
    small.do("UPDATE alert SET content = content WHERE alert_id = :alert", alert=alert_id)  # it lies behind the others

    def act_on_it() -> None:
        with pytest.raises(BadInput, match="The alert is closed"):
            act(small.engine, alert_id)

    hold = f"SELECT FROM alert WHERE child_id = '{mira}' AND alert_id <> '{alert_id}' FOR UPDATE"
    meet(small.engine, hold, [partial(small.erase, mira), act_on_it])

    assert small.all("SELECT alert_id FROM alert WHERE child_id = :child", child=mira) == []


def test_while_somebody_reads_a_notice(small: Small) -> None:
    """Erasing stops where it has taken the message, if it takes that first, and is to take the notice."""
    erased = small.child("Tom", "Bright")
    with small.engine.begin() as connection:
        tell(connection, "t", "team:one", child_id=erased)
    assert post_notices(small.engine, TEAMS, DAY, NOW) == 1
    notice_id = str(small.one("SELECT notice_id FROM notice"))
    reader = Reader(["team:one"], restricted=False, worker_id="")
    read = partial(mark_read, small.engine, notice_id, reader, PERSON.session, entries=1)

    _, was_read = meet(small.engine, "SELECT FROM notice_entry FOR UPDATE", [partial(small.erase, erased), read])

    assert was_read is None, "there is no such notice any more"
    assert small.one("SELECT count(*) FROM notice") == 0
    assert small.one("SELECT count(*) FROM delivery WHERE message_id = :notice", notice=notice_id) == 0
