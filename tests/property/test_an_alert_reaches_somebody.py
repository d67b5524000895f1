"""No alert is ever without a living recipient, whatever the directory looks like; and none that the law asks for is put off."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from send_integration.alerts import sending
from send_integration.alerts.directory import DUTY, Absence, Directory, DirectoryEntry, Recipient, StandIn
from send_integration.alerts.route import CAN_ACT_FOR, Holder, Known, escalated, route
from send_integration.alerts.schedule import OFFICE_HOURS
from send_integration.alerts.sending import is_crisis, within_budget
from tests.unit.alerts.test_route import FLAG

TODAY = date(2025, 6, 2)
WORKERS = tuple(f"w{number}" for number in range(7))
TEAMS = ("ehc-team", "ndd-team", "send-team", "north")
ROLES = tuple(CAN_ACT_FOR)
DAYS = st.sampled_from([TODAY + timedelta(days) for days in (-400, -1, 0, 1, 30)])
SOMEBODY = st.sampled_from((*WORKERS, "unknown"))
NOBODY_OR = st.none() | SOMEBODY
ONE_AT_A_TIME = settings(report_multiple_bugs=False)


@st.composite
def absences(draw: st.DrawFn) -> Absence:
    first = draw(DAYS)
    return Absence(first, first + timedelta(draw(st.integers(0, 500))), draw(NOBODY_OR))


@st.composite
def directories(draw: st.DrawFn) -> Directory:
    """Workers who are here, gone, away, in rings of hand-overs, covers and managers; teams with and without a mailbox."""
    known = draw(st.sets(st.sampled_from(WORKERS)))
    workers = {
        name: DirectoryEntry(
            name,
            draw(st.none() | st.just(f"{name}@example.org")),
            draw(st.none() | DAYS),
            draw(NOBODY_OR),
            draw(st.sampled_from(TEAMS)),
            draw(NOBODY_OR),
            tuple(draw(st.lists(absences(), max_size=2))),
        )
        for name in sorted(known)
    }
    mailboxes = {team: f"{team}@example.org" for team in draw(st.sets(st.sampled_from(TEAMS)))}
    return Directory(workers, mailboxes, draw(st.sampled_from(("", "duty@example.org", *WORKERS, "unknown"))))


@st.composite
def knowns(draw: st.DrawFn) -> Known:
    holders = draw(st.lists(st.builds(Holder, st.sampled_from(ROLES), st.sampled_from(WORKERS), st.none()), max_size=4))
    of_events = draw(st.lists(st.builds(Holder, st.just(""), SOMEBODY, st.none()), max_size=2))
    return Known(holders, of_events, draw(NOBODY_OR))


def alive(recipient: str, directory: Directory) -> bool:
    """Written anew, from what the directory holds: somebody who has not left, or a team that somebody reads."""
    if recipient == DUTY:
        return True
    if recipient.startswith("team:"):
        team = recipient.removeprefix("team:")
        here = {w.team for w in directory.workers.values() if w.left_on is None or w.left_on > TODAY}
        return team in here | set(directory.mailboxes)
    worker = directory.workers.get(recipient)
    return worker is None or worker.left_on is None or worker.left_on > TODAY


def is_away(recipient: str, directory: Directory) -> bool:
    worker = directory.workers.get(recipient)
    return worker is not None and any(a.from_on <= TODAY <= a.to_on for a in worker.absences)


def check_recipients(known: Known, role: str, directory: Directory) -> None:
    alert = route(replace(FLAG, role=role), known, directory, TODAY)
    assert alive(alert.recipient, directory)
    assert not is_away(alert.recipient, directory)
    told = [alert.recipient]
    for to in directory.upwards(alert.recipient, TODAY):
        assert alive(to.name, directory)
        assert not is_away(to.name, directory)
        assert escalated(alert, to).alert_id != alert.alert_id
        told.append(to.name)
    assert len(told) == len(set(told)), "each is told once"
    assert told[-1] == directory.duty_manager(TODAY).name


@given(knowns(), st.sampled_from((*ROLES, "unheard-of")), directories())
def test_every_alert_and_every_step_up_has_a_living_recipient_and_the_last_is_the_duty_manager(
    known: Known, role: str, directory: Directory
) -> None:
    check_recipients(known, role, directory)


def a_team_is_always_there(directory: Directory, name: str, _today: date) -> object:
    return Recipient(f"team:{name}", directory.mailboxes.get(name))


def whoever_is_named_stands_in(directory: Directory, worker_id: str, _today: date, email: str | None = None) -> StandIn:
    entry = directory.workers.get(worker_id)
    return StandIn(Recipient((entry and entry.hands_over_to) or worker_id, email))


@pytest.mark.parametrize(
    ("name", "fault"), [("team", a_team_is_always_there), ("stand_in", whoever_is_named_stands_in)]
)
def test_a_planted_fault_is_caught(monkeypatch: pytest.MonkeyPatch, name: str, fault: object) -> None:
    """Teams that nobody reads, and hand-overs that are followed one step only, are found by the same check."""
    monkeypatch.setattr(Directory, name, fault)

    with pytest.raises(AssertionError):
        ONE_AT_A_TIME(given(knowns(), st.sampled_from(ROLES), directories())(check_recipients))()


ALERT = route(FLAG, Known(), Directory(), TODAY)
URGENT = st.lists(
    st.builds(
        lambda number, basis, rule: replace(ALERT, alert_id=f"a{number}", basis=basis, rule=rule),
        st.integers(0, 40),
        st.sampled_from("SGL"),
        st.sampled_from(("crisis-while-waiting", "exclusion-risk", "ehc-final-plan")),
    ),
    unique_by=lambda alert: alert.alert_id,
    max_size=25,
)
NOW = datetime(2025, 6, 2, 9, tzinfo=UTC)


def check_budget(alerts: list[sending.Alert], already: int, a_day: int) -> None:
    taken, put_off = within_budget(alerts, already, a_day, OFFICE_HOURS, NOW)
    assert sorted([a.alert_id for a in taken] + list(put_off)) == sorted(a.alert_id for a in alerts), "none is lost"
    by_id = {alert.alert_id: alert for alert in alerts}
    assert not any(by_id[one].statutory or is_crisis(by_id[one]) for one in put_off)
    free = [alert for alert in taken if not (alert.statutory or is_crisis(alert))]
    assert not free or already + len(taken) <= a_day
    assert all(on > NOW.date() for on in put_off.values())
    assert not put_off or already + len(taken) >= a_day, "nothing is put off while there is room"


@given(URGENT, st.integers(0, 12), st.integers(1, 10))
def test_nothing_that_the_law_asks_for_is_put_off_and_nothing_is_lost(
    alerts: list[sending.Alert], already: int, a_day: int
) -> None:
    check_budget(alerts, already, a_day)


def the_first_ones(alerts: Iterable[sending.Alert], already: int, a_day: int, hours: object, now: datetime) -> object:
    given_order = list(alerts)
    room = max(0, a_day - already)
    return given_order[:room], {alert.alert_id: now.date() + timedelta(1) for alert in given_order[room:]}


def test_a_budget_that_treats_all_alike_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "within_budget", the_first_ones)

    with pytest.raises(AssertionError):
        ONE_AT_A_TIME(given(URGENT, st.integers(0, 12), st.integers(1, 10))(check_budget))()
