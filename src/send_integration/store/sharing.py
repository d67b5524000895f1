"""On what basis a child's records are shared: what was said of it here, and what agencies recorded of consent."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, text

from send_integration.store.former_ids import ids_of

BASES = ("public-task", "consent", "safeguarding")


@dataclass(frozen=True, slots=True)
class SharingBasis:
    """What somebody said; the last one stands."""

    basis: str
    why: str
    said_by: str
    said_at: datetime


@dataclass(frozen=True, slots=True)
class Consent:
    """What an agency recorded of consent, to what, and when."""

    source: str
    on: str
    about: str
    given: bool


def bases_of(engine: Engine, child_id: str) -> list[SharingBasis]:
    """All that was said of a child here, the last first."""
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT basis, why, said_by, said_at FROM sharing_basis b"  # noqa: S608 - ours
                f" WHERE b.child_id IN {ids_of(':child')} ORDER BY b.id DESC"
            ),
            {"child": child_id},
        )
        return [SharingBasis(*row) for row in rows]


def keep_basis(connection: Connection, child_id: str, basis: str, why: str, said_by: str) -> None:
    """Keep what somebody says."""
    connection.execute(
        text(
            "INSERT INTO sharing_basis (child_id, basis, why, said_by, said_at)"
            " VALUES (:child, :basis, :why, :by, clock_timestamp())"
        ),
        {"child": child_id, "basis": basis, "why": why, "by": said_by},
    )


def consents_of(engine: Engine, child_id: str) -> list[Consent]:
    """What stands on a child's timeline of consent, the last first."""
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT source, body FROM event WHERE child_id = :child AND shown_since IS NOT NULL"
                " AND position('consent_recorded'::bytea IN body) > 0"
            ),
            {"child": child_id},
        )
        found = [(source, json.loads(bytes(body))) for source, body in rows]
    consents = [
        Consent(source, str(body["time"])[:10], str(body["data"]["about"]), bool(body["data"]["given"]))
        for source, body in found
        if body["type"] == "send.people.consent_recorded.v1"
    ]
    return sorted(consents, key=lambda one: (one.on, one.source, one.about), reverse=True)
