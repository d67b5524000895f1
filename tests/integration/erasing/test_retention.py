"""Retention erases who is due and nobody else, goes on after a kill, and clears tables of what is too old."""

import json
import os
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import Engine, text

from send_integration.cli import erase as erase_command
from send_integration.cli import hold, retention
from send_integration.errors import BadInput, BadSetting, SendError
from send_integration.settings import settings
from send_integration.steps.holding import place
from send_integration.steps.retaining import Retaining, due_children, load_retention
from send_integration.store.ledger import kept_now
from send_integration.store.sessions import Session, record
from tests.integration.cli.conftest import Run, command
from tests.integration.erasing.small import CLINIC, SAM, SCHOOLS, Small, small_town

__all__ = ["command"]

OLD = {"given_name": "Olive", "family_name": "Elder", "nhs_number": None, "postcode": "LU5 5EE"}
TODAY = date(2025, 6, 1)


def old(number: int, born: str) -> dict[str, object]:
    return {**OLD, "local_id": f"O-{number}", "given_name": f"Olive{'abcdefgh'[number]}", "date_of_birth": born}


@pytest.fixture
def town(engine: Engine, tmp_path: Path) -> Small:
    """Children of today, and four who are grown: two long due, one with a plan, one heard of a year ago."""
    made = small_town(engine, tmp_path)
    made.send("school.enrolled", "2005-09-05", "o0", SCHOOLS, old(0, "1995-01-02"))
    made.send("school.enrolled", "2006-09-05", "o1", SCHOOLS, old(1, "1996-03-04"))
    made.send("ehcp.finalised", "2007-09-05", "o2", SCHOOLS, old(2, "1997-05-06"))
    made.send("school.enrolled", "2023-09-05", "o3", CLINIC, old(3, "1998-07-08"))
    return made


def due(town: Small, as_of: date = TODAY) -> dict[str, tuple[str, date, bool]]:
    names = {town.child(f"Olive{one}", "Elder"): one for one in "abcd"}
    found = due_children(town.engine, load_retention(None), as_of)
    return {names[one.child_id]: (one.due.rule.name, one.due.due_on, one.held) for one in found}


def test_who_is_due_is_told_by_the_calendar(town: Small) -> None:
    assert due(town) == {
        "a": ("everyone", date(2020, 1, 2), False),
        "b": ("everyone", date(2021, 3, 4), False),
    }
    assert due(town, date(2020, 1, 1)) == {}
    assert due(town, date(2028, 5, 6)) == {**due(town), "c": ("sen-file", date(2028, 5, 6), False)}
    assert due(town, date(2029, 9, 5))["d"] == ("last-involvement", date(2029, 9, 5), False)


