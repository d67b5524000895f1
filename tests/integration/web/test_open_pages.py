"""Open pages are told that their child has changed: those alone who may see it, at once, and no longer than they may."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import Engine, text

from send_integration import clock
from send_integration.embedded.ports import free_port, wait_for_port
from send_integration.settings import Settings
from send_integration.store.changes import version_of
from send_integration.store.sessions import Session, close_session, open_session
from send_integration.web.app import build_app
from send_integration.web.changes import MOST_OF_A_PERSON
from send_integration.web.cookies import SESSION
from send_integration.web.routes import changes
from tests.integration.families import TODAY, audited, child_of
from tests.integration.steps.pipe import Pipe
from tests.integration.web.site_server import SiteServer
from tests.integration.web.test_who_sees_whom import ACTORS, PAGES, REFUSED

WITHIN_SECONDS = 20
ROLES = {actor: str(role) for actor, role in ACTORS.items()}


@dataclass
class Running:
    """A site on a port, in a thread of this process."""

    app: FastAPI
    port: int
    server: SiteServer
    thread: threading.Thread

    @property
    def open_pages(self) -> int:
        found: int = self.app.state.changes.open_pages
        return found


@pytest.fixture
def running(engine: Engine, pipe: Pipe) -> Iterator[Running]:
    port = free_port()
    app = build_app(engine, Settings(sign_in="development", as_of=TODAY))
    server = SiteServer(app, host="127.0.0.1", port=port, log_level="error")
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    wait_for_port(f"127.0.0.1:{port}", thread.is_alive)
    yield Running(app, port, server, thread)
    server.should_exit = True
    thread.join(WITHIN_SECONDS)
    assert not thread.is_alive()


@dataclass
class Stream:
    """An answer that goes on, as lines."""

    status: int
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def event(self) -> dict[str, str]:
        """The next event, with its fields; empty where the stream has ended."""
        found: dict[str, str] = {}
        while line := await asyncio.wait_for(self.reader.readline(), WITHIN_SECONDS):
            name, colon, value = line.decode().rstrip("\r\n").partition(": ")
            if colon and name in ("event", "id", "data"):
                found[name] = value
            elif not line.strip() and "event" in found:
                return found
        return {}


def token_of(engine: Engine, actor: str, role: str, number: int = 0) -> str:
    token, now = f"{actor}-{number}", clock.now()
    open_session(engine, token, Session(actor, role, "csrf"), now, now + timedelta(hours=1))
    return token


@asynccontextmanager
async def asked(running: Running, address: str, token: str, *headers: str) -> AsyncIterator[Stream]:
    reader, writer = await asyncio.open_connection("127.0.0.1", running.port)
    told = (
        f"GET {address} HTTP/1.1",
        "Host: localhost",
        f"Cookie: {SESSION}={token}",
        "Sec-Fetch-Dest: empty",
        *headers,
    )
    writer.write("".join(f"{line}\r\n" for line in (*told, "")).encode())
    status = (await asyncio.wait_for(reader.readline(), WITHIN_SECONDS)).split()[1]
    while (await asyncio.wait_for(reader.readline(), WITHIN_SECONDS)).strip():
        pass
    try:
        yield Stream(int(status), reader, writer)
    finally:
        writer.close()


def touch(engine: Engine, child_id: str) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE child SET updated_at = clock_timestamp() WHERE child_id = :c"), {"c": child_id})


async def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WITHIN_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it did not come about"
        await asyncio.sleep(0.02)  # between two looks at the condition


def run(test: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(test())


@pytest.fixture
def anna(engine: Engine, pipe: Pipe) -> str:
    return child_of(engine, "Anna", "Kowalska")


def test_each_role_is_told_of_exactly_the_children_whose_page_it_may_open(
    running: Running, engine: Engine, anna: str
) -> None:
    secret = child_of(engine, "Mira", "Hidden")

    async def test() -> None:
        for actor, role in ROLES.items():
            token = token_of(engine, actor, role)
            granted = PAGES["GET", "/children/{child_id}"].get(actor, REFUSED)
            for child_id, status in ((anna, granted.ordinary), (secret, granted.restricted), ("c" + "0" * 15, None)):
                async with asked(running, f"/changes/children/{child_id}", token) as stream:
                    assert stream.status in ((403, 404) if status is None else (status,)), (actor, child_id)
        async with asked(running, f"/changes/children/{anna}", "nobody") as stream:
            assert stream.status == 303

    run(test)


def test_a_change_is_told_at_once_and_that_somebody_listens_is_written_down_once(
    running: Running, engine: Engine, anna: str
) -> None:
    version, token = version_of(engine, anna), token_of(engine, "chair", "panel-chair")

    async def test() -> None:
        async with asked(running, f"/changes/children/{anna}?since={version}", token) as stream:
            await until(lambda: running.open_pages == 1)
            for _ in range(3):
                began = time.monotonic()
                touch(engine, anna)
                told = await stream.event()
                assert told == {"event": "changed", "id": version_of(engine, anna), "data": "child"}
                assert time.monotonic() - began < 2

    run(test)
    assert audited(engine) == [("chair", "view-child", anna, True)]


def test_nothing_that_changed_while_nobody_listened_goes_by(running: Running, engine: Engine, anna: str) -> None:
    token, address = token_of(engine, "chair", "panel-chair"), f"/changes/children/{anna}"
    before = version_of(engine, anna)
    touch(engine, anna)
    present = version_of(engine, anna)

    async def test() -> None:
        for headers in ((), (f"Last-Event-ID: {before}",)):
            async with asked(running, f"{address}?since={before}", token, *headers) as stream:
                assert (await stream.event())["id"] == present
        async with asked(running, f"{address}?since={before}", token, f"Last-Event-ID: {present}") as stream:
            await until(lambda: running.open_pages == 1)
            touch(engine, anna)
            assert (await stream.event())["id"] == version_of(engine, anna) != present

    run(test)


def test_when_the_database_ends_the_listening_it_is_begun_anew_and_everybody_looks(
    running: Running, engine: Engine, anna: str
) -> None:
    version, token = version_of(engine, anna), token_of(engine, "chair", "panel-chair")
    listening = "FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'"

    def listeners() -> int:
        with engine.connect() as connection:
            found: int = connection.execute(text(f"SELECT count(*) {listening}")).scalar_one()
            return found

    async def test() -> None:
        async with asked(running, f"/changes/children/{anna}?since={version}", token) as stream:
            await until(lambda: listeners() == 1)
            with engine.begin() as connection:
                connection.execute(text(f"SELECT pg_terminate_backend(pid) {listening}"))
                connection.execute(text("UPDATE child SET updated_at = clock_timestamp()"))
            assert (await stream.event())["event"] == "changed"
        await until(lambda: listeners() == 0)

    run(test)


@pytest.mark.parametrize("what", ["signed out", "restricted"])
def test_whoever_may_see_the_child_no_more_is_told_nothing_more(
    running: Running, engine: Engine, anna: str, what: str
) -> None:
    version, token = version_of(engine, anna), token_of(engine, "chair", "panel-chair")

    async def test() -> None:
        async with asked(running, f"/changes/children/{anna}?since={version}", token) as stream:
            await until(lambda: running.open_pages == 1)
            if what == "signed out":
                close_session(engine, token)
                touch(engine, anna)
            else:
                with engine.begin() as connection:
                    connection.execute(text("UPDATE child SET restricted = true, updated_at = clock_timestamp()"))
            assert await stream.event() == {"event": "ended", "data": "access"}
            assert await stream.event() == {}

    run(test)


def test_a_session_that_ends_by_itself_ends_its_streams(
    running: Running, engine: Engine, anna: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "HEARTBEAT_SECONDS", 0.1)
    version, token = version_of(engine, anna), token_of(engine, "chair", "panel-chair")

    async def test() -> None:
        async with asked(running, f"/changes/children/{anna}?since={version}", token) as stream:
            await until(lambda: running.open_pages == 1)
            with engine.begin() as connection:
                connection.execute(text("UPDATE session SET expires_at = now() - interval '1 minute'"))
            assert await stream.event() == {"event": "ended", "data": "access"}

    run(test)


def test_an_open_page_does_not_keep_its_session_awake(running: Running, engine: Engine, anna: str) -> None:
    token = token_of(engine, "chair", "panel-chair")
    with engine.begin() as connection:
        connection.execute(text("UPDATE session SET seen_at = seen_at - interval '10 minutes'"))

    async def test() -> None:
        for address in (f"/changes/children/{anna}", f"/children/{anna}"):
            async with asked(running, address, token) as stream:
                assert stream.status == 200

    run(test)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT seen_at < now() - interval '9 minutes' FROM session")).scalar_one()


def test_whoever_leaves_is_noticed(
    running: Running, engine: Engine, anna: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    version, token = version_of(engine, anna), token_of(engine, "chair", "panel-chair")

    async def test() -> None:
        async with asked(running, f"/changes/children/{anna}?since={version}", token):
            await until(lambda: running.open_pages == 1)
        await until(lambda: running.open_pages == 0)

    run(test)


def test_of_one_person_the_pages_that_were_opened_last_are_told(running: Running, engine: Engine, anna: str) -> None:
    version, token = version_of(engine, anna), token_of(engine, "chair", "panel-chair")

    async def test() -> None:
        opened = [
            asked(running, f"/changes/children/{anna}?since={version}", token) for _ in range(MOST_OF_A_PERSON + 1)
        ]
        streams = []
        for number, one in enumerate(opened):
            streams.append(await one.__aenter__())
            await until(lambda number=number: running.open_pages >= min(number + 1, MOST_OF_A_PERSON))
        assert await streams[0].event() == {"event": "ended", "data": "displaced"}
        touch(engine, anna)
        for stream in streams[1:]:
            assert (await stream.event())["event"] == "changed"
        for one in opened:
            await one.__aexit__(None, None, None)

    run(test)


def test_two_hundred_open_pages_stand_in_no_pages_way_and_are_all_told(
    running: Running, engine: Engine, anna: str
) -> None:
    version = version_of(engine, anna)
    tokens = [token_of(engine, f"member-{n // 4}", "panel-member", n) for n in range(200)]

    async def test() -> None:
        opened = [asked(running, f"/changes/children/{anna}?since={version}", token) for token in tokens]
        streams = await asyncio.gather(*(one.__aenter__() for one in opened))
        await until(lambda: running.open_pages == 200)
        took = []
        for _ in range(10):
            began = time.monotonic()
            async with asked(running, f"/children/{anna}", tokens[0]) as page:
                assert page.status == 200
            took.append(time.monotonic() - began)
        assert sorted(took)[5] < 1, took
        with engine.connect() as connection:
            listeners = connection.execute(
                text(
                    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'"
                )
            ).scalar_one()
        assert listeners == 1
        touch(engine, anna)
        assert {told["event"] for told in await asyncio.gather(*(stream.event() for stream in streams))} == {"changed"}
        for one in opened:
            await one.__aexit__(None, None, None)

    run(test)


def test_a_process_that_is_told_to_end_does_not_wait_for_open_pages(
    running: Running, engine: Engine, anna: str
) -> None:
    version, token = version_of(engine, anna), token_of(engine, "chair", "panel-chair")

    async def test() -> None:
        async with asked(running, f"/changes/children/{anna}?since={version}", token) as stream:
            await until(lambda: running.open_pages == 1)
            began = time.monotonic()
            running.server.should_exit = True
            assert await stream.event() == {}, "no word, so that the browser asks again"
            await until(lambda: not running.thread.is_alive())
            assert time.monotonic() - began < 5

    run(test)
