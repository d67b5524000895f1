"""`identity train` learns from an authority's own records what is true of them, and `redecide` can be tried first."""

import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import Engine, text

from send_integration.identity.model import default_model, model_as_json, read_model
from send_integration.identity.records import FirstSeen, PersonRecord, child_id_of
from send_integration.store.people import KnownRecord, add_records, new_record_ids

CHILDREN = 600
WRONG_GENDER = 0.1
"""Of every tenth record; so that two records of one child disagree in 2 x 0.1 x 0.9 of all pairs."""

GIVEN = [a + b for a in ("An", "Be", "Cor", "Dar", "El", "Fen", "Gal", "Hol") for b in ("a", "ika", "ton", "vin", "ra")]
FAMILY = [a + b for a in ("Ash", "Birch", "Cedar", "Elm", "Fir", "Haw", "Oak", "Yew") for b in ("by", "ley", "worth")]


def known_records() -> list[PersonRecord]:
    """Three agencies' records of made-up children; the numbers that are given are always right."""
    chance = Random(821)
    made: list[PersonRecord] = []
    for number in range(CHILDREN):
        born = date(2008, 1, 1) + timedelta(chance.randrange(4000))
        given, family, gender = chance.choice(GIVEN), chance.choice(FAMILY), chance.choice("MF")
        postcode = f"LU{chance.randrange(1, 5)} {chance.randrange(1, 10)}A{chance.choice('ABDEFGHJ')}"
        for source in ("camhs", "school", "social-care"):
            said = {"M": "F", "F": "M"}[gender] if chance.random() < WRONG_GENDER else gender
            made.append(PersonRecord(source, str(number), given, family, born, postcode=postcode, gender=said))
    return made


@pytest.fixture
def filled(engine: Engine) -> Engine:
    with engine.begin() as connection:
        records = known_records()
        seen = FirstSeen(datetime(2025, 1, 1, tzinfo=UTC), "s", "e")
        ids = new_record_ids(connection, len(records))
        add_records(
            connection,
            [KnownRecord(i, i, record, seen, child_id_of(seen), 1) for i, record in zip(ids, records, strict=True)],
        )
    return engine


def identity(database: str, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """The command in a process of its own; training needs no broker."""
    command = [str(Path(sys.executable).parent / "send-integration"), "identity", *arguments]
    told = {**os.environ, "SEND_KAFKA": "127.0.0.1:1", "SEND_DATABASE": database, **environment}
    return subprocess.run(command, env=told, capture_output=True, text=True, check=False)


def test_training_learns_how_often_one_childs_records_disagree(filled: Engine, database: str, tmp_path: Path) -> None:
    file = tmp_path / "luton-1.json"

    done = identity(database, "train", str(file), "--version", "luton-1", "--lists-everyone", "school")

    assert done.returncode == 0, done.stderr
    model = read_model(file.read_bytes(), file.name)
    assert (model.version, model.lists_everyone) == ("luton-1", frozenset({"school"}))
    disagree = model.levels["gender"]["different"]
    assert disagree.child == pytest.approx(2 * WRONG_GENDER * (1 - WRONG_GENDER), abs=0.04)
    assert disagree.stranger == pytest.approx(0.5, abs=0.05)
    assert model.levels["given_name"]["same"].stranger == pytest.approx(1 / len(GIVEN), abs=0.01)
    assert model.levels["upn"] == default_model().levels["upn"], "nobody gave one: nothing is learnt of it"


def test_a_models_file_is_never_written_over(filled: Engine, database: str, tmp_path: Path) -> None:
    file = tmp_path / "luton-1.json"
    file.write_bytes(model_as_json(default_model()))

    done = identity(database, "train", str(file))

    assert done.returncode == 2
    assert "There is such a file already" in done.stderr
    assert file.read_bytes() == model_as_json(default_model())


def test_too_few_records_teach_nothing(database: str, tmp_path: Path) -> None:
    done = identity(database, "train", str(tmp_path / "none.json"))

    assert done.returncode == 2
    assert "too few" in done.stderr


def test_a_dry_run_says_what_would_change_and_changes_nothing(filled: Engine, database: str) -> None:
    done = identity(database, "redecide", "--dry-run")
    with filled.connect() as connection:
        decisions = connection.execute(text("SELECT count(DISTINCT child_id) FROM person_record")).scalar_one()
        waiting = connection.execute(text("SELECT count(*) FROM outbox WHERE topic <> 'send.audit'")).scalar_one()

    assert f"{3 * CHILDREN:,} records decided by model default-1" in done.stdout
    assert (decisions, waiting) == (1, 0)
