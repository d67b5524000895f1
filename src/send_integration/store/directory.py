"""The directory of workers as it is kept: who joined, left or is away, and whether that has changed since last asked."""

from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, text

from send_integration.alerts.directory import Absence, DirectoryEntry


class OwnAbsence(NamedTuple):
    """A standing absence, and the event that says so."""

    event_id: str
    from_on: date
    to_on: date
    covered_by: str | None


class Colleague(NamedTuple):
    """A worker who has not left, as people know them."""

    worker_id: str
    name: str
    role: str
    team: str
    email: str | None


_STANDS = (
    "NOT a.retracts AND NOT EXISTS (SELECT FROM worker_absence b WHERE b.source = a.source AND b.target = a.event_id)"
)


def directory(connection: Connection) -> dict[str, DirectoryEntry]:
    """Every worker that the directory knows, with their absences."""
    rows = connection.execute(
        text("SELECT worker_id, email, left_on, hands_over_to, team, manager_id FROM worker ORDER BY worker_id")
    )
    found = {row[0]: DirectoryEntry(*row) for row in rows}
    absences = connection.execute(
        text(
            f"SELECT worker_id, from_on, to_on, covered_by FROM worker_absence a WHERE {_STANDS}"  # noqa: S608 - ours
            " ORDER BY worker_id, from_on, source, event_id"
        )
    )
    for worker_id, *absence in absences:
        if worker_id in found:
            entry = found[worker_id]
            found[worker_id] = replace(entry, absences=(*entry.absences, Absence(*absence)))
    return found


def keep_worker(connection: Connection, values: dict[str, object]) -> None:
    """Keep what a source says of a worker; what was recorded later stands."""
    connection.execute(
        text(
            "INSERT INTO worker (worker_id, name, role, team, sector, email, manager_id, left_on, hands_over_to,"
            " as_recorded_at) VALUES (:worker_id, :name, :role, :team, :sector, :email, :manager_id, :left_on,"
            " :hands_over_to, :as_recorded_at) ON CONFLICT (worker_id) DO UPDATE SET name = excluded.name,"
            " role = excluded.role, team = excluded.team, sector = coalesce(excluded.sector, worker.sector),"
            " email = coalesce(excluded.email, worker.email),"
            " manager_id = coalesce(excluded.manager_id, worker.manager_id), left_on = excluded.left_on,"
            " hands_over_to = excluded.hands_over_to, as_recorded_at = excluded.as_recorded_at"
            " WHERE worker.as_recorded_at <= excluded.as_recorded_at"
        ),
        values,
    )


def keep_absence(connection: Connection, values: dict[str, object]) -> None:
    """Keep what a source says of an absence; of two bodies under one id the one that was recorded first stands."""
    connection.execute(
        text(
            "INSERT INTO worker_absence (source, event_id, worker_id, from_on, to_on, covered_by, target, retracts,"
            " recorded_at) VALUES (:source, :event_id, :worker_id, :from_on, :to_on, :covered_by, :target, :retracts,"
            " :recorded_at) ON CONFLICT (source, event_id) DO UPDATE SET worker_id = excluded.worker_id,"
            " from_on = excluded.from_on, to_on = excluded.to_on, covered_by = excluded.covered_by,"
            " target = excluded.target, retracts = excluded.retracts, recorded_at = excluded.recorded_at"
            " WHERE worker_absence.recorded_at > excluded.recorded_at"
        ),
        values,
    )


def note_change(connection: Connection) -> None:
    """The directory has changed: who is told of what is to be asked anew."""
    connection.execute(
        text(
            "INSERT INTO directory_state (changes) VALUES (1)"
            " ON CONFLICT (one) DO UPDATE SET changes = directory_state.changes + 1"
        )
    )


def changed_since_routed(connection: Connection, today: date) -> int | None:
    """The number of the directory's last change, where alerts were not routed since or not on this day; else None."""
    row = connection.execute(
        text("SELECT changes FROM directory_state WHERE routed <> changes OR routed_on IS DISTINCT FROM :today"),
        {"today": today},
    ).one_or_none()
    return row[0] if row else None


def mark_routed(connection: Connection, changes: int, today: date) -> None:
    """Every open alert was routed on a day by the directory as it was after some change."""
    connection.execute(
        text("UPDATE directory_state SET routed = :changes, routed_on = :today"), {"changes": changes, "today": today}
    )


def one_colleague(engine: Engine, worker_id: str, today: date) -> Colleague | None:
    """A worker of the directory who has not left."""
    found = _colleagues(engine, "worker_id = :worker", today, worker=worker_id)
    return found[0] if found else None


def sector_of(engine: Engine, worker_id: str) -> str | None:
    """The sector for which a worker works, where the directory says."""
    with engine.connect() as connection:
        found: str | None = connection.execute(
            text("SELECT sector FROM worker WHERE worker_id = :worker"), {"worker": worker_id}
        ).scalar()
    return found


def colleagues(engine: Engine, today: date) -> list[Colleague]:
    """Everybody in the directory who has not left, by team and name."""
    return _colleagues(engine, "true", today)


def named_workers_here(engine: Engine, child_id: str, today: date) -> list[Colleague]:
    """Those of a child's named workers who are in the directory and have not left."""
    condition = (
        "worker_id IN (SELECT v ->> 'worker_id' FROM child c, jsonb_array_elements(c.named_workers) AS v"
        " WHERE c.child_id = :child)"
    )
    return _colleagues(engine, condition, today, child=child_id)


def standing_absence(engine: Engine, worker_id: str, source: str, today: date) -> OwnAbsence | None:
    """The absence that a source last wrote of a worker, where it stands and is not over."""
    with engine.connect() as connection:
        row = connection.execute(
            text(
                "SELECT event_id, from_on, to_on, covered_by FROM worker_absence a WHERE worker_id = :worker"  # noqa: S608 - ours
                f" AND source = :source AND to_on >= :today AND {_STANDS} ORDER BY recorded_at DESC, event_id LIMIT 1"
            ),
            {"worker": worker_id, "source": source, "today": today},
        ).one_or_none()
    return OwnAbsence(*row) if row else None


def _colleagues(engine: Engine, condition: str, today: date, **given: Any) -> list[Colleague]:  # noqa: ANN401 - of a query
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                f"SELECT worker_id, name, role, team, email FROM worker WHERE {condition}"  # noqa: S608 - ours
                " AND (left_on IS NULL OR left_on > :today) ORDER BY team, name, worker_id"
            ),
            {**given, "today": today},
        )
        return [Colleague(*row) for row in rows]