def names_left(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT given_name FROM person_record WHERE family_name = 'Elder' ORDER BY 1"))
        return list(rows.scalars())


@pytest.fixture
def run(command: Run, town: Small, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A command on this town, by its key, on the first of June 2025."""
    monkeypatch.setenv("SEND_PSEUDONYM_KEYS", str(town.eraser.keys))
    monkeypatch.setenv("SEND_AS_OF", TODAY.isoformat())
    settings.cache_clear()

    def given(which: object, *arguments: str) -> Result:
        return command(which, *arguments, "--by", "sam")

    return given


def test_a_run_erases_the_due_but_not_the_held_and_writes_each_down(run: Run, town: Small) -> None:
    held = town.child("Oliveb", "Elder")
    place(town.engine, held, SAM, "case 9")

    listed = json.loads(run(retention.app, "list", "--json").stdout)
    assert [(one["rule"], one["held"]) for one in listed] == [(one["rule"], one["child_id"] == held) for one in listed]
    assert {one["child_id"] for one in listed} == {town.child("Olivea", "Elder"), held}
    assert all("IRMS" in one["citation"] or "Blackpool" in one["citation"] for one in listed)
    tried = run(retention.app, "run", "--dry-run").stdout
    assert "would go: everyone" in tried
    assert "stays, held" in tried
    assert names_left(town.engine) == ["Olivea", "Oliveb", "Olivec", "Olived"]

    done = run(retention.app, "run")

    assert done.exit_code == 0, done.output
    assert "Children erased: 1." in done.stdout
    assert f"{held}  stays: A legal hold" in done.stdout
    assert names_left(town.engine) == ["Oliveb", "Olivec", "Olived"]
    entries = town.pipe.ask("SELECT allowed, why FROM audit WHERE action = 'retention-erase' ORDER BY id")
    assert sorted(allowed for allowed, _ in entries) == [False, True]
    assert all(why.startswith("rule everyone, due 202") for _, why in entries)
    assert "Children erased: 0." in run(retention.app, "run").stdout


def test_most_bounds_a_run(run: Run, town: Small) -> None:
    assert "Children erased: 1." in run(retention.app, "run", "--most", "1").stdout
    assert len(names_left(town.engine)) == 3


def test_nobody_is_erased_by_a_day_that_has_not_come(run: Run, town: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    for given in (["--as-of", "2090-01-01"], []):
        monkeypatch.setenv("SEND_AS_OF", "2090-01-01")  # a rehearsal erases for good like anything else
        settings.cache_clear()
        refused = run(retention.app, "run", *given)
        assert isinstance(refused.exception, BadInput)
    assert "would go: sen-file" in run(retention.app, "run", "--as-of", "2090-01-01", "--dry-run").stdout
    assert len(names_left(town.engine)) == 4


def test_a_run_that_is_killed_between_two_children_goes_on_when_it_is_started_again(run: Run, town: Small) -> None:
    program = (
        "import os, signal, sys\n"
        "from send_integration.steps import retaining\n"
        "from send_integration.cli.main import main\n"
        "whole = retaining.Eraser.erase\n"
        "def once(self, *given):\n"
        "    done = whole(self, *given)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "    return done\n"
        "retaining.Eraser.erase = once\n"
        "sys.argv = ['send-integration', 'retention', 'run', '--by', 'sam']\n"
        "main()\n"
    )
    killed = subprocess.run([sys.executable, "-c", program], check=False, env=dict(os.environ), capture_output=True)

    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    assert len(names_left(town.engine)) == 3
    assert "Children erased: 1." in run(retention.app, "run").stdout
    assert names_left(town.engine) == ["Olivec", "Olived"]
    assert town.one("SELECT count(*) FROM audit WHERE action = 'retention-erase' AND allowed") == 2


def test_what_is_too_old_of_tables_goes_and_what_is_counted_stays_so(town: Small) -> None:
    town.pipe.send("school", b'{"broken": 1}')
    town.pipe.send("school", b'{"broken": 2}')
    town.pipe.settle()
    with town.engine.begin() as connection:
        connection.execute(text("UPDATE quarantine SET quarantined_at = '2023-01-01'"))
        connection.execute(text("UPDATE quarantine_act SET at = '2023-01-01'"))
        connection.execute(
            text("UPDATE quarantine SET status = 'discarded' WHERE convert_from(raw, 'UTF8') LIKE '%1}'")
        )
        connection.execute(
            text(
                "INSERT INTO delivery (message_id, address, content, due_at, sent_at) VALUES ('old', 'a@b', '{}', now(),"
                " '2024-01-01'), ('new', 'a@b', '{}', now(), '2026-05-31'), ('waits', 'a@b', '{}', now(), NULL)"
            )
        )
    before = kept_now(town.engine).rows

    cleared = {
        rule.name: rows for rule, rows in Retaining(town.eraser, load_retention(None), TODAY).clear_tables(SAM) if rows
    }

    assert cleared == {"discarded-from-quarantine": 2, "delivery": 1}
    assert kept_now(town.engine).rows == before, "a mark stays for the item"
    assert town.one("SELECT count(*) FROM quarantine") == 1, "an open one waits for a person, however long"
    assert town.pipe.ask("SELECT message_id FROM delivery WHERE address = 'a@b' ORDER BY 1") == [("new",), ("waits",)]
    assert town.one("SELECT count(*) FROM audit WHERE action = 'retention-clear'") == 2
    town.pipe.send("school", b'{"broken": 1}')
    town.pipe.settle()
    assert town.one("SELECT count(*) FROM quarantine") == 1, "it stays out"


def test_erasing_by_hand_says_what_went_and_who_has_files(
    run: Run, town: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    tom = town.child("Tom", "Bright")
    record(town.engine, Session("chair", "panel-chair", ""), "print-pack", tom, allowed=True, why="x")
    record(town.engine, Session("ana", "analyst", ""), "extract", None, allowed=True, why="x")

    tried = run(erase_command.erase, tom, "--why", "asked", "--dry-run")
    assert tried.exit_code == 0, tried.output
    assert "Would be erased of child" in tried.stdout
    done = run(erase_command.erase, tom, "--why", "asked")

    assert "person records" in done.stdout
    assert "chair, panel-chair: print-pack of this child, 1 times" in done.stdout
    assert "ana, analyst: extract of all children, 1 times" in done.stdout
    assert "Bright" not in done.stdout
    again = run(erase_command.erase, tom, "--why", "asked")
    assert isinstance(again.exception, BadInput)
    entries = town.pipe.ask(
        "SELECT action, why FROM audit WHERE child_id = :tom AND actor = 'sam' ORDER BY id", tom=tom
    )
    assert [action for action, _ in entries] == ["try-erasing", "erase-child"]
    assert "rows, 1 records" in entries[1][1]


@pytest.mark.parametrize(("why", "words"), [("", "needs a reason"), ("of 999 000 0018", "number of a child")])
def test_a_reason_is_asked_for_and_holds_no_number(run: Run, town: Small, why: str, words: str) -> None:
    for given in ((erase_command.erase, town.child("Tom", "Bright")), (hold.app, "place", town.child("Tom", "Bright"))):
        refused = run(*given, "--why", why)
        assert isinstance(refused.exception, BadInput), refused.output
        assert words in str(refused.exception)


def test_restricted_children_are_erased_and_held_only_where_that_is_asked_for(run: Run, town: Small) -> None:
    mira = town.child("Mira", "Hidden")
    for which in ((erase_command.erase, mira), (hold.app, "place", mira), (hold.app, "lift", mira)):
        refused = run(*which, "--why", "asked")
        assert isinstance(refused.exception, BadInput)
        assert "Nobody, or more than one" in str(refused.exception)
    assert run(hold.app, "place", mira, "--why", "case 3", "--restricted").exit_code == 0
    held = run(erase_command.erase, mira, "--why", "asked", "--restricted")
    assert isinstance(held.exception, SendError)
    assert held.exception.exit_code == 2
    assert mira in run(hold.app, "list").stdout
    assert json.loads(run(hold.app, "list", "--json").stdout)[0]["why"] == "case 3"
    assert run(hold.app, "lift", mira, "--why", "case closed", "--restricted").exit_code == 0
    assert "No hold stands." in run(hold.app, "list").stdout


def test_a_missing_key_is_told_before_anybody_goes(run: Run, town: Small) -> None:
    (town.eraser.keys / "erasure.key").unlink()

    refused = run(retention.app, "run")

    assert isinstance(refused.exception, BadSetting)
    assert "pseudonyms new erasure" in str(refused.exception)
    assert len(names_left(town.engine)) == 4
