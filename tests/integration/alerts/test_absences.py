"""A worker's absence from the inbox page, or a source, to the directory: through the gate, corrected, taken back, in any order."""

from datetime import date
from itertools import permutations

import pytest
from sqlalchemy import Engine

from send_integration.alerts.directory import Absence
from send_integration.errors import BadInput
from send_integration.steps.absences import SOURCE, Away, say_away, say_back
from send_integration.steps.catalogue import load_rules
from send_integration.steps.directory import keep_directory
from send_integration.store.directory import Colleague, directory, one_colleague, standing_absence
from send_integration.store.sessions import Session
from tests.builders import NOW, WORKER, sent
from tests.integration.steps.pipe import Pipe, empty

TODAY = date(2026, 6, 1)
FIRST, LAST = date(2026, 6, 8), date(2026, 6, 12)
SESSION = Session("w1", "named-worker", "")


def settle(pipe: Pipe) -> None:
    pipe.relay()
    pipe.drain_gate(["workers"])
    keep_directory(pipe.engine, pipe.waiting("send.clean.workers", "directory"))


def absences(pipe: Pipe) -> tuple[Absence, ...]:
    with pipe.engine.connect() as connection:
        return directory(connection)["w1"].absences


@pytest.fixture
def pipe(engine: Engine) -> Pipe:
    made = Pipe(engine, load_rules(), TODAY)
    made.send("workers", sent("workers.joined", "2025-01-06", event_id="j", worker=WORKER))
    settle(made)
    return made


def colleague(pipe: Pipe) -> Colleague:
    found = one_colleague(pipe.engine, "w1", TODAY)
    assert found is not None
    return found


def test_what_a_worker_says_on_the_page_is_in_the_directory_and_corrected_and_taken_back(pipe: Pipe) -> None:
    say_away(pipe.engine, colleague(pipe), Away(FIRST, LAST, "w2"), SESSION, NOW, TODAY)
    settle(pipe)
    assert absences(pipe) == (Absence(FIRST, LAST, "w2"),)

    later = date(2026, 6, 19)
    say_away(pipe.engine, colleague(pipe), Away(FIRST, later, None), SESSION, NOW, TODAY)
    settle(pipe)
    assert absences(pipe) == (Absence(FIRST, later, None),)
    assert standing_absence(pipe.engine, "w1", SOURCE, date(2026, 6, 20)) is None, "it is over"

    say_back(pipe.engine, colleague(pipe), SESSION, NOW, TODAY)
    settle(pipe)
    assert absences(pipe) == ()
    with pytest.raises(BadInput, match="have not said"):
        say_back(pipe.engine, colleague(pipe), SESSION, NOW, TODAY)
    assert pipe.ask("SELECT count(*) FROM quarantine") == [(0,)]


def test_a_sources_words_hold_in_whatever_order_they_come(engine: Engine) -> None:
    days = {"from_on": "2026-06-08", "to_on": "2026-06-12"}
    joined = sent("workers.joined", "2025-01-06", event_id="j", worker=WORKER)
    first = sent("workers.away", "2026-05-01", event_id="a1", **days)
    second = sent("workers.away", "2026-05-02", event_id="a2", corrects="a1", **{**days, "to_on": "2026-06-10"})
    other = sent("workers.away", "2026-05-03", event_id="b1", **days)
    back = sent("workers.away", "2026-05-04", event_id="b2", retracts="b1", **days)

    for order in list(permutations((first, second, other, back)))[::5]:
        empty(engine)
        made = Pipe(engine, load_rules(), TODAY)
        for raw in (joined, *order, first):
            made.send("workers", raw, partition=0)
            settle(made)
        assert absences(made) == (Absence(FIRST, date(2026, 6, 10), "w2"),)


def test_an_absence_that_ends_before_it_begins_or_is_covered_by_oneself_is_not_let_in(pipe: Pipe) -> None:
    pipe.send("workers", sent("workers.away", "2026-05-01", event_id="x", from_on="2026-06-12", to_on="2026-06-08"))
    settle(pipe)

    assert absences(pipe) == ()
    assert pipe.ask("SELECT reasons -> 0 ->> 'code' FROM quarantine") == [("dates-out-of-order",)]


def test_a_leaving_that_is_taken_back_never_was(pipe: Pipe) -> None:
    pipe.send("workers", sent("workers.left", "2026-05-01", event_id="gone", worker=WORKER, hands_over_to="w2"))
    settle(pipe)
    with pipe.engine.connect() as connection:
        assert directory(connection)["w1"].left_on == date(2026, 5, 1)

    pipe.send("workers", sent("workers.left", "2026-05-02", event_id="back", worker=WORKER, retracts="gone"))
    settle(pipe)

    assert colleague(pipe).worker_id == "w1"
    with pipe.engine.connect() as connection:
        assert directory(connection)["w1"].left_on is None
