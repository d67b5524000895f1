"""What an inbox shows: the alerts of whoever reads it, and one of them with all that became of it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from functools import cache, cached_property
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, RowMapping, TextClause, text

from send_integration.store.children import Standing
from send_integration.store.flags import BECAUSE
from send_integration.store.notices import Reader, asked_by
from send_integration.store.secrecy import RECIPIENT_WORKS_THERE, works_with

CLOSED_ARE_SHOWN = "5 days"
"""For so long an inbox says of an alert that its cause is gone."""


class Pile(StrEnum):
    """How an open alert stands with whoever has it; those that were dismissed are on none."""

    WAITING = "waiting"
    PUT_OFF = "put-off"
    ACTED_ON = "acted-on"


_ON_PILE = {
    Pile.WAITING: "a.handled IS NULL AND NOT coalesce(a.snoozed_until > :today, false)",
    Pile.PUT_OFF: "a.handled IS NULL AND a.snoozed_until > :today",
    Pile.ACTED_ON: "a.handled IS NOT NULL AND a.handled ->> 'what' = 'acknowledged'",
}
_CLOSED = "closed"
_STANDS = "CASE WHEN a.cleared_at IS NOT NULL THEN '{}'{} END".format(
    _CLOSED, "".join(f" WHEN {condition} THEN '{which}'" for which, condition in _ON_PILE.items())
)
"""On which pile alert `a` is, or that it is closed; null where it was dismissed."""

URGENCY = (
    "array_position(ARRAY['high', 'raise', 'watch'], a.content ->> 'level'), a.content ->> 'rule' <> 'crisis-while-waiting',"
    " a.content ->> 'due_on' NULLS LAST, a.alert_id"
)
"""The order of an inbox, as alert `a` says it of its flag, a child in crisis first; an index of each pile has all of it."""

_MAY_BE_KNOWN = f"(:restricted OR c.restricted IS FALSE OR {works_with('c', ':worker')})"
_OWN_AND_TEAMS = (
    "SELECT o.* FROM unnest(cast(:recipients AS text[])) AS r(name) CROSS JOIN LATERAL (SELECT a.* FROM alert a"  # noqa: S608 - ours
    " LEFT JOIN child c ON c.child_id = a.child_id WHERE a.recipient = r.name AND {condition}"
    f" AND {_MAY_BE_KNOWN} {{order}}) AS o"
)
# Named one by one, for PostgreSQL would else rather read every alert there is than those of some restricted children; and
# read before, for it would else look each alert's child up by itself. To whom an alert on which child was sent is read from
# an index that has no more; almost all of them are named workers of it, and only the others' alerts are read.
_KEPT_FROM_RECIPIENTS = (
    "WITH secret AS MATERIALIZED (SELECT child_id, named_workers FROM child WHERE restricted),"  # noqa: S608 - ours
    " sent AS MATERIALIZED (SELECT DISTINCT a.child_id, a.recipient FROM alert a WHERE {condition}"
    " AND a.child_id = ANY(ARRAY(SELECT child_id FROM secret)) AND a.recipient <> ALL(cast(:recipients AS text[]))),"
    " kept AS MATERIALIZED (SELECT a.child_id, a.recipient FROM sent a JOIN secret c ON c.child_id = a.child_id"
    f" WHERE NOT {RECIPIENT_WORKS_THERE})"
    f" SELECT {_STANDS} AS stands, a.alert_id FROM alert a WHERE {{condition}}"
    " AND a.child_id = ANY(ARRAY(SELECT child_id FROM kept))"
    " AND (a.child_id, a.recipient) IN (SELECT child_id, recipient FROM kept)"
)
_KEPT = "(SELECT a.* FROM alert a WHERE a.alert_id = ANY(cast(:{kept} AS text[])) AND {condition} {order})"
_FOUND = f"SELECT {{what}} FROM ({_OWN_AND_TEAMS} UNION ALL {_KEPT}) AS a {{cut}}"  # noqa: S608 - ours
_SHOWN = (
    "SELECT {pile} AS pile, a.alert_id, a.flag_id, a.child_id, a.recipient, a.raised_at, a.cleared_at, a.snoozed_until,"  # noqa: S608 - ours
    " a.handled, a.escalated_from, a.content ->> 'rung' AS rung, f.status AS flag_status, f.content AS flag,"
    f" {BECAUSE} AS because, coalesce(c.restricted, false) AS restricted, c.given_name, c.family_name, c.named_workers,"
    " (SELECT coalesce(array_agg(e.recipient ORDER BY e.raised_at), '{{}}') FROM alert e WHERE e.flag_id = a.flag_id"
    " AND e.escalated_from IS NOT NULL AND e.cleared_at IS NULL AND e.alert_id <> a.alert_id) AS passed_on,"
    " coalesce((SELECT w.name FROM worker w WHERE w.worker_id = a.escalated_from), a.escalated_from) AS escalated_by,"
    " coalesce((SELECT w.name FROM worker w WHERE w.worker_id = a.handled ->> 'by'), a.handled ->> 'by') AS handler,"
    " (SELECT coalesce(w.name, h.to_worker) FROM alert_hand_over h LEFT JOIN worker w ON w.worker_id = h.to_worker"
    " WHERE h.flag_id = a.flag_id AND h.to_worker <> a.recipient) AS handed_to"
    " FROM ({found}) AS a"
    " JOIN flag f ON f.flag_id = a.flag_id"
    " LEFT JOIN child c ON c.child_id = a.child_id {order}"
)
_THIS = "a.alert_id = :alert"
_ONE_SHOWN = text(
    _SHOWN.format(
        pile="NULL", found=_FOUND.format(what="a.*", condition=_THIS, kept="kept", order="", cut=""), order=""
    )
)
_OPEN = "a.cleared_at IS NULL"
_LATELY_CLOSED = f"a.cleared_at > now() - interval '{CLOSED_ARE_SHOWN}'"
_UNANSWERED = f"{_LATELY_CLOSED} AND a.handled IS NULL AND a.sent_levels <> '{{}}'"
_SHOWN_CLOSED = text(
    "SELECT a.alert_id, a.flag_id, f.content ->> 'rule', a.cleared_at"  # noqa: S608 - ours
    f" FROM ({_FOUND.format(what='a.*', condition=_UNANSWERED, kept='kept', order='', cut='')}) AS a"
    " JOIN flag f ON f.flag_id = a.flag_id WHERE f.status = 'cleared' ORDER BY a.cleared_at DESC, a.alert_id LIMIT :limit"
)


class Closed(NamedTuple):
    """An alert whose cause is gone, of a rule, and since when."""

    alert_id: str
    flag_id: str
    rule: str
    cleared_at: datetime


class Inbox:
    """The inbox of a reader as one look shows it: nothing on a child of whom they may not know.

    Whoever may know of every restricted child has those alerts too of which the recipient may not know; for all that the
    look shows they are looked for once.
    """

    def __init__(self, engine: Engine, reader: Reader, today: date) -> None:
        self._engine = engine
        self._given = {**asked_by(reader), "today": today}

    def pile(self, which: Pile, *, limit: int, offset: int = 0) -> list[dict[str, Any]]:
        """Open alerts of one pile with their flags, the most urgent first."""
        return self.piles({which: limit}, offset=offset)[which]

    def piles(self, most: Mapping[Pile, int], *, offset: int = 0) -> dict[Pile, list[dict[str, Any]]]:
        """The same of several piles at once, of each so many at most; `offset` leaves as many out of each."""
        given = {**self._given, "offset": offset}
        for which, limit in most.items():
            given |= {_limit(which): limit, _kept(which): self._kept_from_recipients.get(which, [])}
        with self._engine.connect() as connection:
            found = _shown(connection, _shown_of(tuple(most)), given)
        return {which: [alert for alert in found if alert["pile"] == which] for which in most}

    def lately_closed(self, *, limit: int) -> list[Closed]:
        """Alerts that the reader was sent and had not answered when their cause went away, the latest first, for some days."""
        given = {**self._given, "limit": limit, "kept": self._kept_from_recipients.get(_CLOSED, [])}
        with self._engine.connect() as connection:
            return [Closed(*row) for row in connection.execute(_SHOWN_CLOSED, given)]

    @cached_property
    def _kept_from_recipients(self) -> Mapping[str | None, Sequence[str]]:
        with self._engine.connect() as connection:
            return _kept_from_recipients(connection, f"({_OPEN} OR {_LATELY_CLOSED})", self._given)


@cache
def _shown_of(piles: tuple[Pile, ...]) -> TextClause:
    """The query for some piles."""
    each = [
        "({})".format(
            _FOUND.format(
                what=f"'{which}' AS pile, a.*",
                condition=f"{_OPEN} AND {_ON_PILE[which]}",
                kept=_kept(which),
                order=f"ORDER BY {URGENCY} LIMIT :{_limit(which)} + :offset",
                cut=f"ORDER BY {URGENCY} LIMIT :{_limit(which)} OFFSET :offset",
            )
        )
        for which in piles
    ]
    return text(_SHOWN.format(pile="a.pile", found=" UNION ALL ".join(each), order=f"ORDER BY {URGENCY}"))


def _limit(which: Pile) -> str:
    """The name by which the query is told how many alerts of a pile are wanted."""
    return f"limit_{which.name.lower()}"


def _kept(which: Pile) -> str:
    """The name by which it is told the alerts of a pile of which their recipients may not know."""
    return f"kept_{which.name.lower()}"


def one_alert(engine: Engine, reader: Reader, alert_id: str, *, today: date) -> dict[str, Any] | None:
    """An alert that is or was for a reader, closed or not; None where there is none of which they may know."""
    given = {**asked_by(reader), "today": today, "alert": alert_id}
    with engine.connect() as connection:
        kept = [one for ids in _kept_from_recipients(connection, _THIS, given).values() for one in ids]
        found = _shown(connection, _ONE_SHOWN, {**given, "kept": kept})
    return found[0] if found else None


def _kept_from_recipients(
    connection: Connection, condition: str, given: Mapping[str, object]
) -> Mapping[str | None, Sequence[str]]:
    """The alerts on restricted children of which the recipient may not know, by where they stand; none for a reader who
    may not know of all these children either."""
    if not given["restricted"]:
        return {}
    found: dict[str | None, list[str]] = {}
    for stands, alert_id in connection.execute(text(_KEPT_FROM_RECIPIENTS.format(condition=condition)), given).all():
        found.setdefault(stands, []).append(alert_id)
    return found


def _shown(connection: Connection, query: TextClause, given: Mapping[str, object]) -> list[dict[str, Any]]:
    rows = connection.execute(query, given).mappings().all()
    names = _names(connection, [name for row in rows for name in row["passed_on"]])
    return [
        {
            **row,
            "flag": {**row["flag"], "because": row["because"]},
            "passed_on": [names.get(name, name) for name in row["passed_on"]],
            "standing": _standing(row),
        }
        for row in rows
    ]


def _standing(row: RowMapping) -> Standing | None:
    """What decides who may see an alert's child; None where there is no such child any more."""
    if row["named_workers"] is None:
        return None
    workers = frozenset(worker["worker_id"] for worker in row["named_workers"])
    return Standing(row["restricted"], workers, row["child_id"])


def _names(connection: Connection, workers: Sequence[str]) -> dict[str, str]:
    if not workers:
        return {}
    rows = connection.execute(text("SELECT worker_id, name FROM worker WHERE worker_id = ANY(:ids)"), {"ids": workers})
    return {row[0]: row[1] for row in rows}
