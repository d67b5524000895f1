"""To whom a flag goes: the worker of the role, whoever took over, else the team; never to nobody."""

from dataclasses import replace
from datetime import date

from send_integration.alerts.route import DirectoryEntry, Holder, route
from send_integration.contracts.event import ChildId
from send_integration.rules.flags import Flag

TODAY = date(2025, 6, 2)
FLAG = Flag(
    flag_id="f1",
    child_id=ChildId("c1"),
    kind="milestone",
    rule="ehc-final-plan",
    version="1",
    subject="R1",
    level="high",
    status="missed",
    due_on=date(2025, 5, 1),
    reason="why",
    next_step="do",
    arithmetic="20 weeks",
    basis="S",
    citation="law",
    role="ehc-coordinator",
    stands_since=date(2025, 5, 2),
    evidence=("e1",),
    expected=("ehcp.finalised",),
)
HOLDER = Holder("ehc-coordinator", "w1", "w1@example.org")
OTHER_ROLE = Holder("senco", "w9", "w9@example.org")


def entry(worker: str, left: date | None = None, to: str | None = None) -> DirectoryEntry:
    return DirectoryEntry(worker, f"{worker}@example.org", left, to)


def test_a_flag_goes_to_the_named_worker_of_its_role() -> None:
    alert = route(FLAG, [OTHER_ROLE, HOLDER], {"w1": entry("w1")}, TODAY)

    assert (alert.recipient, alert.email) == ("w1", "w1@example.org")


def test_a_worker_whom_the_directory_does_not_know_is_still_told() -> None:
    assert route(FLAG, [HOLDER], {}, TODAY).recipient == "w1"


def test_a_worker_who_left_hands_over() -> None:
    directory = {"w1": entry("w1", date(2025, 5, 1), "w2"), "w2": entry("w2")}

    assert route(FLAG, [HOLDER], directory, TODAY).recipient == "w2"


def test_where_everybody_left_the_team_is_told() -> None:
    directory = {"w1": entry("w1", date(2025, 5, 1), "w2"), "w2": entry("w2", date(2025, 5, 2), "w1")}

    assert route(FLAG, [HOLDER], directory, TODAY).recipient == "team:ehc-team"


def test_without_a_named_worker_the_team_of_the_role_is_told() -> None:
    assert route(FLAG, [OTHER_ROLE], {}, TODAY).recipient == "team:ehc-team"
    assert route(replace(FLAG, role="unheard-of"), [], {}, TODAY).recipient == "team:send-team"


def test_the_same_flag_and_recipient_are_one_alert_and_another_recipient_is_another() -> None:
    once, again = route(FLAG, [HOLDER], {}, TODAY), route(replace(FLAG, level="watch"), [HOLDER], {}, TODAY)

    assert once.alert_id == again.alert_id != route(FLAG, [], {}, TODAY).alert_id
