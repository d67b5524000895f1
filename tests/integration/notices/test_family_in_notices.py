"""A relation that left a child's family is told to who saw the page, but never to who may not know of the other."""

import json

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import Engine, text

from send_integration.channels.smtp import Smtp
from send_integration.steps.delivering import Deliverer, post_notices
from send_integration.steps.directory import keep_directory
from send_integration.store.notices import Notice, Reader, all_notices, mark_read, unread_notices
from send_integration.store.sessions import Session
from tests.builders import sent
from tests.integration.channels.mail import Mailbox, mail
from tests.integration.families import ANNA, MIRA, NAMED_WORKER, TODAY, child_of, settle, town
from tests.integration.filled import Fill
from tests.integration.notices.test_notices_reach_people import command
from tests.integration.notices.test_who_is_told import look
from tests.integration.steps.pipe import Pipe
from tests.integration.web.conftest import SignIn, sign_in

__all__ = ["Mailbox", "mail", "sign_in"]

READERS = ("chair", "manager", "worker")
"""'worker' is a named worker of Mira, who is restricted and Anna's half-sister."""

SECRET, OPEN = "Register: related, half sibling", "Register: related, carer"
MANAGER = Reader(["manager"], restricted=True, worker_id="")
CHAIR = Reader(["chair"], restricted=False, worker_id="")
WORKER = Reader(["worker"], restricted=False, worker_id="worker")
SCHOOLS = {"source": "urn:send:schools", "person": ANNA}


def say(pipe: Pipe, event_id: str, on: str = "2025-04-01", **fields: object) -> None:
    """The register says something of Anna's family."""
    pipe.send("people", sent("people.related", on, event_id=event_id, **SCHOOLS, **fields))
    settle(pipe)


def sister(pipe: Pipe, event_id: str, **fields: object) -> None:
    say(pipe, event_id, kind="half-sibling", other={"local_id": MIRA["local_id"]}, **fields)


def carer(pipe: Pipe, event_id: str, **fields: object) -> None:
    say(pipe, event_id, kind="carer", other={"local_id": "A7"}, **fields)


def town_of_readers(engine: Engine) -> Pipe:
    """Three who read Anna's page while Mira was said to be her half-sister."""
    made = town(engine)
    for number, name in enumerate(READERS):
        worker = {**NAMED_WORKER, "id": name, "email": f"{name}@example.org"}
        made.send("workers", sent("workers.joined", "2025-01-06", event_id=f"j{number}", worker=worker))
    made.drain_gate(["workers"])
    keep_directory(engine, made.waiting("send.clean.workers", "directory"))
    sister(made, "secret")
    for reader in READERS:
        look(made, reader, child_of(engine, "Anna", "Kowalska"))
    return made


@pytest.fixture
def fill() -> Fill:
    return town_of_readers


def titles(notices: list[Notice]) -> list[list[str | None]]:
    """What each notice tells."""
    return [[entry.title for entry in notice.entries] for notice in notices]


def unread(pipe: Pipe, reader: Reader) -> list[list[str | None]]:
    return titles(unread_notices(pipe.engine, reader, 10))


def restrict(pipe: Pipe, *, restricted: bool) -> None:
    """Mira is restricted, or is no more."""
    with pipe.engine.begin() as connection:
        query = text("UPDATE child SET restricted = :restricted WHERE child_id = :child")
        connection.execute(query, {"restricted": restricted, "child": child_of(pipe.engine, "Mira", "Hidden")})


def close(pipe: Pipe, reader: Reader, *, entries: int) -> bool | None:
    """Mark the reader's one notice as read."""
    ((notice_id,),) = pipe.ask(
        "SELECT notice_id FROM notice WHERE recipient = :who AND read_at IS NULL", who=reader.recipients[0]
    )
    session = Session(reader.recipients[0], "panel-chair", "")
    return mark_read(pipe.engine, notice_id, reader, session, entries=entries)


def test_who_may_know_of_the_other_is_told_what_left_and_to_nobody_else_is_there_a_notice(pipe: Pipe) -> None:
    sister(pipe, "back", retracts="secret")

    assert unread(pipe, MANAGER) == [[SECRET]]
    assert unread(pipe, WORKER) == [[SECRET]]
    assert unread(pipe, CHAIR) == []
    assert close(pipe, CHAIR, entries=0) is None
    assert titles(all_notices(pipe.engine, 10, restricted=False)) == []
    assert titles(all_notices(pipe.engine, 10, restricted=True)) == [[SECRET]] * 3


def test_whoever_took_reports_away_is_not_told_of_what_reports_do_not_hold(pipe: Pipe) -> None:
    look(pipe, "analyst", None, "export")

    sister(pipe, "back", retracts="secret")

    assert {notice.recipient for notice in all_notices(pipe.engine, 10, restricted=True)} == set(READERS)


def test_of_a_notice_that_names_others_too_only_their_entries_are_there(pipe: Pipe) -> None:
    carer(pipe, "open")
    for reader in READERS:
        look(pipe, reader, child_of(pipe.engine, "Anna", "Kowalska"))
    sister(pipe, "back", retracts="secret")
    carer(pipe, "back-too", retracts="open")

    assert unread(pipe, CHAIR) == [[OPEN]]
    assert unread(pipe, MANAGER) == [[SECRET, OPEN]]
    assert titles(all_notices(pipe.engine, 10, restricted=False)) == [[OPEN]] * 3
    usual = json.loads(command(pipe.engine, "notices", "--json", "--by", "auditor"))
    assert [[entry["event_id"] for entry in notice["entries"]] for notice in usual] == [["open"]] * 3


