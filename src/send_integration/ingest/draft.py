"""An event as a person-level return tells it, before it is settled which version of the fact it is."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256

from send_integration.contracts.event import JsonValue, Reason
from send_integration.ingest.raw_event import Origin, RawEvent
from send_integration.when.london import london_day, london_midnight, utc_text


@dataclass(frozen=True, slots=True)
class Draft:
    """A fact of a return: `base_id` names the fact for ever, whatever the return of another year says of it.

    `on` is the day it happened, or the text that was sent where that is no day: the contract then refuses it. What a return
    says of its own day and no other is `undated`: it counts from the return that said it first, and another return that says
    another thing has news, and corrects nothing. `queries` are what the sector would ask about and refuses nothing.
    """

    source: str
    base_id: str
    feed: str
    what: str
    on: date | str
    data: Mapping[str, JsonValue]
    origin: Origin
    faults: tuple[Reason, ...] = field(default=())
    undated: bool = False
    queries: tuple[Reason, ...] = field(default=())

    @property
    def content_hash(self) -> bytes:
        """Changes with anything that the return says of the fact, and with nothing else."""
        on = "" if self.undated else str(self.on)
        return sha256(json.dumps([self.what, on, self.data], sort_keys=True).encode()).digest()

    def first_id(self, returned_at: datetime) -> str:
        """The id of the event that further wordings of a return of this moment correct."""
        return f"{self.base_id}:{london_day(returned_at)}" if self.undated else self.base_id

    def as_event(self, event_id: str, returned_at: datetime, corrects: str | None) -> RawEvent:
        """The event's bytes; equal arguments give equal bytes, so that a repeat is known as one."""
        name = f"send.{self.feed}.{self.what}.v1"
        subject = _subject(self.data)
        data = {**self.data, "corrects": corrects} if corrects else self.data
        on = london_day(returned_at) if self.undated else self.on
        happened_at = london_midnight(on) if isinstance(on, date) else None
        event = {
            "specversion": "1.0",
            "id": event_id,
            "source": self.source,
            "type": name,
            "subject": subject,
            "time": utc_text(happened_at) if happened_at else on,
            "recordedtime": utc_text(max(returned_at, happened_at or returned_at)),
            "dataschema": f"schemas/{name}.json",
            "data": data,
        }
        value = json.dumps(event, ensure_ascii=False).encode()
        return RawEvent(self.feed, subject.encode(), value, self.origin, self.faults, queries=self.queries)


def _subject(data: Mapping[str, JsonValue]) -> str:
    person = data.get("person")
    return f"local:{person.get('local_id', '')}" if isinstance(person, dict) else ""
