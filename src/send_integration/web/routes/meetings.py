"""The panel's meetings: which there are, opening a new one, and one meeting's agenda and attendance."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Form, HTTPException, Query, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel

from send_integration.errors import BadInput
from send_integration.steps.meetings import open_meeting
from send_integration.store.meetings import (
    Meeting,
    coming_days,
    next_meeting,
    one_meeting,
    past_days,
    seats_of,
    usual_seats,
)
from send_integration.store.sessions import Session
from send_integration.timeline.meeting import PART_NAMES, Part, quorum_of
from send_integration.web.agendas import MOST_ENTRIES, agenda_rows
from send_integration.web.context import Site
from send_integration.web.decide_form import DECISIONS
from send_integration.web.forms import Fault
from send_integration.web.policy import Action, allowed
from send_integration.web.written import read_day, read_line

MEETINGS_ON_A_PAGE = 25
USUAL_QUORUM = "4"
_QUORUM = re.compile(r"[1-9]|[1-4][0-9]|50", re.ASCII)
PRESENCE = {True: "Present", False: "Apologies", None: "Not said"}
PRESENCE_CODES = {True: "yes", False: "no", None: "open"}
SEATED = (Part.CHAIR, Part.EDUCATION, Part.HEALTH, Part.CARE)
"""For whom the form on a new meeting asks."""

DONE = {
    "opened": "The meeting is open: children can be listed for it.",
    "who": "It is kept who is here.",
    "moved": "The order is changed.",
    "carried": "The child is carried over.",
    "listed": "The child is listed. The timeline has it in seconds.",
    "taken-off": "The child is taken off the agenda. The timeline has it in seconds.",
    "decided": "The decision is recorded. The timeline has it in seconds.",
}
"""What is said of each act once it is done."""

AT_PLACE = ("moved", "who")
"""Acts after which the reader is led to the place where they were, rather than to what is said of it."""


class NewMeeting(BaseModel):
    """What the form on a new meeting holds."""

    csrf: str = ""
    meeting_on: str = ""
    place: str = ""
    chair: str = ""
    education: str = ""
    health: str = ""
    care: str = ""
    quorum: str = ""


class MeetingTyped(BaseModel):
    """What was typed into a meeting's forms, where they are shown again."""

    name: str = ""
    part: str = "other"
    child_id: str = ""
    why: str = ""


NOTHING_TYPED = MeetingTyped()
NO_SEATS: Mapping[int, bool | None] = MappingProxyType({})


def routes(site: Site) -> APIRouter:
    """GET and POST /meetings, GET /meetings/{day}."""
    router = APIRouter()

    @router.get("/meetings")
    def show_all(
        request: Request, page: Annotated[int, Query(ge=1, le=10_000)] = 1, meeting_on: Annotated[str, Query()] = ""
    ) -> Response:
        session = site.permit(request, Action.VIEW_MEETING)
        return _list(site, session, _likely(site, meeting_on), page=page)

    @router.post("/meetings")
    def open_new(request: Request, typed: Annotated[NewMeeting, Form()]) -> Response:
        session = site.permit_form(request, Action.RUN_MEETING, typed.csrf)
        return _open(site, session, typed)

    @router.get("/meetings/{day}")
    def show_one(request: Request, day: str, done: Annotated[str, Query()] = "") -> Response:
        session = site.permit(request, Action.VIEW_MEETING)
        return meeting_page(site, session, meeting_day(day), Shown(DONE.get(done, ""), at_place=done in AT_PLACE))

    return router


def meeting_day(given: str) -> date:
    """The day that an address names; any other text is the address of nothing."""
    found = read_day(given, "", "")
    if found.day is None or found.day.isoformat() != given:
        raise HTTPException(404)
    return found.day


def _likely(site: Site, meeting_on: str) -> NewMeeting:
    """The form with whoever sat the last time."""
    seats: dict[str, str] = {}
    for part, name in usual_seats(site.engine, date.max):
        seats.setdefault(str(part), name)
    likely = {part: seats.get(part, "") for part in map(str, SEATED)}
    day = read_day(meeting_on, "", "").day
    return NewMeeting(meeting_on=day.isoformat() if day else "", quorum=USUAL_QUORUM, **likely)


