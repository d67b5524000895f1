"""The inbox: what the signed-in person is asked to act on, and what of that which they saw has changed."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Form, HTTPException, Query, Request
from fastapi.responses import RedirectResponse, Response

from send_integration.alerts.directory import DUTY
from send_integration.steps.absences import SOURCE
from send_integration.store.access import BrokenGlass, unread_glass
from send_integration.store.breakers import paused_feeds
from send_integration.store.children import standings
from send_integration.store.directory import colleagues_near, one_colleague, standing_absence
from send_integration.store.inbox import Inbox, Pile
from send_integration.store.notices import Reader, mark_read, unread_notices, views_of
from send_integration.store.sessions import SHOWN, Entry, Session, record_all
from send_integration.store.silences import silent_feeds
from send_integration.store.undelivered import not_reached
from send_integration.store.visits import visit
from send_integration.web.context import Site, asked_of
from send_integration.web.forms import Fault
from send_integration.web.inboxes import by_urgency, tasks_of
from send_integration.web.policy import Action, Role, allowed

ALERTS_ON_A_PAGE = 25
MOST_ANSWERED = 25
MOST_CLOSED = 25
MOST_NOTICES = 25
"""A person reads and closes what is shown; then the next are."""

NOTHING_TYPED: Mapping[str, str] = {"from_on": "", "to_on": "", "covered_by": ""}

DONE = {
    "acknowledged": "You act on it. Nobody is reminded of it any more.",
    "dismissed": "It is dismissed, with your reason.",
    "put-off": "It is put off, and in that day's digest.",
    "handed-over": "It is your colleague's; they have it within seconds.",
    "action": "It is done, and on the child's timeline in seconds.",
    "away": "It is noted, and holds within seconds.",
    "back": "It is noted that you are not away.",
}
"""What is said of each act once it is done."""


def routes(site: Site) -> APIRouter:
    """GET /alerts, POST /alerts/notices/{notice_id}/read."""
    router = APIRouter()

    @router.get("/alerts")
    def show(request: Request, done: str = "", page: Annotated[int, Query(ge=1, le=1000)] = 1) -> Response:
        session = site.permit(request, Action.READ_NOTICES)
        return inbox_page(site, request, session, done=DONE.get(done, ""), page=page)

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
    page: int = 1,
    faults: Sequence[Fault] = (),
    typed: Mapping[str, str] = NOTHING_TYPED,
) -> Response:
    """The inbox of the signed-in person, with what was just done, or what was wrong in the form on absences."""
    reader = reader_of(session)
    notices = unread_notices(site.engine, reader, MOST_NOTICES + 1)
    watches, has_inbox = (allowed(action, session.role).allowed for action in (Action.WATCH_FEEDS, Action.VIEW_INBOX))
    if not notices and not watches and not has_inbox:
        site.permit(request, Action.VIEW_INBOX)  # refuses, and writes it down
    shown = notices[:MOST_NOTICES]
    looked = Entry(Action.VIEW_INBOX, None, f"{SHOWN}the inbox")
    record_all(
        site.engine, session, [*views_of(shown), looked], allowed=True
    )  # at once, for each write waits for the disk
    inbox = Inbox(site.engine, reader, site.settings.today())
    return site.page(
        "alerts.html",
        session,
        status=400 if faults else 200,
        notices=shown,
        more_notices=len(notices) > len(shown),
        glass=_glass(site, session, reader),
        feeds=list(paused_feeds(site.engine).values()) if watches else [],
        silent=list(silent_feeds(site.engine).values()) if watches else [],
        closed=inbox.lately_closed(limit=MOST_CLOSED) if has_inbox else [],
        away=_away(site, session),
        not_reached=not_reached(site.engine, reader.recipients),
        done=done,
        faults=faults,
        typed=typed,
        page=page,
        **_piles(site, session, inbox, page),
    )


def _piles(site: Site, session: Session, inbox: Inbox, page: int) -> dict[str, Any]:
    """What waits for an answer, by urgency, a page at a time; with the first page, what was put off and is acted on."""
    today, since = site.settings.today(), visit(site.engine, session.actor)
    most = {Pile.WAITING: ALERTS_ON_A_PAGE + 1}
    if page == 1:
        most |= {Pile.PUT_OFF: MOST_ANSWERED, Pile.ACTED_ON: MOST_ANSWERED}
    found = piles_of(site, session, inbox, most, offset=(page - 1) * ALERTS_ON_A_PAGE)
    waiting, put_off, acted_on = (found.get(which, []) for which in Pile)
    shown = waiting[:ALERTS_ON_A_PAGE]
    names = names_of(session, [*shown, *put_off, *acted_on])
    return {
        "since": since,
        "groups": by_urgency(shown, names, today, since),
        "more_alerts": len(waiting) > len(shown),
        "put_off": tasks_of(put_off, names, today, since),
        "acted_on": tasks_of(acted_on, names, today, since),
    }


def piles_of(
    site: Site, session: Session, inbox: Inbox, most: Mapping[Pile, int], *, offset: int = 0
) -> dict[Pile, list[dict[str, Any]]]:
    """Piles of whoever may have an inbox; that they were shown a restricted child in them is written down."""
    if not allowed(Action.VIEW_INBOX, session.role).allowed:
        return {}
    piles = inbox.piles(most, offset=offset)
    for alerts in piles.values():
        secret = dict.fromkeys(alert["child_id"] for alert in alerts if alert["restricted"])
        site.note_looks(session, Action.LIST_CHILDREN, secret, "restricted, in an alert")
    return piles


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


def names_of(session: Session, alerts: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """The names of those children of some alerts whose page the signed-in person may see."""
    return {
        alert["child_id"]: f"{alert['given_name']} {alert['family_name']}"
        for alert in alerts
        if asked_of(session, Action.VIEW_CHILD, alert["standing"]).allowed
    }


def _away(site: Site, session: Session) -> dict[str, Any] | None:
    """What the form on absences shows to a worker of the directory; None for anybody else."""
    today = site.settings.today()
    worker = one_colleague(site.engine, session.actor, today)
    if worker is None or not allowed(Action.VIEW_INBOX, session.role).allowed:
        return None
    standing = standing_absence(site.engine, worker.worker_id, SOURCE, today)
    near = colleagues_near(site.engine, today, teams=[worker.team])
    cover = one_colleague(site.engine, standing.covered_by, today) if standing and standing.covered_by else None
    return {
        "standing": standing,
        "cover": cover.name if cover else None,
        "colleagues": [one for one in near if one.worker_id != worker.worker_id],
    }


def inbox_of(session: Session) -> str:
    """Where the signed-in person goes through their alerts: whoever sees no other children, on the page of their own."""
    own, every = (
        allowed(action, session.role, sector=session.sector).allowed
        for action in (Action.VIEW_OWN_CHILDREN, Action.LIST_CHILDREN)
    )
    return "/me" if own and not every else "/alerts"


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
