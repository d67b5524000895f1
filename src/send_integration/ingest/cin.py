"""The children in need census (XML): each child's episodes as referrals to social care, steps up and closures."""

from collections.abc import Iterator
from datetime import date, datetime
from hashlib import sha256
from typing import BinaryIO, NamedTuple, get_args
from xml.etree.ElementTree import Element, ParseError

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from send_integration.contracts.codes import Ethnicity
from send_integration.contracts.event import JsonValue, Reason
from send_integration.contracts.topics import MAX_MESSAGE_BYTES
from send_integration.errors import BadInput
from send_integration.ingest import cin_rules as rules
from send_integration.ingest.cin_codes import CLOSURE_REASONS, GENDERS, REFERRAL_SOURCES
from send_integration.ingest.cin_record import ChildRecord, Episode, Sent, child_record
from send_integration.ingest.draft import Draft
from send_integration.ingest.raw_event import Origin
from send_integration.when.london import LONDON, london_day

NOT_GIVEN = "Not given"
"""The census carries no names and the contract demands them; these words are on no other child's record."""

ETHNICITIES: frozenset[str] = frozenset(get_args(Ethnicity))


class Census(NamedTuple):
    """A census's header: whose it is and when it was made."""

    authority: str
    returned_at: datetime

    @property
    def source(self) -> str:
        """The events' source."""
        return f"urn:send:authority:{self.authority}:cin"


def read_census(file: BinaryIO, name: str) -> tuple[Census, Iterator[Draft]]:
    """The header, and the events of one child after another, never holding more of the file than one child.

    Raises BadInput where the file is no census, or is hostile (a document type, entities, a child of megabytes); what
    came before such a place was given already.
    """
    elements = _elements(_Bounded(file, name), name)
    kind, header = next(elements, ("", None))
    if header is None or kind != "Header":
        raise BadInput("is no children in need census: it has no header before its children", where=name)
    census = _census(header, name)
    return census, _drafts(census, elements, name)


def _drafts(census: Census, elements: Iterator[tuple[str, Element]], name: str) -> Iterator[Draft]:
    seen: set[bytes] = set()
    for place, (_, element) in enumerate(elements, start=1):
        child = child_record(element, place)
        mark = sha256(child.local_id.encode()).digest()
        again = [rules.rule("8510", "data.person.local_id", "Two records have the same LA child ID.")]
        yield from _events_of(census, child, Origin(name, place, "child"), again if mark in seen else [])
        seen.add(mark)


def _events_of(census: Census, child: ChildRecord, origin: Origin, whole: list[Reason]) -> Iterator[Draft]:
    """Events of one child. A fault in who the child is does not hold back what happened: it goes by itself."""
    returned_on = london_day(census.returned_at)
    person = _person(child)
    of_person = tuple(rules.faults_of_person(child, ETHNICITIES, returned_on))
    faulty = {fault.field.removeprefix("data.person.") for fault in of_person}
    told: dict[str, JsonValue] = {key: value for key, value in person.items() if key not in faulty}
    known_as = sha256(child.local_id.encode()).hexdigest()[:12]
    base = f"cin:{census.authority}:{known_as}"
    if of_person:
        as_sent: dict[str, JsonValue] = {"person": person}
        yield Draft(census.source, f"{base}:person", "people", "registered", returned_on, as_sent, origin, of_person)
    counts: dict[str, int] = {}
    for episode in child.episodes:
        day = str(episode.referred_on)
        counts[day] = counts.get(day, 0) + 1
        referral_id = f"{base}:{day}" + (f":{counts[day]}" if counts[day] > 1 else "")
        begun = (*whole, *rules.faults_of_episode(child, episode, returned_on))
        about = _About(census.source, referral_id, told, origin, begun)
        yield _referral(about, episode)
        yield from _steps_up(about, child, episode)
        yield from _end(about, child, episode, returned_on)


class _About(NamedTuple):
    """What all events of an episode share."""

    source: str
    referral_id: str
    person: dict[str, JsonValue]
    origin: Origin
    faults: tuple[Reason, ...]

    def draft(self, feed: str, what: str, on: Sent, data: dict[str, JsonValue], *faults: Reason) -> Draft:
        """An event of the episode."""
        body: dict[str, JsonValue] = {"person": self.person, **data}
        base_id = f"{self.referral_id}:{what}"
        if feed != "referrals":
            base_id += f":{on}"
        return Draft(self.source, base_id, feed, what, on or "", body, self.origin, (*self.faults, *faults))


