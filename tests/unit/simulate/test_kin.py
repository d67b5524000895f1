"""Who is said to be whose in the simulated town: brothers and sisters of one household, and each child's carer."""

from datetime import date

import pytest

from send_integration.simulate.agencies import EARLY_HELP, REGISTER
from send_integration.simulate.authority import Authority, simulate_authority
from send_integration.simulate.clerks import local_id
from send_integration.simulate.pen import Line
from send_integration.simulate.people import Child
from send_integration.simulate.profile import load_profile


@pytest.fixture(scope="module")
def authority() -> Authority:
    return simulate_authority(
        load_profile("luton-2024"), children=600, seed=3, until=date(2025, 1, 16), dirt="none", statutory_dates=True
    )


def related(authority: Authority, kinds: set[str]) -> list[Line]:
    lines = [item.line for item in authority.arrived]
    return [line for line in lines if "related" in line.body["type"] and line.body["data"]["kind"] in kinds]


def test_brothers_and_sisters_are_of_one_household_and_lived_in_one_home_since(authority: Authority) -> None:
    known = {local_id(REGISTER, child): child for child in authority.town.children}

    told = related(authority, {"sibling", "step-sibling"})

    assert len(told) > 200
    for line in told:
        one, other = whose(known, line), known[line.body["data"]["other"]["local_id"]]
        since_on = date.fromisoformat(line.body["data"]["since_on"])
        is_step = one.came_with_step_parent != other.came_with_step_parent
        assert one.household == other.household
        assert one.on(since_on).home == other.on(since_on).home
        assert (line.body["data"]["kind"] == "step-sibling") == is_step


def test_step_families_are_told_and_each_pair_once(authority: Authority) -> None:
    pairs = [
        frozenset((line.body["data"]["person"]["local_id"], line.body["data"]["other"]["local_id"]))
        for line in related(authority, {"sibling", "step-sibling"})
    ]

    assert related(authority, {"step-sibling"})
    assert len(pairs) == len(set(pairs))


def test_children_of_one_household_have_one_carer(authority: Authority) -> None:
    known = {local_id(EARLY_HELP, child): child for child in authority.town.children}
    carers = {
        (line.body["data"]["other"]["local_id"], whose(known, line).household) for line in related(authority, {"carer"})
    }

    assert len(carers) == len({carer for carer, _ in carers}) == len({household for _, household in carers}) > 50


def whose(known: dict[str, Child], line: Line) -> Child:
    return known[line.body["data"]["person"]["local_id"]]
