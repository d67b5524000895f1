"""A named worker's own page: what asks them to act, what the panel asked of them, and their children."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Form, HTTPException, Query, Request
from fastapi.responses import RedirectResponse, Response

from send_integration.errors import BadInput
from send_integration.steps.panel_acts import complete_action
from send_integration.store.inbox import Inbox, Pile
from send_integration.store.notices import unread_notices
from send_integration.store.own_children import OwnAction, OwnChild, own_actions, own_children
from send_integration.store.sessions import Session, record
from send_integration.store.visits import visit
from send_integration.web.child_page import year_name
from send_integration.web.context import Site, asked_of
from send_integration.web.inboxes import by_urgency, due_in_words
from send_integration.web.policy import Action
from send_integration.web.routes.alerts import DONE, names_of, piles_of, reader_of
from send_integration.when.periods import age_on

CHILDREN_ON_A_PAGE = 30
ALERTS_SHOWN = 20
"""What is more stands on the inbox page, with the alerts of teams; it comes up as these are answered."""

MOST_ACTIONS = 50

FLAGS_SHOWN = 3
"""Of each child; the child's page has them all."""


def routes(site: Site) -> APIRouter:
    """GET /me, POST /me/actions/{event_id}/done."""
    router = APIRouter()

    @router.get("/me")
    def show(request: Request, done: str = "", page: Annotated[int, Query(ge=1, le=1000)] = 1) -> Response:
        session = site.permit(request, Action.VIEW_OWN_CHILDREN)
        site.note_shown(session, Action.VIEW_OWN_CHILDREN, "my children")
        return site.page("me.html", session, done=DONE.get(done, ""), page=page, **_values(site, session, page))

    @router.post("/me/actions/{event_id}/done")
    def say_done(request: Request, event_id: str, csrf: Annotated[str, Form()] = "") -> Response:
        session = site.permit_form(request, Action.VIEW_OWN_CHILDREN, csrf)
        found = next((action for action in _actions(site, session) if action.event_id == event_id), None)
        if found is None:
            record(site.engine, session, Action.VIEW_OWN_CHILDREN, None, allowed=False, why="no action of theirs")
            raise HTTPException(404)
        now = site.now()
        try:
            complete_action(site.engine, found.child_id, session, event_id, now)
        except BadInput:  # somebody said so a moment ago
            return RedirectResponse("/me", status_code=303)
        return RedirectResponse("/me?done=action", status_code=303)

    return router


def _values(site: Site, session: Session, page: int) -> dict[str, Any]:
    """What the page shows: the alerts that are the person's own, what they took on, and a page of their children."""
    today, reader = site.settings.today(), reader_of(session)
    own = reader._replace(recipients=[session.actor], restricted=False)
    since = visit(site.engine, session.actor)
    inbox = Inbox(site.engine, own, today)
    alerts = piles_of(site, session, inbox, {Pile.WAITING: ALERTS_SHOWN + 1}).get(Pile.WAITING, [])
    shown = alerts[:ALERTS_SHOWN]
    first = (page - 1) * CHILDREN_ON_A_PAGE
    children = own_children(site.engine, session.actor, today=today, limit=CHILDREN_ON_A_PAGE + 1, offset=first)
    listed = children[:CHILDREN_ON_A_PAGE]
    secret = [child.child_id for child in listed if child.restricted]
    site.note_looks(session, Action.LIST_CHILDREN, secret, "restricted, listed")
    return {
        "since": since,
        "groups": by_urgency(shown, names_of(session, shown), today, since),
        "waiting": len(shown),
        "more_alerts": len(alerts) > len(shown),
        "new": sum(since is not None and alert["raised_at"] > since for alert in shown),
        "notices": bool(unread_notices(site.engine, reader, 1)),
        "actions": [(action, due_in_words(action.due_on, today)) for action in _actions(site, session)],
        "children": [_as_listed(child, today) for child in listed],
        "more_children": len(children) > len(listed),
    }


def _actions(site: Site, session: Session) -> list[OwnAction]:
    """What the signed-in person took on at the panel, of children whose page they may see: two people can have one name."""
    found = own_actions(site.engine, session.actor, session.name, limit=MOST_ACTIONS)
    seen = [action for action in found if asked_of(session, Action.VIEW_CHILD, action.standing).allowed]
    secret = dict.fromkeys(action.child_id for action in seen if action.standing.restricted)
    site.note_looks(session, Action.LIST_CHILDREN, secret, "restricted, in an action")
    return seen


def _as_listed(child: OwnChild, today: date) -> dict[str, Any]:
    return {
        "child": child,
        "age": age_on(child.date_of_birth, today),
        "year": year_name(child.date_of_birth, child.years_above, today),
        "flags": [
            (flag, due_in_words(date.fromisoformat(flag["due_on"]) if flag["due_on"] else None, today))
            for flag in child.flags[:FLAGS_SHOWN]
        ],
        "more": max(0, len(child.flags) - FLAGS_SHOWN),
        "next": due_in_words(child.next_on, today),
    }
