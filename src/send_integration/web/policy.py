"""The one permission question. Whatever is not granted here is denied."""

from dataclasses import dataclass
from enum import StrEnum


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
    VIEW_INBOX = "view-inbox"
    READ_NOTICES = "read-notices"
    REVIEW_IDENTITY = "review-identity"
    DECIDE_IDENTITY = "decide-identity"
    SEE_QUARANTINE = "see-quarantine"
    MEND_QUARANTINE = "mend-quarantine"
    SEE_RESTRICTED = "see-restricted"
    WATCH_FEEDS = "watch-feeds"
    SEE_FEEDS = "see-feeds"
    STEER_FEEDS = "steer-feeds"
    SEE_SCORES = "see-scores"


PANEL = frozenset({Role.PANEL_CHAIR, Role.PANEL_MEMBER})

REVIEWERS = frozenset({Role.DATA_STEWARD, Role.MANAGER})
"""Who works on what the machine leaves to people: doubtful identities, and what was not let in."""

GRANTS: dict[Action, frozenset[Role]] = {
    Action.LIST_CHILDREN: PANEL | {Role.MANAGER},
    Action.VIEW_CHILD: PANEL | {Role.MANAGER},
    Action.VIEW_OWN_CHILDREN: frozenset({Role.NAMED_WORKER}),
    Action.VIEW_INBOX: PANEL | {Role.NAMED_WORKER, Role.MANAGER},
    Action.READ_NOTICES: frozenset(Role),
    Action.REVIEW_IDENTITY: REVIEWERS,
    Action.DECIDE_IDENTITY: REVIEWERS,
    Action.SEE_QUARANTINE: REVIEWERS,
    Action.MEND_QUARANTINE: REVIEWERS,
    Action.SEE_RESTRICTED: frozenset({Role.MANAGER}),
    Action.WATCH_FEEDS: frozenset({Role.DATA_STEWARD, Role.ADMINISTRATOR}),
    Action.SEE_FEEDS: REVIEWERS | {Role.ADMINISTRATOR},
    Action.STEER_FEEDS: REVIEWERS,
    Action.SEE_SCORES: REVIEWERS | {Role.ADMINISTRATOR, Role.AGENCY_MANAGER},
}
"""Who may do what, for any child. A restricted child (adopted, or not to be found) needs SEE_RESTRICTED as well: a
manager's, for somebody must decide on such a child's records and bring the case to whoever has to know it. Whoever may see
scores and not feeds sees those of their own agencies alone."""

FOR_OWN_CHILD = frozenset({Action.VIEW_CHILD, Action.SEE_RESTRICTED})
"""What a named worker may do for a child for whom they hold a role."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether something is allowed, and why, in words that the audit keeps.

    `unknown` is a refusal that must not even tell that there is such a child.
    """

    allowed: bool
    why: str
    unknown: bool = False


def allowed(action: Action, role: str, *, holds_a_role_for_child: bool = False, restricted: bool = False) -> Decision:
    """Whether a person of a role may do something; of one child, whether they are its named worker, and whether it is
    restricted."""
    general = _granted(action, role, holds_a_role_for_child=holds_a_role_for_child)
    if not general.allowed or not restricted:
        return general
    seen = _granted(Action.SEE_RESTRICTED, role, holds_a_role_for_child=holds_a_role_for_child)
    return Decision(seen.allowed, f"restricted: {seen.why}", unknown=not seen.allowed)


def _granted(action: Action, role: str, *, holds_a_role_for_child: bool) -> Decision:
    if role not in set(Role):
        return Decision(allowed=False, why="the role is not known")
    if Role(role) in GRANTS.get(action, frozenset()):
        return Decision(allowed=True, why=f"{role} may {action}")
    if action in FOR_OWN_CHILD and role == Role.NAMED_WORKER and holds_a_role_for_child:
        return Decision(allowed=True, why="a named worker of this child")
    return Decision(allowed=False, why=f"{role} may not {action}")


def links(role: str) -> list[tuple[str, str]]:
    """The pages that a role may open without naming a child, with their names, in the order of the header."""
    pages = (
        (Action.VIEW_OWN_CHILDREN, "/me", "My children"),
        (Action.LIST_CHILDREN, "/children", "Children"),
        (Action.VIEW_INBOX, "/alerts", "Alerts"),
        (Action.REVIEW_IDENTITY, "/identity", "Identity"),
        (Action.SEE_QUARANTINE, "/quarantine", "Quarantine"),
        (Action.SEE_FEEDS, "/feeds", "Feeds"),
        (Action.SEE_SCORES, "/feeds/scorecard", "Scorecards"),
        (Action.WATCH_FEEDS, "/alerts", "Alerts"),
    )
    return [(address, name) for action, address, name in pages if allowed(action, role).allowed]
