"""The simulated town: its families are as families are, and nobody in it is somebody else."""

import itertools
from collections import Counter
from datetime import date, timedelta
from random import Random

import pytest

from send_integration.contracts.identifiers import is_nhs_number, is_upn
from send_integration.simulate.families import BETWEEN_BIRTHS, make_town
from send_integration.simulate.names import Name
from send_integration.simulate.people import Town
from send_integration.simulate.profile import load_profile

UNTIL = date(2025, 1, 16)


@pytest.fixture(scope="module")
def town() -> Town:
    return make_town(Random(5), load_profile("luton-2024"), 6_000, UNTIL)


def test_twins_share_birth_date_and_home_and_have_two_names(town: Town) -> None:
    pairs = [(child, town.children[child.twin]) for child in town.children if child.twin is not None]

    assert len(pairs) > 60
    for child, twin in pairs:
        assert twin.twin == child.number
        assert (twin.date_of_birth, twin.household) == (child.date_of_birth, child.household)
        assert twin.given_names != child.given_names


def test_brothers_and_sisters_of_one_mother_are_born_months_apart(town: Town) -> None:
    for numbers in town.households.values():
        births = sorted({town.children[number].date_of_birth for number in numbers})
        assert all(later - earlier >= BETWEEN_BIRTHS for earlier, later in itertools.pairwise(births))


def test_no_two_children_share_full_name_birth_date_and_home(town: Town) -> None:
    seen = [
        (child.given_names, phase.family_name, child.date_of_birth, home)
        for child in town.children
        for phase in child.phases[-1:]
        for home in {phase.home for phase in child.phases}
    ]

    assert len(seen) == len(set(seen))


def test_the_hard_families_are_all_there(town: Town) -> None:
    children = town.children
    by_name: dict[object, list[date]] = {}
    for child in children:
        by_name.setdefault((child.given_names, child.phases[-1].family_name), []).append(child.date_of_birth)
    gaps = [b - a for births in by_name.values() for a, b in zip(sorted(births), sorted(births)[1:], strict=False)]
    names_at_home = [{children[n].phases[-1].family_name for n in numbers} for numbers in town.households.values()]

    assert any(timedelta(0) < gap < timedelta(60) for gap in gaps), "cousins of one name, born within weeks"
    assert any(len(names) > 1 for names in names_at_home), "step-families"
    assert any(phase.is_adopted for child in children for phase in child.phases)
    assert any(phase.upn[-1:].isalpha() for child in children for phase in child.phases), "temporary UPNs"
    assert {child.community.script for child in children} == {"", "Cyrillic", "Arabic"}
    assert any(len({phase.home for phase in child.phases}) > 1 for child in children), "moves"


def test_numbers_are_valid_of_the_test_range_and_given_once(town: Town) -> None:
    nhs_numbers = [number for child in town.children for number in {phase.nhs_number for phase in child.phases}]
    upns = [upn for child in town.children for upn in {phase.upn for phase in child.phases} - {""}]

    assert len(nhs_numbers) == len(set(nhs_numbers))
    assert len(upns) == len(set(upns))
    assert all(is_nhs_number(number) and number.startswith("999") for number in nhs_numbers)
    assert all(is_upn(upn) and upn[1:4] == "821" for upn in upns)


def test_a_common_name_is_as_common_as_in_an_english_town(town: Town) -> None:
    families = [child.phases[-1].family_name.latin for child in town.children]

    assert 0.015 < families.count("Khan") / len(families) < 0.04
    assert families.count("Smith") / len(families) < 0.02


def test_brothers_and_sisters_share_no_name_but_one_that_stands_before(town: Town) -> None:
    shared: Counter[Name] = Counter()
    for numbers in town.households.values():
        given = [name for number in numbers for name in town.children[number].given_names]
        shared.update(name for name, times in Counter(given).items() if times > 1)

    assert {name.latin for name in shared} <= {"Muhammad", "Mohammed", "Mohammad", "Md", "Mohamed"}
    assert shared.total() > 10, "Muhammad Ali and Muhammad Bilal"
