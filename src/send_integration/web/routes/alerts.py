"""The inbox: what the signed-in person is asked to act on."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from send_integration.store.alerts import inbox
from send_integration.web.context import Site
from send_integration.web.people import BY_ACTOR
from send_integration.web.policy import Action

MOST_ALERTS = 200


def routes(site: Site) -> APIRouter:
    """GET /alerts."""
    router = APIRouter()

    @router.get("/alerts")
    def show(request: Request) -> Response:
        session = site.permit(request, Action.VIEW_INBOX)
        person = BY_ACTOR.get(session.actor)
        recipients = [session.actor, *(person.inboxes if person else ())]
        return site.page("alerts.html", session, alerts=inbox(site.engine, recipients, MOST_ALERTS))

    return router
