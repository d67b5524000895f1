"""What lists and pages ask of the database about flags."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, text

from send_integration.contracts.event import EventKey

URGENCY = (
    "array_position(ARRAY['high', 'raise', 'watch'], content ->> 'level'), content ->> 'due_on' NULLS LAST, flag_id"
)
"""The order of flags, the most urgent first."""


BECAUSE = "(SELECT h.because FROM flag_change h WHERE h.flag_id = f.flag_id ORDER BY h.id DESC LIMIT 1)"
"""Why flag `f` last changed, where that was owed to a decision on identity; else empty."""

_RAISED_BY_VERSION = (
    "(SELECT h.content ->> 'version' FROM flag_change h WHERE h.flag_id = f.flag_id AND h.change = 'raised'"
    " ORDER BY h.id DESC LIMIT 1)"
)
_NAME_OF_HANDLER = (
    "(SELECT w.name FROM worker w WHERE w.worker_id = coalesce(f.content -> 'handled' ->> 'by', j.handled ->> 'by'))"
)
# Whom it was given to, and by whom; it holds until the flag clears.
_HANDED_OVER = (
    "(SELECT jsonb_build_object('to', coalesce(t.name, h.to_worker), 'by', coalesce(b.name, h.\"by\"), 'at', h.at)"
    ' FROM alert_hand_over h LEFT JOIN worker t ON t.worker_id = h.to_worker LEFT JOIN worker b ON b.worker_id = h."by"'
    " WHERE h.flag_id = f.flag_id)"
)
# Who is asked to act: each open alert, since when, until when they put it off, and whether nobody answered before them.
_ASKED = (
    "(SELECT jsonb_agg(jsonb_build_object('name', coalesce(w.name, a.recipient), 'since', a.raised_at,"
    " 'put_off_until', a.snoozed_until, 'passed_on', a.escalated_from IS NOT NULL) ORDER BY a.raised_at, a.alert_id)"
    " FROM alert a LEFT JOIN worker w ON w.worker_id = a.recipient WHERE a.flag_id = f.flag_id AND a.cleared_at IS NULL)"
)
# What somebody answered on the page and the timeline has not heard yet.
_JUST_ANSWERED = (
    "(SELECT a.handled FROM alert a WHERE a.flag_id = f.flag_id AND a.cleared_at IS NULL"
    " AND a.handled ? 'pending' LIMIT 1)"
)
_DISMISSED = "coalesce(f.content -> 'handled' ->> 'what', '') = 'dismissed'"
_OF_RESTRICTED = "f.child_id IN (SELECT child_id FROM child WHERE restricted)"


class Asked(NamedTuple):
    """Somebody who is asked to act on a flag: since when, until when they put it off, and whether that is because whoever
    was asked before did not answer. `name` is a worker's, or 'team:<name>'."""

    name: str
    since: datetime
    put_off_until: date | None
    passed_on: bool


class HandedOver(NamedTuple):
    """To whom a person gave a flag, who did, and when."""

    to: str
    by: str
    at: datetime


class OpenFlag(NamedTuple):
    """A flag as `rules.flags.flag_as_json` wrote it, and whether it is a restricted child's."""

    content: dict[str, Any]
    restricted: bool


class StoredFlag(NamedTuple):
    """The same of any flag, and whether it is 'open' or 'cleared'."""

    content: dict[str, Any]
    status: str
    restricted: bool


class PastChange(NamedTuple):
    """A change in a flag's history, with the flag as it then stood; flags of the past may lack fields that came later."""

    at: datetime
    change: str
    content: dict[str, Any]
    because: str


def is_dismissed(content: Mapping[str, Any]) -> bool:
    """Whether somebody said of a flag, as it is stored, that nobody need act on it."""
    return (content["handled"] or {}).get("what") == "dismissed"


