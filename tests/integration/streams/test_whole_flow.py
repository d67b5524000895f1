"""Raw topic to committed timeline on real brokers, with workers killed, joining and leaving: as `evaluate` says."""

from datetime import date

from sqlalchemy import text

from send_integration.contracts.pseudonyms import WAREHOUSE
from send_integration.evaluate import as_json, evaluate
from send_integration.steps.catalogue import load_rules
from send_integration.store.pseudonym_keys import read_pseudonyms
from tests.builders import NOW, sent
from tests.integration.streams.conftest import TODAY, System
from tests.integration.streams.history import HOSTILE, lines, produce


def check_answers(system: System, history: list[tuple[str, bytes]], *, replays: int = 0) -> None:
    """What is stored and counted is what `evaluate` says; each message that repeats for a replay is a duplicate more."""
    rules = load_rules()
    expected = as_json(
        evaluate([raw for _, raw in history], rules, as_of=date.fromisoformat(TODAY), not_after=NOW), rules
    )
    with system.engine.connect() as connection:
        stored = [row[0] for row in connection.execute(text("SELECT answer FROM child ORDER BY child_id"))]
    assert stored == expected["children"]
    feeds = system.ledger().feeds
    assert sum(feed.accepted for feed in feeds) == expected["accepted"]
    assert sum(feed.quarantined for feed in feeds) == len(expected["quarantined"]) >= len(HOSTILE)
    assert sum(feed.duplicates for feed in feeds) == expected["duplicates"] + replays  # type: ignore[operator]


def check_warehouse(system: System) -> None:
    """The facts are those of the answers, child by child; returns once the reports have caught up, and have swept."""
    names = read_pseudonyms(system.folder / "pseudonym-keys", WAREHOUSE)
    counted = text("SELECT child_key, count(*) FROM warehouse.fact_event GROUP BY child_key")
    told = text("SELECT child_id, jsonb_array_length(answer -> 'timeline') FROM child")

    def agrees() -> bool:
        with system.engine.connect() as connection:
            facts = {row[0]: row[1] for row in connection.execute(counted)}
            answers = {names.of(row[0]): row[1] for row in connection.execute(told)}
            due = connection.execute(text("SELECT count(*) FROM reporting_intake.restated_child WHERE judged_by = ''"))
            return bool(answers) and facts == answers and due.scalar_one() == 0

    system.wait_for(agrees, "the warehouse")
    kept = text("SELECT as_at FROM reporting_intake.kept_figures")

    def page_has_figures() -> bool:
        with system.engine.connect() as connection:
            return connection.execute(kept).scalar_one_or_none() == date.fromisoformat(TODAY)

    system.wait_for(page_has_figures, "the figures of the page of measures")


def test_killed_workers_and_one_that_joins_and_leaves_lose_and_double_nothing(system: System) -> None:
    history = lines(children=150)
    produce(system.broker, history[:1200])
    first = system.start_worker()
    reports = system.start_worker("reports")
    system.wait_for(lambda: system.accepted() > 200, "the first worker's start")

    first.kill()
    second = system.start_command("worker")
    produce(system.broker, history[1200:])
    third = system.start_worker()
    system.wait_for(lambda: system.kept() > 600, "the second worker's progress")
    reports.kill()
    with system.engine.begin() as connection:
        connection.execute(text("INSERT INTO reporting_intake.restated_child VALUES ('nobody', NULL, '')"))
    system.start_command("reports")
    third.kill()
    system.wait_until_balanced()

    check_answers(system, history)
    check_warehouse(system)
    second.terminate()
    assert second.wait(30) == 0


def test_a_worker_whose_step_fails_stops_and_another_goes_on_from_there(system: System) -> None:
    history = lines(children=40)
    with system.engine.begin() as connection:
        connection.execute(text("ALTER TABLE event RENAME TO event_away"))
    produce(system.broker, history)

    broken = system.start_worker()
    assert broken.wait(60) == 70
    with system.engine.begin() as connection:
        connection.execute(text("ALTER TABLE event_away RENAME TO event"))
    system.start_worker()
    system.wait_until_balanced()

    check_answers(system, history)


def test_what_people_see_of_a_failure_holds_nothing_of_a_child(system: System) -> None:
    history = lines(children=5)
    with system.engine.begin() as connection:
        connection.execute(text("ALTER TABLE event RENAME TO event_away"))
    produce(system.broker, history)

    assert system.start_command("worker").wait(60) == 70
    words = system.logs()

    assert "the timeline failed and the worker stops" in words
    for secret in ("Anna", "Example", "9990", "2012-03-04"):
        assert secret not in words


def test_a_deadline_that_passes_is_flagged_though_nothing_arrives(system: System) -> None:
    system.today = "2024-12-02"
    produce(system.broker, [("ehcp", sent("ehcp.requested", "2024-11-04", event_id="r"))])  # six weeks: 16 December
    before = system.start_worker()
    system.wait_until_balanced()
    system.wait_for(lambda: system.kept() == 1, "the event")
    assert flagged(system) == []
    before.terminate()
    before.wait()

    system.today = "2024-12-17"
    system.start_worker()

    system.wait_for(lambda: flagged(system) == [("ehc-decide-to-assess", "missed")], "the flag")


def flagged(system: System) -> list[tuple[str, str]]:
    with system.engine.connect() as connection:
        rows = connection.execute(
            text("SELECT content ->> 'rule', content ->> 'status' FROM flag WHERE status = 'open' ORDER BY 1")
        )
        return [(row[0], row[1]) for row in rows]
