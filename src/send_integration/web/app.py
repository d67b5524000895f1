"""Builds the site: routes, security headers, and plain pages for what goes wrong."""

from collections.abc import Awaitable, Callable
from functools import partial
from urllib.parse import urlsplit

from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from sqlalchemy import Engine
from sqlalchemy.exc import DataError
from starlette.exceptions import HTTPException as StarletteHTTPException

from send_integration.settings import Settings
from send_integration.web.context import FOLDER, BehindGlass, SignInNeeded, Site, templates
from send_integration.web.guards import SafeHeaders, TooMany, guard_of, headers_of
from send_integration.web.policy import policy
from send_integration.web.provider import Provider
from send_integration.web.provider_settings import check_sign_in
from send_integration.web.routes import (
    absences,
    access,
    alert_acts,
    alerts,
    audit,
    changes,
    children,
    deciding,
    decisions,
    family_copies,
    feeds,
    health,
    identity,
    identity_children,
    identity_decisions,
    listing,
    me,
    measures,
    meeting_acts,
    meetings,
    metrics,
    packs,
    quarantine,
    quarantine_acts,
    scorecard,
    sign_in,
    voice,
)

WORDS = {
    403: ("You may not see this page", "Your role does not allow it. The attempt has been recorded."),
    404: ("There is no such page", "Check the address, or go back to the list."),
    400: ("That could not be read", "Go back and try again."),
    405: ("That cannot be done here", "Go back and use the page's own buttons."),
    413: ("That is too long", "Go back and send less."),
    429: ("Too many requests", "Wait a minute, and open the page again."),
}


ROOMS = (
    sign_in,
    packs,
    family_copies,
    children,
    listing,
    voice,
    meetings,
    meeting_acts,
    deciding,
    decisions,
    changes,
    access,
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
    measures,
    audit,
    health,
    metrics,
)
"""Every module of routes; a test holds that each route asks the policy. `scorecard` stands before `feeds`, whose addresses
end with any feed's name."""

LARGEST_FORM_BYTES = 1_000_000
"""No form of ours comes near; what is larger is refused before it is read."""


def build_app(engine: Engine, settings: Settings) -> FastAPI:
    """The site on a database. Raises BadSetting where the policy is not one that the code knows, or how people sign in is
    not set as it must be."""
    policy()
    provider = check_sign_in(settings)
    app = FastAPI(
        title="send_integration",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        max_body_size=LARGEST_FORM_BYTES,
        redirect_slashes=False,  # it would lead to whatever host the request names
    )
    site = Site(engine, settings, templates(), guard_of(settings), Provider(provider) if provider else None)
    app.state.changes = site.changes
    app.state.is_encrypted = urlsplit(settings.web_address).scheme == "https"
    for room in ROOMS:
        app.include_router(room.routes(site))
    app.mount("/static", StaticFiles(directory=FOLDER / "static"), name="static")
    _answer_faults(app, site)
    app.middleware("http")(partial(_let_through, site))
    app.add_middleware(SafeHeaders, headers=headers_of(settings))
    return app


async def _let_through(site: Site, request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    """Answer nothing that asks too often, by another name than ours, or is sent from another site's page."""
    if not site.guard.is_ours(request):
        return _said(site, 400)
    try:
        site.guard.count_address(request)
    except TooMany as fault:
        return _too_many(site, fault)
    if request.method not in ("GET", "HEAD") and not site.guard.comes_from_here(request):
        return _said(site, 403)
    return await call_next(request)


def _answer_faults(app: FastAPI, site: Site) -> None:
    """Plain pages for what goes wrong; none of them says what it was."""

    @app.exception_handler(SignInNeeded)
    async def lead_to_sign_in(_request: Request, _fault: SignInNeeded) -> Response:
        return RedirectResponse("/sign-in", status_code=303)

    @app.exception_handler(TooMany)
    async def say_wait(_request: Request, fault: TooMany) -> Response:
        return _too_many(site, fault)

    @app.exception_handler(RequestValidationError)
    async def say_unread(_request: Request, _fault: RequestValidationError) -> Response:
        return _said(site, 400)

    @app.exception_handler(DataError)
    async def say_unkept(_request: Request, _fault: DataError) -> Response:
        """Answer what came with a value that no database text or number can be, such as one with a zero byte."""
        return _said(site, 400)

    @app.exception_handler(BehindGlass)
    async def say_how_else(_request: Request, fault: BehindGlass) -> Response:
        title, advice = WORDS[403]
        return site.page("error.html", None, status=403, title=title, advice=advice, behind_glass=fault.child_id)

    @app.exception_handler(StarletteHTTPException)
    async def say_plainly(_request: Request, fault: HTTPException) -> Response:
        answer = _said(site, fault.status_code)
        answer.headers.update(fault.headers or {})
        return answer

    @app.exception_handler(Exception)
    async def say_sorry(_request: Request, _fault: Exception) -> Response:
        answer = _said(site, 500)
        answer.headers.update({**headers_of(site.settings), "Cache-Control": "no-store"})
        return answer


def _said(site: Site, status: int) -> Response:
    title, advice = WORDS.get(status, ("Something went wrong", "Try again in a moment."))
    return site.page("error.html", None, status=status, title=title, advice=advice)


def _too_many(site: Site, fault: TooMany) -> Response:
    answer = _said(site, 429)
    answer.headers["Retry-After"] = str(fault.wait)
    return answer
