"""Putting a child on a meeting's agenda, from any page that shows the child."""

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Query, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel

from send_integration.errors import BadInput
from send_integration.steps.panel_acts import list_child
from send_integration.steps.panel_drafts import ListingDraft
from send_integration.store.children import Standing, one_child, present_standing
from send_integration.store.meetings import open_meetings
from send_integration.store.panel import words_under_way
from send_integration.store.sessions import Session
from send_integration.web.agendas import listings_by_day
from send_integration.web.context import Site
from send_integration.web.forms import Fault
from send_integration.web.names import shown_name
from send_integration.web.policy import Action, allowed
from send_integration.web.written import read_day, read_line

DONE = {
    "listed": "The child is listed. The timeline has it in seconds.",
    "taken-off": "The child is taken off the agenda. The timeline has it in seconds.",
}
"""What is said of each act once it is done."""


class Listing(BaseModel):
    """What the form holds."""

    csrf: str = ""
    meeting_on: str = ""
    reason: str = ""
    presenter: str = ""


def routes(site: Site) -> APIRouter:
    """GET and POST /children/{child_id}/list."""
    router = APIRouter()

    @router.get("/children/{child_id}/list")
    def ask(
        request: Request, child_id: str, meeting_on: Annotated[str, Query()] = "", done: Annotated[str, Query()] = ""
    ) -> Response:
        standing = present_standing(site.engine, child_id)
        present = standing.child_id if standing else child_id
        session = site.permit_child(request, Action.LIST_FOR_PANEL, present, standing)
        return list_page(site, session, standing, Listing(meeting_on=meeting_on), done=DONE.get(done, ""))

    @router.post("/children/{child_id}/list")
    def put_on(request: Request, child_id: str, typed: Annotated[Listing, Form()]) -> Response:
        standing = present_standing(site.engine, child_id)
        present = standing.child_id if standing else child_id
        session = site.permit_child(request, Action.LIST_FOR_PANEL, present, standing)
        site.require_form(session, typed.csrf)
        return _list(site, session, present, standing, typed)

    return router


def _list(site: Site, session: Session, child_id: str, standing: Standing | None, typed: Listing) -> Response:
    """List the child and lead to the agenda, or show the form again."""
    days = open_meetings(site.engine, site.settings.today())
    day = read_day(typed.meeting_on, "meeting_on", "The meeting", missing="Choose the meeting")
    faults = list(day.faults)
    if day.day is not None and day.day not in days:
        faults.append(Fault("meeting_on", "Choose a meeting that is open and not over"))
    reason = read_line(typed.reason, "reason", "The reason", missing="Say why the panel should talk about this child")
    presenter = read_line(typed.presenter, "presenter", "Who presents")
    faults.extend((*reason.faults, *presenter.faults))
    again = typed.model_copy(update={"reason": reason.text, "presenter": presenter.text})
    if faults or day.day is None:
        return list_page(site, session, standing, again, *faults)
    draft = ListingDraft(day.day, reason.text, presenter.text or None)
    try:
        list_child(site.engine, child_id, session, draft, site.now())
    except BadInput as fault:
        return list_page(site, session, standing, again, Fault("meeting_on", fault.what))
    if not allowed(Action.VIEW_MEETING, session.role).allowed:
        return RedirectResponse(f"/children/{child_id}/list?done=listed", status_code=303)
    return RedirectResponse(f"/meetings/{day.day}?done=listed", status_code=303)


def list_page(
    site: Site, session: Session, standing: Standing | None, typed: Listing, *faults: Fault, done: str = ""
) -> Response:
    """The form that lists a child, with the meetings for which it is listed."""
    found = one_child(site.engine, standing.child_id) if standing else None
    if found is None:
        raise HTTPException(404)
    today, sees = site.settings.today(), site.sees(session, standing)
    words = words_under_way(site.engine, [found.child_id]).get(found.child_id, [])
    return site.page(
        "list_child_page.html",
        session,
        status=400 if faults else 200,
        listed_id=found.child_id,
        listing_days=open_meetings(site.engine, today),
        listing=typed,
        child_name=shown_name(found, found.child_id, sees),
        listed_for=[
            (day, not any(listing.under_way for listing in listings))
            for day, listings in listings_by_day(found.panel, words).items()
            if day >= today
        ],
        may_open=allowed(Action.RUN_MEETING, session.role).allowed,
        sees_meetings=allowed(Action.VIEW_MEETING, session.role).allowed,
        done=done,
        faults=faults,
    )
