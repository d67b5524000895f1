"""The panel's meetings as they are kept: which there are, who sits in them, who came, and who is talked about when."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, text

from send_integration.errors import BadInput
from send_integration.store.children import STANDING, Standing, standing_of
from send_integration.store.former_ids import ids_of
from send_integration.timeline.meeting import Part, Seat
from send_integration.when.london import london_midnight


class MeetingDay(NamedTuple):
    """A day on which the panel meets or met, whether somebody has opened the meeting, and how many children it is about."""

    meeting_on: date
    opened: bool
    place: str
    children: int


class Meeting(NamedTuple):
    """A meeting that somebody has opened."""

    meeting_on: date
    place: str
    quorum: int


class SeatSaid(NamedTuple):
    """A seat, and who last said whether its holder came."""

    seat: Seat
    said_by: str
    said_at: datetime


class Carried(NamedTuple):
    """To which meeting a child was carried over, why and by whom."""

    to: date
    why: str
    by: str


@dataclass(frozen=True, slots=True)
class AgendaChild:
    """A child of whom a meeting is to talk, with the panel's record of the child, and what decides who may see it."""

    child_id: str
    given_name: str
    family_name: str
    date_of_birth: date
    panel: Mapping[str, Any]
    place: int | None
    carried: Carried | None
    standing: Standing
    years_above: int


_DAYS = (
    "SELECT d.meeting_on, m.meeting_on IS NOT NULL, coalesce(m.place, ''),"
    " count(DISTINCT c.child_id) FILTER (WHERE :restricted OR NOT c.restricted) AS children"
    " FROM (SELECT meeting_on FROM meeting UNION SELECT meeting_on FROM panel_listing) d"
    " LEFT JOIN meeting m ON m.meeting_on = d.meeting_on"
    " LEFT JOIN panel_listing l ON l.meeting_on = d.meeting_on LEFT JOIN child c ON c.child_id = l.child_id"
    " WHERE {condition} GROUP BY d.meeting_on, m.meeting_on, m.place"
    " HAVING m.meeting_on IS NOT NULL OR count(c.child_id) FILTER (WHERE :restricted OR NOT c.restricted) > 0"
    " ORDER BY d.meeting_on {order} LIMIT :limit OFFSET :offset"
)
"""A day on which restricted children alone are listed is not there for whoever may not know of them."""


def coming_days(engine: Engine, today: date, *, restricted: bool, limit: int) -> list[MeetingDay]:
    """Today's meeting and those to come, the next first."""
    query = _DAYS.format(condition="d.meeting_on >= :today", order="ASC")
    return _days(engine, query, today=today, restricted=restricted, limit=limit, offset=0)


def past_days(engine: Engine, today: date, *, restricted: bool, limit: int, offset: int) -> list[MeetingDay]:
    """Meetings that are over, the last first."""
    query = _DAYS.format(condition="d.meeting_on < :today", order="DESC")
    return _days(engine, query, today=today, restricted=restricted, limit=limit, offset=offset)


def _days(engine: Engine, query: str, **given: object) -> list[MeetingDay]:
    with engine.connect() as connection:
        return [MeetingDay(*row) for row in connection.execute(text(query), given)]


def open_meetings(engine: Engine, today: date) -> list[date]:
    """The days of the meetings that are open, from today on: onto their agendas children can be put."""
    with engine.connect() as connection:
        rows = connection.execute(
            text("SELECT meeting_on FROM meeting WHERE meeting_on >= :today ORDER BY meeting_on LIMIT 50"),
            {"today": today},
        )
        return [row[0] for row in rows]


def next_meeting(engine: Engine, day: date) -> date | None:
    """The first meeting after a day that somebody has opened."""
    with engine.connect() as connection:
        found: date | None = connection.execute(
            text("SELECT min(meeting_on) FROM meeting WHERE meeting_on > :day"), {"day": day}
        ).scalar()
    return found


def one_meeting(engine: Engine, day: date) -> Meeting | None:
    """The meeting of a day, where somebody has opened it."""
    with engine.connect() as connection:
        row = connection.execute(
            text("SELECT meeting_on, place, quorum FROM meeting WHERE meeting_on = :day"), {"day": day}
        ).one_or_none()
    return Meeting(*row) if row else None


