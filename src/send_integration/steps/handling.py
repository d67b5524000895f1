"""A person's answer to a flag: that they act on it, or why nobody need; an event of feed panel, like any agency's."""

import json
from datetime import datetime
from uuid import uuid4

from sqlalchemy import Connection, Engine

from send_integration.contracts import topics
from send_integration.contracts.event import Rejected
from send_integration.contracts.identifiers import holds_nhs_number, holds_upn
from send_integration.contracts.registry import parse
from send_integration.errors import BadInput
from send_integration.steps.batch import Outgoing
from send_integration.store.alerts import standing_flags
from send_integration.store.outbox import say
from send_integration.store.reviews import records_of_child
from send_integration.when.london import utc_text

FEED = "panel"
SOURCE = "urn:send:panel"


def acknowledge(engine: Engine, flag_id: str, by: str, now: datetime) -> str:
    """Say that a worker has seen a flag and will act; gives the event's id. Raises BadInput where it is not open."""
    return _say(engine, "flag_acknowledged", flag_id, {"by": by}, now)


def dismiss(engine: Engine, flag_id: str, by: str, why: str, now: datetime) -> str:
    """Say why a flag needs no action; gives the event's id. Raises BadInput where it is not open, or the reason is none."""
    if holds_nhs_number(why) or holds_upn(why):
        raise BadInput("The reason holds a number of a child", where="data.why", next_step="Take it out.")
    return _say(engine, "flag_dismissed", flag_id, {"by": by, "why": why}, now)


def _say(engine: Engine, word: str, flag_id: str, told: dict[str, str], now: datetime) -> str:
    """Put the event into the outbox; the relay publishes it to the gate."""
    with engine.begin() as connection:
        stands = standing_flags(connection, [flag_id])
        if not stands:
            raise BadInput("The flag is cleared", where=flag_id, next_step="Nothing is to be done about it any more.")
        person = _person(connection, stands[0].flag.child_id)
        event_id, name, moment = str(uuid4()), f"send.{FEED}.{word}.v1", utc_text(now)
        subject = f"local:{person['local_id']}"
        body = {
            "specversion": "1.0",
            "id": event_id,
            "source": SOURCE,
            "type": name,
            "subject": subject,
            "time": moment,
            "recordedtime": moment,
            "dataschema": f"schemas/{name}.json",
            "data": {"person": person, "flag_id": flag_id, **told},
        }
        raw = json.dumps(body, ensure_ascii=False).encode()
        verdict = parse(raw, not_after=now, feed=FEED)
        if isinstance(verdict, Rejected):
            raise BadInput(verdict.reasons[0].message, where=verdict.reasons[0].field)
        say(connection, [Outgoing(topics.raw(FEED).name, subject.encode(), raw)])
        return event_id


def _person(connection: Connection, child_id: str) -> dict[str, str]:
    """The child as we name it: by our own reference, and by all that the fullest of its records says."""
    records = records_of_child(connection, child_id)
    if not records:
        raise BadInput("There is no such child any more", where=child_id, next_step="Look for its new reference.")
    record = max(records, key=lambda one: (bool(one.nhs_number), bool(one.upn), bool(one.postcode), one.number))
    told = {
        "local_id": child_id,
        "given_name": record.given_name,
        "family_name": record.family_name,
        "date_of_birth": record.date_of_birth.isoformat(),
        "nhs_number": record.nhs_number,
        "upn": record.upn,
        "postcode": record.postcode,
        "address": record.address,
        "gender": record.gender,
    }
    return {name: value for name, value in told.items() if value}
