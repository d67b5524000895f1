"""Running a meeting: who is here, in which order the children come, who is carried over or taken off the agenda."""

from collections.abc import Callable, Iterable
from datetime import date
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData

from send_integration.errors import BadInput
from send_integration.steps.meetings import carry_over, move_child, say_who_came
from send_integration.steps.panel_acts import take_off
from send_integration.store.children import Standing, standings
from send_integration.store.meetings import Carried, next_meeting
from send_integration.store.panel import panel_of, words_under_way
from send_integration.store.sessions import Session
from send_integration.timeline.meeting import Part
from send_integration.web.agendas import listings_by_day, shown_children
from send_integration.web.context import Site
from send_integration.web.forms import Fault
from send_integration.web.policy import Action, allowed
from send_integration.web.routes.listing import Listing, list_page
from send_integration.web.routes.meetings import (
    AT_PLACE,
    NOTHING_TYPED,
    PRESENCE_CODES,
    MeetingTyped,
    Shown,
    meeting_day,
    meeting_page,
)
from send_integration.web.written import read_line

PRESENCES = {code: present for present, code in PRESENCE_CODES.items()}


async def whole_form(request: Request) -> FormData:
    """A form whose fields are named after what the page showed."""
    return await request.form()


def routes(site: Site) -> APIRouter:
    """POST to a meeting's /attendance, /order, /carry and /take-off."""
    router = APIRouter()

    @router.post("/meetings/{day}/order")
    def order(
        request: Request,
        day: str,
        csrf: Annotated[str, Form()] = "",
        child_id: Annotated[str, Form()] = "",
        go: Annotated[str, Form()] = "",
    ) -> Response:
        session = site.permit_form(request, Action.RUN_MEETING, csrf)
        found = meeting_day(day)
        listed = [child.child_id for child in shown_children(site, session, found)]
        act = partial(move_child, site.engine, session, found, listed, child_id, up=go == "up")
        return _do(site, session, found, "moved", child_id, act)

    @router.post("/meetings/{day}/carry")
    def carry(
        request: Request,
        day: str,
        csrf: Annotated[str, Form()] = "",
        child_id: Annotated[str, Form()] = "",
        why: Annotated[str, Form()] = "",
    ) -> Response:
        session = site.permit_form(request, Action.RUN_MEETING, csrf)
        return _carry(site, session, meeting_day(day), child_id, why)

    @router.post("/meetings/{day}/take-off")
    def take_off_agenda(
        request: Request, day: str, csrf: Annotated[str, Form()] = "", child_id: Annotated[str, Form()] = ""
    ) -> Response:
        standing = standings(site.engine, [child_id]).get(child_id)
        session = site.permit_child(request, Action.LIST_FOR_PANEL, child_id, standing)
        site.require_form(session, csrf)
        return _take_off(site, session, meeting_day(day), standing)

    _add_attendance(site, router)
    return router


def _add_attendance(site: Site, router: APIRouter) -> None:
    """The form on who is here, whose fields are the seats that it showed."""

    @router.post("/meetings/{day}/attendance")
    def attendance(
        request: Request, day: str, form: Annotated[FormData, Depends(whole_form)], csrf: Annotated[str, Form()] = ""
    ) -> Response:
        session = site.permit_form(request, Action.RUN_MEETING, csrf)
        return _attend(site, session, meeting_day(day), form)


def _attend(site: Site, session: Session, day: date, form: FormData) -> Response:
    """Keep who is here; where somebody has said otherwise meanwhile, show both and keep the rest."""
    seats, shown = form.getlist("seat"), form.getlist("shown")
    before = _seats(zip(seats, shown, strict=False))
    said = _seats((seat, form.get(f"said-{seat}")) for seat in seats)
    name, part = form.get("name"), form.get("part")
    other = read_line(name if isinstance(name, str) else "", "name", "The name")
    typed = MeetingTyped(name=other.text, part=str(part) if part in set(Part) else Part.OTHER)
    if other.faults:
        return meeting_page(site, session, day, Shown(faults=other.faults, typed=typed, seats=said))
    others = [(Part(typed.part), other.text)] if other.text else []
    try:
        disputed = say_who_came(site.engine, session, day, before, said, others)
    except BadInput as fault:
        raise HTTPException(404) from fault
    if disputed:
        return meeting_page(site, session, day, Shown(seats=said, disputed=disputed))
    return RedirectResponse(f"/meetings/{day}?done=who#attendance", status_code=303)


def _seats(pairs: Iterable[tuple[object, object]]) -> dict[int, bool | None]:
    """What a form says of seats, by their number; what is no seat's number or word is left out."""
    found: dict[int, bool | None] = {}
    for number, code in pairs:
        if isinstance(number, str) and number.isascii() and number.isdigit() and len(number) < 18 and code in PRESENCES:
            found[int(number)] = PRESENCES[str(code)]
    return found


def _carry(site: Site, session: Session, day: date, child_id: str, why: str) -> Response:
    """Carry a child over to the next meeting, or show the meeting again with what is wrong."""
    if child_id not in {child.child_id for child in shown_children(site, session, day)}:
        raise HTTPException(404)
    reason = read_line(why, f"why-{child_id}", "The reason", missing="Say why the child is carried over")
    typed = MeetingTyped(child_id=child_id, why=reason.text)
    if reason.faults:
        return meeting_page(site, session, day, Shown(faults=reason.faults, typed=typed))
    to = next_meeting(site.engine, max(day, site.settings.today()))
    if to is None:
        fault = Fault(f"why-{child_id}", "No meeting is open to carry the child over to")
        return meeting_page(site, session, day, Shown(faults=[fault], typed=typed))
    now = site.now()
    carried = Carried(to, reason.text, session.actor)
    return _do(
        site,
        session,
        day,
        "carried",
        child_id,
        partial(carry_over, site.engine, session, day, child_id, carried, now),
        typed,
    )


def _take_off(site: Site, session: Session, day: date, standing: Standing | None) -> Response:
    """Take back each listing of a child for a meeting; who may not see meetings is led back to where children are listed."""
    child_id = standing.child_id if standing else ""
    panel, words = panel_of(site.engine, child_id), words_under_way(site.engine, [child_id]).get(child_id, [])
    listings = listings_by_day(panel, words).get(day, []) if panel else []
    if not listings:
        raise HTTPException(404)
    now = site.now()

    def act() -> None:
        for listing in listings:
            take_off(site.engine, child_id, session, listing.event_id, now)

    if allowed(Action.VIEW_MEETING, session.role).allowed:
        return _do(site, session, day, "taken-off", child_id, act)
    try:
        act()
    except BadInput as fault:
        return list_page(site, session, standing, Listing(), Fault("meeting_on", fault.what))
    return RedirectResponse(f"/children/{child_id}/list?done=taken-off", status_code=303)


def _do(
    site: Site,
    session: Session,
    day: date,
    done: str,
    child_id: str,
    act: Callable[[], None],
    typed: MeetingTyped = NOTHING_TYPED,
) -> Response:
    """Do it, and lead back to the meeting; or show it again, with what stands in the way."""
    try:
        act()
    except BadInput as fault:
        return meeting_page(site, session, day, Shown(faults=[Fault(child_id, fault.what)], typed=typed))
    place = f"#{child_id}" if done in AT_PLACE else ""
    return RedirectResponse(f"/meetings/{day}?done={done}{place}", status_code=303)
