"""The simulated authority: the same seed gives the same bytes, good lines pass, and Luton's figures come out."""

from datetime import date

import pytest

from send_integration.contracts.event import Event, Rejected
from send_integration.contracts.registry import parse
from send_integration.errors import BadInput
from send_integration.simulate.authority import Authority, simulate_authority
from send_integration.simulate.profile import load_profile
from tests.builders import NOW

UNTIL = date(2025, 1, 16)


def simulated(children: int = 60, seed: int = 3, dirt: str = "heavy") -> Authority:
    profile = load_profile("luton-2024")
    return simulate_authority(profile, children=children, seed=seed, until=UNTIL, dirt=dirt, statutory_dates=True)


def test_the_same_seed_gives_the_same_lines_and_another_seed_others() -> None:
    lines = [item.raw for item in simulated().arrived]

    assert lines == [item.raw for item in simulated().arrived]
    assert lines != [item.raw for item in simulated(seed=4).arrived]


def test_good_lines_pass_and_dirty_ones_are_refused_for_the_expected_reason() -> None:
    kinds = set()
    for item in simulated().arrived:
        verdict = parse(item.raw, not_after=NOW, feed=item.line.feed)
        kinds.add(item.kind)
        if item.kind == "dirty":
            assert isinstance(verdict, Rejected)
            assert item.code in [reason.code for reason in verdict.reasons]
        else:
            assert isinstance(verdict, Event), (item.kind, verdict)
    assert kinds == {"good", "duplicate", "corrected", "retracted", "dirty"}


def test_at_full_size_lutons_published_figures_come_out() -> None:
    counts = simulated(children=3301, dirt="none").ehc

    assert counts.requests == 578
    assert (counts.decided_to_assess, counts.decided_not_to_assess) == (429, 108)
    assert counts.decided_in_six_weeks == 380
    assert (counts.plans, counts.plans_in_20_weeks) == (377, 111)  # 29.4%


def test_every_feed_has_events_and_no_number_is_outside_the_test_range() -> None:
    arrived = simulated(children=200, dirt="none").arrived
    people = [person for item in arrived if (person := item.line.body["data"].get("person"))]

    assert len({item.line.feed for item in arrived}) == 11
    assert {number[:3] for person in people if (number := person.get("nhs_number"))} == {"999"}


def test_an_unknown_profile_is_named_with_those_that_are_known() -> None:
    with pytest.raises(BadInput, match="luton-2024"):
        load_profile("elsewhere")
