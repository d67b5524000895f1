"""Places and lifts legal holds, each written down in the audit."""

from sqlalchemy import Connection, Engine, text

from send_integration.errors import BadInput
from send_integration.store.erased import lock_erasing
from send_integration.store.former_ids import ids_of
from send_integration.store.holds import lift_holds, place_hold, standing_holds
from send_integration.store.sessions import Session, record_within

PLACE_HOLD, LIFT_HOLD, SEE_HOLDS = "place-hold", "lift-hold", "see-holds"
"""What the audit calls letting nothing of a child be erased, letting it again, and the list of holds."""


def place(engine: Engine, child_id: str, by: Session, why: str) -> None:
    """Let nothing of a child be erased from now on. Raises BadInput where there is no such child any more."""
    with engine.begin() as connection:
        lock_erasing(connection, alone=False)
        if not connection.execute(
            text("SELECT EXISTS (SELECT FROM person_record WHERE child_id = :child)"), {"child": child_id}
        ).scalar_one():
            raise BadInput("There is no such child", where="the child")
        place_hold(connection, child_id, by.actor, why)
        record_within(connection, by, PLACE_HOLD, child_id, allowed=True, why=why)


def lift(engine: Engine, child_id: str, by: Session, why: str) -> int:
    """Lift the holds that were placed on a child, also under an id that it had; gives how many. Raises BadInput where none
    was: one that was placed on another, with whom the child was once taken for one, is lifted there."""
    with engine.begin() as connection:
        own = _ids(connection, child_id)
        standing = standing_holds(connection)
        placed = [hold for hold in standing if hold.child_id in own]
        if not placed:
            others = sorted({hold.child_id for hold in standing if child_id in hold.children})
            raise BadInput(
                f"The hold on this child was placed on {', '.join(others)}"
                if others
                else "No hold stands on the child",
                where=child_id,
                next_step="See `send-integration hold list`.",
            )
        lift_holds(connection, [hold.id for hold in placed], by.actor, why)
        record_within(connection, by, LIFT_HOLD, child_id, allowed=True, why=why)
        return len(placed)


def _ids(connection: Connection, child_id: str) -> set[str]:
    return set(connection.execute(text(f"SELECT * FROM {ids_of(':child')} AS ids"), {"child": child_id}).scalars())  # noqa: S608
