"""Notices: kept with what they tell, listed for their recipients, posted, and read."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import uuid4

from sqlalchemy import Connection, Engine, text

from send_integration.alerts.notices import Told
from send_integration.store.relations import reference_key
from send_integration.store.secrecy import entry_may_be_told, notice_may_be_told
from send_integration.store.sessions import Entry, Session, record_within
from send_integration.store.shown import READ_NOTICE, VIEW_NOTICE, about_to_show


@dataclass(frozen=True, slots=True)
class ToldEntry:
    """An entry that left; `on` and `title` are None where they were not the recipient's to see."""

    event_id: str
    on: date | None
    title: str | None
    why: str
    shown_since: datetime
    left_at: datetime
    ways: tuple[str, ...]
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Notice:
    """What a recipient is told of a child; `sent_at` is when a channel took it."""

    notice_id: str
    recipient: str
    child_id: str
    opened_at: datetime
    sent_at: datetime | None
    read_at: datetime | None
    read_by: str | None
    entries: tuple[ToldEntry, ...]


@dataclass(frozen=True, slots=True)
class Unposted:
    """A notice that no channel has; `email` is its recipient's in the directory of workers."""

    notice_id: str
    recipient: str
    child_id: str
    email: str | None


class Reader(NamedTuple):
    """Somebody who reads an inbox: in which recipients' name, and of which restricted children: of all, or of those who
    have `worker_id` for a named worker ('' for none)."""

    recipients: Sequence[str]
    restricted: bool
    worker_id: str


_ENTRY_SHOWN = f"(:restricted OR {entry_may_be_told(':worker')})"
_SHOWN = f"(:restricted OR {notice_may_be_told(':worker')})"
_NOTICE = (
    "n.notice_id, n.recipient, n.child_id, n.opened_at, (SELECT min(d.sent_at) FROM delivery d"
    " WHERE d.message_id = n.notice_id) AS sent_at, n.read_at, n.read_by"
)
_LATEST = "n.opened_at DESC, n.notice_id"
# Each recipient's are read from an index in this order; of those that come first among all it is asked whether they may be told.
_UNREAD = text(
    f"SELECT {_NOTICE}, {_SHOWN} AS is_told FROM (SELECT n.* FROM unnest(cast(:recipients AS text[])) AS r(name)"  # noqa: S608 - ours
    " CROSS JOIN LATERAL (SELECT * FROM notice n WHERE n.recipient = r.name AND n.read_at IS NULL"
    " AND n.opened_at <= cast(:opened_before AS timestamptz)"
    " AND (n.opened_at < cast(:opened_before AS timestamptz) OR n.notice_id > :behind)"
    f" ORDER BY {_LATEST} LIMIT :limit) AS n ORDER BY {_LATEST} LIMIT :limit) AS n ORDER BY {_LATEST}"
)


def keep_notices(connection: Connection, found: Mapping[tuple[str, str], Sequence[Told]], left_at: datetime) -> None:
    """Tell each recipient of each child, in the notice that they have not read where there is one."""
    keys = sorted(found)
    rows = connection.execute(
        text(
            "INSERT INTO notice (notice_id, recipient, child_id, opened_at) SELECT n, r, c, :at FROM unnest("
            "cast(:ids AS text[]), cast(:recipients AS text[]), cast(:children AS text[])) AS u(n, r, c)"
            # The empty change locks a notice that is there: whoever marks it as read meanwhile has read less than it says.
            " ON CONFLICT (recipient, child_id) WHERE read_at IS NULL DO UPDATE SET recipient = excluded.recipient"
            " RETURNING recipient, child_id, notice_id"
        ),
        {
            "ids": [_new_id() for _ in keys],
            "recipients": [recipient for recipient, _ in keys],
            "children": [child_id for _, child_id in keys],
            "at": left_at,
        },
    )
    notice_of = {(row[0], row[1]): row[2] for row in rows}
    connection.execute(
        text(
            "INSERT INTO notice_entry (notice_id, source, event_id, shown_since, left_at, happened_on, title, why, ways,"
            " rules, other_source, other_local_id, other_key) VALUES (:notice, :source, :event, :since, :at, :on, :title,"
            " :why, :ways, :rules, :other_source, :other_local_id, :other_key)"
        ),
        [_entry_row(notice_of[key], entry, left_at) for key in keys for entry in found[key]],
    )


