"""What every route is handed: database, settings, templates, and the signed-in person."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache, cached_property, lru_cache, partial
from pathlib import Path
from typing import Any, NamedTuple

from fastapi import HTTPException, Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from sqlalchemy import Engine

from send_integration import clock
from send_integration.alerts.schedule import in_rehearsal
from send_integration.rules.names import in_words, rule_name, with_a_capital
from send_integration.settings import Settings
from send_integration.steps.decision_history import PastDecision
from send_integration.store.changes import changed_children
from send_integration.store.children import Standing, is_child_id
from send_integration.store.decisions import Word, decision_by_id, is_decision_id, is_under_way
from send_integration.store.sessions import (
    SHOWN,
    Session,
    find_session,
    open_session,
    record,
    record_each,
)
from send_integration.timeline.titles import title_of_pattern
from send_integration.web import cookies
from send_integration.web.changes import Changes
from send_integration.web.comparison import GENDERS, odds
from send_integration.web.days import with_written_days, written
from send_integration.web.effects import count
from send_integration.web.guards import Guard
from send_integration.web.policy import (
    NO_TIE,
    Action,
    Decision,
    Fields,
    Tie,
    allowed,
    links,
    may_break_glass_for,
    may_by_a_tie,
    policy,
    seen_fields,
)
from send_integration.web.provider import Provider
from send_integration.when.london import london_day, london_time

FOLDER = Path(__file__).parent
SPEAKERS = {"child": "The child", "young-person": "The young person", "parent-carer": "A parent or carer"}
"""Whose words the panel's record has, as people say it."""


class SignInNeeded(Exception):
    """Nobody is signed in."""


class BehindGlass(HTTPException):
    """A child's page is refused that the person could see by breaking the glass; said of any id, whoever it is."""

    def __init__(self, child_id: str) -> None:
        super().__init__(403)
        self.child_id = child_id


class JustTaken(NamedTuple):
    """A decision on identity that was just taken, and whether the gate has yet to carry it out."""

    word: Word
    under_way: bool


@dataclass(frozen=True)
class Site:
    """One running site."""

    engine: Engine
    settings: Settings
    templates: Environment
    guard: Guard
    provider: Provider | None = None

    @cached_property
    def changes(self) -> Changes:
        """The pages that are open and are told of changes."""
        return Changes(partial(changed_children, self.engine))

    def page(self, name: str, session: Session | None, *, status: int = 200, **values: Any) -> HTMLResponse:  # noqa: ANN401 - templates take any
        """A page from its template; the guard keeps it out of caches."""
        text = self.templates.get_template(name).render(
            session=session,
            authority=self.settings.authority,
            rehearsal=self.settings.as_of,
            today=self.settings.today(),
            **values,
        )
        return HTMLResponse(text, status)

    def session_of(self, request: Request) -> Session | None:
        """The session of a request that stands; what an open page asks by itself does not show that somebody is there."""
        token = cookies.read(request, cookies.SESSION)
        idle = timedelta(minutes=self.settings.session_idle_minutes)
        by_itself = request.headers.get("sec-fetch-dest") == "empty"
        return find_session(self.engine, token, clock.now(), idle, is_there=not by_itself) if token else None

    def signed_in(self, request: Request) -> Session:
        """The signed-in person. Raises SignInNeeded where there is none."""
        session = self.session_of(request)
        if session is None:
            raise SignInNeeded
        if not getattr(request.state, "is_counted", False):  # some routes ask twice
            request.state.is_counted = True
            self.guard.count_person(session.actor, searches=bool(request.query_params.get("q")))
        return session

    def permit(self, request: Request, action: Action) -> Session:
        """The signed-in person, where they may do `action`, of no one child; writes down every refusal."""
        session = self.signed_in(request)
        decision = allowed(action, session.role, sector=session.sector)
        if not decision.allowed:
            record(self.engine, session, action, None, allowed=False, why=decision.why)
            raise HTTPException(403)
        return session

    def permit_form(self, request: Request, action: Action, csrf: str) -> Session:
        """The signed-in person, where they may do `action` and the form is one of ours, shown to them."""
        session = self.permit(request, action)
        self.require_form(session, csrf)
        return session

    def permit_child(
        self, request: Request, action: Action, child_id: str, standing: Standing | None, *, how: str = ""
    ) -> Session:
        """The signed-in person, where they may do `action` for a child; writes down every look and every refusal, and
        `how` it came about where no person asked for it.

        A child of whom they may not even know is answered as one that is not there (`standing` is None).
        """
        session = self.signed_in(request)
        decision = self.look(session, action, child_id, standing, how=how)
        if not decision.allowed:
            if not decision.unknown and is_child_id(child_id) and may_break_glass_for(action, session.role):
                raise BehindGlass(child_id)
            raise HTTPException(404 if decision.unknown else 403)
        return session

    def look(
        self, session: Session, action: Action, child_id: str, standing: Standing | None, *, how: str = ""
    ) -> Decision:
        """Whether a person may do `action` for a child, written down."""
        decision = self.ask(session, action, standing)
        known_as = child_id if is_child_id(child_id) else None
        why = f"{decision.why}; {how}" if how else decision.why
        record(self.engine, session, action, known_as, allowed=decision.allowed, why=why)
        return decision

    def ask(self, session: Session, action: Action, standing: Standing | None) -> Decision:
        """The policy's answer for a person and a child, with all that the person is to the child; not written down."""
        return asked_of(session, action, standing, self.tie(session, standing) if standing else NO_TIE)

    def sees(self, session: Session, standing: Standing | None) -> Fields:
        """What a person sees of a child; without a `standing`, what they see of every child."""
        return seen_fields(session.role, session.sector, self.tie(session, standing) if standing else NO_TIE)

    def tie(self, session: Session, standing: Standing) -> Tie:
        """What a person is to a child."""
        listed_since = self.settings.today() - timedelta(days=policy().agenda_days_after)
        on_agenda = standing.listed_on is not None and standing.listed_on >= listed_since
        return Tie(session.actor in standing.worker_ids, on_agenda, session.actor in standing.glass)

    def now(self) -> datetime:
        """This moment, of the day that counts as today."""
        return in_rehearsal(clock.now(), self.settings.today())

    def sees_restricted(self, session: Session) -> bool:
        """Whether lists may hold restricted children for this person."""
        return allowed(Action.SEE_RESTRICTED, session.role).allowed

    def note_looks(
        self, session: Session, action: Action, child_ids: Iterable[str | None], why: str, *, allowed: bool = True
    ) -> None:
        """Write down that somebody saw some children, or was refused to, by what was asked of the policy before."""
        seen = list(child_ids)
        if seen:
            record_each(self.engine, session, action, seen, allowed=allowed, why=why)

    def note_shown(self, session: Session, action: Action, what: str, child_id: str | None = None) -> None:
        """Write down that somebody was shown a list or an alert: of lists which one, and not everybody who stands in it."""
        record(self.engine, session, action, child_id, allowed=True, why=f"{SHOWN}{what}")

    def just_taken(self, session: Session, decision: str) -> JustTaken | None:
        """What is to be said of a decision that this person has just taken; None for anything else."""
        if not is_decision_id(decision):
            return None
        with self.engine.connect() as connection:
            word = decision_by_id(connection, decision)
            if word is None or word.by != session.actor:
                return None
            return JustTaken(word, is_under_way(connection, decision))

    def require_form(self, session: Session, csrf: str) -> None:
        """Refuse what was not sent from a form of ours, shown to this person; writes it down."""
        if not secrets.compare_digest(session.csrf.encode(), csrf.encode()):
            record(self.engine, session, "send-form", None, allowed=False, why="the form is not one of ours")
            raise HTTPException(403)

    def sign_in(self, request: Request, person: Session, response: Response) -> None:
        """Open a session and hand its token to the browser, readable by no script."""
        token, now = secrets.token_urlsafe(32), clock.now()
        session = replace(person, csrf=secrets.token_urlsafe(24))
        lasts = timedelta(hours=self.settings.session_hours)
        open_session(self.engine, token, session, now, now + lasts)
        cookies.write(request, response, cookies.SESSION, token, lasts, same_site_only=False)


