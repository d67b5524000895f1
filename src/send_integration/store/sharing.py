"""On what basis a child's records are shared: what was said of it here, and what agencies recorded of consent."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, text

from send_integration.contracts.registry import read
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
    """What an agency recorded of consent, to what, and on which day in London."""

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
                "SELECT body FROM event WHERE child_id = :child AND shown_since IS NOT NULL"
                " AND position('consent_recorded'::bytea IN body) > 0"
            ),
            {"child": child_id},
        )
        found = [read(bytes(row[0])) for row in rows]
    consents = [
        Consent(event.source, event.on.isoformat(), event.text("about"), event.data["given"] is True)
        for event in found
        if event.what == "people.consent_recorded"
    ]
    return sorted(consents, key=lambda one: (one.on, one.source, one.about), reverse=True)
