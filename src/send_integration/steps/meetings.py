"""How a meeting of the panel is run: it is opened, people are seated and say that they came, children get their order."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import Engine

from send_integration.errors import BadInput
from send_integration.steps.panel_acts import hold_child, list_within, listings_of
from send_integration.steps.panel_drafts import ListingDraft
from send_integration.store.meetings import (
    Carried,
    Meeting,
    agenda_within,
    keep_attendance,
    keep_carried,
    keep_meeting,
    keep_order,
    keep_seats,
    lock_meeting,
    locked_seats,
)
from send_integration.store.sessions import Session, record_within
from send_integration.store.shown import RUN_MEETING
from send_integration.timeline.meeting import Part, attendance_of, in_order, moved, put_back
from send_integration.timeline.seen import said_for

_CARRIED = re.compile(r" \(carried over from \d{4}-\d\d-\d\d(?:: .*)?\)\Z", re.ASCII)
LONGEST_LINE = 200
"""As the contract of a listing has it."""


def open_meeting(engine: Engine, by: Session, meeting: Meeting, seats: Iterable[tuple[Part, str]]) -> None:
    """Open a meeting of the panel, with those who are expected. Raises BadInput where the day has one."""
    with engine.begin() as connection:
        keep_meeting(connection, meeting, by.actor)
        keep_seats(connection, meeting.meeting_on, seats, by.actor)
        record_within(
            connection, by, RUN_MEETING, None, allowed=True, why=f"opened the meeting of {meeting.meeting_on}"
        )


def say_who_came(
    engine: Engine,
    by: Session,
    day: date,
    shown: Mapping[int, bool | None],
    said: Mapping[int, bool | None],
    others: Sequence[tuple[Part, str]] = (),
) -> tuple[int, ...]:
    """Keep what one person says of who came, which `shown` the seats as they were, and seat `others`, who are there. Of these
    whoever sits for the same part already is there, and sits once.

    Gives the seats of which another has said otherwise meanwhile: of these nothing is changed.
    """
    with engine.begin() as connection:
        seats = [one.seat for one in locked_seats(connection, day)]
        found = attendance_of(shown, said, {seat.seat_id: seat.present for seat in seats})
        sits = {(seat.part, seat.name.casefold()): seat.seat_id for seat in seats}
        here = {sits[part, name.casefold()]: True for part, name in others if (part, name.casefold()) in sits}
        more = [(part, name) for part, name in others if (part, name.casefold()) not in sits]
        keep_attendance(connection, day, {**found.kept, **here}, by.actor)
        keep_seats(connection, day, more, by.actor, present=True)
        why = f"said who came on {day}: {len({**found.kept, **here})} seats, {len(more)} more"
        record_within(connection, by, RUN_MEETING, None, allowed=True, why=why)
    return found.disputed


def move_child(engine: Engine, by: Session, day: date, listed: Sequence[str], child_id: str, *, up: bool) -> None:
    """Move a child one place up or down among the children `listed`, which are those that the person was shown.

    Children of whom they may not know keep their places.
    """
    with engine.begin() as connection:
        lock_meeting(connection, day)
        agenda = agenda_within(connection, day)
        places = {child.child_id: child.place for child in agenda if child.place is not None}
        everybody = in_order([child.child_id for child in agenda], places)
        shown = [one for one in everybody if one in listed]
        if child_id not in shown:
            raise BadInput("The child is not on this agenda", where="the agenda", next_step="Open the page again.")
        keep_order(connection, day, put_back(everybody, moved(shown, child_id, up=up)))
        record_within(connection, by, RUN_MEETING, child_id, allowed=True, why=f"moved on the agenda of {day}")


def carry_over(engine: Engine, by: Session, day: date, child_id: str, carried: Carried, now: datetime) -> None:
    """List a child for another meeting because this one did not reach it; who presents and why it is listed goes along.

    Whoever does it twice lists the child once. `now` is a moment of the day that counts as today.
    """
    with engine.begin() as connection:
        lock_meeting(connection, day)
        seen = hold_child(connection, child_id)
        listings = listings_of(seen)
        here = [item for item in listings if item["meeting_on"] == day.isoformat()]
        if not here:
            raise BadInput("The child is not on this agenda", where="the agenda", next_step="Open the page again.")
        if said_for(seen, day.isoformat()):
            raise BadInput("The panel has talked about the child at this meeting", where="the agenda")
        if all(item["meeting_on"] != carried.to.isoformat() for item in listings):
            why = reason_carried(here[-1]["reason"], day, carried.why)
            draft = ListingDraft(carried.to, why, here[-1].get("presenter"), here[-1].get("basis"))
            list_within(connection, child_id, by, draft, now)
        keep_carried(connection, day, child_id, carried)
        why = f"carried over from {day} to {carried.to}"
        record_within(connection, by, RUN_MEETING, child_id, allowed=True, why=why)


def reason_carried(reason: str, day: date, why: str) -> str:
    """Why a child is listed who was carried over from a day. Of earlier days nothing is said; where the line is too long, why it
    was carried over is left out, which the agenda of that day has, before any of the reason is."""
    first = _CARRIED.sub("", reason)
    whole = f"{first} (carried over from {day}: {why})"
    if len(whole) <= LONGEST_LINE:
        return whole
    end = f" (carried over from {day})"
    room = LONGEST_LINE - len(end)
    return f"{first if len(first) <= room else f'{first[: room - 1]}…'}{end}"
