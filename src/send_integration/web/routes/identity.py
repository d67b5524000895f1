"""The review queue: pairs of records that wait for a person, both records side by side, and the decision."""

from datetime import timedelta
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Form, HTTPException, Query, Request
from fastapi.responses import RedirectResponse, Response

from send_integration import clock
from send_integration.errors import BadInput, DecidedMeanwhile
from send_integration.steps import deciding
from send_integration.steps.deciding import Reviewer
from send_integration.store.decisions import answered_by_others, is_under_way, latest_on_children, latest_on_pair
from send_integration.store.reviews import (
    MOST_COUNTED,
    ReviewedRecord,
    WaitingPair,
    affected,
    counted,
    events_of_records,
    one_record,
    pair_numbers,
    pairs_under_way,
    records_may_be_seen,
    waiting_pair,
    waiting_pairs,
)
from send_integration.store.sessions import Session
from send_integration.web.comparison import bars_of, compared
from send_integration.web.context import Site
from send_integration.web.effects import effects_of
from send_integration.web.forms import Fault, Reason, read_reason
from send_integration.web.policy import Action

PAIRS_ON_A_PAGE = 25
TOLD_FOR = timedelta(days=2)
"""How long the queue tells somebody that another has decided otherwise."""


def routes(site: Site) -> APIRouter:
    """GET /identity, GET and POST /identity/pairs/{pair}."""
    router = APIRouter()

    @router.get("/identity")
    def show_queue(
        request: Request, page: Annotated[int, Query(ge=1, le=100_000)] = 1, done: Annotated[str, Query()] = ""
    ) -> Response:
        return _queue(site, site.permit(request, Action.REVIEW_IDENTITY), page, done)

    @router.get("/identity/pairs/{pair}")
    def show_pair(request: Request, pair: str) -> Response:
        session = site.permit(request, Action.REVIEW_IDENTITY)
        found = _find(site, session, pair)
        return _show(site, session, found, Typed()) if isinstance(found, WaitingPair) else _gone(site, session, found)

    @router.post("/identity/pairs/{pair}")
    def decide(
        request: Request,
        pair: str,
        csrf: Annotated[str, Form()] = "",
        choice: Annotated[str, Form()] = "",
        why: Annotated[str, Form()] = "",
        knows: Annotated[str, Form()] = "",
    ) -> Response:
        session = site.permit_form(request, Action.DECIDE_IDENTITY, csrf)
        return _decide(site, session, pair, choice, read_reason(why), knows)

    return router


CHOICES = {"one": deciding.join_records, "two": deciding.tell_apart}


class Typed(NamedTuple):
    """What a reviewer has put into the form on a pair, and what is wrong with it."""

    choice: str = ""
    why: str = ""
    faults: tuple[Fault, ...] = ()


