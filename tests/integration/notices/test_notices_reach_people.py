"""A notice's way to a mailbox, and what commands write down and tell of it."""

import json
import os
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from threading import Thread

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import Engine, text

from send_integration.channels.smtp import Smtp
from send_integration.steps.catalogue import load_rules
from send_integration.steps.delivering import Deliverer, post_notices
from send_integration.steps.directory import keep_directory
from send_integration.store.notices import Reader, all_notices, mark_read
from send_integration.store.sessions import Session
from send_integration.store.shown import about_to_take_off
from tests.builders import NOW, WORKER, sent
from tests.integration.channels.mail import Mailbox, mail
from tests.integration.notices.test_who_is_told import (
    ANNA,
    ASKED,
    SEEN,
    TITLE,
    TOM,
    appointment,
    arrive,
    child_of,
    look,
)
from tests.integration.steps.pipe import Pipe

__all__ = ["mail"]

TODAY = date(2025, 9, 1)
TEAMS = {"ehc-team": "ehc@example.org"}
TAKEN_BACK = appointment("2025-06-03", "a", retracts="seen")
NEVER_ASKED = sent("ehcp.requested", "2025-05-05", event_id="x", source="council", person=ANNA, retracts="asked")


@pytest.fixture
def pipe(engine: Engine) -> Pipe:
    """Two children, and a directory in which one worker has an address, one has none, and one has left."""
    made = Pipe(engine, load_rules(), TODAY)
    arrive(made, ASKED, SEEN)
    for number, (email, what) in enumerate(
        (("w1@example.org", "joined"), (None, "joined"), ("w3@example.org", "left"))
    ):
        worker = {name: value for name, value in {**WORKER, "id": f"w{number + 1}", "email": email}.items() if value}
        made.send("workers", sent(f"workers.{what}", "2025-01-06", event_id=f"w{number}", worker=worker))
    made.drain_gate(["workers"])
    keep_directory(engine, made.waiting("send.clean.workers", "directory"))
    return made


def test_a_notice_is_mailed_once_to_who_has_an_address_and_says_nothing_of_the_child(
    pipe: Pipe,
    mail: tuple[Controller, Mailbox],
) -> None:
    controller, mailbox = mail
    controller.start()
    channel = Smtp(f"127.0.0.1:{controller.port}", "sender@example.org", "https://send.example.org")
    tom, anna = child_of(pipe, "seen"), child_of(pipe, "asked")
    for actor in ("w1", "w2", "w3"):
        look(pipe, actor, tom)
    arrive(pipe, TAKEN_BACK, NEVER_ASKED)
    with pipe.engine.begin() as connection:
        connection.execute(text("DELETE FROM delivery WHERE message_id LIKE 'a%'"))  # the alerts' own

    assert post_notices(pipe.engine, TEAMS, TODAY, NOW) == 2
    assert Deliverer(pipe.engine, [channel]).deliver(TODAY, NOW, 50) == (2, 0)
    look(pipe, "w1", tom)
    arrive(pipe, appointment("2025-06-10", "b", retracts="a"))
    arrive(pipe, appointment("2025-06-11", "c", corrects="seen"))
    assert post_notices(pipe.engine, TEAMS, TODAY, NOW) == 0
    assert Deliverer(pipe.engine, [channel]).deliver(TODAY, NOW + timedelta(days=1), 50) == (0, 0)

    told = {message["To"]: message for message in mailbox.received}
    assert set(told) == {"w1@example.org", "ehc@example.org"}
    words = "\n".join(f"{message['Subject']}\n{message.get_payload(decode=True)!r}" for message in mailbox.received)
    assert tom in words
    assert anna in words
    assert "https://send.example.org/alerts" in words
    secrets = (ANNA, TOM)
    for secret in [value for person in secrets for value in person.values() if value] + [TITLE, "appointment", "2025"]:
        assert f" {secret}" not in words


def test_what_was_read_before_it_was_sent_is_not_sent(pipe: Pipe, mail: tuple[Controller, Mailbox]) -> None:
    controller, mailbox = mail
    channel = Smtp(f"127.0.0.1:{controller.port}", "sender@example.org", "")
    look(pipe, "w1", child_of(pipe, "seen"))
    arrive(pipe, TAKEN_BACK)
    with pipe.engine.begin() as connection:
        connection.execute(text("DELETE FROM delivery"))
    assert post_notices(pipe.engine, TEAMS, TODAY, NOW) == 1
    assert Deliverer(pipe.engine, [channel]).deliver(TODAY, NOW, 50) == (0, 1)  # the server is down

    (notice,) = all_notices(pipe.engine, 10, restricted=True)
    mark_read(
        pipe.engine,
        notice.notice_id,
        Reader(["w1"], restricted=False, worker_id=""),
        Session("w1", "named-worker", ""),
        entries=1,
    )
    controller.start()

    assert Deliverer(pipe.engine, [channel]).deliver(TODAY, NOW + timedelta(hours=1), 50) == (0, 0)
    assert mailbox.received == []


def test_a_look_waits_for_what_is_being_taken_off_so_that_it_is_certain_which_came_first(pipe: Pipe) -> None:
    tom = child_of(pipe, "seen")
    looking = Thread(target=look, args=(pipe, "reader", tom), daemon=True)

    with pipe.engine.begin() as connection:
        left_at = about_to_take_off(connection)
        looking.start()
        waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'advisory'")
        with pipe.engine.connect() as other:
            while not other.execute(waiting).scalar_one():
                assert looking.is_alive()
                other.rollback()
        assert pipe.ask("SELECT count(*) FROM audit") == [(0,)]
    looking.join(10)

    ((at,),) = pipe.ask("SELECT at FROM audit")
    assert at > left_at


def command(engine: Engine, *arguments: str) -> str:
    """What a command prints; it needs no broker, though one must be named."""
    database = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    finished = subprocess.run(
        [str(Path(sys.executable).parent / "send-integration"), *arguments],
        env={**os.environ, "SEND_KAFKA": "127.0.0.1:1", "SEND_DATABASE": database},
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


def test_looks_and_exports_at_the_terminal_are_written_down_and_lead_to_notices_that_tell_no_title(
    pipe: Pipe, tmp_path: Path
) -> None:
    tom = child_of(pipe, "seen")
    assert TITLE in command(pipe.engine, "timeline", tom, "--by", "reader")
    command(pipe.engine, "export", "dfe", "--year", "2025", "--to", str(tmp_path / "tables"), "--by", "analyst")
    assert pipe.ask("SELECT actor, role, action, child_id, allowed FROM audit ORDER BY id") == [
        ("reader", "command-line", "view-child", tom, True),
        ("analyst", "command-line", "export", None, True),
    ]

    arrive(pipe, TAKEN_BACK)

    listed = json.loads(command(pipe.engine, "notices", "--json"))
    assert {(n["recipient"], n["child_id"], n["read_at"]) for n in listed} == {
        ("reader", tom, None),
        ("analyst", tom, None),
    }
    assert {tuple(entry["ways"]) for n in listed for entry in n["entries"]} == {("page",), ("export",)}
    for told in (json.dumps(listed), command(pipe.engine, "notices")):
        assert "appointment" not in told
        assert "2025-06-02" not in told
