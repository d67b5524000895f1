"""A notice on a restricted child is mailed to the child's named worker alone, and listed only with a reason."""

import json

import pytest
from sqlalchemy import Engine

from send_integration.steps.delivering import post_notices
from send_integration.steps.directory import keep_directory
from tests.builders import sent
from tests.integration.families import ANNA, MIRA, NAMED_WORKER, TODAY, child_of, settle, town
from tests.integration.filled import Fill
from tests.integration.notices.test_notices_reach_people import command
from tests.integration.notices.test_who_is_told import look
from tests.integration.steps.pipe import Pipe

READERS = ("worker", "other", "team:ehc-team")
TEAMS = {"ehc-team": "ehc@example.org"}


def town_of_readers(engine: Engine) -> Pipe:
    """Three readers who saw an ordinary child and a restricted one, of both of whom an entry has left since."""
    made = town(engine)
    for number, name in enumerate(("worker", "other")):
        worker = {**NAMED_WORKER, "id": name, "email": f"{name}@example.org"}
        made.send("workers", sent("workers.joined", "2025-01-06", event_id=f"j{number}", worker=worker))
    made.drain_gate(["workers"])
    keep_directory(engine, made.waiting("send.clean.workers", "directory"))
    for reader in READERS:
        look(made, reader, child_of(engine, "Anna", "Kowalska"))
        look(made, reader, child_of(engine, "Mira", "Hidden"))
    about = {"source": "urn:send:schools"}
    made.send("school", sent("school.suspended", "2025-03-05", event_id="a2", person=ANNA, retracts="a", **about))
    made.send("ehcp", sent("ehcp.requested", "2025-03-05", event_id="m2", person=MIRA, retracts="m", **about))
    settle(made)
    return made


@pytest.fixture
def fill() -> Fill:
    return town_of_readers


def mailed(pipe: Pipe) -> set[tuple[str, str]]:
    """To whom notices of which child are to be sent."""
    query = "SELECT d.address, n.child_id FROM delivery d JOIN notice n ON n.notice_id = d.message_id"
    return {(row[0], row[1]) for row in pipe.ask(query)}


def test_mail_on_a_restricted_child_goes_to_the_named_worker_alone(pipe: Pipe) -> None:
    ordinary, secret = child_of(pipe.engine, "Anna", "Kowalska"), child_of(pipe.engine, "Mira", "Hidden")

    post_notices(pipe.engine, TEAMS, TODAY, pipe.now)

    everybody = {(f"{name}@example.org", ordinary) for name in ("worker", "other", "ehc")}
    assert mailed(pipe) == {*everybody, ("worker@example.org", secret)}


def test_the_list_at_the_terminal_has_a_restricted_child_only_with_a_reason_and_writes_it_down(pipe: Pipe) -> None:
    ordinary, secret = child_of(pipe.engine, "Anna", "Kowalska"), child_of(pipe.engine, "Mira", "Hidden")

    usual = json.loads(command(pipe.engine, "notices", "--json", "--by", "auditor"))
    full = command(pipe.engine, "notices", "--json", "--restricted", "--why", "the yearly audit", "--by", "auditor")

    assert {notice["child_id"] for notice in usual} == {ordinary}
    assert {notice["child_id"] for notice in json.loads(full)} == {ordinary, secret}
    looks = pipe.ask("SELECT child_id, why FROM audit WHERE actor = 'auditor' ORDER BY id")
    assert set(looks[:1]) == {(ordinary, "listed, command line")}
    assert set(looks[1:]) == {
        (child, "listed, command line, restricted too: the yearly audit") for child in (ordinary, secret)
    }