def _queue(site: Site, session: Session, page: int, done: str) -> Response:
    """One page of the pairs that wait, what is being carried out, and what this person should be told."""
    restricted = site.sees_restricted(session)
    offset = (page - 1) * PAIRS_ON_A_PAGE
    site.note_shown(session, Action.REVIEW_IDENTITY, f"page {page} of the pairs that wait")
    pairs, total = waiting_pairs(site.engine, restricted=restricted, limit=PAIRS_ON_A_PAGE, offset=offset)
    with site.engine.connect() as connection:
        answered = answered_by_others(connection, session.actor, clock.now() - TOLD_FOR, restricted=restricted)
    return site.page(
        "identity_queue.html",
        session,
        pairs=pairs,
        total=total,
        counted=counted(total),
        page=page,
        pages=max(1, -(-min(total, MOST_COUNTED) // PAIRS_ON_A_PAGE)),
        under_way=pairs_under_way(site.engine, restricted=restricted),
        answered=answered,
        taken=site.just_taken(session, done),
    )


def _decide(site: Site, session: Session, name: str, choice: str, reason: Reason, knows: str) -> Response:
    """Take the decision on a pair, or say what stands in its way with what was typed."""
    found = _find(site, session, name)
    if not isinstance(found, WaitingPair):
        return _gone(site, session, found, why=reason.text)
    unchosen = () if choice in CHOICES else (Fault("choice-one", "Say whether they are one child or two"),)
    typed = Typed(choice, reason.text, (*unchosen, *reason.faults))
    if typed.faults:
        return _show(site, session, found, typed)
    reviewer = Reviewer(session, clock.now(), reason.text, knows, sees_restricted=site.sees_restricted(session))
    try:
        made = CHOICES[choice](site.engine, found.one.number, found.other.number, reviewer)
    except DecidedMeanwhile:
        return _overtaken(site, session, found, typed)
    except BadInput as fault:
        return _show(site, session, found, typed._replace(faults=(Fault("why", fault.what),)))
    return RedirectResponse(f"/identity?done={made}", status_code=303)


Gone = tuple[ReviewedRecord, ReviewedRecord]
"""The records of a pair that does not wait, or not any more."""


def _find(site: Site, session: Session, name: str) -> WaitingPair | Gone:
    """The pair that waits under a name, or its two records where it waits no more; what may not be seen is not there.

    Every look and every refusal is written down.
    """
    numbers = pair_numbers(name)
    if numbers is None:
        raise HTTPException(404)
    with site.engine.connect() as connection:
        records = [one_record(connection, number) for number in numbers]
        one, other = records
        if one is None or other is None:
            raise HTTPException(404)
        seen = records_may_be_seen(connection, (one, other), restricted=site.sees_restricted(session))
    children = sorted({*one.children, *other.children})
    site.note_looks(session, Action.REVIEW_IDENTITY, children, f"pair {name}", allowed=seen)
    if not seen:
        raise HTTPException(404)
    return waiting_pair(site.engine, *numbers, restricted=True) or (one, other)


def _show(site: Site, session: Session, pair: WaitingPair, typed: Typed, *, overtaken: bool = False) -> Response:
    """Both records, what each choice changes, and the form with what was typed."""
    touched = affected(site.engine, pair.children)
    held = [record for record in (pair.one, pair.other) if record.child_id is None]
    events = events_of_records(site.engine, [record.number for record in held])
    with site.engine.connect() as connection:
        latest = latest_on_children(connection, pair.children, restricted=site.sees_restricted(session))
        decided = latest_on_pair(connection, pair.one.number, pair.other.number)
        under_way = decided is not None and is_under_way(connection, decided.event_id)
    return site.page(
        "identity_pair.html",
        session,
        status=409 if overtaken else 400 if typed.faults else 200,
        pair=pair,
        fields=compared(pair.one, pair.other, pair.parts),
        bars=bars_of(pair.parts),
        touched=touched,
        held=[(record, events.get(record.number, 0)) for record in held],
        effects=effects_of(pair, touched, events),
        latest=latest,
        decided=decided if under_way else None,
        overtaken=overtaken,
        typed=typed,
    )


def _overtaken(site: Site, session: Session, pair: WaitingPair, typed: Typed) -> Response:
    """Somebody has decided since the form was shown: say what, and keep what was typed; who sent it twice is told once."""
    with site.engine.connect() as connection:
        latest = latest_on_children(connection, pair.children, restricted=site.sees_restricted(session))
    if latest is not None and (latest.by, latest.why) == (session.actor, typed.why):
        return RedirectResponse(f"/identity?done={latest.event_id}", status_code=303)
    return _show(site, session, pair, typed, overtaken=True)


def _gone(site: Site, session: Session, records: Gone, *, why: str = "") -> Response:
    """What became of a pair that waits no more, with the reason that was typed for it and not used."""
    one, other = records
    with site.engine.connect() as connection:
        decided = latest_on_pair(connection, one.number, other.number)
    if why and decided is not None and (decided.by, decided.why) == (session.actor, why):
        return RedirectResponse(f"/identity?done={decided.event_id}", status_code=303)
    return site.page(
        "identity_gone.html", session, status=409 if why else 200, records=records, decided=decided, why=why
    )
