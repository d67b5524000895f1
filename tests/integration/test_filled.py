"""A copy of what was filled once is a test's own: neither its rows nor the keys that are made in it are another's."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine

from send_integration.store.engine import open_database
from send_integration.store.record_keys import RecordKeys
from tests.builders import sent
from tests.integration.databases import a_database
from tests.integration.families import OLENA_AT_SCHOOL, child_of, settle, town
from tests.integration.filled import Fill, Filled
from tests.integration.steps.pipe import Pipe
from tests.record_keys import KEYS, known_keys

NEW = (("urn:send:schools", "a record that the fill does not have"),)
FILLED: list[Engine] = []


def town_counted(engine: Engine) -> Pipe:
    FILLED.append(engine)
    return town(engine)


@pytest.fixture
def fill() -> Fill:
    return town_counted


@contextmanager
def another_copy(server: str, filled: Filled) -> Iterator[Engine]:
    with a_database(server, filled.name) as address:
        engine = open_database(address)
        yield engine
        engine.dispose()


def test_each_has_what_was_filled_and_none_has_what_another_added(server: str, filled_once: Filled, pipe: Pipe) -> None:
    raw = sent("school.suspended", "2025-04-01", event_id="n", source="urn:send:schools", person=OLENA_AT_SCHOOL)
    pipe.send("school", raw)
    settle(pipe)
    assert pipe.ask("SELECT count(*) FROM event WHERE event_id = 'n'") == [(1,)]

    with another_copy(server, filled_once) as engine:
        other = filled_once.pipe.over(engine)
        assert other.ask("SELECT count(*) FROM event WHERE event_id = 'n'") == [(0,)]
        assert child_of(engine, "Anna", "Kowalska") == child_of(pipe.engine, "Anna", "Kowalska")
        other.send("school", raw)
        settle(other)
        assert other.ask("SELECT count(*) FROM event WHERE event_id = 'n'") == [(1,)]
        assert other.now >= filled_once.pipe.now, "it goes by the clock"
    assert len(FILLED) == len(set(FILLED)) <= 2, "once, and once more where an hour began meanwhile"


def test_the_keys_of_one_open_nothing_of_another(server: str, filled_once: Filled, engine: Engine) -> None:
    def made(of: Engine, keys: RecordKeys) -> bytes:
        with of.begin() as connection:
            key = keys.of_records(connection, {NEW})[NEW]
        assert key is not None
        return key.protect(b"a message")

    with another_copy(server, filled_once) as other:
        for _ in range(2):  # what was made is kept at hand once it is committed
            made(engine, KEYS), made(other, KEYS)
            assert made(engine, KEYS) == made(engine, known_keys()) != made(other, KEYS) == made(other, known_keys())
