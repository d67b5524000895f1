"""The hidden truth: troubles leave good lines, disturb no other history, and end badly for their share, some yet to come."""

from datetime import date

import pytest

from send_integration.contracts.event import Event
from send_integration.contracts.registry import parse
from send_integration.simulate.authority import Authority, simulate_authority
from send_integration.simulate.profile import load_profile
from tests.builders import NOW

UNTIL = date(2025, 1, 16)


def simulated(*, whole_lives: bool) -> Authority:
    profile = load_profile("luton-2024")
    return simulate_authority(
        profile, children=1_500, seed=3, until=UNTIL, dirt="none", statutory_dates=True, whole_lives=whole_lives
    )


@pytest.fixture(scope="module")
def troubled() -> Authority:
    return simulated(whole_lives=True)


def test_troubles_leave_every_other_line_as_it_was(troubled: Authority) -> None:
    with_them = {item.raw for item in troubled.arrived}
    without = {item.raw for item in simulated(whole_lives=False).arrived}

    assert without < with_them


def test_every_line_of_a_trouble_passes_its_contract(troubled: Authority) -> None:
    lines = [item for item in troubled.arrived if "-t0" in item.line.body["id"]]

    assert lines
    for item in lines:
        if item.kind == "good":
            assert isinstance(parse(item.raw, not_after=NOW, feed=item.line.feed), Event)


def test_about_the_profiles_share_ends_badly_and_some_ends_are_yet_to_come(troubled: Authority) -> None:
    ended = [trouble.outcome for trouble in troubled.troubles if trouble.outcome]

    assert {trouble.course for trouble in troubled.troubles} == {
        "out_of_school", "waits_in_need", "passed_around", "family_at_the_end",
    }  # fmt: skip
    assert 0.45 < len(ended) / len(troubled.troubles) < 0.75
    assert any(outcome.on > UNTIL for outcome in ended)
    assert all(outcome in troubled.outcomes for outcome in ended)


def test_the_outcomes_hold_what_befell_by_chance_as_well(troubled: Authority) -> None:
    ended = {trouble.outcome for trouble in troubled.troubles}

    assert any(outcome not in ended for outcome in troubled.outcomes)
