"""A site in this process on a real database, and people of every role who are signed in to it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import Engine, text

from send_integration.settings import Settings
from send_integration.web.app import build_app
from tests.integration.families import TODAY, child_of, town_with_a_held_record
from tests.integration.filled import Fill
from tests.integration.steps.pipe import Pipe

NEXT = TODAY + timedelta(28)
SEATS = {"chair": "Cass Example", "education": "Ed Example", "health": "Hel Example", "care": "Car Example"}


@dataclass
class Person:
    """Somebody at a browser of their own."""

    client: TestClient
    actor: str

    def get(self, address: str) -> Response:
        """A page."""
        return self.client.get(address)

    def post(self, address: str, **fields: object) -> Response:
        """A form of ours, sent with this person's token; the answer itself, not where it leads."""
        token = re.search(r'name="csrf" value="([^"]+)"', self.get("/").text)
        assert token is not None
        return self.client.post(address, data={"csrf": token[1], **fields}, follow_redirects=False)


SignIn = Callable[[str], Person]


@pytest.fixture
def fill() -> Fill | None:
    """Twins of whom a person is asked, a restricted child, and a held record."""
    return town_with_a_held_record


@pytest.fixture
def sign_in(engine: Engine, pipe: Pipe) -> SignIn:
    """Sign in as somebody of the development directory."""
    app = build_app(engine, Settings(sign_in="development", as_of=TODAY))
    return lambda actor: signed_in(app, actor)


def signed_in(app: FastAPI, actor: str) -> Person:
    """Somebody of the development directory, signed in to a site."""
    client = TestClient(app, base_url="http://localhost", raise_server_exceptions=True)
    token = re.search(r'name="form_token" value="([^"]+)"', client.get("/sign-in").text)
    assert token is not None
    client.post("/sign-in", data={"person": actor, "form_token": token[1]})
    return Person(client, actor)


def outbox_size(engine: Engine) -> int:
    """How many messages wait to be published, but those on the audit."""
    with engine.connect() as connection:
        count: int = connection.execute(text("SELECT count(*) FROM outbox WHERE topic <> 'send.audit'")).scalar_one()
    return count


@pytest.fixture
def anna(engine: Engine, pipe: Pipe) -> str:
    return child_of(engine, "Anna", "Kowalska")


@pytest.fixture
def chair(sign_in: SignIn) -> Person:
    """The chair, who has opened today's meeting and the next."""
    person = sign_in("chair")
    for day in (TODAY, NEXT):
        answer = person.post("/meetings", meeting_on=day.isoformat(), quorum="4", place="Room 1", **SEATS)
        assert answer.headers["location"] == f"/meetings/{day}?done=opened"
    return person
