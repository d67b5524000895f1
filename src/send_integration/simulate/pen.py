"""Writes events for all agencies, each as the contract asks, with the person as the agency knows them that day."""

import json
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from send_integration.simulate.agencies import AGENCY_OF_FEED, Agency
from send_integration.simulate.clerks import Clerks
from send_integration.simulate.people import Child
from send_integration.when.london import LONDON, utc_text


@dataclass(frozen=True, slots=True)
class Line:
    """One event as an agency wrote it, and when it reaches us."""

    feed: str
    body: dict[str, Any]
    recorded_at: datetime
    arrives_at: datetime

    @property
    def raw(self) -> bytes:
        """The wire's bytes."""
        return json.dumps(self.body, ensure_ascii=False, separators=(",", ":")).encode()


class Pen:
    """Writes events for all agencies; draws every accident from one seed. `series` begins the numbers of its events."""

    def __init__(self, chance: Random, clerks: Clerks, until: date, late: float, *, series: str) -> None:
        self._chance = chance
        self._clerks = clerks
        self._until = until
        self._late = late
        self._series = series
        self._count = 0
        self.lines: list[Line] = []

    def write(
        self,
        child: Child | None,
        feed: str,
        what: str,
        on: date,
        other_agency: Agency | None = None,
        /,
        **data: Any,  # noqa: ANN401 - the type's own fields
    ) -> Line | None:
        """One event on a day, by the feed's agency or another; None where the day lies past the simulation's end."""
        if on > self._until:
            return None
        agency = other_agency or AGENCY_OF_FEED[feed]
        self._count += 1
        recorded = datetime.combine(on, time(9), LONDON) + timedelta(minutes=self._chance.randint(0, 480))
        delay = (
            timedelta(days=self._chance.randint(20, 90)) if self._chance.random() < self._late else timedelta(hours=6)
        )
        name = f"send.{feed}.{what}.v1"
        if child is not None:
            data["person"] = self._clerks.person_on(agency, child, on)
            subject = f"local:{data['person']['local_id']}"
        else:
            subject = f"worker:{data['worker']['id']}"
        body = {
            "specversion": "1.0",
            "id": f"{agency.name}-{self._series}{self._count:07d}",
            "source": agency.source,
            "type": name,
            "subject": subject,
            "time": datetime.combine(on, time(), LONDON).isoformat(),
            "recordedtime": utc_text(recorded),
            "dataschema": f"schemas/{name}.json",
            "data": data,
        }
        line = Line(feed, body, recorded, recorded + delay)
        self.lines.append(line)
        return line
