"""The inbox: what the signed-in person is asked to act on."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from send_integration.store.alerts import inbox
from send_integration.store.children import standings
from send_integration.web.context import Site, asked_of
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
        alerts = inbox(site.engine, recipients, MOST_ALERTS)
        known = standings(site.engine, {alert["flag"]["child_id"] for alert in alerts})
        hidden = {
            child_id
            for child_id, standing in known.items()
            if standing.restricted and not asked_of(session, Action.SEE_RESTRICTED, standing).allowed
        }
        return site.page("alerts.html", session, alerts=alerts, hidden=hidden)

    return router
