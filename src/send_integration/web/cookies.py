"""The page's cookies: no script reads them, no other site sets them, and they leave encrypted connections never."""

from datetime import timedelta
from urllib.parse import urlsplit

from fastapi import Request
from fastapi.responses import Response

SESSION, FORM, PROVIDER = "send_session", "send_form", "send_provider"
"""The session; the browser to which the sign-in form was shown; the browser that was sent to the provider."""

LOCAL = ("127.0.0.1", "localhost", "::1")


def is_local(address: str) -> bool:
    """Whether an address leads to this machine itself."""
    return urlsplit(address).hostname in LOCAL


def is_secure(request: Request) -> bool:
    """Whether cookies are kept to encrypted connections: always, but on this machine itself; and there too where people reach
    the page by an encrypted address, for then it is a proxy that asks."""
    return request.app.state.is_encrypted or request.url.hostname not in LOCAL


def name_of(request: Request, cookie: str) -> str:
    """A cookie's name. With the prefix a browser takes it from this very host alone, and only encrypted."""
    return f"__Host-{cookie}" if is_secure(request) else cookie


def read(request: Request, cookie: str) -> str:
    """What a cookie says; empty where there is none."""
    return request.cookies.get(name_of(request, cookie), "")


def write(
    request: Request, response: Response, cookie: str, value: str, lasts: timedelta | None, *, same_site_only: bool
) -> None:
    """Hand a cookie to the browser, until it is closed or for as long as it `lasts`."""
    response.set_cookie(
        name_of(request, cookie),
        value,
        max_age=int(lasts.total_seconds()) if lasts else None,
        path="/",
        httponly=True,
        samesite="strict" if same_site_only else "lax",
        secure=is_secure(request),
    )


def forget(request: Request, response: Response, cookie: str) -> None:
    """Take a cookie from the browser."""
    response.delete_cookie(name_of(request, cookie), path="/", httponly=True, samesite="lax", secure=is_secure(request))
