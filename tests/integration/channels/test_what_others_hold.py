"""Who looks after all messages never waits for those that somebody else changes just now: two who need several would wait in
a ring. What is passed over is looked after at the next turn."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Connection, Engine, text

from send_integration.store.deliveries import due_again, hold_due
from send_integration.store.undelivered import mark_undeliverable, untold
from tests.builders import NOW
from tests.integration.alerts.test_alerts_reach_people import TODAY
from tests.integration.steps.meeting import never_waiting

EARLIER, LATER = NOW - timedelta(days=2), NOW + timedelta(hours=1)

HOLDS_A = text("SELECT FROM delivery WHERE message_id = 'a' FOR UPDATE")

Looking = Callable[[Connection], object]


def looked_after(ours: Engine, look: Looking, changed: str) -> list[str]:
    """The messages that a look changed, as `changed` tells."""
    with ours.begin() as connection:
        look(connection)
        query = text(f"SELECT message_id FROM delivery WHERE {changed} ORDER BY message_id")
        return list(connection.execute(query, {"now": NOW}).scalars())


@pytest.mark.parametrize(
    ("look", "stands", "changed"),
    [
        (lambda c: hold_due(c, TODAY, NOW), {"due_at": EARLIER}, "held_since = :now"),
        (lambda c: due_again(c, "smtp", NOW), {"due_at": LATER, "channel": "smtp"}, "due_at = :now"),
        (
            lambda c: mark_undeliverable(c, TODAY, NOW, NOW),
            {"due_at": EARLIER, "held_since": EARLIER},
            "undeliverable_since = :now",
        ),
    ],
    ids=["held", "due again", "undeliverable"],
)
def test_what_somebody_changes_is_passed_over_and_comes_next(
    engine: Engine, look: Looking, stands: dict[str, object], changed: str
) -> None:
    ask(engine, **stands)
    with never_waiting(engine) as ours:
        with engine.begin() as other:
            other.execute(HOLDS_A)
            assert looked_after(ours, look, changed) == ["b"]
        assert looked_after(ours, look, changed) == ["a", "b"]


def test_what_somebody_changes_is_told_of_at_the_next_turn(engine: Engine) -> None:
    ask(engine, due_at=EARLIER, undeliverable_since=EARLIER)

    def told(ours: Engine) -> list[str]:
        with ours.begin() as connection:
            return [one.message_id for one in untold(connection, but=())]

    with never_waiting(engine) as ours:
        with engine.begin() as other:
            other.execute(HOLDS_A)
            assert told(ours) == ["b"]
        assert told(ours) == ["a", "b"]


def ask(engine: Engine, **stands: object) -> None:
    """Two messages as they stand."""
    names = ", ".join(stands)
    values = ", ".join(f":{name}" for name in stands)
    with engine.begin() as connection:
        for message in ("a", "b"):
            connection.execute(
                text(
                    f"INSERT INTO delivery (message_id, address, content, {names})"
                    f" VALUES (:message, 'a@example.org', '{{}}', {values})"
                ),
                {"message": message, **stands},
            )
