"""Who posts notices never waits for one that somebody adds to: whoever adds locks several in another order, and the two could
wait in a ring. It is posted at the next turn."""

from datetime import date

from sqlalchemy import Connection, Engine

from send_integration.alerts.notices import CORRECTED, Lost, Told, Way
from send_integration.contracts.event import EventKey
from send_integration.steps.delivering import post_notices
from send_integration.store.notices import keep_notices
from tests.builders import NOW
from tests.integration.steps.meeting import never_waiting

TODAY = date(2025, 9, 1)
TEAMS = {"one": "one@example.org", "other": "other@example.org"}


def tell(connection: Connection, event_id: str, *recipients: str, child_id: str = "c1") -> None:
    """Some recipients are told of a child that an event left it."""
    lost = Lost(child_id, EventKey("clinic", event_id), TODAY, "appointment", NOW, CORRECTED, None)
    keep_notices(connection, {(one, child_id): [Told(lost, (Way.PAGE,), ())] for one in recipients}, NOW)


def test_a_notice_that_somebody_adds_to_is_posted_at_the_next_turn(engine: Engine) -> None:
    with engine.begin() as connection:
        tell(connection, "a", "team:one", "team:other")

    with never_waiting(engine) as ours:
        with engine.begin() as other:
            tell(other, "b", "team:one")
            assert post_notices(ours, TEAMS, TODAY, NOW) == 1
        assert post_notices(ours, TEAMS, TODAY, NOW) == 1
