"""Who is signed in, and ending it, at the command line."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from send_integration import clock
from send_integration.cli import sessions
from send_integration.store.sessions import Session, find_session, open_session
from tests.integration.cli.conftest import Run
from tests.integration.cli.test_looking_and_deciding import refusal
from tests.integration.families import audited

IDLE = timedelta(hours=1)


@pytest.fixture
def signed_in(engine: Engine) -> Engine:
    now = clock.now()
    for token, person in (
        ("one", Session("w1", "panel-member", "x", "[/red]", "health")),
        ("two", Session("w1", "panel-member", "x", "Nia Featherstonehaugh-Cholmondeley", "health")),
        ("three", Session("w2", "manager", "x", "Max")),
    ):
        open_session(engine, token, person, now, now + timedelta(hours=8))
    return engine


def test_sessions_are_listed_and_ended_by_their_id_or_person(command: Run, signed_in: Engine) -> None:
    found = json.loads(command(sessions.app, "list", "--json").stdout)
    assert sorted(one["actor"] for one in found) == ["w1", "w1", "w2"]
    assert not {"token_hash", "csrf"} & set(found[0])
    listed = command(sessions.app, "list").stdout
    assert "[/red]" in listed
    assert all(one["session_id"] in listed for one in found), "whole, for it is ended by it"
    of_w2 = next(one["session_id"] for one in found if one["actor"] == "w2")

    assert "Ended: 1." in command(sessions.app, "end", of_w2, "--by", "root").stdout
    assert "Ended: 2." in command(sessions.app, "end", "--person", "w1", "--by", "root").stdout

    assert all(find_session(signed_in, token, clock.now(), IDLE) is None for token in ("one", "two", "three"))
    assert [row for row in audited(signed_in) if row[1] == "end-session"] == [("root", "end-session", None, True)] * 2


def test_what_ends_nothing_is_said(command: Run, signed_in: Engine) -> None:
    assert refusal(command(sessions.app, "end", "s00000000000", "--by", "root"))
    assert refusal(command(sessions.app, "end", "--by", "root"))
    assert refusal(command(sessions.app, "end", "s1", "--person", "w1", "--by", "root"))
