"""The inbox: what the signed-in person is asked to act on, and what of that which they saw has changed."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from send_integration.store.breakers import paused_feeds
from send_integration.store.inbox import inbox
from send_integration.store.notices import Reader, mark_read, record_views, unread_notices
from send_integration.store.sessions import Session
from send_integration.store.silences import silent_feeds
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
        session = site.permit(request, Action.READ_NOTICES)
        notices = unread_notices(site.engine, _reader(session), MOST_NOTICES + 1)
        watches = allowed(Action.WATCH_FEEDS, session.role).allowed
        feeds = list(paused_feeds(site.engine).values()) if watches else []
        silent = list(silent_feeds(site.engine).values()) if watches else []
        if not notices and not watches:
            site.permit(request, Action.VIEW_INBOX)
        shown = notices[:MOST_NOTICES]
        record_views(site.engine, session, shown)
        more = len(notices) > len(shown)
        alerts = _alerts(site, session)
        return site.page(
            "alerts.html", session, notices=shown, more_notices=more, feeds=feeds, silent=silent, alerts=alerts
        )

    @router.post("/alerts/notices/{notice_id}/read")
    def read(
        request: Request, notice_id: str, csrf: Annotated[str, Form()] = "", entries: Annotated[int, Form()] = 0
    ) -> Response:
        session = site.permit_form(request, Action.READ_NOTICES, csrf)
        if mark_read(site.engine, notice_id, _reader(session), session, entries=entries) is None:
            raise HTTPException(404)
        return RedirectResponse("/alerts", status_code=303)

    return router


def _alerts(site: Site, session: Session) -> list[dict[str, Any]]:
    """The alerts of whoever may have an inbox; that they were shown a restricted child in it is written down."""
    if not allowed(Action.VIEW_INBOX, session.role).allowed:
        return []
    alerts = inbox(site.engine, _reader(session), today=site.settings.today(), limit=MOST_ALERTS)
    secret = dict.fromkeys(alert["flag"]["child_id"] for alert in alerts if alert["restricted"])
    site.note_looks(session, Action.LIST_CHILDREN, secret, "restricted, in an alert")
    return alerts


def _reader(session: Session) -> Reader:
    """Whose alerts and notices the signed-in person reads, and of which restricted children, by the policy."""
    own = allowed(Action.SEE_RESTRICTED, session.role, holds_a_role_for_child=True).allowed
    every = allowed(Action.SEE_RESTRICTED, session.role).allowed
    return Reader(_inboxes(session), every, session.actor if own else "")


def _inboxes(session: Session) -> list[str]:
    """The recipients whose alerts and notices the signed-in person reads: themselves and their teams."""
    person = BY_ACTOR.get(session.actor)
    return [session.actor, *(person.inboxes if person else ())]
