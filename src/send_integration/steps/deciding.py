"""A person's decision on identity: checked, audited and said, in one transaction."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import uuid4

from sqlalchemy import Connection, Engine

from send_integration.contracts import topics
from send_integration.contracts.event import Rejected
from send_integration.contracts.registry import parse
from send_integration.errors import BadInput
from send_integration.identity.records import PersonRef
from send_integration.identity.reviewing import DecidedPair, merged, sent_to, split
from send_integration.identity.statements import FEED
from send_integration.steps.batch import Outgoing
from send_integration.store.identity import statements_about
from send_integration.store.outbox import say
from send_integration.store.reviews import ReviewedRecord, one_record, records_of_child
from send_integration.store.sessions import Session, record_within
from send_integration.when.london import utc_text

SOURCE = "urn:send:identity-review"


class Reviewer(NamedTuple):
    """Who decides, when and why."""

    session: Session
    now: datetime
    why: str


def merge_children(engine: Engine, one: str, other: str, reviewer: Reviewer) -> str:
    """Decide that two children are one; gives the decision's id. Raises BadInput where either is not known."""
    with engine.begin() as connection:
        first, second = (_refs(_records(connection, child)) for child in (one, other))
        if one == other:
            raise BadInput("They are one child already", where=one)
        earlier = statements_about(connection, [*first, *second])
        return _decide(connection, merged(first, second, earlier), reviewer, (one, other), "identity-merge")


def tell_apart(engine: Engine, one: int, other: int, reviewer: Reviewer) -> str:
    """Decide that two records are two children, for good; gives the decision's id."""
    with engine.begin() as connection:
        first, second = (_record(connection, number) for number in (one, other))
        pairs = split([first.ref], [second.ref])
        return _decide(connection, pairs, reviewer, _children(first, second), "identity-apart")


def join_records(engine: Engine, one: int, other: int, reviewer: Reviewer) -> str:
    """Decide that two records are one child: merges their children, or sends a held one to the other's child."""
    with engine.begin() as connection:
        first, second = (_record(connection, number) for number in (one, other))
        touched = _children(first, second)
        if first.child_id is None or second.child_id is None:
            held, settled = (first, second) if first.child_id is None else (second, first)
            pairs = _sent(connection, held, settled)
        else:
            sides = [_refs(_records(connection, child)) for child in (first.child_id, second.child_id)]
            pairs = merged(sides[0], sides[1], statements_about(connection, [*sides[0], *sides[1]]))
        return _decide(connection, pairs, reviewer, touched, "identity-merge")


def split_child(engine: Engine, child_id: str, leaving: Sequence[int], reviewer: Reviewer) -> str:
    """Decide that some records of a child are another; gives the decision's id."""
    with engine.begin() as connection:
        records = _records(connection, child_id)
        numbers = {record.number for record in records}
        if not set(leaving) <= numbers:
            raise BadInput("One of the records is not this child's", where=f"child {child_id}")
        gone = _refs(record for record in records if record.number in leaving)
        staying = [ref for ref in _refs(records) if ref not in gone]
        if not gone or not staying:
            raise BadInput(
                "Some records must leave and some must stay; all of one local id go together", where=f"child {child_id}"
            )
        return _decide(connection, split(gone, staying), reviewer, (child_id,), "identity-split")


def withdraw(engine: Engine, decision: str, reviewer: Reviewer) -> str:
    """Take a decision back, as if it had never been taken; gives the id of the taking back."""
    with engine.begin() as connection:
        data = {"by": reviewer.session.actor, "why": reviewer.why, "retracts": decision}
        return _say(connection, "withdrawn", data, reviewer, (), "identity-withdraw")


def _sent(connection: Connection, held: ReviewedRecord, settled: ReviewedRecord) -> list[DecidedPair]:
    if settled.child_id is None:
        return [DecidedPair(held.ref, settled.ref, same=True)]
    others = [child for child in held.held_between if child != settled.child_id]
    rest = [_refs(records_of_child(connection, child)) for child in others]
    return sent_to(held.ref, _refs(_records(connection, settled.child_id)), rest)


def _decide(
    connection: Connection, pairs: Iterable[DecidedPair], reviewer: Reviewer, children: Iterable[str], action: str
) -> str:
    told = [{"one": pair.one._asdict(), "other": pair.other._asdict(), "same": pair.same} for pair in pairs]
    data = {"by": reviewer.session.actor, "why": reviewer.why, "pairs": told}
    return _say(connection, "decided", data, reviewer, children, action)


def _say(
    connection: Connection,
    word: str,
    data: Mapping[str, object],
    reviewer: Reviewer,
    children: Iterable[str],
    action: str,
) -> str:
    """Put the event into the outbox, with its audit; the relay publishes it to the gate like any agency's."""
    event_id, name, moment = str(uuid4()), f"send.{FEED}.{word}.v1", utc_text(reviewer.now)
    subject = f"worker:{reviewer.session.actor}"
    body = {
        "specversion": "1.0",
        "id": event_id,
        "source": SOURCE,
        "type": name,
        "subject": subject,
        "time": moment,
        "recordedtime": moment,
        "dataschema": f"schemas/{name}.json",
        "data": data,
    }
    raw = json.dumps(body, ensure_ascii=False).encode()
    verdict = parse(raw, not_after=reviewer.now, feed=FEED)
    if isinstance(verdict, Rejected):
        raise BadInput(verdict.reasons[0].message, where=verdict.reasons[0].field)
    say(connection, [Outgoing(topics.raw(FEED).name, subject.encode(), raw)])
    for child in children:
        record_within(connection, reviewer.session, action, child, allowed=True, why=f"decision {event_id}")
    return event_id


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
    return sorted({child for r in records for child in ((r.child_id,) if r.child_id else r.held_between)})
