"""What every route is handed: database, settings, templates, and the signed-in person."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from fastapi import HTTPException, Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from sqlalchemy import Engine

from send_integration import clock
from send_integration.settings import Settings
from send_integration.store.sessions import Session, find_session, open_session, record
from send_integration.web.policy import Action, allowed, links
from send_integration.when.london import london_day, london_time

COOKIE = "send_session"
SESSION_LASTS = timedelta(hours=8)
FOLDER = Path(__file__).parent


class SignInNeeded(Exception):
    """Nobody is signed in."""


@dataclass(frozen=True)
class Site:
    """One running site."""

    engine: Engine
    settings: Settings
    templates: Environment

    def page(self, name: str, session: Session | None, **values: Any) -> HTMLResponse:  # noqa: ANN401 - templates take any
        """A page from its template, never to be cached."""
        text = self.templates.get_template(name).render(
            session=session,
            authority=self.settings.authority,
            rehearsal=self.settings.as_of,
            today=self.settings.today(),
            **values,
        )
        return HTMLResponse(text, headers={"Cache-Control": "no-store"})

    def signed_in(self, request: Request) -> Session:
        """The signed-in person. Raises SignInNeeded where there is none."""
        token = request.cookies.get(COOKIE, "")
        session = find_session(self.engine, token, clock.now()) if token else None
        if session is None:
            raise SignInNeeded
        return session

    def permit(self, request: Request, action: Action, *, child_id: str | None = None, named: bool = False) -> Session:
        """The signed-in person, where they may do `action`; writes down every look at a child and every refusal."""
        session = self.signed_in(request)
        decision = allowed(action, session.role, holds_a_role_for_child=named)
        if child_id is not None or not decision.allowed:
            record(self.engine, session, action, child_id, allowed=decision.allowed, why=decision.why)
        if not decision.allowed:
            raise HTTPException(403)
        return session

    def sign_in(self, actor: str, role: str, response: Response, *, secure: bool) -> None:
        """Open a session and hand its token to the browser, readable by no script."""
        token = secrets.token_urlsafe(32)
        expires_at: datetime = clock.now() + SESSION_LASTS
        open_session(self.engine, token, Session(actor, role, secrets.token_urlsafe(24)), expires_at)
        response.set_cookie(
            COOKIE, token, max_age=int(SESSION_LASTS.total_seconds()), httponly=True, samesite="lax", secure=secure
        )


def templates() -> Environment:
    """The page's templates: everything is escaped, and a name that is not given is a fault."""
    environment = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["links"] = links
    environment.filters["day"] = written_day
    environment.filters["moment"] = written_moment
    environment.filters["words"] = lambda code: str(code).replace("-", " ").replace("_", " ")
    return environment


def written_day(day: date | str | None) -> str:
    """A day as people write it: 3 March 2025."""
    if day is None:
        return "not known"
    found = date.fromisoformat(day) if isinstance(day, str) else day
    return f"{found.day} {found:%B %Y}"


def written_moment(moment: datetime) -> str:
    """A moment as people write it: 3 March 2025, 14:05, by London's clock."""
    return f"{written_day(london_day(moment))}, {london_time(moment)}"
