"""Events that we write ourselves: put into words as any agency's are, and refused here where the gate would refuse them."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import uuid4

from send_integration.contracts import topics
from send_integration.contracts.event import Rejected
from send_integration.contracts.registry import parse
from send_integration.errors import BadInput
from send_integration.steps.batch import Outgoing
from send_integration.when.london import utc_text


class OwnEvent(NamedTuple):
    """An event of ours: its id, its whole body, and the message for the raw topic of its feed."""

    event_id: str
    body: Mapping[str, Any]
    message: Outgoing


def own_event(
    feed: str,
    word: str,
    source: str,
    subject: str,
    data: Mapping[str, Any],
    now: datetime,
    happened: datetime | None = None,
) -> OwnEvent:
    """The event `send.<feed>.<word>.v1`, written down now, that happens now or has `happened` before. Raises BadInput where
    the gate would refuse it."""
    event_id, name, moment = str(uuid4()), f"send.{feed}.{word}.v1", utc_text(now)
    body = {
        "specversion": "1.0",
        "id": event_id,
        "source": source,
        "type": name,
        "subject": subject,
        "time": moment if happened is None else utc_text(happened),
        "recordedtime": moment,
        "dataschema": f"schemas/{name}.json",
        "data": data,
    }
    raw = json.dumps(body, ensure_ascii=False).encode()
    verdict = parse(raw, not_after=now, feed=feed)
    if isinstance(verdict, Rejected):
        raise BadInput(verdict.reasons[0].message, where=verdict.reasons[0].field)
    return OwnEvent(event_id, body, Outgoing(topics.raw(feed).name, subject.encode(), raw))
