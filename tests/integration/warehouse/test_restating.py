"""Corrections, splits and merges restate exactly the rows that they change, and what was published can be had again."""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import Engine, text

from send_integration.contracts.pseudonyms import KEY_BYTES, Pseudonyms
from send_integration.errors import BadSetting
from send_integration.steps.batch import RawMessage
from send_integration.steps.catalogue import load_rules
from send_integration.steps.warehouse import Warehouse
from send_integration.store.engine import open_database
from send_integration.warehouse.history import told_columns, view_of
from send_integration.warehouse.tables import OF_A_CHILD
from tests.integration.databases import a_database
from tests.integration.steps.pipe import WAREHOUSE_NAMES as NAMES
from tests.integration.warehouse.stories import (
    FIRST_DAY,
    STORY,
    Rows,
    Told,
    in_batches,
    less,
    reports,
    touched_at,
    watermark,
)

RULES = load_rules()
TODAY = FIRST_DAY + timedelta(800)


@pytest.fixture
def another(server: str) -> Iterator[Engine]:
    """A second database in which nothing ever was."""
    with a_database(server, "ready") as address:
        opened = open_database(address)
        yield opened
        opened.dispose()


def life_of_an_authority(told: Told) -> Iterator[list[RawMessage]]:
    """Its first events, then 1,000 corrections and 50 splits with some merges between, in batches of any size."""
    first = [message for number in range(120) for message in told.child(number, 6)]
    yield from in_batches(first, told.random, 400)
    changes: list[RawMessage] = []
    for number in range(1000):
        changes.append(told.correct())
        if number % 20 == 0:
            changes += told.split(number)
        if number % 50 == 0:
            changes += told.merge()
    yield from in_batches(changes, told.random, 250)


def test_restating_after_1000_corrections_and_50_splits_equals_a_rebuild_from_nothing(
    engine: Engine, another: Engine
) -> None:
    told = Told(seed=7)
    warehouse = Warehouse(engine, RULES, NAMES)
    published = [(watermark(engine), reports(engine))]
    for number, batch in enumerate(life_of_an_authority(told)):
        warehouse.restate(batch, TODAY - timedelta(max(0, 90 - 9 * number)))
        moment, now = watermark(engine), reports(engine)
        stated, unstated = touched_at(engine, moment)
        assert stated == less(now, published[-1][1])
        assert unstated == less(published[-1][1], now)
        published.append((moment, now))
    while warehouse.sweep(TODAY, 50):
        published.append((watermark(engine), reports(engine)))

    Warehouse(another, RULES, NAMES).restate(told.from_nothing(), TODAY)

    standing = reports(engine)
    assert standing == reports(another)
    assert all(len(rows) > 20 for rows in standing.values())
    assert len(published) > 10
    for moment, then in published:
        assert reports(engine, as_was=moment) == then


def test_what_changes_by_the_passing_of_days_alone_is_restated_by_the_sweep(engine: Engine, another: Engine) -> None:
    told = Told(seed=3)
    messages = [message for number in range(30) for message in told.child(number, 8)]
    warehouse = Warehouse(engine, RULES, NAMES)
    warehouse.restate(messages, FIRST_DAY + timedelta(100))
    early = reports(engine)

    assert warehouse.sweep(FIRST_DAY + timedelta(100), 10) == 0
    while warehouse.sweep(TODAY, 10):
        pass

    Warehouse(another, RULES, NAMES).restate(told.from_nothing(), TODAY)
    assert reports(engine) == reports(another) != early
    assert warehouse.sweep(TODAY, 10) == 0


