"""To whom a flag goes, rung by rung: never to nobody, and to each as long as they are there."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest

from send_integration.alerts.directory import DUTY, Absence, Directory, DirectoryEntry
from send_integration.alerts.route import Alert, Holder, Known, Rung, escalated, route
from send_integration.contracts.event import ChildId, EventKey
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
    evidence=(EventKey("urn:send:a", "e1"),),
    expected=("ehcp.finalised",),
)
HOLDER = Holder("ehc-coordinator", "w1", "w1@example.org")
TRANSITION = Holder("transition-worker", "w5", "w5@example.org")
SENCO = Holder("senco", "w9", "w9@example.org")
OF_EVENT = Holder("", "w7", None)
LONG_AGO = date(2025, 5, 1)


def entry(
    worker: str,
    left: date | None = None,
    to: str | None = None,
    *,
    team: str = "",
    manager: str | None = None,
    away: tuple[Absence, ...] = (),
) -> DirectoryEntry:
    return DirectoryEntry(worker, f"{worker}@example.org", left, to, team, manager, away)


def people(*entries: DirectoryEntry, mailboxes: Mapping[str, str] | None = None, duty: str = "") -> Directory:
    return Directory({one.worker_id: one for one in entries}, mailboxes or {}, duty)


def away(covered_by: str | None = None, to: date = TODAY) -> tuple[Absence, ...]:
    return (Absence(TODAY, to, covered_by),)


def told(known: Known, directory: Directory, flag: Flag = FLAG, today: date = TODAY) -> tuple[str, str]:
    alert = route(flag, known, directory, today)
    return alert.recipient, alert.rung


MAILBOXES = {"ehc-team": "ehc@example.org", "send-team": "send@example.org"}
LADDER = [
    pytest.param(
        Known([SENCO, TRANSITION, HOLDER], [OF_EVENT]), people(entry("w1")), ("w1", Rung.ROLE), id="the role's worker"
    ),
    pytest.param(Known([HOLDER]), people(), ("w1", Rung.ROLE), id="a worker whom the directory does not know"),
    pytest.param(
        Known([HOLDER]), people(entry("w1", LONG_AGO, "w2"), entry("w2")), ("w2", Rung.ROLE), id="who took over"
    ),
    pytest.param(
        Known([HOLDER]),
        people(entry("w1", date(2025, 6, 3)), mailboxes=MAILBOXES),
        ("w1", Rung.ROLE),
        id="a worker who leaves tomorrow",
    ),
    pytest.param(
        Known([HOLDER]),
        people(entry("w1", TODAY), mailboxes=MAILBOXES),
        ("team:ehc-team", Rung.TEAM),
        id="a worker who left today, to nobody",
    ),
    pytest.param(
        Known([HOLDER]),
        people(entry("w1", LONG_AGO, "w3"), mailboxes=MAILBOXES),
        ("team:ehc-team", Rung.TEAM),
        id="handed over to somebody unknown",
    ),
    pytest.param(
        Known([HOLDER]),
        people(entry("w1", LONG_AGO, "w2"), entry("w2", LONG_AGO, "w1"), mailboxes=MAILBOXES),
        ("team:ehc-team", Rung.TEAM),
        id="a ring of hand-overs",
    ),
    pytest.param(
        Known([HOLDER, SENCO, TRANSITION], [OF_EVENT]),
        people(entry("w1", LONG_AGO), mailboxes=MAILBOXES),
        ("w5", Rung.OTHER_ROLE),
        id="another role that can act",
    ),
    pytest.param(
        Known([SENCO], [OF_EVENT]),
        people(mailboxes=MAILBOXES),
        ("w7", Rung.EVENT),
        id="the event's worker, for a SENCO cannot decide",
    ),
    pytest.param(
        Known([], [OF_EVENT]),
        people(entry("w7", LONG_AGO), entry("w8", team="ehc-team")),
        ("team:ehc-team", Rung.TEAM),
        id="a team with a member and no mailbox",
    ),
    pytest.param(
        Known(),
        people(entry("w8", LONG_AGO, team="ehc-team", manager="m1"), entry("m1")),
        ("m1", Rung.TEAM_MANAGER),
        id="the manager of a team that all have left",
    ),
    pytest.param(
        Known(),
        people(
            entry("w8", LONG_AGO, team="ehc-team", manager="m1"),
            entry("m1", LONG_AGO),
            mailboxes={"send-team": "s@example.org"},
        ),
        ("team:send-team", Rung.LAST_TEAM),
        id="the last team, where the manager left too",
    ),
    pytest.param(Known(), people(entry("m9"), duty="m9"), ("m9", Rung.DUTY), id="a duty manager who is a worker"),
    pytest.param(Known(), people(duty="duty@example.org"), (DUTY, Rung.DUTY), id="a duty manager's mailbox"),
    pytest.param(
        Known(), people(entry("m9", LONG_AGO), duty="m9"), (DUTY, Rung.DUTY), id="a duty manager who left without word"
    ),
    pytest.param(Known(), people(duty="m9"), (DUTY, Rung.DUTY), id="a duty manager whom nobody knows"),
    pytest.param(Known(), people(), (DUTY, Rung.DUTY), id="nobody at all"),
    pytest.param(
        Known([HOLDER], handed_to="w4"),
        people(entry("w1"), entry("w4")),
        ("w4", Rung.HANDED),
        id="a colleague to whom it was given",
    ),
    pytest.param(
        Known([HOLDER], handed_to="w4"),
        people(entry("w1"), entry("w4", LONG_AGO)),
        ("w1", Rung.ROLE),
        id="back, where the colleague left",
    ),
]


@pytest.mark.parametrize(("known", "directory", "expected"), LADDER)
def test_a_flag_goes_to_the_first_rung_on_which_somebody_is(
    known: Known, directory: Directory, expected: tuple[str, str]
) -> None:
    assert told(known, directory) == expected


ABSENCES = [
    pytest.param(people(entry("w1", away=away("w2")), entry("w2")), ("w2", Rung.ROLE), id="the cover"),
    pytest.param(
        people(entry("w1", away=away()), mailboxes=MAILBOXES),
        ("team:ehc-team", Rung.TEAM),
        id="the team, without cover",
    ),
    pytest.param(
        people(entry("w1", away=away("w2")), entry("w2", away=away("w1")), mailboxes=MAILBOXES),
        ("team:ehc-team", Rung.TEAM),
        id="two who cover for each other",
    ),
    pytest.param(
        people(entry("w1", away=away("w2")), entry("w2", LONG_AGO, "w3"), entry("w3")),
        ("w3", Rung.ROLE),
        id="a cover who left and handed over",
    ),
    pytest.param(
        people(entry("w1", away=(*away(), *away("w2"))), entry("w2")), ("w2", Rung.ROLE), id="two absences, one covered"
    ),
    pytest.param(
        people(entry("w1", away=(Absence(date(2025, 5, 1), date(2025, 6, 1), None),))),
        ("w1", Rung.ROLE),
        id="back since today",
    ),
    pytest.param(
        people(entry("w1", away=(Absence(date(2025, 6, 3), date(2025, 6, 9), None),))),
        ("w1", Rung.ROLE),
        id="away from tomorrow",
    ),
]


@pytest.mark.parametrize(("directory", "expected"), ABSENCES)
def test_whoever_is_away_is_covered_for_and_nobody_else_takes_their_work(
    directory: Directory, expected: tuple[str, str]
) -> None:
    assert told(Known([HOLDER, TRANSITION], [OF_EVENT]), directory) == expected


def test_without_a_named_worker_of_the_role_its_team_is_told() -> None:
    assert told(Known([SENCO]), people(mailboxes=MAILBOXES)) == ("team:ehc-team", Rung.TEAM)
    unheard_of = replace(FLAG, role="unheard-of")
    assert told(Known(), people(mailboxes=MAILBOXES), unheard_of) == ("team:send-team", Rung.TEAM)


def test_the_same_flag_and_recipient_are_one_alert_and_another_recipient_is_another() -> None:
    known = Known([HOLDER])
    once, again = (route(flag, known, people(), TODAY) for flag in (FLAG, replace(FLAG, level="watch")))

    assert once.alert_id == again.alert_id != route(FLAG, Known(), people(), TODAY).alert_id
    assert once.email == "w1@example.org"


def upwards(recipient: str, directory: Directory) -> list[str]:
    return [to.name for to in directory.upwards(recipient, TODAY)]


def test_what_nobody_answers_goes_up_step_by_step_and_ends_at_the_duty_manager() -> None:
    found = people(
        entry("w1", team="ehc-team", manager="m1"),
        entry("w2", team="ehc-team"),
        entry("m1", LONG_AGO, manager="m2"),
        entry("m2", manager="m3"),
        entry("m3", away=away("m4"), manager="m2"),
        entry("m4"),
        duty="duty@example.org",
    )

    assert upwards("w1", found) == ["m2", "m4", DUTY], "one manager has left, one is covered for"
    assert upwards("w2", found) == ["m2", "m4", DUTY], "who has no manager has the team's"
    assert upwards("team:ehc-team", found) == ["m2", "m4", DUTY]
    assert upwards("m4", found) == [DUTY]
    assert upwards("nobody", found) == [DUTY]
    assert upwards(DUTY, found) == [], "there is nobody above"


def test_managers_in_a_ring_end_at_the_duty_manager_too() -> None:
    found = people(entry("w1", manager="m1"), entry("m1", manager="m2"), entry("m2", manager="w1"), duty="m2")

    assert upwards("w1", found) == ["m1", "m2"]


def test_a_passed_on_alert_says_from_whom_and_is_another_alert() -> None:
    alert = route(FLAG, Known([HOLDER]), people(), TODAY)
    to = next(people(duty="duty@example.org").upwards(alert.recipient, TODAY))
    passed_on: Alert = escalated(alert, to)

    assert (passed_on.recipient, passed_on.email, passed_on.escalated_from) == (DUTY, "duty@example.org", "w1")
    assert (passed_on.flag_id, passed_on.rung) == ("f1", Rung.ESCALATED)
    assert passed_on.alert_id != alert.alert_id
