"""Whoever routes at the same time waits for the other, and never in a ring, which the database would end by failing one.

Tests of rings hold the row of one alert: so who locks alerts at several turns stops halfway, and a batch of flags comes
that needs the same alerts in the order of their ids.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import Engine

from send_integration.rules.flags import Flag
from send_integration.steps import alert_turns
from send_integration.steps.alert_saying import Today
from send_integration.steps.alerts import AlertRouter
from send_integration.store.alerts import ROUTING_LOCK, lock_routing
from send_integration.store.digests import await_answers_without_mail
from tests.integration.alerts.desk import MONDAY, Desk, message_of
from tests.integration.steps.meeting import meet, never_waiting

TUESDAY = MONDAY + timedelta(1)
MILD = {"level": "raise", "status": "due-soon"}


@pytest.fixture
def desk(engine: Engine) -> Desk:
    """Two children, one of them restricted, with a worker each."""
    made = Desk(engine)
    made.child("c1", "w1")
    made.child("c2", "w2", restricted=True)
    made.worker("w1")
    made.worker("w2")
    made.turn()
    return made


def in_order(desk: Desk, flags: Sequence[Flag]) -> list[Flag]:
    """Flags in the order of their alerts' ids, which are hashes."""
    by_alert = dict(desk.ask("SELECT alert_id, flag_id FROM alert"))
    places = {flag_id: place for place, flag_id in enumerate(by_alert[alert_id] for alert_id in sorted(by_alert))}
    return sorted(flags, key=lambda flag: places[flag.flag_id])


def batch(desk: Desk, partition: int, *changes: tuple[Flag, str]) -> Callable[[], object]:
    """A worker that routes what became of some flags, each going on from or with another where one is named."""
    messages = [
        message_of(flag, partition, offset, change="raised", same_as=same_as)
        for offset, (flag, same_as) in enumerate(changes)
    ]
    return partial(desk.router.notify, messages, desk.today, desk.now)


def hold(desk: Desk, flag: Flag) -> str:
    """A statement that holds the row of a flag's alert."""
    ((alert_id,),) = desk.ask("SELECT alert_id FROM alert WHERE flag_id = :flag", flag=flag.flag_id)
    return f"SELECT FROM alert WHERE alert_id = '{alert_id}' FOR UPDATE"


def test_two_batches_with_flags_that_go_on_from_each_others(desk: Desk) -> None:
    """The first locks what was carried over and then all of its batch, some of which the second carries over as well."""
    held, shared, former = in_order(desk, [desk.flag(f"f{number}") for number in range(3)])
    desk.do("UPDATE flag SET status = 'cleared' WHERE flag_id = :flag", flag=former.flag_id)
    heir, gone = desk.stands("heir", "c1"), desk.stands("gone", "c1", status="overdue")
    first = batch(desk, 1, (held, ""), (shared, ""), (heir, former.flag_id))
    second = batch(desk, 2, (gone, shared.flag_id), (former, heir.flag_id))

    assert meet(desk.engine, hold(desk, held), [first, second]) == [0, 1]
    assert desk.said("carried-over") == [("heir", "w1")]
    assert desk.open() == {(flag.flag_id, "w1") for flag in (held, shared, heir, gone)}


def test_a_batch_while_what_nobody_answered_is_passed_on(desk: Desk) -> None:
    """Passing on locks what is late of one level and then of the other."""
    held, other, first_locked = in_order(desk, [desk.flag(f"f{number}") for number in range(3)])
    asked_first, asked_next = desk.router.office.answer_days
    for flag, level in ((held, asked_next), (other, asked_next), (first_locked, asked_first)):
        content = "jsonb_set(content, '{level}', to_jsonb(cast(:level AS text)))"
        for table in ("alert", "flag"):
            desk.do(f"UPDATE {table} SET content = {content} WHERE flag_id = :flag", level=level, flag=flag.flag_id)
    desk.do("UPDATE alert SET waits_since = :day", day=MONDAY - timedelta(30))
    pass_on = partial(alert_turns.pass_on, desk.router, Today.of(desk.today, desk.now))

    meet(desk.engine, hold(desk, held), [pass_on, batch(desk, 1, (other, ""), (first_locked, ""))])
    assert len(desk.said("escalated")) == 3


