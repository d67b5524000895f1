"""Agencies: each knows a child by ids and spellings of its own, and writes events as the contract asks."""

import json
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from send_integration.simulate.people import SPELLINGS, Child
from send_integration.when.london import LONDON, utc_text


@dataclass(frozen=True, slots=True)
class Agency:
    """A source of events. `knows` are the identifiers that it holds: 'nhs', 'upn', both or neither."""

    name: str
    knows: tuple[str, ...]
    team: str
    role: str

    @property
    def source(self) -> str:
        """The source as its events name it."""
        return f"urn:send:luton:{self.name}"


REGISTER = Agency("register", ("nhs", "upn"), "records", "records officer")
SCHOOLS = Agency("schools", ("upn",), "schools", "senco")
EHC_TEAM = Agency("ehc-team", ("upn",), "ehc-team", "ehc coordinator")
COMMUNITY_HEALTH = Agency("community-health", ("nhs",), "ndd-team", "clinician")
CAMHS = Agency("camhs", ("nhs",), "camhs-team", "clinician")
EARLY_HELP = Agency("early-help", ("nhs", "upn"), "early-help-team", "family worker")
SOCIAL_CARE = Agency("social-care", ("upn",), "social-care-team", "social worker")
PANEL = Agency("panel", ("nhs", "upn"), "panel", "panel chair")
HR = Agency("directory", (), "records", "records officer")

AGENCY_OF_FEED = {
    "referrals": COMMUNITY_HEALTH,
    "ndd-triage": COMMUNITY_HEALTH,
    "camhs": CAMHS,
    "early-help": EARLY_HELP,
    "ehcp": EHC_TEAM,
    "school": SCHOOLS,
    "transition": EHC_TEAM,
    "support": SOCIAL_CARE,
    "panel": PANEL,
    "people": REGISTER,
    "workers": HR,
}


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
    """Writes events for all agencies; draws every accident from one seed."""

    def __init__(self, chance: Random, until: date, late: float) -> None:
        self._chance = chance
        self._until = until
        self._late = late
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
            data["person"] = person_as_known(agency, child)
            subject = f"local:{data['person']['local_id']}"
        else:
            subject = f"worker:{data['worker']['id']}"
        body = {
            "specversion": "1.0",
            "id": f"{agency.name}-{self._count:07d}",
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


def person_as_known(agency: Agency, child: Child) -> dict[str, Any]:
    """A child as one agency knows them: its own local id, the numbers it holds, its own spelling."""
    salt = sum(agency.name.encode())
    respells = agency is not REGISTER and (child.number * 7 + salt) % 5 == 0
    given = SPELLINGS.get(child.given_name, child.given_name) if respells else child.given_name
    family = SPELLINGS.get(child.family_name, child.family_name) if respells else child.family_name
    forgets = agency is not REGISTER and (child.number * 13 + salt) % 40 == 0
    person: dict[str, Any] = {
        "local_id": f"{agency.name[:3].upper()}{(child.number * 7919 + salt) % 1_000_003:06d}",
        "given_name": given,
        "family_name": family,
        "date_of_birth": child.date_of_birth.isoformat(),
        "postcode": child.postcode,
        "gender": child.gender,
        "ethnicity": child.ethnicity,
    }
    if "nhs" in agency.knows and not forgets:
        person["nhs_number"] = child.nhs_number
    if "upn" in agency.knows and not forgets:
        person["upn"] = child.upn
    return person


def worker_of(agency: Agency, number: int) -> dict[str, str]:
    """One of an agency's ten workers."""
    number %= 10
    return {
        "id": f"{agency.name}-w{number}",
        "name": f"{agency.team.title()} Worker {number}",
        "role": agency.role,
        "team": agency.team,
        "email": f"{agency.name}.w{number}@example.org",
    }
