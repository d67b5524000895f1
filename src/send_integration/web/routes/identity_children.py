"""A child's records, why they are joined, and splitting the child or merging it with another: shown before it is final."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from send_integration import clock
from send_integration.errors import BadInput, DecidedMeanwhile
from send_integration.identity.decide import A_PERSON_DECIDED, EVIDENCE, ONE_LOCAL_ID
from send_integration.steps import deciding
from send_integration.steps.deciding import Reviewer, parted
from send_integration.store.children import standings
from send_integration.store.decisions import latest_on_children, words_under_way
from send_integration.store.reviews import (
    JoinedBy,
    ReviewedRecord,
    affected,
    events_of_records,
    links_of_child,
    pairs_of_child,
    records_of_child,
    records_standing,
)
from send_integration.store.sessions import Session
from send_integration.web.comparison import Bar, bars_of
from send_integration.web.context import Site, asked_of
from send_integration.web.effects import count, merged
from send_integration.web.forms import Fault, read_reason
from send_integration.web.policy import Action


@dataclass(frozen=True, slots=True)
class Typed:
    """What a reviewer has put into one of the forms on a child, and what is wrong with it."""

    form: str = ""
    records: tuple[int, ...] = ()
    other: str = ""
    why: str = ""
    faults: tuple[Fault, ...] = ()


class Join(NamedTuple):
    """Why a record is joined to an earlier one."""

    earlier: int
    words: str
    weight: float | None
    bars: Sequence[Bar]


JOINED_BY = {
    ONE_LOCAL_ID: "the source keeps both under one local id",
    A_PERSON_DECIDED: "a person decided so",
    EVIDENCE: "by what they say",
}


def routes(site: Site) -> APIRouter:
    """GET /identity/children/{child_id}, POST its /split and /merge: first to see what changes, then to decide."""
    router = APIRouter()

    @router.get("/identity/children/{child_id}")
    def show_records(request: Request, child_id: str) -> Response:
        standing = records_standing(site.engine, child_id)
        session = site.permit_child(request, Action.REVIEW_IDENTITY, child_id, standing)
        return _show(site, session, child_id, Typed())

    @router.post("/identity/children/{child_id}/split")
    def split(
        request: Request,
        child_id: str,
        csrf: Annotated[str, Form()] = "",
        record: Annotated[list[str] | None, Form()] = None,
        why: Annotated[str, Form()] = "",
        knows: Annotated[str, Form()] = "",
        checked: Annotated[str, Form()] = "",
    ) -> Response:
        standing = records_standing(site.engine, child_id)
        session = site.permit_child(request, Action.DECIDE_IDENTITY, child_id, standing)
        site.require_form(session, csrf)
        reason = read_reason(why, "split-why")
        typed = Typed("split", _numbers(record or ()), "", reason.text, reason.faults)
        return _split(site, session, child_id, typed, knows if checked else None)

    @router.post("/identity/children/{child_id}/merge")
    def merge(
        request: Request,
        child_id: str,
        csrf: Annotated[str, Form()] = "",
        other: Annotated[str, Form()] = "",
        why: Annotated[str, Form()] = "",
        knows: Annotated[str, Form()] = "",
        checked: Annotated[str, Form()] = "",
    ) -> Response:
        standing = records_standing(site.engine, child_id)
        session = site.permit_child(request, Action.DECIDE_IDENTITY, child_id, standing)
        site.require_form(session, csrf)
        reason = read_reason(why, "merge-why")
        typed = Typed("merge", (), other.strip(), reason.text, reason.faults)
        return _merge(site, session, child_id, typed, knows if checked else None)

    return router


def _split(site: Site, session: Session, child_id: str, typed: Typed, knows: str | None) -> Response:
    """Show what a split changes, or where that was shown (`knows` is given) take the decision."""
    with site.engine.connect() as connection:
        records = records_of_child(connection, child_id)
    faults = typed.faults
    leaving: Sequence[ReviewedRecord] = ()
    staying: Sequence[ReviewedRecord] = ()
    try:
        leaving, staying = parted(records, typed.records)
    except BadInput as fault:
        words = fault.what if typed.records else "Tick the records that are another child"
        faults = (Fault("record-first", words), *faults)
    if faults:
        return _show(site, session, child_id, replace(typed, faults=faults))
    if knows is None:
        return _check_split(site, session, child_id, typed, leaving, staying)
    reviewer = Reviewer(session, clock.now(), typed.why, knows, sees_restricted=site.sees_restricted(session))
    try:
        made = deciding.split_child(site.engine, child_id, typed.records, reviewer)
    except DecidedMeanwhile:
        return _check_split(site, session, child_id, typed, leaving, staying, overtaken=True)
    except BadInput as fault:
        return _show(site, session, child_id, replace(typed, faults=(Fault("split-why", fault.what),)))
    return RedirectResponse(f"/identity?done={made}", status_code=303)


def _merge(site: Site, session: Session, child_id: str, typed: Typed, knows: str | None) -> Response:
    """Show what a merge changes, or where that was shown (`knows` is given) take the decision."""
    faults = (*_faults_of_other(site, session, child_id, typed.other), *typed.faults)
    if faults:
        return _show(site, session, child_id, replace(typed, faults=faults))
    if knows is None:
        return _check_merge(site, session, child_id, typed)
    reviewer = Reviewer(session, clock.now(), typed.why, knows, sees_restricted=site.sees_restricted(session))
    try:
        made = deciding.merge_children(site.engine, child_id, typed.other, reviewer)
    except DecidedMeanwhile:
        return _check_merge(site, session, child_id, typed, overtaken=True)
    except BadInput as fault:
        return _show(site, session, child_id, replace(typed, faults=(Fault("merge-why", fault.what),)))
    return RedirectResponse(f"/identity?done={made}", status_code=303)


def _faults_of_other(site: Site, session: Session, child_id: str, other: str) -> tuple[Fault, ...]:
    """What is wrong with the other child's id; a child of whom the person may not know is not there."""
    if not other:
        return (Fault("other", "Give the other child's id"),)
    if other == child_id:
        return (Fault("other", "That is the id of this child"),)
    standing = records_standing(site.engine, other)
    if not site.look(session, Action.DECIDE_IDENTITY, other, standing).allowed:
        return (Fault("other", "There is no child with that id"),)
    return ()


