"""A named worker's own page: what asks them to act, what the panel asked of them, and their children."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from send_integration.store.inbox import Pile
from send_integration.store.notices import unread_notices
from send_integration.store.own_children import OwnChild, own_children
from send_integration.store.visits import visit
from send_integration.web.context import Site
from send_integration.web.inboxes import by_urgency, due_in_words
from send_integration.web.policy import Action
from send_integration.web.routes.alerts import DONE, alerts_of, names_of, reader_of
from send_integration.web.routes.children import year_name
from send_integration.when.periods import age_on

CHILDREN_ON_A_PAGE = 50
ALERTS_SHOWN = 30
"""What is more stands on the inbox page; it comes up as these are answered."""

FLAGS_SHOWN = 3
"""Of each child; the child's page has them all."""


def routes(site: Site) -> APIRouter:
    """GET /me."""
    router = APIRouter()

    @router.get("/me")
    def show(request: Request, done: str = "", page: Annotated[int, Query(ge=1, le=1000)] = 1) -> Response:
        session = site.permit(request, Action.VIEW_OWN_CHILDREN)
        today, reader = site.settings.today(), reader_of(session)
        since = visit(site.engine, session.actor)
        alerts = alerts_of(site, session, reader, Pile.WAITING, limit=ALERTS_SHOWN + 1)
        shown = alerts[:ALERTS_SHOWN]
        first = (page - 1) * CHILDREN_ON_A_PAGE
        children = own_children(site.engine, session.actor, today=today, limit=CHILDREN_ON_A_PAGE + 1, offset=first)
        listed = children[:CHILDREN_ON_A_PAGE]
        secret = [child.child_id for child in listed if child.restricted]
        site.note_looks(session, Action.LIST_CHILDREN, secret, "restricted, listed")
        return site.page(
            "me.html",
            session,
            done=DONE.get(done, ""),
            since=since,
            groups=by_urgency(shown, names_of(session, shown), today, since),
            waiting=len(shown),
            more_alerts=len(alerts) > len(shown),
            new=sum(since is not None and alert["raised_at"] > since for alert in shown),
            notices=bool(unread_notices(site.engine, reader, 1)),
            children=[_as_listed(child, today) for child in listed],
            page=page,
            more_children=len(children) > len(listed),
        )

    return router


def _as_listed(child: OwnChild, today: date) -> dict[str, Any]:
    return {
        "child": child,
        "age": age_on(child.date_of_birth, today),
        "year": year_name(child.date_of_birth, today),
        "flags": [
            (flag, due_in_words(date.fromisoformat(flag["due_on"]) if flag["due_on"] else None, today))
            for flag in child.flags[:FLAGS_SHOWN]
        ],
        "more": max(0, len(child.flags) - FLAGS_SHOWN),
        "next": due_in_words(child.next_on, today),
    }
