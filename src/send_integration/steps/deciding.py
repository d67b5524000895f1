"""A person's decision on identity: checked, audited and said, in one transaction."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, Engine

from send_integration.contracts.identifiers import holds_nhs_number, holds_upn
from send_integration.contracts.registry import A_DAY
from send_integration.errors import BadInput, DecidedMeanwhile
from send_integration.identity.records import PersonRef
from send_integration.identity.reviewing import DecidedPair, merged, sent_to, split
from send_integration.identity.statements import FEED
from send_integration.steps.decision_history import own_past_decision
from send_integration.steps.own_events import own_event
from send_integration.store.decisions import (
    SOURCE,
    Taken,
    keep_decision,
    last_recorded,
    latest_on_children,
    lock_deciding,
)
from send_integration.store.identity import statements_about
from send_integration.store.outbox import say
from send_integration.store.reviews import ReviewedRecord, children_of, one_record, records_of_child
from send_integration.store.sessions import Session, record_within


class Reviewer(NamedTuple):
    """Who decides, when and why.

    `knows` is the id of the latest decision on these children of which the reviewer has seen, '' for none; a later one
    raises DecidedMeanwhile, but for one of which the reviewer may not know: `sees_restricted` is the policy's answer. None
    decides whatever came between: the last word stands.
    """

    session: Session
    now: datetime
    why: str
    knows: str | None = None
    sees_restricted: bool = False


class _Decision(NamedTuple):
    """What is decided, whose children it touches, and its name in the audit."""

    word: str
    data: Mapping[str, object]
    children: Collection[str]
    action: str
    pair: tuple[int, int] | None = None


def merge_children(engine: Engine, one: str, other: str, reviewer: Reviewer) -> str:
    """Decide that two children are one; gives the decision's id. Raises BadInput where either is not known."""
    with _one_at_a_time(engine) as connection:
        first, second = (_refs(_records(connection, child)) for child in (one, other))
        if one == other:
            raise BadInput("They are one child already", where=one)
        earlier = statements_about(connection, [*first, *second])
        pairs = merged(first, second, earlier)
        return _say(connection, _decided(pairs, reviewer, (one, other), "identity-merge"), reviewer)


def tell_apart(engine: Engine, one: int, other: int, reviewer: Reviewer) -> str:
    """Decide that two records are two children, for good; gives the decision's id."""
    with _one_at_a_time(engine) as connection:
        first, second = (_record(connection, number) for number in (one, other))
        pairs = split([first.ref], [second.ref])
        touched = _children(first, second)
        return _say(connection, _decided(pairs, reviewer, touched, "identity-apart", (one, other)), reviewer)


def join_records(engine: Engine, one: int, other: int, reviewer: Reviewer) -> str:
    """Decide that two records are one child: merges their children, or sends a held one to the other's child."""
    with _one_at_a_time(engine) as connection:
        first, second = (_record(connection, number) for number in (one, other))
        touched = _children(first, second)
        if first.child_id is None or second.child_id is None:
            held, settled = (first, second) if first.child_id is None else (second, first)
            pairs = _sent(connection, held, settled)
        else:
            sides = [_refs(_records(connection, child)) for child in (first.child_id, second.child_id)]
            pairs = merged(sides[0], sides[1], statements_about(connection, [*sides[0], *sides[1]]))
        return _say(connection, _decided(pairs, reviewer, touched, "identity-merge", (one, other)), reviewer)


def split_child(engine: Engine, child_id: str, leaving: Sequence[int], reviewer: Reviewer) -> str:
    """Decide that some records of a child are another; gives the decision's id."""
    with _one_at_a_time(engine) as connection:
        gone, staying = parted(_records(connection, child_id), leaving)
        pairs = split(_refs(gone), _refs(staying))
        return _say(connection, _decided(pairs, reviewer, (child_id,), "identity-split"), reviewer)


def parted(
    records: Sequence[ReviewedRecord], leaving: Iterable[int]
) -> tuple[list[ReviewedRecord], list[ReviewedRecord]]:
    """A child's records in two: those that leave with all of their local ids, and those that stay.

    Raises BadInput where one is not the child's, or none would leave or stay.
    """
    wanted = set(leaving)
    if not wanted <= {record.number for record in records}:
        raise BadInput("One of the records is not this child's, or is no longer", where="the records")
    refs = {record.ref for record in records if record.number in wanted}
    gone = [record for record in records if record.ref in refs]
    staying = [record for record in records if record.ref not in refs]
    if not gone or not staying:
        raise BadInput(
            "Some records must leave and some must stay; all of one local id go together", where="the records"
        )
    return gone, staying