def _check_split(
    site: Site,
    session: Session,
    child_id: str,
    typed: Typed,
    leaving: Sequence[ReviewedRecord],
    staying: Sequence[ReviewedRecord],
    *,
    overtaken: bool = False,
) -> Response:
    events = events_of_records(site.engine, [record.number for record in (*leaving, *staying)])
    sides = [
        (f"{count(len(side), 'record')} with {count(sum(events.get(r.number, 0) for r in side), 'event')}", side)
        for side in (leaving, staying)
    ]
    return _check(site, session, [child_id], typed, overtaken=overtaken, sides=sides)


def _check_merge(site: Site, session: Session, child_id: str, typed: Typed, *, overtaken: bool = False) -> Response:
    return _check(site, session, [child_id, typed.other], typed, overtaken=overtaken, sides=[])


def _check(
    site: Site,
    session: Session,
    children: Sequence[str],
    typed: Typed,
    *,
    overtaken: bool,
    sides: Sequence[tuple[str, Sequence[ReviewedRecord]]],
) -> Response:
    """What a decision changes and whom it touches, with the button that takes it."""
    touched = affected(site.engine, children)
    with site.engine.connect() as connection:
        latest = latest_on_children(connection, children, restricted=site.sees_restricted(session))
    if overtaken and latest is not None and (latest.by, latest.why) == (session.actor, typed.why):
        return RedirectResponse(f"/identity?done={latest.event_id}", status_code=303)
    return site.page(
        "identity_check.html",
        session,
        status=409 if overtaken else 200,
        child_id=children[0],
        typed=typed,
        sides=sides,
        touched=touched,
        effect=merged(touched),
        latest=latest,
        overtaken=overtaken,
    )


def _show(site: Site, session: Session, child_id: str, typed: Typed) -> Response:
    """Every record of a child with why it is joined, and both forms with what was typed."""
    with site.engine.connect() as connection:
        records = records_of_child(connection, child_id)
        links = links_of_child(connection, child_id)
        under_way = words_under_way(connection, child_id, restricted=site.sees_restricted(session))
    standing = standings(site.engine, [child_id]).get(child_id)
    return site.page(
        "identity_child.html",
        session,
        status=400 if typed.faults else 200,
        child=affected(site.engine, [child_id])[0],
        records=records,
        joined=joins_of(records, links),
        events=events_of_records(site.engine, [record.number for record in records]),
        pairs=pairs_of_child(site.engine, child_id, restricted=site.sees_restricted(session)),
        under_way=under_way,
        has_page=asked_of(session, Action.VIEW_CHILD, standing).allowed,
        typed=typed,
    )


def joins_of(records: Sequence[ReviewedRecord], links: Sequence[JoinedBy]) -> dict[int, list[Join]]:
    """By each record's number, why it is joined to records before it, in the order in which agencies wrote them down."""
    place = {record.number: number for number, record in enumerate(records)}
    found: dict[int, list[Join]] = {}
    for link in links:
        if link.one not in place or link.other not in place:
            continue  # the gate moved one of them between the two queries
        earlier, later = sorted((link.one, link.other), key=place.__getitem__)
        words = JOINED_BY.get(link.why, link.why)
        found.setdefault(later, []).append(Join(earlier, words, link.weight, bars_of(link.parts)))
    return found


def _numbers(given: Sequence[str]) -> tuple[int, ...]:
    """Records' numbers as a form gives them; what is none is no child's record."""
    return tuple(int(text) if text.isascii() and text.isdigit() and len(text) < 19 else -1 for text in given)
