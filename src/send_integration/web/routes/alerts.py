"""The inbox: what the signed-in person is asked to act on, and what of that which they saw has changed."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from send_integration.alerts.directory import DUTY
from send_integration.steps.absences import SOURCE
from send_integration.store.access import BrokenGlass, unread_glass
from send_integration.store.breakers import paused_feeds
from send_integration.store.children import standings
from send_integration.store.directory import colleagues, one_colleague, standing_absence
from send_integration.store.inbox import inbox, lately_closed
from send_integration.store.notices import Reader, mark_read, record_views, unread_notices
from send_integration.store.sessions import Session
from send_integration.store.silences import silent_feeds
from send_integration.store.undelivered import not_reached
from send_integration.web.context import Site
from send_integration.web.forms import Fault
from send_integration.web.policy import Action, Role, allowed

MOST_ALERTS = 200
MOST_CLOSED = 50
MOST_NOTICES = 50
"""A person reads and closes what is shown; then the next are."""


NOTHING_TYPED: Mapping[str, str] = {"from_on": "", "to_on": "", "covered_by": ""}

DONE = {
    "acknowledged": "You act on it. Nobody is reminded of it any more.",
    "dismissed": "It is dismissed, with your reason.",
    "put-off": "It is put off, and in that day's digest.",
    "handed-over": "It is your colleague's; they have it within seconds.",
    "away": "It is noted, and holds within seconds.",
    "back": "It is noted that you are not away.",
}
"""What is said of each act once it is done."""


def routes(site: Site) -> APIRouter:
    """GET /alerts, POST /alerts/notices/{notice_id}/read."""
    router = APIRouter()

    @router.get("/alerts")
    def show(request: Request, done: str = "") -> Response:
        session = site.permit(request, Action.READ_NOTICES)
        return inbox_page(site, request, session, done=DONE.get(done, ""))

    @router.post("/alerts/notices/{notice_id}/read")
    def read(
        request: Request, notice_id: str, csrf: Annotated[str, Form()] = "", entries: Annotated[int, Form()] = 0
    ) -> Response:
        session = site.permit_form(request, Action.READ_NOTICES, csrf)
        if mark_read(site.engine, notice_id, reader_of(session), session, entries=entries) is None:
            raise HTTPException(404)
        return RedirectResponse("/alerts", status_code=303)

    return router


def inbox_page(
    site: Site,
    request: Request,
    session: Session,
    *,
    done: str = "",
    faults: Sequence[Fault] = (),
    typed: Mapping[str, str] = NOTHING_TYPED,
) -> Response:
    """The inbox of the signed-in person, with what was just done, or what was wrong in the form on absences."""
    reader = reader_of(session)
    notices = unread_notices(site.engine, reader, MOST_NOTICES + 1)
    watches = allowed(Action.WATCH_FEEDS, session.role).allowed
    if not notices and not watches:
        site.permit(request, Action.VIEW_INBOX)
    shown = notices[:MOST_NOTICES]
    record_views(site.engine, session, shown)
    return site.page(
        "alerts.html",
        session,
        status=400 if faults else 200,
        notices=shown,
        more_notices=len(notices) > len(shown),
        glass=_glass(site, session, reader),
        feeds=list(paused_feeds(site.engine).values()) if watches else [],
        silent=list(silent_feeds(site.engine).values()) if watches else [],
        alerts=_alerts(site, session, reader),
        closed=_closed(site, session, reader),
        away=_away(site, session),
        not_reached=not_reached(site.engine, reader.recipients),
        done=done,
        faults=faults,
        typed=typed,
    )


def _alerts(site: Site, session: Session, reader: Reader) -> list[dict[str, Any]]:
    """The alerts of whoever may have an inbox; that they were shown a restricted child in it is written down."""
    if not allowed(Action.VIEW_INBOX, session.role).allowed:
        return []
    today = site.settings.today()
    alerts = inbox(site.engine, reader, today=today, limit=MOST_ALERTS)
    secret = dict.fromkeys(alert["child_id"] for alert in alerts if alert["restricted"])
    site.note_looks(session, Action.LIST_CHILDREN, secret, "restricted, in an alert")
    return [{**alert, "later": _put_off(alert, today)} for alert in alerts]


def _glass(site: Site, session: Session, reader: Reader) -> list[BrokenGlass]:
    """Who broke the glass, as far as this person was told and has not said that they read it; that they were shown whose
    child it is, is written down."""
    found = unread_glass(site.engine, reader.recipients, MOST_NOTICES)
    known = standings(site.engine, {one.child_id for one in found})
    shown = [
        one
        for one in found
        if not (child := known.get(one.child_id))
        or not child.restricted
        or site.ask(session, Action.SEE_RESTRICTED, child).allowed
    ]
    secret = {child_id for child_id, child in known.items() if child.restricted}
    told = dict.fromkeys(one.child_id for one in shown if one.child_id in secret)
    site.note_looks(session, Action.LIST_CHILDREN, told, "restricted, the glass was broken")
    return shown


def _put_off(alert: Mapping[str, Any], today: date) -> bool:
    until = alert["snoozed_until"]
    return alert["handled"] is None and until is not None and until > today


def _closed(site: Site, session: Session, reader: Reader) -> list[dict[str, Any]]:
    if not allowed(Action.VIEW_INBOX, session.role).allowed:
        return []
    return lately_closed(site.engine, reader, today=site.settings.today(), limit=MOST_CLOSED)


def _away(site: Site, session: Session) -> dict[str, Any] | None:
    """What the form on absences shows to a worker of the directory; None for anybody else."""
    today = site.settings.today()
    worker = one_colleague(site.engine, session.actor, today)
    if worker is None or not allowed(Action.VIEW_INBOX, session.role).allowed:
        return None
    standing = standing_absence(site.engine, worker.worker_id, SOURCE, today)
    everybody = colleagues(site.engine, today)
    names = {one.worker_id: one.name for one in everybody}
    return {
        "standing": standing,
        "cover": names.get(standing.covered_by or "") if standing else None,
        "colleagues": [one for one in everybody if one.worker_id != worker.worker_id],
    }


def reader_of(session: Session) -> Reader:
    """Whose alerts and notices the signed-in person reads, and of which restricted children, by the policy."""
    own = allowed(Action.SEE_RESTRICTED, session.role, holds_a_role_for_child=True).allowed
    every = allowed(Action.SEE_RESTRICTED, session.role).allowed
    return Reader(_inboxes(session), every, session.actor if own else "")


def _inboxes(session: Session) -> list[str]:
    """The recipients whose alerts and notices the signed-in person reads: themselves and their teams; every manager reads
    the duty manager's."""
    duty = [DUTY] if session.role == Role.MANAGER else []
    return [session.actor, *session.inboxes, *duty]