def asked_of(session: Session, action: Action, standing: Standing | None, tie: Tie = NO_TIE) -> Decision:
    """The policy's answer for a person and a child, by role, by being its named worker, and by what `tie` says besides; of
    one that is not there the answer for any other, but `unknown`."""
    if standing is None:
        general = allowed(action, session.role, sector=session.sector)
        return Decision(allowed=False, why="there is no such child", unknown=True) if general.allowed else general
    return allowed(
        action,
        session.role,
        sector=session.sector,
        holds_a_role_for_child=session.actor in standing.worker_ids,
        tie=tie,
        restricted=standing.restricted,
    )


@cache
def templates() -> Environment:
    """The page's templates: everything is escaped, and a name that is not given is a fault. One for all sites of a process,
    for to read a template takes longer than to make its page."""
    environment = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals["links"] = links
    environment.filters["day"] = written_day
    environment.filters["days"] = with_written_days
    environment.filters["moment"] = written_moment
    environment.filters["moment_text"] = lambda moment: written_moment(datetime.fromisoformat(moment))
    environment.filters["voice_of"] = lambda code: SPEAKERS.get(code, code)
    environment.filters["london_day"] = lambda moment: written_day(london_day(moment))
    environment.filters["agency"] = agency_name
    environment.filters["odds"] = odds
    environment.filters["sentence"] = lambda words: f"{with_a_capital(words)}."
    environment.filters["gender"] = lambda code: GENDERS.get(code, code)
    environment.filters["decided"] = what_was_decided
    environment.filters["title"] = title_of_pattern
    environment.globals["may_list"] = lambda role: (
        allowed(Action.LIST_FOR_PANEL, role).allowed or may_by_a_tie(Action.LIST_FOR_PANEL, role)
    )
    environment.globals["count"] = count
    environment.filters["rule"] = rule_name
    environment.filters["words"] = in_words
    environment.filters["capitalize"] = with_a_capital  # Jinja's own would make 'Camhs' of CAMHS
    return environment


def written_day(day: date | str | None) -> str:
    """A day as people write it: 3 March 2025."""
    return "not known" if day is None else written(day)


@lru_cache(maxsize=32_768)
def written_moment(moment: datetime) -> str:
    """A moment as people write it, by London's clock: 3 March 2025 at 14:05."""
    return f"{written_day(london_day(moment))} at {london_time(moment)}"


def agency_name(source: str) -> str:
    """A source's own part of its name: 'urn:send:luton:early-help' is 'early help'."""
    return in_words(source.rpartition(":")[2]) or source


def what_was_decided(past: PastDecision) -> str:
    """What a decision says, in a few words."""
    if past.joined and past.parted:
        return "A held record is this child's, and no other's"
    return "They are one child" if past.joined else "They are two children"
