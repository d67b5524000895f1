"""What a worker says of a flag: that they act on it, or why nobody need; checked, audited and said in one transaction.

It is an event of the panel, so that it replays like all else; the timeline works out from it how the flag stands.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine

from send_integration.contracts.identifiers import holds_nhs_number, holds_upn
from send_integration.errors import BadInput
from send_integration.rules.flags import ACKNOWLEDGED, DISMISSED, evidence_of
from send_integration.steps.own_events import OwnEvent, own_event
from send_integration.store.flags import StoredFlag, record_of_flag, stored_flag
from send_integration.store.outbox import say
from send_integration.store.sessions import Session, record_within
from send_integration.store.shown import ACKNOWLEDGE_FLAG, DISMISS_FLAG

FEED = "panel"
_ACTIONS = {ACKNOWLEDGED: ACKNOWLEDGE_FLAG, DISMISSED: DISMISS_FLAG}


def handle(engine: Engine, flag_id: str, by: Session, what: str, why: str, now: datetime) -> str:
    """Say that `by` has 'acknowledged' a flag, or 'dismissed' it with the reason `why`; gives the event's id.

    Whether they may, is asked before. A reason is kept of a dismissal alone. `now` is a moment of the day that counts as
    today. Raises BadInput where no such flag is open, or it cannot be said so.
    """
    with engine.begin() as connection:
        return handle_within(connection, flag_id, by, what, why, now)


def handle_within(connection: Connection, flag_id: str, by: Session, what: str, why: str, now: datetime) -> str:
    """The same in the transaction of what else is done."""
    flag = stored_flag(connection, flag_id)
    if flag is None or flag.status != "open":
        raise BadInput("No such flag is open", where="the flag", next_step="See `send-integration flags`.")
    if what == DISMISSED and not why.strip():
        raise BadInput("Whoever dismisses a flag says why", where="the reason")
    if holds_nhs_number(why) or holds_upn(why):  # the gate's suite would refuse it, out of sight
        raise BadInput("The reason holds a number of a child", where="the reason", next_step="Take it out.")
    event = _event(_record(connection, flag), flag, by, what, why.strip(), now)
    say(connection, [event.message])
    said = f"flag {flag_id}, event {event.event_id}"
    record_within(connection, by, _ACTIONS[what], flag.content["child_id"], allowed=True, why=said)
    return event.event_id


def _record(connection: Connection, flag: StoredFlag) -> tuple[str, Mapping[str, Any]]:
    """The source and the person of a record on which the flag rests.

    Whoever speaks of the flag speaks of exactly that record. Another of our own would have to be matched with the child
    first, which for a restricted one is never done, and could wait for a person meanwhile.
    """
    found = record_of_flag(connection, flag.content["child_id"], evidence_of(flag.content))
    if found is None:
        raise BadInput("What the flag rests on is being moved", where="the flag", next_step="Try again in a moment.")
    body = json.loads(found)
    return body["source"], body["data"]["person"]


def _event(
    record: tuple[str, Mapping[str, Any]], flag: StoredFlag, by: Session, what: str, why: str, now: datetime
) -> OwnEvent:
    """The worker's word as an event of the record's source. Raises BadInput where the gate would refuse it."""
    source, person = record
    about = {name: flag.content[name] for name in ("flag_id", "child_id", "level")}
    said = {**about, "by": by.actor, **({"why": why} if what == DISMISSED else {})}
    return own_event(FEED, f"flag_{what}", source, f"local:{person['local_id']}", {"person": person, **said}, now)