def open_flags_by_urgency(engine: Engine, *, restricted: bool, limit: int) -> list[OpenFlag]:
    """Open flags, the most urgent first and the dismissed last; with `restricted` off, none of a restricted child."""
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                f"SELECT content, {_OF_RESTRICTED} FROM flag f WHERE status = 'open'"  # noqa: S608 - constants of ours
                f" AND (:restricted OR NOT {_OF_RESTRICTED}) ORDER BY {_DISMISSED}, {URGENCY} LIMIT :limit"
            ),
            {"restricted": restricted, "limit": limit},
        )
        return [OpenFlag(*row) for row in rows]


def open_flags_of(engine: Engine, child_id: str) -> list[dict[str, Any]]:
    """One child's open flags, the most urgent first, each with what a decision on identity had to do with it, by which
    version of its rule it was raised, who handled it by name, whom it was given to (HandedOver), who is asked to act
    (Asked), and whether the answer is still on its way to the timeline."""
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                f"SELECT f.content, {BECAUSE}, {_RAISED_BY_VERSION}, {_NAME_OF_HANDLER}, j.handled, {_HANDED_OVER},"  # noqa: S608 - ours
                f" {_ASKED} FROM (SELECT * FROM flag WHERE status = 'open' AND child_id = :child) AS f"
                f" LEFT JOIN LATERAL {_JUST_ANSWERED} AS j ON f.content ->> 'handled' IS NULL ORDER BY {URGENCY}"
            ),
            {"child": child_id},
        )
        return [_as_shown(*row) for row in rows]


def _as_shown(
    content: dict[str, Any],
    because: str | None,
    raised_by: str | None,
    handler: str | None,
    just_answered: dict[str, Any] | None,
    handed_over: dict[str, Any] | None,
    asked: list[dict[str, Any]] | None,
) -> dict[str, Any]:
    """A flag as a page shows it."""
    return {
        **content,
        "because": because,
        "raised_by_version": raised_by or content["version"],
        "handled": content["handled"] or just_answered,
        "on_its_way": just_answered is not None,
        "handler": handler,
        "handed_over": HandedOver(handed_over["to"], handed_over["by"], datetime.fromisoformat(handed_over["at"]))
        if handed_over
        else None,
        "asked": [_asked(one) for one in asked or ()],
    }


def _asked(one: Mapping[str, Any]) -> Asked:
    until = one["put_off_until"]
    since = datetime.fromisoformat(one["since"])
    return Asked(one["name"], since, date.fromisoformat(until) if until else None, one["passed_on"])


def stored_flag(connection: Connection, flag_id: str) -> StoredFlag | None:
    """A flag as it stands, or last stood."""
    row = connection.execute(
        text(f"SELECT content, status, {_OF_RESTRICTED} FROM flag f WHERE flag_id = :flag"),  # noqa: S608 - ours
        {"flag": flag_id},
    ).one_or_none()
    return StoredFlag(*row) if row is not None else None


def history_of(connection: Connection, flag_id: str) -> list[PastChange]:
    """Everything that ever became of a flag, the first first."""
    rows = connection.execute(
        text("SELECT changed_at, change, content, because FROM flag_change WHERE flag_id = :flag ORDER BY id"),
        {"flag": flag_id},
    )
    return [PastChange(*row) for row in rows]


def record_of_flag(connection: Connection, child_id: str, evidence: Sequence[EventKey]) -> bytes | None:
    """The body of one event on which a flag rests and that stands on the child's answer: the one recorded last."""
    row = connection.execute(
        text(
            "SELECT e.body FROM event e JOIN unnest(cast(:sources AS text[]), cast(:events AS text[])) AS u(source, event)"
            " ON e.event_id = u.event AND u.source IN ('', e.source)"  # an earlier release kept no sources
            " WHERE e.child_id = :child AND e.shown_since IS NOT NULL"
            " ORDER BY e.recorded_at DESC, e.source, e.event_id LIMIT 1"
        ),
        {"child": child_id, "sources": [key.source for key in evidence], "events": [key.id for key in evidence]},
    ).one_or_none()
    return bytes(row[0]) if row is not None else None
