"""The one permission question, answered by policy.toml. Whatever is not granted there is denied."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from send_integration.web.policy_file import Grants, Policy, read_policy, require_fields

FILE = Path(__file__).parent / "policy.toml"


class Role(StrEnum):
    """What a person is to the system."""

    PANEL_CHAIR = "panel-chair"
    PANEL_MEMBER = "panel-member"
    NAMED_WORKER = "named-worker"
    MANAGER = "manager"
    DATA_STEWARD = "data-steward"
    ANALYST = "analyst"
    ADMINISTRATOR = "administrator"
    AGENCY_MANAGER = "agency-manager"


class Action(StrEnum):
    """What a page lets a person do."""

    LIST_CHILDREN = "list-children"
    VIEW_CHILD = "view-child"
    VIEW_OWN_CHILDREN = "view-own-children"
    SEE_RESTRICTED = "see-restricted"
    BREAK_GLASS = "break-glass"
    RECORD_BASIS = "record-basis"
    TAKE_PACK = "take-pack"
    TAKE_FAMILY_COPY = "take-family-copy"
    VIEW_MEETING = "view-meeting"
    RUN_MEETING = "run-meeting"
    LIST_FOR_PANEL = "list-for-panel"
    DECIDE = "decide"
    RECORD_VOICE = "record-voice"
    VIEW_INBOX = "view-inbox"
    READ_NOTICES = "read-notices"
    REVIEW_IDENTITY = "review-identity"
    DECIDE_IDENTITY = "decide-identity"
    SEE_QUARANTINE = "see-quarantine"
    MEND_QUARANTINE = "mend-quarantine"
    WATCH_FEEDS = "watch-feeds"
    SEE_FEEDS = "see-feeds"
    STEER_FEEDS = "steer-feeds"
    SEE_SCORES = "see-scores"
    SEE_MEASURES = "see-measures"
    READ_AUDIT = "read-audit"


@dataclass(frozen=True, slots=True)
class Fields:
    """What a person sees of a child; `"notes-health" in fields` asks the same as `fields.notes_health`."""

    names: bool = False
    identifiers: bool = False
    notes_education: bool = False
    notes_health: bool = False
    notes_care: bool = False
    voice: bool = False
    decisions: bool = False
    funding: bool = False
    family: bool = False
    contacts: bool = False

    def __contains__(self, name: str) -> bool:
        return getattr(self, name.replace("-", "_")) is True

    def __iter__(self) -> Iterator[str]:
        return (name for name in FIELDS if name in self)

    def notes_of(self, sector: str) -> bool:
        """Whether they see what people of a sector wrote."""
        return {
            "education": self.notes_education,
            "health": self.notes_health,
            "care": self.notes_care,
        }.get(sector, False)


FIELDS = tuple(field.name.replace("_", "-") for field in fields(Fields))


class Sector(StrEnum):
    """The sector for which a person works."""

    EDUCATION = "education"
    HEALTH = "health"
    CARE = "care"


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether something is allowed, and why, in words that the audit keeps.

    `unknown` is a refusal that must not even tell that there is such a child.
    """

    allowed: bool
    why: str
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class Tie:
    """What a person is to a child, besides being of a role."""

    own: bool = False
    on_agenda: bool = False
    glass: bool = False


NO_TIE = Tie()

SHOWS: Mapping[str, tuple[str, ...]] = {
    Action.LIST_CHILDREN: ("names",),
    Action.REVIEW_IDENTITY: ("names", "identifiers"),
    Action.DECIDE_IDENTITY: ("names", "identifiers"),
    Action.SEE_QUARANTINE: ("names", "identifiers"),
}
"""What a page cannot be without: whoever may open it must be granted these fields for any child, else the policy is wrong."""


@lru_cache(maxsize=1)
def policy() -> Policy:
    """The policy as it ships. Raises BadSetting where the file and the code do not know the same names."""
    found = read_policy(FILE, roles=list(Role), actions=list(Action), fields=FIELDS, sectors=list(Sector))
    require_fields(found, SHOWS)
    return found


