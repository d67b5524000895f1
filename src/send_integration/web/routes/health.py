"""Whether the page and its database answer, for whoever runs it; says nothing else."""

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from send_integration.web.context import Site


def routes(site: Site) -> APIRouter:
    """GET /health."""
    router = APIRouter()

    @router.get("/health")
    def health() -> PlainTextResponse:
        try:
            with site.engine.connect() as connection:
                connection.execute(text("SELECT 1"))
        except OperationalError:
            return PlainTextResponse("the database does not answer\n", status_code=503)
        return PlainTextResponse("well\n")

    return router