def _referral(about: _About, episode: Episode) -> Draft:
    source = REFERRAL_SOURCES.get(episode.source)
    data: dict[str, JsonValue] = {
        "referral_id": about.referral_id,
        "from_service": source.service if source else episode.source,
        "to_service": "social-care",
        "urgency": "routine",  # the census does not ask how urgent a referral was
        "need_types": [],
    }
    if source:
        data["reason"] = f"referred by: {source.meaning}"
    return about.draft("referrals", "received", episode.referred_on, data, *rules.faults_of_referral(episode))


def _steps_up(about: _About, child: ChildRecord, episode: Episode) -> Iterator[Draft]:
    """A protection plan tells of its conference; a conference is told by itself only where no plan followed."""
    began = [("plan", "child-in-need", day) for day in episode.planned_from]
    began += [("protection", "child-protection", day) for day in episode.protected_from]
    if episode.conference_on is not None and not episode.protected_from:
        began.append(("conference", "child-protection", episode.conference_on))
    for kind, to, on in began:
        data: dict[str, JsonValue] = {"assessment_id": about.referral_id, "to": to}
        yield about.draft("early-help", "stepped_up", on, data, *rules.faults_of_step_up(child, episode, on, kind=kind))


def _end(about: _About, child: ChildRecord, episode: Episode, returned_on: date) -> Iterator[Draft]:
    if episode.closed_on is not None or episode.closure_reason:
        outcome = CLOSURE_REASONS.get(episode.closure_reason, episode.closure_reason)
        data: dict[str, JsonValue] = {"referral_id": about.referral_id, "outcome": outcome}
        faults = rules.faults_of_closure(child, episode, returned_on)
        yield about.draft("referrals", "closed", episode.closed_on, data, *faults)
    elif episode.no_further_action:
        # decided within a working day of the referral (Working Together), and the census has no date of its own for it
        data = {"referral_id": about.referral_id, "reason": "other"}
        yield about.draft("referrals", "rejected", episode.referred_on, data)


def _person(child: ChildRecord) -> dict[str, JsonValue]:
    """The person as sent; what was not sent is left out, so that the contract names it as missing."""
    sent = {
        "local_id": child.local_id,
        "given_name": NOT_GIVEN,
        "family_name": NOT_GIVEN,
        "date_of_birth": str(child.born_on or ""),
        "upn": child.upn,
        "gender": GENDERS.get(child.gender, child.gender),
        "ethnicity": child.ethnicity,
    }
    return {key: value for key, value in sent.items() if value}


def _census(header: Element, name: str) -> Census:
    authority = (header.findtext("Source/LEA") or "").strip()
    moment = (header.findtext("Source/DateTime") or "").strip()
    if not (authority.isascii() and authority.isdigit() and len(authority) == 3):
        raise BadInput("The header names no authority by its three digits (Source/LEA)", where=name)
    try:
        returned_at = datetime.fromisoformat(moment)
    except ValueError as fault:
        raise BadInput("The header does not say when the census was made (Source/DateTime)", where=name) from fault
    if not 1990 < returned_at.year < 2100:
        raise BadInput("The header's moment is in no year of a census (Source/DateTime)", where=name)
    return Census(authority, returned_at if returned_at.tzinfo else returned_at.replace(tzinfo=LONDON))


class _Bounded:
    """A file that refuses to be read further once one child takes more than a message can hold."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        self._file = file
        self._name = name
        self.since_child = 0

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        piece = self._file.read(size)
        self.since_child += len(piece)
        if self.since_child > MAX_MESSAGE_BYTES:
            raise BadInput("One child's record is larger than any message may be", where=self._name)
        return piece


def _elements(file: _Bounded, name: str) -> Iterator[tuple[str, Element]]:
    """The header and every child, each forgotten once the next is asked for."""
    inside: list[Element] = []
    try:
        for event, element in ElementTree.iterparse(file, events=("start", "end"), forbid_dtd=True):
            if event == "start":
                inside.append(element)
                continue
            inside.pop()
            kind = element.tag.rpartition("}")[2]
            if kind in ("Header", "Child"):
                yield kind, element
                file.since_child = 0
                element.clear()
                if inside:
                    inside[-1].remove(element)
    except DefusedXmlException as fault:
        raise BadInput(
            "The file declares a document type or entities, which a census never does", where=name
        ) from fault
    except ParseError as fault:
        line = fault.position[0]
        raise BadInput("The XML ends or breaks here", where=f"{name} line {line}") from fault