def allowed(
    action: Action,
    role: str,
    *,
    sector: str | None = None,
    holds_a_role_for_child: bool = False,
    tie: Tie = NO_TIE,
    restricted: bool = False,
) -> Decision:
    """Whether a person of a role, and sector, may do something; of one child, what they are to the child, and whether it
    is restricted."""
    tied = Tie(tie.own or holds_a_role_for_child, tie.on_agenda, tie.glass)
    general = _granted(action, role, sector, tied)
    if not general.allowed or not restricted:
        return general
    seen = _granted(Action.SEE_RESTRICTED, role, sector, tied)
    as_for_any = _granted(action, role, sector, NO_TIE).allowed  # what is answered of a child who is not there
    return Decision(seen.allowed, f"restricted: {seen.why}", unknown=not seen.allowed and as_for_any)


def seen_fields(role: str, sector: str | None, tie: Tie = NO_TIE) -> Fields:
    """What a person sees of a child whose page, or whatever else shows it, they may open."""
    if role not in set(Role):
        return Fields()
    granted = policy().fields
    return Fields(**{name.replace("-", "_"): _how(granted[name], role, sector, tie) is not None for name in FIELDS})


def may_by_a_tie(action: Action, role: str) -> bool:
    """Whether there is any child for whom a role may do something, though not for every child."""
    found = policy().actions[action]
    return any(grant.role == role for grant in (*found.own_child, *found.on_agenda, *found.glass_broken))


def may_break_glass_for(action: Action, role: str) -> bool:
    """Whether a role could do something for a child, other than a restricted one, by breaking the glass."""
    by_glass = any(grant.role == role for grant in policy().actions[action].glass_broken)
    return by_glass and allowed(Action.BREAK_GLASS, role).allowed


def _granted(action: Action, role: str, sector: str | None, tie: Tie) -> Decision:
    if role not in set(Role):
        return Decision(allowed=False, why="the role is not known")
    how = _how(policy().actions[action], role, sector, tie)
    if how is None:
        return Decision(allowed=False, why=f"{role} may not {action}")
    return Decision(allowed=True, why=how or f"{role} may {action}")


def _how(grants: Grants, role: str, sector: str | None, tie: Tie) -> str | None:
    """By what something is granted, in words: empty where it is for any child, None where it is not."""
    ways = (
        (grants.any, True, ""),
        (grants.own_child, tie.own, "a named worker of this child"),
        (grants.on_agenda, tie.on_agenda, "the child is on the agenda"),
        (grants.glass_broken, tie.glass, "broke the glass"),
    )
    return next(
        (why for given, holds, why in ways if holds and any(grant.is_for(role, sector) for grant in given)), None
    )


def links(role: str) -> list[tuple[str, str]]:
    """The pages that a role may open without naming a child, with their names, in the order of the header."""
    pages = (
        (Action.LIST_CHILDREN, "/children", "Children"),
        (Action.VIEW_OWN_CHILDREN, "/me", "My children"),
        (Action.VIEW_MEETING, "/meetings", "Meetings"),
        (Action.VIEW_INBOX, "/alerts", "Alerts"),
        (Action.REVIEW_IDENTITY, "/identity", "Identity"),
        (Action.SEE_QUARANTINE, "/quarantine", "Quarantine"),
        (Action.SEE_FEEDS, "/feeds", "Feeds"),
        (Action.SEE_SCORES, "/feeds/scorecard", "Scorecards"),
        (Action.SEE_MEASURES, "/measures", "Measures"),
        (Action.WATCH_FEEDS, "/alerts", "Alerts"),
        (Action.READ_AUDIT, "/audit", "Audit"),
    )
    every = allowed(Action.LIST_CHILDREN, role).allowed  # whoever sees them all finds their own among them
    return [
        (address, name)
        for action, address, name in pages
        if allowed(action, role).allowed and not (every and action == Action.VIEW_OWN_CHILDREN)
    ]
