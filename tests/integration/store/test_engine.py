"""The engine of pages: reading needs no transaction, writing is one, and a connection that broke is replaced."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from time import monotonic

import pytest
from sqlalchemy import Engine, text

from send_integration.errors import NotReady
from send_integration.store import engine as opening
from send_integration.store.engine import open_database, open_database_for_pages
from send_integration.store.sessions import Session, record
from send_integration.store.shown import SHOWING_LOCK
from send_integration.store.visits import visit


@pytest.fixture
def pages(engine: Engine) -> Iterator[Engine]:
    """The same database, as pages have it."""
    opened = open_database_for_pages(engine.url.render_as_string(hide_password=False))
    yield opened
    opened.dispose()


def visitors(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM inbox_visit")).scalar_one())


def test_what_only_reads_is_in_no_transaction_and_sees_what_others_commit_meanwhile(
    pages: Engine, engine: Engine
) -> None:
    with pages.connect() as reading:
        assert reading.execute(text("SELECT count(*) FROM inbox_visit")).scalar_one() == 0
        visit(engine, "somebody")
        assert reading.execute(text("SELECT count(*) FROM inbox_visit")).scalar_one() == 1
        state = text(
            "SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction' AND datname = current_database()"
        )
        assert reading.execute(state).scalar_one() == 0


def test_what_writes_is_kept_as_a_whole_or_not_at_all(pages: Engine) -> None:
    def break_off() -> None:
        with pages.begin() as connection:
            connection.execute(text("INSERT INTO inbox_visit (actor, seen_at) VALUES ('one', now())"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()
    assert visitors(pages) == 0

    visit(pages, "one")
    assert visitors(pages) == 1


def test_a_lock_of_a_transaction_is_held_until_its_end_and_no_longer(pages: Engine) -> None:
    held = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 4711")
    with pages.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(4711)"))
        with pages.connect() as other:
            assert other.execute(held).scalar_one() == 1
    with pages.connect() as other:
        assert other.execute(held).scalar_one() == 0


def test_a_connection_that_broke_while_nobody_used_it_is_replaced_unseen(
    pages: Engine, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pages.connect() as connection:
        number = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
    with engine.connect() as other:
        other.execute(text("SELECT pg_terminate_backend(:number)"), {"number": number})
    monkeypatch.setattr(opening, "IDLE_SECONDS", -1)

    assert visitors(pages) == 0


def test_where_no_database_answers_that_is_said() -> None:
    with pytest.raises(NotReady, match="does not answer"):
        open_database_for_pages("postgresql://nobody@127.0.0.1:1/nothing")


def test_a_look_holds_off_whoever_takes_entries_away_until_it_is_written_down(pages: Engine, engine: Engine) -> None:
    may_take_off = text("SELECT pg_try_advisory_xact_lock(:lock)")
    with ThreadPoolExecutor(1) as pool, engine.begin() as writer:
        writer.execute(text("SELECT pg_advisory_xact_lock(8210022)"))  # the chain's: the look's entry waits for it
        look = pool.submit(record, pages, Session("w", "r", ""), "view-child", None, allowed=True, why="")
        _wait_until_somebody_waits(engine)
        with engine.begin() as other:
            assert not other.execute(may_take_off, {"lock": SHOWING_LOCK}).scalar_one()
        writer.rollback()
        look.result(timeout=10)
    with engine.begin() as other:
        assert other.execute(may_take_off, {"lock": SHOWING_LOCK}).scalar_one()
        assert other.execute(text("SELECT count(*) FROM audit")).scalar_one() == 1


def _wait_until_somebody_waits(engine: Engine) -> None:
    waits = text("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
    until = monotonic() + 10
    with engine.connect() as connection:
        while not connection.execute(waits).scalar_one():
            assert monotonic() < until


def test_a_question_is_asked_over_the_connection_that_was_used_last(pages: Engine) -> None:
    backend = text("SELECT pg_backend_pid()")
    with pages.connect() as one, pages.connect() as other:
        known = {one.execute(backend).scalar_one(), other.execute(backend).scalar_one()}
    used = []
    for _ in range(4):
        with pages.connect() as connection:
            used.append(connection.execute(backend).scalar_one())
    assert len(known) == 2
    assert len(set(used)) == 1


@pytest.mark.parametrize("of_pages", [False, True])
def test_lists_go_in_binary_form_and_come_back_as_they_were(engine: Engine, *, of_pages: bool) -> None:
    address = engine.url.render_as_string(hide_password=False)
    opened = open_database_for_pages(address) if of_pages else open_database(address)
    lists: dict[str, list[object]] = {
        "text": ['{"a": "b\\\\c"}', "", "NULL", "é, {}", None],
        "bigint": [1, 2**40, None],
        "bytea": [b'\x00"\\', b""],
        "date": [date(2024, 2, 29), None],
        "timestamptz": [datetime(2024, 2, 29, 12, tzinfo=UTC)],
        "boolean": [True, None],
    }
    with opened.connect() as connection:
        for kind, given in lists.items():
            asked = text(f"SELECT pg_typeof(:given) = cast(:form AS regtype), cast(:given AS {kind}[])")
            told, found = connection.execute(asked, {"given": given, "form": f"{kind}[]"}).one()
            assert (told, found) == (True, given)
        for none in ([], [None]):
            assert connection.execute(text("SELECT cast(:given AS bigint[])"), {"given": none}).scalar_one() == none
            assert not connection.execute(text("SELECT 1 = ANY(:given)"), {"given": none}).scalar_one()
    opened.dispose()