def _new_id() -> str:
    return f"n{uuid4().hex[:19]}"


def _entry_row(notice_id: str, told: Told, left_at: datetime) -> dict[str, object]:
    other = told.lost.other
    return {
        "notice": notice_id,
        "source": told.lost.key.source,
        "event": told.lost.key.id,
        "since": told.lost.shown_since,
        "at": left_at,
        "on": told.on,
        "title": told.title,
        "why": told.lost.why,
        "ways": [str(way) for way in told.ways],
        "rules": list(told.rules),
        "other_source": other[0] if other else None,
        "other_local_id": other[1] if other else None,
        "other_key": reference_key(*other) if other else None,
    }


def unread_notices(engine: Engine, reader: Reader, limit: int) -> list[Notice]:
    """What somebody has not read and may be shown, the latest first."""
    given = asked_by(reader)
    with engine.connect() as connection:
        return _with_entries(connection, _unread(connection, given, limit), **given)


def _unread(connection: Connection, given: Mapping[str, object], limit: int) -> list[tuple[Any, ...]]:
    """Of so many of the latest it is asked whether they may be told; of more only where some of them may not."""
    found: list[tuple[Any, ...]] = []
    after: dict[str, object] = {"opened_before": "infinity", "behind": ""}
    at_once = limit
    while len(found) < limit:
        rows = connection.execute(_UNREAD, {**given, **after, "limit": at_once}).all()
        found += [row[:-1] for row in rows if row.is_told]
        if len(rows) < at_once:
            break
        after = {"opened_before": rows[-1].opened_at, "behind": rows[-1].notice_id}
        at_once *= 2
    return found[:limit]


def all_notices(engine: Engine, limit: int, *, restricted: bool) -> list[Notice]:
    """What anybody was ever told, the latest first; with `restricted` off, nothing of a restricted child."""
    given = {"restricted": restricted, "worker": ""}
    query = text(f"SELECT {_NOTICE} FROM notice n WHERE {_SHOWN} ORDER BY {_LATEST} LIMIT :limit")  # noqa: S608 - ours
    with engine.connect() as connection:
        found = connection.execute(query, {**given, "limit": limit}).all()
        return _with_entries(connection, found, **given)


def asked_by(reader: Reader) -> dict[str, object]:
    """What the conditions of `secrecy` are told of a reader."""
    return {"recipients": list(reader.recipients), "restricted": reader.restricted, "worker": reader.worker_id}


def _with_entries(connection: Connection, found: Sequence[Sequence[Any]], **given: object) -> list[Notice]:
    """Some notices, as `_NOTICE` has them, with their entries as far as the reader whom `given` describes may be told."""
    entries = _entries(connection, [row[0] for row in found], **given)
    # Who may be told of what can change between the two queries.
    return [Notice(*[*row, tuple(entries[row[0]])]) for row in found if row[0] in entries]


def _entries(connection: Connection, notice_ids: Sequence[str], **given: object) -> dict[str, list[ToldEntry]]:
    """The entries of some notices that the reader whom `given` describes may be told."""
    rows = connection.execute(
        text(
            "SELECT notice_id, event_id, happened_on, title, why, shown_since, left_at, ways, rules FROM notice_entry x"  # noqa: S608 - ours
            f" WHERE notice_id = ANY(:ids) AND {_ENTRY_SHOWN}"
            " ORDER BY left_at, happened_on, source, event_id, shown_since"
        ),
        {**given, "ids": list(notice_ids)},
    )
    found: dict[str, list[ToldEntry]] = {}
    for notice_id, event_id, on, title, why, shown_since, left_at, ways, rules in rows:
        entry = ToldEntry(event_id, on, title, why, shown_since, left_at, tuple(ways), tuple(rules))
        found.setdefault(notice_id, []).append(entry)
    return found


