"""The inbox: what the signed-in person is asked to act on, and what of that which they saw has changed."""

import secrets
from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from send_integration.store.alerts import inbox
from send_integration.store.notices import Notice, mark_read, record_views, unread_notices
from send_integration.store.sessions import Session
from send_integration.web.context import Site
from send_integration.web.people import BY_ACTOR
from send_integration.web.policy import Action, allowed

MOST_ALERTS = 200
MOST_NOTICES = 50
"""A person reads and closes what is shown; then the next are."""


def routes(site: Site) -> APIRouter:
    """GET /alerts, POST /alerts/notices/{notice_id}/read."""
    router = APIRouter()

    @router.get("/alerts")
    def show(request: Request) -> Response:
        session = site.signed_in(request)
        recipients = _inboxes(session)
        notices = unread_notices(site.engine, recipients, MOST_NOTICES + 1)
        if not notices:
            site.permit(request, Action.VIEW_INBOX)
        may_act = allowed(Action.VIEW_INBOX, session.role).allowed
        alerts = inbox(site.engine, recipients, MOST_ALERTS) if may_act else []
        return site.page("alerts.html", session, alerts=alerts, **_notices(site, session, notices))

    @router.post("/alerts/notices/{notice_id}/read")
    def read(
        request: Request, notice_id: str, csrf: Annotated[str, Form()] = "", entries: Annotated[int, Form()] = 0
    ) -> Response:
        session = site.signed_in(request)
        if not secrets.compare_digest(session.csrf, csrf):
            raise HTTPException(403)
        if mark_read(site.engine, notice_id, _inboxes(session), session, entries=entries) is None:
            raise HTTPException(404)
        return RedirectResponse("/alerts", status_code=303)

    return router


def _inboxes(session: Session) -> list[str]:
    """The recipients whose alerts and notices the signed-in person reads: themselves and their teams."""
    person = BY_ACTOR.get(session.actor)
    return [session.actor, *(person.inboxes if person else ())]


def _notices(site: Site, session: Session, found: Sequence[Notice]) -> dict[str, object]:
    """What the template needs; a notice is its recipient's to read whatever their role, and every reading is recorded."""
    shown = found[:MOST_NOTICES]
    record_views(site.engine, session, shown)
    return {"notices": shown, "more_notices": len(found) > len(shown)}