def _list(site: Site, session: Session, typed: NewMeeting, *faults: Fault, page: int = 1) -> Response:
    restricted, today = site.sees_restricted(session), site.settings.today()
    offset = (page - 1) * MEETINGS_ON_A_PAGE
    past = past_days(site.engine, today, restricted=restricted, limit=MEETINGS_ON_A_PAGE + 1, offset=offset)
    return site.page(
        "meetings.html",
        session,
        status=400 if faults else 200,
        coming=coming_days(site.engine, today, restricted=restricted, limit=100),
        past=past[:MEETINGS_ON_A_PAGE],
        more=len(past) > MEETINGS_ON_A_PAGE,
        page=page,
        may_run=allowed(Action.RUN_MEETING, session.role).allowed,
        typed=typed,
        faults=faults,
    )


def _open(site: Site, session: Session, typed: NewMeeting) -> Response:
    """Open the meeting, or show the form again with what is wrong."""
    faults: list[Fault] = []
    day = read_day(typed.meeting_on, "meeting_on", "The day", missing="Give the day of the meeting")
    faults.extend(day.faults)
    if day.day is not None and day.day < site.settings.today():
        faults.append(Fault("meeting_on", "The day must not be over"))
    place = read_line(typed.place, "place", "The place")
    faults.extend(place.faults)
    seats: list[tuple[Part, str]] = []
    for part in SEATED:
        missing = "Say who takes the chair" if part is Part.CHAIR else ""
        name = read_line(getattr(typed, part), str(part), "The name", missing=missing)
        faults.extend(name.faults)
        seats.extend([(part, name.text)] if name.text else [])
    quorum = typed.quorum.strip()
    if not _QUORUM.fullmatch(quorum):
        faults.append(Fault("quorum", "The quorum must be a number from 1 to 50"))
    if faults or day.day is None:
        return _list(site, session, typed, *faults)
    try:
        open_meeting(site.engine, session, Meeting(day.day, place.text, int(quorum)), seats)
    except BadInput as fault:
        return _list(site, session, typed, Fault("meeting_on", fault.what))
    return RedirectResponse(f"/meetings/{day.day}?done=opened", status_code=303)


class Shown(NamedTuple):
    """What a meeting's page shows besides: what was just done, what is wrong, what was typed, and the seats of which another
    said otherwise meanwhile."""

    done: str = ""
    at_place: bool = False
    faults: Sequence[Fault] = ()
    typed: MeetingTyped = NOTHING_TYPED
    seats: Mapping[int, bool | None] = NO_SEATS
    disputed: Sequence[int] = ()


NOTHING_SHOWN = Shown()


def meeting_page(site: Site, session: Session, day: date, shown: Shown = NOTHING_SHOWN) -> Response:
    """A meeting with its agenda and who is here."""
    meeting = one_meeting(site.engine, day)
    rows = agenda_rows(site, session, day)
    if meeting is None and not rows:
        raise HTTPException(404)
    seats = seats_of(site.engine, day)
    following = next((row for row in rows if not row.reached and not row.carried), None)
    values: dict[str, Any] = {
        **grants(session),
        "day": day,
        "meeting": meeting,
        "rows": rows,
        "reached": sum(row.reached for row in rows),
        "following": following if day <= site.settings.today() else None,
        "seats": seats,
        "quorum": quorum_of([said.seat for said in seats], meeting.quorum) if meeting else None,
        "since_most": MOST_ENTRIES,
        "decisions": DECISIONS,
        "next_day": next_meeting(site.engine, max(day, site.settings.today())),
    }
    return site.page(
        "meeting.html",
        session,
        status=409 if shown.disputed else 400 if shown.faults else 200,
        done=shown.done,
        at_place=shown.at_place,
        faults=shown.faults,
        typed=shown.typed,
        typed_seats=shown.seats,
        disputed=shown.disputed,
        part_names=PART_NAMES,
        presence=PRESENCE,
        presence_codes=PRESENCE_CODES,
        **values,
    )


def grants(session: Session) -> dict[str, bool]:
    """What a meeting's page offers to a person, for any child."""
    names = {
        "may_run": Action.RUN_MEETING,
        "may_list": Action.LIST_FOR_PANEL,
    }
    return {name: allowed(action, session.role).allowed for name, action in names.items()}
