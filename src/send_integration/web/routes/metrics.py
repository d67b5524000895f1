"""What a monitor scrapes; closed until a token is set, and then only for whoever brings it."""

import secrets

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import PlainTextResponse, Response
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4

from send_integration import clock
from send_integration.steps.feed_metrics import measured
from send_integration.web.context import Site
from send_integration.web.metrics import exposition
from send_integration.when.london import london_day


def routes(site: Site) -> APIRouter:
    """GET /metrics."""
    router = APIRouter()
    token = site.settings.metrics_token.get_secret_value()

    @router.get("/metrics")
    def metrics(request: Request) -> Response:
        if not token:
            raise HTTPException(404)
        brought = request.headers.get("authorization", "")
        if not secrets.compare_digest(brought.encode(), f"Bearer {token}".encode()):
            return PlainTextResponse("a token is needed\n", 401, headers={"WWW-Authenticate": "Bearer"})
        now = clock.now()
        text = exposition(measured(site.engine, london_day(now), now))
        return Response(text, headers={"Cache-Control": "no-store"}, media_type=CONTENT_TYPE_PLAIN_0_0_4)

    return router
