"""One child's record of a children in need census as plain values, as they were sent."""

from dataclasses import dataclass
from datetime import date
from xml.etree.ElementTree import Element

Sent = date | str | None
"""A day; the text itself where it is none; None where nothing was sent."""


@dataclass(frozen=True, slots=True)
class Episode:
    """One CINdetails group: from a referral to social care to its closure."""

    referred_on: Sent
    source: str
    primary_need: str
    no_further_action: bool
    conference_on: Sent
    protected_from: tuple[Sent, ...]
    planned_from: tuple[Sent, ...]
    closed_on: Sent
    closure_reason: str


@dataclass(frozen=True, slots=True)
class ChildRecord:
    """A Child element; `place` is its number in the file, counted from 1."""

    place: int
    local_id: str
    upn: str
    upn_unknown: str
    born_on: Sent
    died_on: Sent
    gender: str
    ethnicity: str
    episodes: tuple[Episode, ...]


def child_record(child: Element, place: int) -> ChildRecord:
    """The values of a Child element."""
    return ChildRecord(
        place=place,
        local_id=_text(child, "ChildIdentifiers/LAchildID"),
        upn=_text(child, "ChildIdentifiers/UPN"),
        upn_unknown=_text(child, "ChildIdentifiers/UPNunknown"),
        born_on=_day(_text(child, "ChildIdentifiers/PersonBirthDate")),
        died_on=_day(_text(child, "ChildIdentifiers/PersonDeathDate")),
        gender=_text(child, "ChildIdentifiers/GenderCurrent") or _text(child, "ChildIdentifiers/Sex"),
        ethnicity=_text(child, "ChildCharacteristics/Ethnicity"),
        episodes=tuple(_episode(details) for details in child.findall("CINdetails")),
    )


def _episode(details: Element) -> Episode:
    conference = _text(details, "DateOfInitialCPC") or _text(details, "Section47/DateOfInitialCPC")
    return Episode(
        referred_on=_day(_text(details, "CINreferralDate")),
        source=_text(details, "ReferralSource").upper(),
        primary_need=_text(details, "PrimaryNeedCode"),
        no_further_action=_text(details, "ReferralNFA").lower() in ("true", "1"),
        conference_on=_day(conference),
        protected_from=tuple(_day(_text(plan, "CPPstartDate")) for plan in details.findall("ChildProtectionPlans")),
        planned_from=tuple(_day(_text(plan, "CINPlanStartDate")) for plan in details.findall("CINPlanDates")),
        closed_on=_day(_text(details, "CINclosureDate")),
        closure_reason=_text(details, "ReasonForClosure"),
    )


def _text(element: Element, path: str) -> str:
    return (element.findtext(path) or "").strip()


def _day(text: str) -> Sent:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return text
