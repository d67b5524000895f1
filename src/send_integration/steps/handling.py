"""A person's answer to a flag: that they act on it, or why nobody need; an event of feed panel, like any agency's."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Engine

from send_integration.contracts import topics
from send_integration.contracts.event import Rejected
from send_integration.contracts.identifiers import holds_nhs_number, holds_upn
from send_integration.contracts.registry import parse
from send_integration.errors import BadInput
from send_integration.rules.flags import Flag
from send_integration.steps.batch import Outgoing
from send_integration.store.alerts import record_of_flag, standing_flags
from send_integration.store.outbox import say
from send_integration.store.sessions import Session
from send_integration.when.london import utc_text

FEED = "panel"
ACKNOWLEDGED, DISMISSED = "acknowledged", "dismissed"


def handle(engine: Engine, flag_id: str, by: Session, what: str, why: str, now: datetime) -> str:
    """Say that `by` has 'acknowledged' a flag, or 'dismissed' it with the reason `why`; gives the event's id.

    Raises BadInput where no such flag is open, or it cannot be said so.
    """
    with engine.begin() as connection:
        stands = standing_flags(connection, [flag_id])
        if not stands:
            raise BadInput(
                "No such flag is open", where="the flag", next_step="Nothing is to be done about it any more."
            )
        if holds_nhs_number(why) or holds_upn(why):  # the gate's suite would refuse it, out of sight
            raise BadInput("The reason holds a number of a child", where="the reason", next_step="Take it out.")
        event_id, subject, raw = _event(_record(connection, stands[0].flag), flag_id, by, what, why.strip(), now)
        say(connection, [Outgoing(topics.raw(FEED).name, subject.encode(), raw)])
    return event_id


def _record(connection: Connection, flag: Flag) -> tuple[str, Mapping[str, Any]]:
    """The source and the person of a record on which the flag rests: another of ours would have to be matched first."""
    found = record_of_flag(connection, flag)
    if found is None:
        raise BadInput("What the flag rests on is being moved", where="the flag", next_step="Try again in a moment.")
    body = json.loads(found)
    return body["source"], body["data"]["person"]


def _event(
    record: tuple[str, Mapping[str, Any]], flag_id: str, by: Session, what: str, why: str, now: datetime
) -> tuple[str, str, bytes]:
    source, person = record
    event_id, name, moment = str(uuid4()), f"send.{FEED}.flag_{what}.v1", utc_text(now)
    subject = f"local:{person['local_id']}"
    reason = {"why": why} if what == DISMISSED else {}
    body = {
        "specversion": "1.0",
        "id": event_id,
        "source": source,
        "type": name,
        "subject": subject,
        "time": moment,
        "recordedtime": moment,
        "dataschema": f"schemas/{name}.json",
        "data": {"person": person, "flag_id": flag_id, "by": by.actor, **reason},
    }
    raw = json.dumps(body, ensure_ascii=False).encode()
    verdict = parse(raw, not_after=now, feed=FEED)
    if isinstance(verdict, Rejected):
        raise BadInput(verdict.reasons[0].message, where=verdict.reasons[0].field)
    return event_id, subject, raw