def seats_of(engine: Engine, day: date) -> list[SeatSaid]:
    """Who is expected at a meeting, in the order of the parts, then as they were seated."""
    with engine.connect() as connection:
        return _seats(connection, day)


def usual_seats(engine: Engine, before: date) -> list[tuple[Part, str]]:
    """Who sat in the last meeting before a day: who is likely to sit in the next."""
    with engine.connect() as connection:
        last = connection.execute(
            text("SELECT max(meeting_on) FROM meeting WHERE meeting_on < :day"), {"day": before}
        ).scalar()
        return [(said.seat.part, said.seat.name) for said in _seats(connection, last)] if last else []


def _seats(connection: Connection, day: date) -> list[SeatSaid]:
    rows = connection.execute(
        text(
            "SELECT id, part, name, present, said_by, said_at FROM meeting_seat WHERE meeting_on = :day"
            " ORDER BY array_position(cast(:parts AS text[]), part), id"
        ),
        {"day": day, "parts": [str(part) for part in Part]},
    )
    return [SeatSaid(Seat(row[0], Part(row[1]), row[2], row[3]), row[4], row[5]) for row in rows]


def keep_meeting(connection: Connection, meeting: Meeting, by: str) -> None:
    """Open a meeting. Raises BadInput where the day has one."""
    row = connection.execute(
        text(
            "INSERT INTO meeting (meeting_on, place, quorum, opened_by) VALUES (:day, :place, :quorum, :by)"
            " ON CONFLICT DO NOTHING RETURNING meeting_on"
        ),
        {"day": meeting.meeting_on, "place": meeting.place, "quorum": meeting.quorum, "by": by},
    ).one_or_none()
    if row is None:
        raise BadInput("There is a meeting on that day already", where="meeting_on")


def keep_seats(
    connection: Connection, day: date, seats: Iterable[tuple[Part, str]], by: str, *, present: bool | None = None
) -> None:
    """Seat somebody, each as they are named; unless it is given, nobody has said yet whether they come."""
    for part, name in seats:
        connection.execute(
            text(
                "INSERT INTO meeting_seat (meeting_on, part, name, present, said_by)"
                " VALUES (:day, :part, :name, :present, :by)"
            ),
            {"day": day, "part": part, "name": name, "present": present, "by": by},
        )


def lock_meeting(connection: Connection, day: date) -> None:
    """Wait until nobody else changes a meeting, and hold that off until this transaction ends.

    Raises BadInput where nobody has opened it.
    """
    row = connection.execute(text("SELECT 1 FROM meeting WHERE meeting_on = :day FOR UPDATE"), {"day": day})
    if row.one_or_none() is None:
        raise BadInput("Nobody has opened this meeting", where="the meeting", next_step="Open it first.")


def locked_seats(connection: Connection, day: date) -> list[SeatSaid]:
    """The seats of a meeting that this transaction holds."""
    lock_meeting(connection, day)
    return _seats(connection, day)


def keep_attendance(connection: Connection, day: date, kept: Mapping[int, bool | None], by: str) -> None:
    """Say of some seats whether their holders came."""
    for seat_id, present in kept.items():
        connection.execute(
            text(
                "UPDATE meeting_seat SET present = :present, said_by = :by, said_at = clock_timestamp()"
                " WHERE id = :seat AND meeting_on = :day"
            ),
            {"present": present, "by": by, "seat": seat_id, "day": day},
        )