def views_of(shown: Iterable[Notice]) -> list[Entry]:
    """What the audit says where somebody is shown some notices."""
    return [Entry(VIEW_NOTICE, notice.child_id, f"notice {notice.notice_id}") for notice in shown]


def mark_read(engine: Engine, notice_id: str, reader: Reader, session: Session, *, entries: int) -> bool | None:
    """Close a notice that told `entries` entries when it was shown, and write down who did; what the reader may not be
    told stays unread, in a notice of its own.

    False where more was added to it meanwhile: it is to be shown again. None where there is no such notice that the
    reader may be shown, which is written down too.
    """
    with engine.begin() as connection:
        about_to_show(connection)  # before the row's lock: whoever adds to a notice takes them in that order
        row = connection.execute(
            text(
                "SELECT n.child_id, n.read_at FROM notice n WHERE n.notice_id = :notice"  # noqa: S608 - ours
                f" AND n.recipient = ANY(:recipients) AND {_SHOWN} FOR UPDATE OF n"
            ),
            {"notice": notice_id, **asked_by(reader)},
        ).one_or_none()
        if row is None:
            record_within(connection, session, READ_NOTICE, None, allowed=False, why="no notice of theirs")
            return None
        if row[1] is not None:
            return True
        if len(_entries(connection, [notice_id], **asked_by(reader)).get(notice_id, ())) != entries:
            return False
        connection.execute(
            text("UPDATE notice SET read_at = clock_timestamp(), read_by = :by WHERE notice_id = :notice"),
            {"by": session.actor, "notice": notice_id},
        )
        _keep_unread(connection, notice_id, reader)
        connection.execute(
            text("DELETE FROM delivery WHERE message_id = :notice AND sent_at IS NULL"), {"notice": notice_id}
        )
        record_within(connection, session, READ_NOTICE, row[0], allowed=True, why=f"notice {notice_id}")
        return True


def _keep_unread(connection: Connection, notice_id: str, reader: Reader) -> None:
    """Move what a reader may not be told of a notice that they closed to a new one, for when it may be told."""
    untold = f"x.notice_id = :notice AND NOT {_ENTRY_SHOWN}"
    given = {"notice": notice_id, "new": _new_id(), **asked_by(reader)}
    connection.execute(
        text(
            "INSERT INTO notice (notice_id, recipient, child_id, opened_at) SELECT :new, recipient, child_id, opened_at"  # noqa: S608 - ours
            f" FROM notice WHERE notice_id = :notice AND EXISTS (SELECT FROM notice_entry x WHERE {untold})"
        ),
        given,
    )
    connection.execute(text(f"UPDATE notice_entry x SET notice_id = :new WHERE {untold}"), given)  # noqa: S608 - ours


def unposted_notices(connection: Connection, today: date) -> list[Unposted]:
    """Unread notices that no channel has, but those that somebody changes just now; locked, with the e-mail of recipients
    who have not left.

    One that tells of a restricted child alone waits, unless its recipient is the child's named worker: who else may see
    the child depends on a role, which is known only of who is signed in.
    """
    rows = connection.execute(
        text(
            "SELECT n.notice_id, n.recipient, n.child_id, d.email FROM notice n LEFT JOIN worker d"  # noqa: S608 - ours
            " ON d.worker_id = n.recipient AND (d.left_on IS NULL OR d.left_on > :today)"
            f" WHERE n.posted_at IS NULL AND n.read_at IS NULL AND {notice_may_be_told('n.recipient')}"
            " ORDER BY n.opened_at, n.notice_id FOR UPDATE OF n SKIP LOCKED"
        ),
        {"today": today},
    )
    return [Unposted(*row) for row in rows]


def mark_posted(connection: Connection, notice_ids: Iterable[str], at: datetime) -> None:
    """Record that channels have some notices, or that there is none for them."""
    connection.execute(
        text("UPDATE notice SET posted_at = :at WHERE notice_id = ANY(:ids)"), {"at": at, "ids": list(notice_ids)}
    )