def test_a_batch_that_comes_twice_and_one_that_is_killed_leave_nothing_behind(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = Told(seed=5)
    first, second = (list(told.child(number, 6)) for number in (1, 2))
    Warehouse(engine, RULES, NAMES).restate(first, TODAY)
    before, moment = reports(engine), watermark(engine)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("send_integration.steps.warehouse.move_on", killed)
        with pytest.raises(KeyboardInterrupt):
            Warehouse(engine, RULES, NAMES).restate(second, TODAY)
    assert (reports(engine), watermark(engine)) == (before, moment)
    assert Warehouse(engine, RULES, NAMES).restate(first, TODAY) == 0

    assert (reports(engine), watermark(engine)) == (before, moment)
    assert Warehouse(engine, RULES, NAMES).restate([*first, *second], TODAY) == 1
    assert len(reports(engine)["dim_child"]) == 2


def test_other_rules_restate_whom_they_judge_otherwise(engine: Engine) -> None:
    told = Told(seed=6)
    Warehouse(engine, RULES, NAMES).restate(list(told.child(3, 8)), TODAY)
    assert reports(engine)["fact_milestone"]

    without = type(RULES)({name: rule for name, rule in RULES.rules.items() if rule.kind != "milestone"})
    assert Warehouse(engine, without, NAMES).sweep(TODAY, 10) == 1

    assert reports(engine)["fact_milestone"] == []


def test_under_another_key_nothing_is_written(engine: Engine) -> None:
    told = Told(seed=8)
    Warehouse(engine, RULES, NAMES).restate(list(told.child(1, 4)), TODAY)
    before = reports(engine)

    other = Warehouse(engine, RULES, Pseudonyms(bytes(KEY_BYTES)))
    with pytest.raises(BadSetting, match="another key"):
        other.restate(list(told.child(2, 4)), TODAY)
    with pytest.raises(BadSetting, match="another key"):
        other.prepare()

    assert reports(engine) == before


def keys_in(told: dict[str, Rows]) -> set[str]:
    """Every pseudonym in some rows."""
    values = (value for rows in told.values() for row in rows for value in row)
    return {value for value in values if is_key(value)}


def is_key(value: object) -> bool:
    """Whether a value is a pseudonym."""
    return isinstance(value, str) and bool(re.fullmatch("[a-z2-7]{32}", value))


def test_a_new_key_begins_from_nothing(engine: Engine) -> None:
    told = Told(seed=9)
    messages = [message for number in range(3) for message in told.child(number, 4)]
    Warehouse(engine, RULES, NAMES).restate(messages, TODAY)
    before = reports(engine)

    anew = Warehouse(engine, RULES, Pseudonyms(bytes(KEY_BYTES)))
    anew.begin_from_nothing()
    while anew.sweep(TODAY, 2):
        pass

    after = reports(engine)
    assert {name: len(rows) for name, rows in after.items()} == {name: len(rows) for name, rows in before.items()}
    assert len(keys_in(before)) == len(keys_in(after)) > 10
    assert keys_in(before) & keys_in(after) == set()


def test_no_row_of_any_table_holds_who_it_is_about(engine: Engine) -> None:
    told = Told(seed=10)
    messages = [message for number in range(40) for message in told.child(number, 12)]
    Warehouse(engine, RULES, NAMES).restate(messages, TODAY)

    with engine.connect() as connection:
        tables = connection.execute(
            text("SELECT table_name FROM information_schema.tables WHERE table_schema = 'warehouse'")
        ).scalars()
        words = {
            str(value)
            for name in list(tables)
            for row in connection.execute(text(f"SELECT * FROM warehouse.{name}"))
            for value in row
        }
    people = [told.born(number) for number in range(40)]
    secret = {value for person in people for value in person.values()} | {event.id for event in told.events.values()}
    secret |= {f"c{number}" for number in range(40)} | {event.source for event in told.events.values()}
    assert words & secret == set()


def test_two_who_were_born_in_one_month_have_the_same_rows(engine: Engine) -> None:
    told = Told(seed=12)
    messages = []
    for number, day in ((1, "2008-03-02"), (2, "2008-03-20")):
        told.born = lambda n, day=day: {"local_id": f"L-{n}", "date_of_birth": day}  # type: ignore[method-assign,misc]
        for place, what in enumerate(STORY):
            messages.append(
                told.say(what, FIRST_DAY + timedelta(9 * place), number, f"e{number}-{place}", f"c{number}")
            )
    Warehouse(engine, RULES, NAMES).restate(messages, TODAY)

    def nameless(child: str) -> dict[str, list[str]]:
        return {
            name: sorted(repr([v for v in row if not is_key(v)]) for row in rows if row[0] == NAMES.of(child))
            for name, rows in reports(engine).items()
        }

    assert nameless("c1") == nameless("c2")
    assert len(nameless("c1")["fact_milestone"]) > 5


def places(engine: Engine, child: str, as_was: datetime | None) -> list[object]:
    """Whatever could lead to where a child is."""
    return [
        value
        for table in OF_A_CHILD
        for row in reports(engine, as_was)[view_of(table)]
        for column, value in zip(told_columns(table), row, strict=True)
        if row[0] == NAMES.of(child) and column.info.get("locates") and value is not None
    ]


def test_of_a_child_who_becomes_restricted_no_place_stays_in_the_past_either(engine: Engine) -> None:
    told = Told(seed=11)
    warehouse = Warehouse(engine, RULES, NAMES)
    warehouse.restate([*told.child(1, len(STORY)), *told.child(2, len(STORY))], TODAY)
    before, moment = reports(engine), watermark(engine)
    others = places(engine, "c2", None)
    assert len(places(engine, "c1", None)) >= 3

    told.born = lambda number: {**Told.born(told, number), "restricted": "adoption"}  # type: ignore[method-assign]
    warehouse.restate([told.say("school.suspended", date(2024, 1, 8), 1, "e1-99", "c1")], TODAY)

    assert places(engine, "c1", None) == places(engine, "c1", moment) == []
    assert places(engine, "c2", None) == places(engine, "c2", moment) == others
    counts = {name: len(rows) for name, rows in before.items()}
    assert {name: len(rows) for name, rows in reports(engine, moment).items()} == counts
