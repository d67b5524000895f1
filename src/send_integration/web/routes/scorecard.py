"""Scorecards: every agency's for stewards and managers, and its own alone for the manager of an agency."""

from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import Response

from send_integration import clock
from send_integration.steps.scorecard import Scorecard, scorecards
from send_integration.store.sessions import Session, record
from send_integration.watch.agencies import LEAST_OF_A_MARK, MEANINGS, WANTED, marks_of
from send_integration.web.context import Site
from send_integration.web.feed_words import limit_of, name_of
from send_integration.web.policy import Action, allowed
from send_integration.when.london import london_day

Months = Annotated[int, Query(ge=1, le=36)]
USUAL_MONTHS = 6
MOST_CARDS = 100
"""An authority has a few dozen agencies; a sender that names itself anew each time must not fill the page."""


def routes(site: Site) -> APIRouter:
    """GET /feeds/scorecard and /feeds/scorecard/{agency}."""
    router = APIRouter()

    @router.get("/feeds/scorecard")
    def show_scorecards(request: Request, months: Months = USUAL_MONTHS) -> Response:
        session = site.permit(request, Action.SEE_SCORES)
        cards = _cards(site, session, months)
        more = max(0, len(cards) - MOST_CARDS)
        return _page(site, "scorecards.html", session, months=months, cards=cards[:MOST_CARDS], more=more)

    @router.get("/feeds/scorecard/{agency}")
    def show_scorecard(request: Request, agency: str, months: Months = USUAL_MONTHS) -> Response:
        session = site.permit(request, Action.SEE_SCORES)
        card = next((card for card in _cards(site, session, months) if card.token == agency), None)
        if card is None:
            record(site.engine, session, Action.SEE_SCORES, None, allowed=False, why="no such agency, or not theirs")
            raise HTTPException(404)
        return _page(site, "scorecard.html", session, months=months, card=card)

    return router


def _cards(site: Site, session: Session, months: int) -> list[Scorecard]:
    """The scorecards that a person may see: all of them, or of their own agencies."""
    found = scorecards(site.engine, london_day(clock.now()), months)
    if allowed(Action.SEE_FEEDS, session.role).allowed:
        return found
    return [card for card in found if card.agency in session.agencies]


def _page(site: Site, name: str, session: Session, **values: Any) -> Response:  # noqa: ANN401 - templates take any
    return site.page(
        name,
        session,
        this_month=london_day(clock.now()).replace(day=1),
        meanings=MEANINGS,
        wanted=WANTED,
        least=LEAST_OF_A_MARK,
        marks_of=marks_of,
        name_of=name_of,
        limit_of=limit_of,
        sees_all=allowed(Action.SEE_FEEDS, session.role).allowed,
        **values,
    )