def withdraw(engine: Engine, decision: str, reviewer: Reviewer) -> str:
    """Take a decision back, as if it had never been taken; gives the id of the taking back.

    Raises BadInput where it was not taken here, or is taken back already.
    """
    with _one_at_a_time(engine) as connection:
        found = own_past_decision(connection, decision, restricted=True)
        if found is None:
            raise BadInput("There is no such decision", where=decision, next_step="See `identity decisions`.")
        if found.taken_back is not None:
            raise DecidedMeanwhile(f"It was taken back by {found.taken_back.by}", where=decision)
        data = {"by": reviewer.session.actor, "why": reviewer.why, "retracts": decision}
        touched = children_of(connection, found.refs)
        return _say(connection, _Decision("withdrawn", data, touched, "identity-withdraw"), reviewer)


@contextmanager
def _one_at_a_time(engine: Engine) -> Iterator[Connection]:
    with engine.begin() as connection:
        lock_deciding(connection)
        yield connection


def _sent(connection: Connection, held: ReviewedRecord, settled: ReviewedRecord) -> list[DecidedPair]:
    if settled.child_id is None:
        return [DecidedPair(held.ref, settled.ref, same=True)]
    others = [child for child in held.held_between if child != settled.child_id]
    rest = [_refs(records_of_child(connection, child)) for child in others]
    return sent_to(held.ref, _refs(_records(connection, settled.child_id)), rest)


def _decided(
    pairs: Iterable[DecidedPair],
    reviewer: Reviewer,
    children: Collection[str],
    action: str,
    pair: tuple[int, int] | None = None,
) -> _Decision:
    told = [{"one": said.one._asdict(), "other": said.other._asdict(), "same": said.same} for said in pairs]
    return _Decision(
        "decided", {"by": reviewer.session.actor, "why": reviewer.why, "pairs": told}, children, action, pair
    )


def _say(connection: Connection, decision: _Decision, reviewer: Reviewer) -> str:
    """Put the event into the outbox, with its audit; the relay publishes it to the gate like any agency's."""
    _require_nothing_between(connection, decision, reviewer)
    subject = f"worker:{reviewer.session.actor}"
    moment = _after_every_other(connection, reviewer.now)
    event = own_event(FEED, decision.word, SOURCE, subject, decision.data, moment)
    if holds_nhs_number(reviewer.why) or holds_upn(reviewer.why):  # the gate's suite would refuse it, out of sight
        raise BadInput("The reason holds a number of a child", where="data.why", next_step="Take it out.")
    say(connection, [event.message])
    keep_decision(connection, Taken(event.event_id, event.body, decision.pair, decision.children))
    for child in (*sorted(decision.children),) or (None,):
        record_within(
            connection, reviewer.session, decision.action, child, allowed=True, why=f"decision {event.event_id}"
        )
    return event.event_id


def _after_every_other(connection: Connection, now: datetime) -> datetime:
    """Now, or just after the last decision before: the later one stands, whosever clock is behind."""
    last = last_recorded(connection, until=now + A_DAY)
    return now if last is None else max(now, last + timedelta(microseconds=1))


def _require_nothing_between(connection: Connection, decision: _Decision, reviewer: Reviewer) -> None:
    if reviewer.knows is None:
        return
    last = latest_on_children(connection, decision.children, restricted=reviewer.sees_restricted)
    if last is not None and last.event_id != reviewer.knows:
        raise DecidedMeanwhile(f"{last.by} has decided on these children since", where=last.event_id)


def _record(connection: Connection, number: int) -> ReviewedRecord:
    found = one_record(connection, number)
    if found is None:
        raise BadInput("There is no such record", where=f"record {number}", next_step="See `identity review`.")
    return found


def _records(connection: Connection, child_id: str) -> list[ReviewedRecord]:
    found = records_of_child(connection, child_id)
    if not found:
        raise BadInput("There is no such child", where=child_id, next_step="Give a child id, as on the child's page.")
    return found


def _refs(records: Iterable[ReviewedRecord]) -> list[PersonRef]:
    return list(dict.fromkeys(record.ref for record in records))


def _children(*records: ReviewedRecord) -> list[str]:
    return sorted({child for record in records for child in record.children})
