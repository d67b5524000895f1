"""Builds the site: routes, security headers, and plain pages for what goes wrong."""

from collections.abc import Awaitable, Callable

from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from sqlalchemy import Engine
from starlette.exceptions import HTTPException as StarletteHTTPException

from send_integration.settings import Settings
from send_integration.web.context import FOLDER, SignInNeeded, Site, templates
from send_integration.web.policy import policy
from send_integration.web.routes import (
    absences,
    alert_acts,
    alerts,
    children,
    feeds,
    health,
    identity,
    identity_children,
    identity_decisions,
    me,
    metrics,
    quarantine,
    quarantine_acts,
    scorecard,
    sign_in,
)

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none';"
        " frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), camera=(), microphone=()",
}

WORDS = {
    403: ("You may not see this page", "Your role does not allow it. The attempt has been recorded."),
    404: ("There is no such page", "Check the address, or go back to the list."),
    400: ("That could not be read", "Go back and try again."),
}


ROOMS = (
    sign_in,
    children,
    me,
    alerts,
    alert_acts,
    absences,
    identity,
    identity_children,
    identity_decisions,
    quarantine,
    quarantine_acts,
    scorecard,
    feeds,
    health,
    metrics,
)
"""Every module of routes; a test holds that each route asks the policy. `scorecard` stands before `feeds`, whose addresses
end with any feed's name."""

LARGEST_FORM_BYTES = 1_000_000
"""No form of ours comes near; what is larger is refused before it is read."""


def build_app(engine: Engine, settings: Settings) -> FastAPI:
    """The site on a database. Raises BadSetting where the policy is not one that the code knows."""
    policy()
    app = FastAPI(
        title="send_integration", docs_url=None, redoc_url=None, openapi_url=None, max_body_size=LARGEST_FORM_BYTES
    )
    site = Site(engine, settings, templates())
    for room in ROOMS:
        app.include_router(room.routes(site))
    app.mount("/static", StaticFiles(directory=FOLDER / "static"), name="static")

    @app.middleware("http")
    async def add_headers(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        response = await call_next(request)
        for name, value in HEADERS.items():
            response.headers[name] = value
        return response

    @app.exception_handler(SignInNeeded)
    async def lead_to_sign_in(_request: Request, _fault: SignInNeeded) -> Response:
        return RedirectResponse("/sign-in", status_code=303)

    @app.exception_handler(RequestValidationError)
    async def say_unread(_request: Request, _fault: RequestValidationError) -> Response:
        title, advice = WORDS[400]
        return site.page("error.html", None, status=400, title=title, advice=advice)

    @app.exception_handler(StarletteHTTPException)
    async def say_plainly(_request: Request, fault: HTTPException) -> Response:
        title, advice = WORDS.get(fault.status_code, ("Something went wrong", "Try again in a moment."))
        return site.page("error.html", None, status=fault.status_code, title=title, advice=advice)

    return app
