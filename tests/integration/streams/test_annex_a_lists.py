"""The child-level lists of an inspection, from the file to the ledger: what is let in, and which row waits with which reason."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from send_integration.identity.model import default_model, model_as_json
from tests.annex_a_lists import LIST_DAY, UPN, child, workbook
from tests.builders import sent
from tests.integration.streams.conftest import System
from tests.integration.streams.history import produce

SAMPLE = Path(__file__).parents[2] / "data" / "annex_a" / "annex-a-sen-fake.xlsx"
COMMAND = str(Path(sys.executable).parent / "send-integration")
SCHOOLS = "urn:send:luton:schools"
PUPIL = {
    "local_id": "S1",
    "given_name": "Anna",
    "family_name": "Example",
    "date_of_birth": "2014-05-06",
    "upn": UPN,
    "nhs_number": None,
}


def run(system: System, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """A command in a process of its own, told where this system's parts are."""
    environment = {**os.environ, **system.environment, "SEND_AS_OF": ""}
    return subprocess.run([COMMAND, *arguments], env=environment, capture_output=True, text=True, check=False)


def quarantined(system: System) -> dict[tuple[str, str], list[tuple[str, tuple[str, ...]]]]:
    """By list and row of the file, the feed and the codes of each item."""
    with system.engine.connect() as connection:
        rows = connection.execute(text("SELECT origin, feed, reasons FROM quarantine ORDER BY feed, id")).all()
    found: dict[tuple[str, str], list[tuple[str, tuple[str, ...]]]] = {}
    for origin, feed, reasons in rows:
        place = (origin["file"].removeprefix("annex-a-sen-fake.xlsx "), str(origin["row"]))
        found.setdefault(place, []).append((feed, tuple(sorted({reason["code"] for reason in reasons}))))
    return {place: sorted(items) for place, items in found.items()}


def test_the_sample_is_accounted_for_to_the_last_row(system: System) -> None:
    system.start_worker()

    first = run(system, "ingest", str(SAMPLE), "--format", "annex-a", "--json")
    system.wait_until_balanced()
    again = run(system, "ingest", str(SAMPLE), "--json")
    system.wait_until_balanced()
    ledger = run(system, "ledger", "--json")

    assert (first.returncode, again.returncode, ledger.returncode) == (0, 0, 0), first.stderr + again.stderr
    assert json.loads(first.stdout)["feeds"] == {
        "ehcp": {"read": 3, "sent": 3},
        "people": {"read": 4, "sent": 4},
        "school": {"read": 1, "sent": 1},
    }
    assert json.loads(again.stdout)["unchanged"] == 5
    whole_row = ("annex-a-unknown-code", "annex-a-upn-invalid")
    assert quarantined(system) == {
        ("list 1", "2"): [("people", ("annex-a-102b", *whole_row))],
        ("list 1", "3"): [
            ("people", ("annex-a-upn-invalid", "upn-check-letter")),
            ("school", ("annex-a-unknown-code", "unknown-code")),
        ],
        ("list 2", "2"): [("people", ("annex-a-202b", "annex-a-in-both-lists", *whole_row))],
        ("list 2", "3"): [("people", ("annex-a-202b", *whole_row))],
    }
    with system.engine.connect() as connection:
        rows = connection.execute(
            text("SELECT source, local_id FROM quarantine WHERE feed = 'people' ORDER BY 2")
        ).all()
    source = "urn:send:authority:821:annex-a"
    assert [tuple(row) for row in rows] == [(source, who) for who in ("wilbert", "will", "will", "willis")]
    counts = {one.feed: (one.accepted, one.quarantined, one.duplicates) for one in system.ledger().feeds if one.raw}
    assert counts == {"ehcp": (3, 0, 3), "people": (0, 4, 4), "school": (0, 1, 1)}


def send_and_settle(system: System, file: Path) -> None:
    """Two pupils whom a school knows by name, and a list of three children; one of them has a pupil's UPN, two the birth date."""
    bo = {**PUPIL, "local_id": "S2", "upn": None, "given_name": "Bo"}
    produce(
        system.broker,
        [
            ("school", sent("school.enrolled", "2024-09-02", person=who, source=SCHOOLS, event_id=str(who["local_id"])))
            for who in (PUPIL, bo)
        ],
    )
    without_upn = child(unique_id="C2", upn=None, uln=1234567890)
    aged_25 = child(unique_id="C3", upn=None, uln=1234567891, born="01/06/1999")
    file.write_bytes(workbook([child(), without_upn, aged_25]))
    told = run(system, "ingest", str(file), "--as-at", str(LIST_DAY))
    assert told.returncode == 0, told.stderr
    system.wait_until_balanced()
    assert quarantined(system) == {}


def children(system: System) -> list[list[str]]:
    """Each child by the local ids under which it is known."""
    asked = "SELECT array_agg(DISTINCT local_id ORDER BY local_id) FROM person_record GROUP BY child_id"
    with system.engine.connect() as connection:
        return sorted(row[0] for row in connection.execute(text(asked)))


def test_a_row_without_a_name_joins_nobody_by_itself_and_a_person_is_asked(system: System, tmp_path: Path) -> None:
    system.start_worker()

    send_and_settle(system, tmp_path / "lists.xlsx")
    remarks = run(system, "quality", "remarks", "--json")

    assert children(system) == [["C1"], ["C2"], ["C3"], ["S1"], ["S2"]]
    asked = (
        "SELECT one.local_id, other.local_id FROM identity_review r JOIN person_record one ON one.id = r.one"
        " JOIN person_record other ON other.id = r.other"
    )
    with system.engine.connect() as connection:
        assert [sorted(row) for row in connection.execute(text(asked))] == [["C1", "S1"]]
    assert ("annex-a-102a", 1) in {(one["rule"], one["events"]) for one in json.loads(remarks.stdout)}


def test_a_row_joins_by_upn_and_birth_date_whom_a_list_of_every_child_knows_and_no_other(
    system: System, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = tmp_path / "model.json"
    model.write_bytes(model_as_json(replace(default_model(), lists_everyone=frozenset({SCHOOLS}))))
    monkeypatch.setenv("SEND_IDENTITY_MODEL", str(model))
    system.start_worker()

    send_and_settle(system, tmp_path / "lists.xlsx")

    assert children(system) == [["C1", "S1"], ["C2"], ["C3"], ["S2"]]