def test_a_batch_while_waiting_digests_are_shortened(desk: Desk) -> None:
    """That locks the alerts of one digest after the other's."""
    desk.child("c2", "w2")
    of_one = [desk.flag(f"a{number}", "c1", **MILD) for number in range(4)]
    of_other = [desk.flag(f"b{number}", "c2", **MILD) for number in range(4)]
    assert desk.turn(TUESDAY) == 8
    digests = [row[0] for row in desk.ask("SELECT recipient FROM digest ORDER BY digest_id")]
    earlier, later = (of_one, of_other) if digests == ["w1", "w2"] else (of_other, of_one)
    first_locked = in_order(desk, earlier)[-1]
    held, other, *_ = in_order(desk, later)
    for flag in (in_order(desk, earlier)[0], in_order(desk, later)[-1]):
        desk.do("UPDATE alert SET cleared_at = now() WHERE flag_id = :flag", flag=flag.flag_id)
    shorten = partial(alert_turns.shorten_waiting_digests, desk.router, Today.of(desk.today, desk.now))

    meet(desk.engine, hold(desk, held), [shorten, batch(desk, 1, (other, ""), (first_locked, ""))])
    assert [row[0] for row in desk.ask("SELECT cardinality(alerts) FROM digest")] == [3, 3]


def test_a_batch_while_what_no_digest_may_tell_begins_to_wait(desk: Desk) -> None:
    """One statement marks them, in the order in which it finds them: as they lie, or the most urgent first."""
    desk.child("c2", "w1")
    held, other, first_locked = in_order(desk, [desk.flag(f"f{number}", "c2", **MILD) for number in range(3)])
    desk.child("c2", "w2", restricted=True)
    for place, flag in enumerate((first_locked, held, other)):
        content = "jsonb_set(content, '{due_on}', to_jsonb(cast(:due AS date)))"
        desk.do(
            f"UPDATE alert SET digest_on = :day, content = {content} WHERE flag_id = :flag",
            day=MONDAY,
            due=MONDAY + timedelta(place),
            flag=flag.flag_id,
        )
    mark = partial(await_answers_without_mail, desk.engine, MONDAY)

    meet(desk.engine, hold(desk, held), [mark, batch(desk, 1, (other, ""), (first_locked, ""))])
    assert desk.ask("SELECT waits_since FROM alert WHERE flag_id = :flag", flag=held.flag_id) == [(MONDAY,)]


def test_a_turn_that_has_nothing_to_do_waits_for_no_batch(desk: Desk) -> None:
    desk.flag("f1", "c1", **MILD)
    assert desk.turn(TUESDAY) == 1  # its digest waits to be sent

    with never_waiting(desk.engine) as ours, desk.engine.begin() as routing:
        lock_routing(routing, alone=False)
        desk.router.engine = ours
        assert desk.turn(TUESDAY, 11) == 0


def stands(desk: Desk) -> Sequence[tuple[object, ...]]:
    """All that a turn could change."""
    tables = ("alert", "digest", "delivery", "outbox")
    return desk.ask(" UNION ALL ".join(f"(SELECT to_jsonb(t) FROM {table} t ORDER BY 1)" for table in tables))


@pytest.mark.parametrize(
    ("part", "to_do", "done"),
    [
        (alert_turns.pass_on, "UPDATE alert SET waits_since = '2025-01-01'", "UPDATE alert SET handled = '{}'"),
        (
            alert_turns.shorten_waiting_digests,
            "UPDATE alert SET cleared_at = now()",
            "UPDATE delivery SET sent_at = now()",
        ),
        (
            lambda router, today: await_answers_without_mail(router.engine, today.day),
            "UPDATE alert SET waits_since = NULL, digest_on = '2025-01-01'",
            "UPDATE alert SET handled = '{}'",
        ),
    ],
    ids=["passing on", "shortening", "awaiting"],
)
def test_what_was_to_do_and_is_no_more_once_a_turn_routes_alone_is_left(
    desk: Desk, part: Callable[[AlertRouter, Today], object], to_do: str, done: str
) -> None:
    desk.flag("f1", "c1", **MILD)
    desk.flag("f2", "c2", **MILD)
    desk.child("c2", restricted=True)
    desk.turn(TUESDAY)
    desk.do(to_do)
    before: list[object] = []

    def meanwhile() -> None:
        desk.do(done)
        before.extend(stands(desk))

    routes = f"SELECT pg_advisory_xact_lock_shared({ROUTING_LOCK})"
    meet(desk.engine, routes, [partial(part, desk.router, Today.of(desk.today, desk.now))], meanwhile)
    assert list(stands(desk)) == before
