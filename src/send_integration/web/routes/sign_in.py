"""Signing in and out; in development as one of the made-up people."""

import secrets
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from send_integration.store.sessions import close_session
from send_integration.web.context import COOKIE, Site
from send_integration.web.people import BY_ACTOR, PEOPLE

FORM_COOKIE = "send_form"
"""Ties the sign-in form to the browser that was shown it: nobody can sign another person in from elsewhere."""


def routes(site: Site) -> APIRouter:
    """GET and POST /sign-in, POST /sign-out."""
    router = APIRouter()
    development = site.settings.sign_in == "development"

    @router.get("/sign-in")
    def show(request: Request) -> Response:
        token = request.cookies.get(FORM_COOKIE) or secrets.token_urlsafe(24)
        page = site.page("sign_in.html", None, people=PEOPLE if development else (), form_token=token)
        page.set_cookie(FORM_COOKIE, token, httponly=True, samesite="strict", secure=_secure(request))
        return page

    @router.post("/sign-in")
    def sign_in(
        request: Request, person: Annotated[str, Form()] = "", form_token: Annotated[str, Form()] = ""
    ) -> Response:
        expected = request.cookies.get(FORM_COOKIE, "")
        if not development or not expected or not secrets.compare_digest(expected.encode(), form_token.encode()):
            raise HTTPException(403)
        found = BY_ACTOR.get(person)
        if found is None:
            raise HTTPException(400)
        response = RedirectResponse("/", status_code=303)
        site.sign_in(found.session(), response, secure=_secure(request))
        return response

    @router.post("/sign-out")
    def sign_out(request: Request, csrf: Annotated[str, Form()] = "") -> Response:
        session = site.signed_in(request)
        site.require_form(session, csrf)
        close_session(site.engine, request.cookies.get(COOKIE, ""))
        response = RedirectResponse("/sign-in", status_code=303)
        response.delete_cookie(COOKIE)
        return response

    return router


def _secure(request: Request) -> bool:
    """Whether cookies are kept to encrypted connections: always, but on this machine itself."""
    return request.url.hostname not in ("127.0.0.1", "localhost")
