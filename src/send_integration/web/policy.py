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


class Action(StrEnum):
    """What a page lets a person do."""

    LIST_CHILDREN = "list-children"
    VIEW_CHILD = "view-child"
    VIEW_INBOX = "view-inbox"


PANEL = frozenset({Role.PANEL_CHAIR, Role.PANEL_MEMBER})

GRANTS: dict[Action, frozenset[Role]] = {
    Action.LIST_CHILDREN: PANEL | {Role.MANAGER},
    Action.VIEW_CHILD: PANEL | {Role.MANAGER},
    Action.VIEW_INBOX: PANEL | {Role.NAMED_WORKER, Role.MANAGER},
}
"""Who may do what to any child. A named worker may also view a child for whom they hold a role (`allowed`)."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether something is allowed, and why, in words that the audit keeps."""

    allowed: bool
    why: str


def allowed(action: Action, role: str, *, holds_a_role_for_child: bool = False) -> Decision:
    """Whether a person of a role may do something, given whether they are a named worker of the child in question."""
    if role not in set(Role):
        return Decision(allowed=False, why="the role is not known")
    if Role(role) in GRANTS.get(action, frozenset()):
        return Decision(allowed=True, why=f"{role} may {action}")
    if action is Action.VIEW_CHILD and role == Role.NAMED_WORKER and holds_a_role_for_child:
        return Decision(allowed=True, why="a named worker of this child")
    return Decision(allowed=False, why=f"{role} may not {action}")


def links(role: str) -> list[tuple[str, str]]:
    """The pages that a role may open without naming a child, with their names, in the order of the header."""
    pages = ((Action.LIST_CHILDREN, "/children", "Children"), (Action.VIEW_INBOX, "/alerts", "Alerts"))
    return [(address, name) for action, address, name in pages if allowed(action, role).allowed]