def test_what_was_not_told_when_a_notice_was_closed_is_told_when_the_other_is_restricted_no_more(pipe: Pipe) -> None:
    carer(pipe, "open")
    look(pipe, "chair", child_of(pipe.engine, "Anna", "Kowalska"))
    sister(pipe, "back", retracts="secret")
    carer(pipe, "back-too", retracts="open")

    assert close(pipe, CHAIR, entries=2) is False, "as many as there are, and not as were shown"
    assert close(pipe, CHAIR, entries=1) is True
    assert unread(pipe, CHAIR) == []
    restrict(pipe, restricted=False)

    assert unread(pipe, CHAIR) == [[SECRET]]
    assert close(pipe, CHAIR, entries=1) is True
    assert pipe.ask("SELECT count(*) FROM notice WHERE recipient = 'chair' AND read_at IS NULL") == [(0,)]


def test_the_other_is_restricted_no_more_when_its_source_takes_the_restriction_back(pipe: Pipe) -> None:
    sister(pipe, "back", retracts="secret")
    freed = {**MIRA, "restricted": None}
    about = {"source": "urn:send:schools", "person": freed}
    pipe.send("ehcp", sent("ehcp.requested", "2024-11-04", event_id="m2", corrects="m", **about))
    pipe.send(
        "workers",
        sent("workers.assigned", "2025-01-06", event_id="w2", corrects="w", role_for_child="senco",
             worker=NAMED_WORKER, **about),
    )  # fmt: skip
    assert unread(pipe, CHAIR) == []
    settle(pipe)

    assert pipe.ask("SELECT count(*) FROM child WHERE restricted") == [(0,)]
    assert unread(pipe, CHAIR) == [[SECRET]]


NOT_RESTRICTED = "UPDATE person_record SET restricted = false WHERE child_id = :child"
HELD = "UPDATE person_record SET child_id = NULL, held_between = {0} WHERE child_id = :child"
ORDINARY = "ARRAY(SELECT child_id FROM child WHERE NOT restricted AND child_id <> :child)"


@pytest.mark.parametrize(
    "unsure",
    [
        (NOT_RESTRICTED, "DELETE FROM child WHERE child_id = :child"),
        (HELD.format(ORDINARY),),
        (NOT_RESTRICTED, HELD.format("ARRAY['c0']")),
        ("UPDATE event SET child_id = 'c0' WHERE child_id = :child",),
    ],
    ids=[
        "a child who is not evaluated yet",
        "a restricted record that is held",
        "a record that is held between children who are not evaluated yet",
        "a restricted record that its child's timeline has not seen yet",
    ],
)
def test_of_whom_could_be_restricted_nobody_is_told_who_may_not_see_such_children(
    pipe: Pipe, unsure: tuple[str, ...]
) -> None:
    sister(pipe, "back", retracts="secret")
    restrict(pipe, restricted=False)
    mira = child_of(pipe.engine, "Mira", "Hidden")
    with pipe.engine.begin() as connection:
        for change in unsure:
            connection.execute(text(change), {"child": mira})

    assert unread(pipe, CHAIR) == []
    assert unread(pipe, MANAGER) == [[SECRET]]


def test_mail_goes_to_nobody_who_may_not_know_of_the_other_and_waits_until_they_may(pipe: Pipe) -> None:
    sister(pipe, "back", retracts="secret")

    assert post_notices(pipe.engine, {}, TODAY, pipe.now) == 1
    assert pipe.ask("SELECT address FROM delivery") == [("worker@example.org",)]
    restrict(pipe, restricted=False)
    assert post_notices(pipe.engine, {}, TODAY, pipe.now) == 2


def test_mail_that_was_asked_for_before_the_other_was_restricted_waits(
    pipe: Pipe, mail: tuple[Controller, Mailbox]
) -> None:
    restrict(pipe, restricted=False)
    sister(pipe, "back", retracts="secret")
    assert post_notices(pipe.engine, {}, TODAY, pipe.now) == 3
    restrict(pipe, restricted=True)

    server, mailbox = mail
    server.start()
    channel = Smtp(f"127.0.0.1:{server.port}", "sender@example.org", "")
    assert Deliverer(pipe.engine, [channel]).deliver(TODAY, pipe.now, 50) == (1, 0)
    assert [message["To"] for message in mailbox.received] == ["worker@example.org"]

    restrict(pipe, restricted=False)
    assert Deliverer(pipe.engine, [channel]).deliver(TODAY, pipe.now, 50) == (2, 0)


def test_the_page_of_the_inbox_tells_each_as_much_as_they_may_know(pipe: Pipe, sign_in: SignIn) -> None:
    anna = child_of(pipe.engine, "Anna", "Kowalska")
    sister(pipe, "back", retracts="secret")

    assert "Nothing waits for you." in sign_in("chair").get("/alerts").text
    for actor in ("manager", "worker"):
        page = sign_in(actor).get("/alerts").text
        assert f"Child {anna}" in page, actor
        assert f"{SECRET}, 1 April 2025" in page, actor


@pytest.mark.parametrize(
    ("now_said", "told"),
    [
        ({"kind": "half-sibling", "other": {"local_id": "A9"}}, [[SECRET]]),
        ({"kind": "half-sibling", "other": {"local_id": "7"}, "since_on": "2020-01-02"}, [[SECRET]]),
        ({"kind": "half-sibling", "other": {"local_id": "7", "source": "urn:send:schools"}, "note": "again"}, []),
    ],
    ids=["another sister", "another day", "the same in other words"],
)
def test_a_relation_that_gave_way_left_the_family_unless_the_same_is_said(
    pipe: Pipe, now_said: dict[str, object], told: list[list[str]]
) -> None:
    say(pipe, "secret", recorded="2025-03-31T12:00:00+00:00", **now_said)

    assert unread(pipe, MANAGER) == told
    assert unread(pipe, CHAIR) == [], "though what is said now names no restricted child"
