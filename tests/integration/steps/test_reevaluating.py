"""Every child evaluated anew by several processes: the stream's own answers, nobody twice, and all of them after a kill."""

from collections.abc import Iterator
from datetime import date
from functools import partial
from multiprocessing import active_children

import pytest
from sqlalchemy import Engine, text

from send_integration.errors import Broken
from send_integration.evaluate import as_json, evaluate
from send_integration.steps.catalogue import load_rules
from send_integration.steps.reevaluating import Work, make_everybody_due, reevaluate
from send_integration.steps.timeline import TimelineKeeper
from send_integration.store.timelines import LOCK_BUCKETS, Part, children_due
from tests.builders import NOW, sent
from tests.integration.steps.meeting import meet
from tests.integration.steps.pipe import Pipe

RULES = load_rules()
FIRST_DAY, LATER = date(2025, 3, 10), date(2025, 9, 1)
CHILDREN = 40


def history() -> Iterator[bytes]:
    """Of each child a request that nobody has answered, and of each third a crisis while waiting."""
    for number in range(CHILDREN):
        person = {"local_id": f"L{number}", "nhs_number": None, "given_name": "Anna" + "abcdefghij"[number % 10] * 3,
                  "family_name": "Ex" + "klmnopqrst"[number // 10] * 4,
                  "date_of_birth": f"201{number % 10}-0{1 + number % 9}-2{number // 10}"}  # fmt: skip
        yield sent("ehcp.requested", "2025-03-03", event_id=f"r{number}", source="s", person=person)
        if number % 3 == 0:
            yield sent("camhs.referred", "2025-03-04", event_id=f"c{number}", source="s", person=person)
            yield sent("camhs.crisis_presentation", "2025-03-09", event_id=f"x{number}", source="s", person=person)


@pytest.fixture
def filled(engine: Engine) -> Pipe:
    """A database whose children were all evaluated on the first day."""
    pipe = Pipe(engine, RULES, FIRST_DAY)
    for raw in history():
        pipe.send("ehcp" if b"ehcp" in raw else "camhs", raw)
    pipe.settle()
    return pipe


def work(engine: Engine, today: date) -> Work:
    return Work(engine.url.render_as_string(hide_password=False), RULES, today, NOW)


def expected(today: date) -> list[dict[str, object]]:
    found: list[dict[str, object]] = as_json(evaluate(history(), RULES, as_of=today, not_after=NOW), RULES)["children"]
    return found


def changes(engine: Engine) -> list[tuple[str, str]]:
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT flag_id, change FROM flag_change ORDER BY flag_id, id"))
        return [tuple(row) for row in rows]


def test_two_processes_give_every_child_the_answer_that_evaluate_gives(filled: Pipe, engine: Engine) -> None:
    told: list[int] = []

    done = reevaluate(work(engine, LATER), 2, told.append)

    assert done == sum(told) == CHILDREN
    assert filled.answers() == expected(LATER)


def test_whoever_is_not_due_is_left_until_everybody_is_asked_for(filled: Pipe, engine: Engine) -> None:
    assert reevaluate(work(engine, FIRST_DAY), 2, lambda _: None) == 0

    make_everybody_due(engine, FIRST_DAY)

    assert reevaluate(work(engine, FIRST_DAY), 2, lambda _: None) == CHILDREN
    assert filled.answers() == expected(FIRST_DAY)


def test_after_a_kill_the_next_run_does_the_rest_and_no_flag_changes_twice(filled: Pipe, engine: Engine) -> None:
    """One process waits for a child's lock when it is killed; the other comes to its end."""
    with engine.connect() as other:
        [victim] = children_due(other, LATER, 1, Part(0, 2))
        other.execute(
            text("SELECT pg_advisory_xact_lock(821, abs(hashtext(:child) % :buckets))"),
            {"child": victim, "buckets": LOCK_BUCKETS},
        )

        def kill_the_one_that_waits(_: int) -> None:
            next(process for process in active_children() if process.name == "part 0").kill()

        with pytest.raises(Broken, match=r"1 of 2 processes did not come to their end \(killed\)"):
            reevaluate(work(engine, LATER), 2, kill_the_one_that_waits)
    with engine.connect() as connection:
        left = set(children_due(connection, LATER, CHILDREN))
    assert victim in left
    assert len(left) < CHILDREN

    assert reevaluate(work(engine, LATER), 2, lambda _: None) == len(left)

    assert filled.answers() == expected(LATER)
    found = changes(engine)
    assert len(found) == len(set(found))


def test_a_fault_in_a_process_is_told_by_its_kind_alone(filled: Pipe, engine: Engine) -> None:
    """What PostgreSQL says of a fault quotes rows, and rows hold names."""
    with engine.begin() as connection:
        connection.execute(
            text("ALTER TABLE child ADD CONSTRAINT refused CHECK (evaluated_on < '2025-09-01') NOT VALID")
        )

    with pytest.raises(
        Broken, match=r"2 of 2 processes did not come to their end \(IntegrityError, IntegrityError\)"
    ) as told:
        reevaluate(work(engine, LATER), 2, lambda _: None)

    assert "Anna" not in str(told.value)
    assert filled.answers() == expected(FIRST_DAY)


def test_a_child_whom_another_sweep_was_faster_to_evaluate_is_not_evaluated_again(filled: Pipe, engine: Engine) -> None:
    """Both have found the same children due before either has their locks."""
    keepers = [TimelineKeeper(engine, RULES) for _ in range(2)]
    steps = [partial(keeper.sweep, LATER, NOW, CHILDREN) for keeper in keepers]

    meet(engine, "LOCK TABLE child IN SHARE ROW EXCLUSIVE MODE", steps)

    assert filled.answers() == expected(LATER)
    with engine.connect() as connection:
        written = connection.execute(text("SELECT count(DISTINCT updated_at) FROM child")).scalar_one()
    assert written == 1