_KEPT = f"FROM agenda_place a WHERE a.meeting_on = :day AND a.child_id IN {ids_of('c.child_id')}"
_AGENDA = (
    "SELECT c.given_name, c.family_name, c.date_of_birth, c.panel, p.place, k.carried_to, k.carried_why, k.carried_by,"  # noqa: S608 - ours
    f" c.years_above, {STANDING}"
    " FROM (SELECT child_id FROM panel_listing WHERE meeting_on = :day"
    " UNION SELECT child_id FROM panel_word WHERE body IS NOT NULL AND meeting_on = :day AND what = 'listed') l"
    " JOIN child c ON c.child_id = l.child_id"
    f" LEFT JOIN LATERAL (SELECT a.place {_KEPT} AND a.place IS NOT NULL"
    " ORDER BY a.child_id <> c.child_id, a.place LIMIT 1) p ON true"
    f" LEFT JOIN LATERAL (SELECT a.carried_to, a.carried_why, a.carried_by {_KEPT} AND a.carried_to IS NOT NULL"
    " ORDER BY a.carried_at DESC LIMIT 1) k ON true ORDER BY c.need DESC, c.child_id"
)
"""A place under the child's present id is its own; one under a former id stands until somebody moves the child."""


def agenda_of(engine: Engine, day: date) -> list[AgendaChild]:
    """Everybody who is listed for a day, those in most need first; with what was said and is on its way to the timeline."""
    with engine.connect() as connection:
        return agenda_within(connection, day)


def agenda_within(connection: Connection, day: date) -> list[AgendaChild]:
    """The same in a transaction, which may hold the meeting."""
    return [_agenda_child(row) for row in connection.execute(text(_AGENDA), {"day": day})]


def _agenda_child(row: Sequence[Any]) -> AgendaChild:
    carried = Carried(row[5], row[6], row[7]) if row[5] is not None else None
    standing = standing_of(*row[9:])
    return AgendaChild(standing.child_id, row[0], row[1], row[2], row[3], row[4], carried, standing, row[8])


def recorded_since(engine: Engine, days: Mapping[str, date]) -> dict[str, frozenset[str]]:
    """The events that stand on the answer of each of some children and were recorded after a day."""
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT u.child_id, array_agg(e.event_id) FROM unnest(cast(:children AS text[]),"
                " cast(:since AS timestamptz[])) AS u(child_id, since) JOIN event e ON e.child_id = u.child_id"
                " AND e.shown_since IS NOT NULL AND e.recorded_at >= u.since GROUP BY u.child_id"
            ),
            {"children": list(days), "since": [london_midnight(day + timedelta(days=1)) for day in days.values()]},
        )
        return {row[0]: frozenset(row[1]) for row in rows}


def keep_order(connection: Connection, day: date, order: Sequence[str]) -> None:
    """Give every child of an agenda its place."""
    connection.execute(
        text(
            "INSERT INTO agenda_place (meeting_on, child_id, place)"
            " SELECT :day, child_id, place FROM unnest(cast(:children AS text[])) WITH ORDINALITY AS u(child_id, place)"
            " ON CONFLICT (meeting_on, child_id) DO UPDATE SET place = excluded.place"
        ),
        {"day": day, "children": list(order)},
    )


def forget_place(connection: Connection, child_id: str, day: date) -> None:
    """A child is taken off a meeting's agenda: it has no place there, and was not carried over to or from there."""
    given = {"child": child_id, "day": day}
    ids = ids_of(":child")
    connection.execute(text(f"DELETE FROM agenda_place WHERE meeting_on = :day AND child_id IN {ids}"), given)  # noqa: S608 - ours
    connection.execute(
        text(
            "UPDATE agenda_place SET carried_to = NULL, carried_why = '', carried_by = '', carried_at = NULL"  # noqa: S608 - ours
            f" WHERE carried_to = :day AND child_id IN {ids}"
        ),
        given,
    )


def keep_carried(connection: Connection, day: date, child_id: str, carried: Carried) -> None:
    """A child is to be talked about at another meeting instead."""
    connection.execute(
        text(
            "INSERT INTO agenda_place (meeting_on, child_id, carried_to, carried_why, carried_by, carried_at)"
            " VALUES (:day, :child, :to, :why, :by, clock_timestamp())"
            " ON CONFLICT (meeting_on, child_id) DO UPDATE SET carried_to = excluded.carried_to,"
            " carried_why = excluded.carried_why, carried_by = excluded.carried_by, carried_at = excluded.carried_at"
        ),
        {"day": day, "child": child_id, "to": carried.to, "why": carried.why, "by": carried.by},
    )
