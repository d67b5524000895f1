"""An event as a person-level return tells it, before it is settled which version of the fact it is."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256

from send_integration.contracts.event import JsonValue, Reason
from send_integration.ingest.raw_event import Origin, RawEvent
from send_integration.when.london import london_midnight, utc_text


@dataclass(frozen=True, slots=True)
class Draft:
    """A fact of a return: `base_id` names the fact for ever, whatever the return of another year says of it.

    `on` is the day it happened, or the text that was sent where that is no day: the contract then refuses it.
    """

    source: str
    base_id: str
    feed: str
    what: str
    on: date | str
    data: Mapping[str, JsonValue]
    origin: Origin
    faults: tuple[Reason, ...] = field(default=())

    @property
    def content_hash(self) -> bytes:
        """Changes with anything that the return says of the fact, and with nothing else."""
        return sha256(json.dumps([self.what, str(self.on), self.data], sort_keys=True).encode()).digest()

    def as_event(self, event_id: str, returned_at: datetime, corrects: str | None) -> RawEvent:
        """The event's bytes; equal arguments give equal bytes, so that a repeat is known as one."""
        name = f"send.{self.feed}.{self.what}.v1"
        subject = _subject(self.data)
        data = {**self.data, "corrects": corrects} if corrects else self.data
        happened_at = london_midnight(self.on) if isinstance(self.on, date) else None
        event = {
            "specversion": "1.0",
            "id": event_id,
            "source": self.source,
            "type": name,
            "subject": subject,
            "time": utc_text(happened_at) if happened_at else self.on,
            "recordedtime": utc_text(max(returned_at, happened_at or returned_at)),
            "dataschema": f"schemas/{name}.json",
            "data": data,
        }
        value = json.dumps(event, ensure_ascii=False).encode()
        return RawEvent(self.feed, subject.encode(), value, self.origin, self.faults)


def _subject(data: Mapping[str, JsonValue]) -> str:
    person = data.get("person")
    return f"local:{person.get('local_id', '')}" if isinstance(person, dict) else ""
