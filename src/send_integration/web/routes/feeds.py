"""How the feeds are doing, for data stewards and managers: all of them worst first, each by itself, pausing and resuming."""

from typing import Annotated, NamedTuple

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from send_integration import clock
from send_integration.contracts.topics import FEEDS
from send_integration.errors import BadInput
from send_integration.steps.feed_health import agencies_of_feed, next_judgement, overview
from send_integration.steps.feeds import pause_feed, resume_feed
from send_integration.steps.scorecard import Scorecard
from send_integration.store.audits import last_audits
from send_integration.store.breakers import changes_of
from send_integration.store.channels import channels_in_use, waiting_messages
from send_integration.store.quarantine import groups
from send_integration.store.sessions import Session
from send_integration.watch.channels import Standing
from send_integration.watch.measures import LEAST_MESSAGES
from send_integration.web import feed_words
from send_integration.web.context import Site
from send_integration.web.forms import Fault, read_reason
from send_integration.web.policy import Action, allowed
from send_integration.when.london import london_day

MOST_REASONS = 5
MOST_AGENCIES = 50
MOST_CHANGES = 20

CHANNEL_WORDS = {"smtp": "The mail server", "notify": "GOV.UK Notify", "webhook": "The webhook"}
CHANNEL_LOOKS = {Standing.DEAD: "high", Standing.FAILING: "raise", Standing.ALIVE: "met"}

PAUSE, RESUME = "pause", "resume"
DONE = {PAUSE: "paused", RESUME: "resumed"}


class Typed(NamedTuple):
    """What a steward has put into a form, and what is wrong with it."""

    act: str = ""
    why: str = ""
    faults: tuple[Fault, ...] = ()


def routes(site: Site) -> APIRouter:
    """GET /feeds and /feeds/{feed}, POST /feeds/{feed}/pause and /resume."""
    router = APIRouter()

    @router.get("/feeds")
    def show_feeds(request: Request) -> Response:
        session = site.permit(request, Action.SEE_FEEDS)
        now = clock.now()
        found = overview(site.engine, london_day(now), now)
        with site.engine.connect() as connection:
            channels, waiting = list(channels_in_use(connection).values()), waiting_messages(connection)
        return site.page(
            "feeds.html",
            session,
            channels=channels,
            channel_words=CHANNEL_WORDS,
            channel_looks=CHANNEL_LOOKS,
            waiting=waiting,
            feeds=found.feeds,
            summary=feed_words.summary(found.feeds),
            looked_at=found.looked_at,
            stale=found.is_stale(now),
            words=feed_words,
        )

    @router.get("/feeds/{feed}")
    def show_feed(request: Request, feed: str, done: str = "") -> Response:
        session = site.permit(request, Action.SEE_FEEDS)
        return _feed_page(site, session, feed, Typed(), done=done)

    @router.post("/feeds/{feed}/pause")
    def pause(
        request: Request, feed: str, csrf: Annotated[str, Form()] = "", why: Annotated[str, Form()] = ""
    ) -> Response:
        session = site.permit_form(request, Action.STEER_FEEDS, csrf)
        return _steer(site, session, feed, PAUSE, why)

    @router.post("/feeds/{feed}/resume")
    def resume(
        request: Request, feed: str, csrf: Annotated[str, Form()] = "", why: Annotated[str, Form()] = ""
    ) -> Response:
        session = site.permit_form(request, Action.STEER_FEEDS, csrf)
        return _steer(site, session, feed, RESUME, why)

    return router


def _steer(site: Site, session: Session, feed: str, act: str, why: str) -> Response:
    """Pause or resume a feed, or say what stands in the way with what was typed."""
    if feed not in FEEDS:
        raise HTTPException(404)
    reason = read_reason(why, f"why-{act}")
    typed = Typed(act, reason.text, reason.faults)
    if typed.faults:
        return _feed_page(site, session, feed, typed)
    steer = pause_feed if act == PAUSE else resume_feed
    try:
        steer(site.engine, feed, session, why=typed.why, now=clock.now())
    except BadInput as fault:
        return _feed_page(site, session, feed, typed._replace(faults=(Fault(f"why-{act}", fault.what),)))
    return RedirectResponse(f"/feeds/{feed}?done={DONE[act]}", status_code=303)


def _feed_page(site: Site, session: Session, feed: str, typed: Typed, *, done: str = "") -> Response:
    """One feed: how it stands, its days, who sends it, what is refused most, and what was ever done to it."""
    if feed not in FEEDS:
        raise HTTPException(404)
    now = clock.now()
    today = london_day(now)
    found = overview(site.engine, today, now)
    agencies = agencies_of_feed(site.engine, feed, today)
    reasons = groups(site.engine, today, feed)
    changes = changes_of(site.engine, feed, MOST_CHANGES)
    with site.engine.connect() as connection:
        audit = last_audits(connection).get(feed)
    return site.page(
        "feed.html",
        session,
        status=400 if typed.faults else 200,
        feed=next(one for one in found.feeds if one.feed == feed),
        looked_at=found.looked_at,
        stale=found.is_stale(now),
        agencies=[(of, Scorecard(of.agency, {}, {}).token) for of in agencies[:MOST_AGENCIES]],
        more_agencies=max(0, len(agencies) - MOST_AGENCIES),
        reasons=reasons[:MOST_REASONS],
        more_reasons=max(0, len(reasons) - MOST_REASONS),
        changes=changes,
        fault=next((change for change in changes if change.first_bad_at), None),
        audit=audit,
        next_judgement=next_judgement(site.engine, feed, now),
        least_messages=LEAST_MESSAGES,
        may_see_items=allowed(Action.SEE_QUARANTINE, session.role).allowed,
        may_steer=allowed(Action.STEER_FEEDS, session.role).allowed,
        typed=typed,
        done=done if done in DONE.values() else "",
        words=feed_words,
    )
