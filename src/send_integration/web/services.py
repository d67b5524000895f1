"""Each service around a child: who leads, how to reach them, when they last acted, and whether it has a record at all."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple
from urllib.parse import quote

from send_integration.contracts.event import Event
from send_integration.rules.silence import Unheard
from send_integration.web.days import written
from send_integration.web.names import name_of

ALWAYS = ("school", "sen-team", "ndd-pathway", "camhs", "early-help", "social-care")
"""The services of which everybody asks, in the order of the page: where one has sent nothing, that is said."""

FEED_OF = {
    "school": "school", "sen-team": "ehcp", "ndd-pathway": "ndd-triage", "camhs": "camhs", "early-help": "early-help",
    "social-care": "support", "support": "support", "transition": "transition",
}  # fmt: skip
"""The feed by which a service sends; any other is heard of by referrals alone."""

SERVICE_OF_ROLE = {
    "ehc-coordinator": "sen-team",
    "senco": "school",
    "ndd-clinician": "ndd-pathway",
    "camhs-care-coordinator": "camhs",
    "lead-practitioner": "early-help",
    "social-worker": "social-care",
    "transition-worker": "transition",
    "family-worker": "support",
}
NOT_KNOWN = "people.not_known"
HAS, NONE, UNSENT = "has", "none", "unsent"
RECORDS = {HAS: "Has a record", NONE: "Confirmed none", UNSENT: "Has not sent"}


class Lead(NamedTuple):
    """Who answers for the child at a service; `named` where the directory says so, else who last acted there."""

    name: str
    role: str
    team: str
    email: str | None
    named: bool
    since: str = ""

    @property
    def address(self) -> str:
        """Where a mail to them goes, fit for a link."""
        return f"mailto:{quote(self.email or '', safe='@')}"


class Service(NamedTuple):
    """One row: `record` is one of three that must never be confused, `told` says how that is known."""

    service: str
    name: str
    leads: tuple[Lead, ...]
    last_involved: str
    record: str
    told: str

    @property
    def record_words(self) -> str:
        """Which of the three it is, in words."""
        return RECORDS[self.record]


class Heard(NamedTuple):
    """How the feeds stand: those that are paused or silent, and on which day each feed last brought anything at all."""

    unheard: Mapping[str, Unheard]
    last_day: Mapping[str, date]


def services_of(
    involved: Iterable[Mapping[str, Any]],
    named_workers: Iterable[Mapping[str, Any]],
    events: Sequence[Event],
    heard: Heard | None,
) -> list[Service]:
    """Every service that is always asked for, then any other that was ever heard of for the child. Of another day than
    today nobody knows how the feeds stood: then `heard` is None."""
    by_service = {said["service"]: said for said in involved}
    leads: dict[str, list[Lead]] = {}
    heard_of: dict[str, str] = {service: said["last_involved_on"] for service, said in by_service.items()}
    for worker in named_workers:
        since = written(date.fromisoformat(worker["since"]))
        lead = Lead(worker["name"], worker["role"], worker["team"], worker["email"], named=True, since=since)
        service = SERVICE_OF_ROLE.get(worker["role"], "support")
        leads.setdefault(service, []).append(lead)
        if worker["last_heard_on"] > worker["since"]:  # to be named is not to be involved
            heard_of[service] = max(heard_of.get(service, ""), worker["last_heard_on"])
    denied = {event.text("service"): event for event in events if event.what == NOT_KNOWN}
    others = sorted((by_service.keys() | leads.keys() | denied.keys()) - set(ALWAYS), key=name_of)
    last_recorded = _last_recorded(events)
    found = []
    for service in (*ALWAYS, *others):
        said = by_service.get(service)
        of_service = leads.get(service, [])
        if said is not None and said["worker"] and not of_service:
            worker = said["worker"]
            of_service = [Lead(worker["name"], worker["role"], worker["team"], worker["email"], named=False)]
        last = written(date.fromisoformat(heard_of[service])) if service in heard_of else "unknown"
        record, told = _record(service, said, denied.get(service), last_recorded, heard)
        found.append(Service(service, name_of(service), tuple(of_service), last, record, told))
    return found


def _record(
    service: str,
    said: Mapping[str, Any] | None,
    denial: Event | None,
    last_recorded: Mapping[str, date],
    heard: Heard | None,
) -> tuple[str, str]:
    """Which of the three, and how it is known. What a service sent outweighs its word that it knows no such child."""
    feed = FEED_OF.get(service)
    standing = _standing(feed, heard)
    if said is not None:
        day = last_recorded.get(feed or "")
        fresh = f"Its latest entry was written down on {written(day)}." if day else "Known by a referral."
        doubt = f" On {written(denial.on)} it said that it knows no such child." if denial else ""
        return HAS, f"{fresh}{doubt}{standing}"
    if denial is not None:
        return NONE, f"It looked on {written(denial.on)} and keeps no record of this child.{standing}"
    words = "Nothing about this child has come from it. It may keep a record all the same."
    if feed is not None and heard is not None and not standing:
        day = heard.last_day.get(feed)
        words += (
            f" It last sent of any child on {written(day)}." if day else " It has never sent anything of any child."
        )
    return UNSENT, words + standing


def _standing(feed: str | None, heard: Heard | None) -> str:
    unheard = heard.unheard.get(feed or "") if heard else None
    if unheard is None:
        return ""
    what = "Its feed is paused" if unheard.paused else "Hardly anything has come from it"
    return f" {what} since {written(unheard.since)}."


def _last_recorded(events: Iterable[Event]) -> dict[str, date]:
    """The day on which the latest entry of each feed was written down."""
    found: dict[str, date] = {}
    for event in events:
        day = event.recorded_at.date()
        if event.feed not in found or day > found[event.feed]:
            found[event.feed] = day
    return found
