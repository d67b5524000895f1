"""The one permission question: denied unless granted, and a restricted child is not even known to those who may not."""

import pytest

from send_integration.web.policy import Action, Decision, Role, allowed, links


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("role", ["", "intruder", "Manager"])
def test_a_role_that_is_not_known_may_nothing(role: str, action: Action) -> None:
    assert not allowed(action, role, holds_a_role_for_child=True).allowed


def test_only_managers_see_restricted_children() -> None:
    assert [role for role in Role if allowed(Action.SEE_RESTRICTED, role).allowed] == [Role.MANAGER]


def test_a_named_worker_sees_an_own_restricted_child_and_no_other() -> None:
    own = allowed(Action.VIEW_CHILD, Role.NAMED_WORKER, holds_a_role_for_child=True, restricted=True)
    other = allowed(Action.VIEW_CHILD, Role.NAMED_WORKER, restricted=True)

    assert own == Decision(allowed=True, why="restricted: a named worker of this child")
    assert other == Decision(allowed=False, why="named-worker may not view-child")


def test_a_role_for_a_child_opens_that_childs_page_alone() -> None:
    granted = [a for a in Action if allowed(a, Role.NAMED_WORKER, holds_a_role_for_child=True).allowed]

    assert granted == [Action.VIEW_CHILD, Action.VIEW_INBOX, Action.READ_NOTICES, Action.SEE_RESTRICTED]


def test_whoever_was_told_may_read_it_whatever_their_role() -> None:
    assert all(allowed(Action.READ_NOTICES, role).allowed for role in Role)


def test_a_refusal_for_restriction_alone_is_one_of_not_knowing() -> None:
    assert allowed(Action.VIEW_CHILD, Role.PANEL_CHAIR, restricted=True).unknown
    assert not allowed(Action.VIEW_CHILD, Role.ANALYST, restricted=True).unknown


@pytest.mark.parametrize(
    ("role", "names"),
    [
        (Role.MANAGER, ["Children", "Alerts", "Identity", "Quarantine", "Feeds", "Scorecards"]),
        (Role.DATA_STEWARD, ["Identity", "Quarantine", "Feeds", "Scorecards", "Alerts"]),
        (Role.PANEL_CHAIR, ["Children", "Alerts"]),
        (Role.AGENCY_MANAGER, ["Scorecards"]),
        (Role.ANALYST, []),
    ],
)
def test_the_header_leads_where_the_role_may_go(role: Role, names: list[str]) -> None:
    assert [name for _, name in links(role)] == names
