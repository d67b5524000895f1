"""Signing in and out: at the authority's provider, or in development as one of the made-up people."""

import logging
import secrets
from datetime import timedelta
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Form, HTTPException, Query, Request
from fastapi.responses import RedirectResponse, Response

from send_integration import clock
from send_integration.store.directory import one_colleague, sector_of
from send_integration.store.sessions import Session, close_session, record
from send_integration.store.sign_in_attempts import begin_attempt, finish_attempt
from send_integration.web import cookies
from send_integration.web.context import Site
from send_integration.web.people import BY_ACTOR, PEOPLE
from send_integration.web.provider import Arrival, Provider, ProviderFault

LOG = logging.getLogger("send_integration.web")

ATTEMPT_LASTS = timedelta(minutes=10)
"""Within which somebody comes back from the provider."""

SIGN_IN, SIGN_OUT = "sign-in", "sign-out"
"""What the audit calls them."""

REFUSED = {
    "unknown": ("You are not signed in", "Nothing here began that sign-in, or it took too long. Begin again."),
    "provider": ("You are not signed in", "The sign-in of your authority did not confirm it. Try again in a moment."),
    "role": ("You may not use this service", "Your account has no role here. Ask your manager for one."),
}


class Back(NamedTuple):
    """What a browser brings back from the provider."""

    code: str
    state: str
    issuer: str


def routes(site: Site) -> APIRouter:
    """GET and POST /sign-in, GET /sign-in/callback, POST /sign-out."""
    router = APIRouter()
    development = site.settings.sign_in == "development"

    @router.get("/sign-in")
    def show(request: Request) -> Response:
        token = cookies.read(request, cookies.FORM) or secrets.token_urlsafe(24)
        people = PEOPLE if development else ()
        page = site.page("sign_in.html", None, people=people, provider=site.provider is not None, form_token=token)
        cookies.write(request, page, cookies.FORM, token, None, same_site_only=True)
        return page

    @router.post("/sign-in")
    def sign_in(
        request: Request, person: Annotated[str, Form()] = "", form_token: Annotated[str, Form()] = ""
    ) -> Response:
        expected = cookies.read(request, cookies.FORM)
        if not expected or not secrets.compare_digest(expected.encode(), form_token.encode()):
            raise HTTPException(403)
        if site.provider is not None:
            return _depart(site, request, site.provider)
        found = BY_ACTOR.get(person) if development else None
        if found is None:
            raise HTTPException(400 if development else 403)
        return _let_in(site, request, found.session())

    @router.get("/sign-in/callback")
    def arrive(
        request: Request,
        code: Annotated[str, Query()] = "",
        state: Annotated[str, Query()] = "",
        iss: Annotated[str, Query()] = "",
    ) -> Response:
        if site.provider is None:
            raise HTTPException(404)
        return _arrive(site, request, site.provider, Back(code, state, iss))

    @router.post("/sign-out")
    def sign_out(request: Request, csrf: Annotated[str, Form()] = "") -> Response:
        session = site.signed_in(request)
        site.require_form(session, csrf)
        return _sign_out(site, request, session)

    return router


def _sign_out(site: Site, request: Request, session: Session) -> Response:
    """End the session here, and go on to the provider's end of it where it names one."""
    close_session(site.engine, cookies.read(request, cookies.SESSION))
    address = site.provider.departure_for_good() if site.provider is not None else None
    response: Response = RedirectResponse("/sign-in", status_code=303)
    if address is not None:
        record(site.engine, session, SIGN_OUT, None, allowed=True, why="signed out")
        response = site.page("leaving.html", None, address=address, words="You are signed out here.")
    cookies.forget(request, response, cookies.SESSION)
    return response


def _depart(site: Site, request: Request, provider: Provider) -> Response:
    """Send a browser to the provider, by a page: a form that leads elsewhere by itself is what our own policy forbids."""
    try:
        departure = provider.depart()
    except ProviderFault:
        return _refused(site, "provider", 503)
    browser, now = secrets.token_urlsafe(32), clock.now()
    begin_attempt(site.engine, departure.state, browser, departure.attempt, now, now + ATTEMPT_LASTS)
    page = site.page(
        "leaving.html", None, address=departure.address, words="You are on your way to the sign-in of your authority."
    )
    cookies.write(request, page, cookies.PROVIDER, browser, ATTEMPT_LASTS, same_site_only=False)
    return page


def _arrive(site: Site, request: Request, provider: Provider, back: Back) -> Response:
    """Sign somebody in who comes back from the provider; each sign-in that was begun is finished once."""
    browser = cookies.read(request, cookies.PROVIDER)
    attempt = finish_attempt(site.engine, back.state, browser, clock.now()) if browser and back.state else None
    if attempt is None or not back.code:
        return _refused(site, "unknown", 400)
    try:
        arrival = provider.arrive(back.code, attempt, back.issuer)
    except ProviderFault as fault:
        LOG.warning("a sign-in was refused: %s", fault.what)
        return _refused(site, "provider", 403)
    person = _person(site, arrival)
    if person is None:
        nobody = Session(arrival.person, "none", "")
        record(site.engine, nobody, SIGN_IN, None, allowed=False, why="no role is theirs")
        return _refused(site, "role", 403)
    record(site.engine, person, SIGN_IN, None, allowed=True, why="the provider says who it is")
    response = _let_in(site, request, person)
    cookies.forget(request, response, cookies.PROVIDER)
    return response


def _person(site: Site, arrival: Arrival) -> Session | None:
    """What a session is opened with; name, team and sector are the directory's, where it has the person and the provider
    does not say."""
    post = arrival.post
    if post is None:
        return None
    worker = one_colleague(site.engine, arrival.person, site.settings.today())
    return Session(
        arrival.person,
        post.role,
        "",
        arrival.name or (worker.name if worker else arrival.person),
        post.sector or sector_of(site.engine, arrival.person),
        inboxes=(f"team:{worker.team}",) if worker else (),
        agencies=(post.agency,) if post.agency else (),
    )


def _let_in(site: Site, request: Request, person: Session) -> Response:
    """Open a session of its own, whatever the browser had before: nobody can have chosen it for them."""
    close_session(site.engine, cookies.read(request, cookies.SESSION))
    response = RedirectResponse("/", status_code=303)
    site.sign_in(request, person, response)
    cookies.forget(request, response, cookies.FORM)
    return response


def _refused(site: Site, why: str, status: int) -> Response:
    title, advice = REFUSED[why]
    return site.page("error.html", None, status=status, title=title, advice=advice)
