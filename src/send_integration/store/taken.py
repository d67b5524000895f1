"""What was taken away of a child, and by whom, as the audit has it: files that no erasing reaches."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Engine, text

from send_integration.store.former_ids import ids_of

OF_ONE = ("print-pack", "take-pack", "take-family-copy", "subject-access")
"""Acts by which papers on a child were taken."""

OF_ALL = ("export", "extract")
"""Acts by which rows or counts of all children were."""


class Taken(NamedTuple):
    """Somebody took something: who, in which role, what the audit calls it, how often and when last; of all children, or of
    this one."""

    actor: str
    role: str
    action: str
    times: int
    last_at: datetime
    of_all: bool


def taken_of(engine: Engine, child_id: str) -> list[Taken]:
    """Who took papers of a child, and who took tables or counts of all children since the first of its events came."""
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT actor, role, action, count(*), max(at), child_id IS NULL FROM audit WHERE allowed AND ("  # noqa: S608 - ours
                f"(action = ANY(:of_one) AND child_id IN (SELECT * FROM {ids_of(':child')} AS ids))"
                " OR (action = ANY(:of_all) AND at >= (SELECT min(a.admitted_at) FROM admitted a JOIN person_record r"
                " ON r.id = a.person_record_id WHERE r.child_id = :child)))"
                " GROUP BY 1, 2, 3, 6 ORDER BY 6, 5, 1, 3"
            ),
            {"child": child_id, "of_one": list(OF_ONE), "of_all": list(OF_ALL)},
        )
        return [Taken(*row) for row in rows]
