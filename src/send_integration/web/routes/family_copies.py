"""The family's copy of a child's story: a page on which a worker reads it first, and the PDF of what they let through."""

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, Field

from send_integration import clock
from send_integration.store.children import StoredChild, one_child, present_standing, standings
from send_integration.store.sessions import Session
from send_integration.timeline.plain_story import Story
from send_integration.web.context import Site
from send_integration.web.family_copies import QUESTIONS, printed_copy, told_story
from send_integration.web.forms import Fault
from send_integration.web.policy import Action
from send_integration.web.routes.packs import pdf

MOST_TICKS = 1000


class Typed(BaseModel):
    """What the form says: which parts are left out, which quotes are put in, and that somebody has read it."""

    csrf: str = ""
    reviewed: str = ""
    checked: str = ""
    leave_out: list[str] = Field(default_factory=list, max_length=MOST_TICKS)
    quote: list[str] = Field(default_factory=list, max_length=MOST_TICKS)


def routes(site: Site) -> APIRouter:
    """GET /children/{child_id}/family-copy, POST /children/{child_id}/family-copy.pdf."""
    router = APIRouter()

    @router.get("/children/{child_id}/family-copy")
    def review(request: Request, child_id: str) -> Response:
        standing = present_standing(site.engine, child_id)
        present = standing.child_id if standing else child_id
        session = site.permit_child(request, Action.TAKE_FAMILY_COPY, present, standing)
        if present != child_id:
            return RedirectResponse(f"/children/{present}/family-copy", status_code=303)
        child = _child(site, child_id)
        return _page(site, session, child, told_story(site, child), Typed())

    @router.post("/children/{child_id}/family-copy.pdf")
    def take(request: Request, child_id: str, typed: Annotated[Typed, Form()]) -> Response:
        standing = standings(site.engine, [child_id]).get(child_id)
        session = site.permit_child(request, Action.TAKE_FAMILY_COPY, child_id, standing)
        site.require_form(session, typed.csrf)
        child = _child(site, child_id)
        story = told_story(site, child)
        if child.restricted or not story.told:
            return _page(site, session, child, story, typed, status=409)
        if typed.reviewed != story.mark:
            words = "Something has come in since you read this: read it again"
            return _page(site, session, child, story, Typed(), Fault("story", words), status=409)
        if typed.checked != "yes":
            words = "Say that you have read all of it, for it goes to the family"
            return _page(site, session, child, story, typed, Fault("checked", words), status=400)
        chosen = story.as_chosen(typed.leave_out, typed.quote)
        site.note_looks(session, Action.TAKE_FAMILY_COPY, [child_id], "copy for the family, as PDF")
        return pdf(site, session, lambda: printed_copy(site, session, child, chosen, clock.now()), "your-story")

    return router


def _child(site: Site, child_id: str) -> StoredChild:
    found = one_child(site.engine, child_id)
    if found is None:
        raise HTTPException(404)
    return found


def _page(
    site: Site, session: Session, child: StoredChild, story: Story, typed: Typed, *faults: Fault, status: int = 200
) -> Response:
    """The story to be read, with what was ticked before."""
    return site.page(
        "family_copy.html",
        session,
        status=status,
        child=child,
        story=story,
        typed=typed,
        faults=faults,
        questions=QUESTIONS,
    )
