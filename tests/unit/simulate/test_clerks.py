"""What agencies write down: the truth where nothing goes wrong, and each kind of slip at a believable rate."""

from collections import Counter
from datetime import date
from random import Random

import pytest

from send_integration.contracts.identifiers import is_nhs_number, is_postcode, is_upn
from send_integration.simulate.agencies import (
    AGENCIES,
    CAMHS,
    EARLY_HELP,
    EHC_TEAM,
    MATERNITY,
    REGISTER,
    SCHOOLS,
    SOCIAL_CARE,
)
from send_integration.simulate.clerks import Clerks, written_rates
from send_integration.simulate.families import make_town
from send_integration.simulate.known_people import KnownPerson, known_people
from send_integration.simulate.people import Town
from send_integration.simulate.profile import load_profile

UNTIL = date(2025, 1, 16)
PROFILE = load_profile("luton-2024")


@pytest.fixture(scope="module")
def town() -> Town:
    return make_town(Random(5), PROFILE, 2_000, UNTIL)


@pytest.fixture(scope="module")
def usual(town: Town) -> list[KnownPerson]:
    return everybody(town, "usual")


def clerks(town: Town, dirt: str) -> Clerks:
    return Clerks(town, "5", written_rates(PROFILE, dirt))


def test_where_nothing_goes_wrong_every_agency_writes_the_truth_of_the_day(town: Town) -> None:
    writing = clerks(town, "none")
    for child in town.children[:300]:
        for agency in (REGISTER, EARLY_HELP):
            for day in (child.date_of_birth, UNTIL):
                person, truth = writing.person_on(agency, child, day), child.on(day)
                assert person["given_name"] == " ".join(name.latin for name in child.given_names)
                assert person["family_name"] == truth.family_name.latin
                assert (person["address"], person["postcode"]) == (truth.home.address, truth.home.postcode)
                assert (person["nhs_number"], person.get("upn", "")) == (truth.nhs_number, truth.upn)
                assert (person["date_of_birth"], person["gender"]) == (child.date_of_birth.isoformat(), child.gender)


def test_an_agency_keeps_one_local_id_and_learns_later_of_a_move(town: Town) -> None:
    moved = next(child for child in town.children if len({phase.home for phase in child.phases}) > 1)
    versions = clerks(town, "usual").versions(CAMHS, moved)

    assert len({version.person["local_id"] for version in versions}) == 1
    assert [version.since for version in versions] == sorted({version.since for version in versions})
    assert len({version.person.get("address") for version in versions}) > 1


def test_maternity_knows_a_newborn_as_baby_until_it_is_named(town: Town) -> None:
    named = next(child for child in town.children if child.twin is None and child.named_on is not None)
    first, second = clerks(town, "none").versions(MATERNITY, named)

    assert first.person["given_name"].startswith("Baby")
    assert (second.since, second.person["given_name"]) == (
        named.named_on,
        " ".join(name.latin for name in named.given_names),
    )


def test_numbers_stay_valid_and_each_agency_gives_only_those_it_holds(town: Town) -> None:
    for known in everybody(town, "heavy"):
        nhs_number, upn = known.person.get("nhs_number"), known.person.get("upn")
        assert nhs_number is None or ("nhs" in known.agency.knows and is_nhs_number(nhs_number))
        assert upn is None or ("upn" in known.agency.knows and is_upn(upn))
        assert is_postcode(known.person.get("postcode", "LU1 1AA"))
        assert known.person["given_name"].strip()
        assert known.person["family_name"].strip()


def test_each_slip_is_made_and_none_is_common(usual: list[KnownPerson]) -> None:
    wrong = Counter(kind for known in usual for kind in differences(known))

    for kind, most in (("birth date", 0.02), ("gender", 0.02), ("nhs number", 0.01), ("no postcode", 0.04)):
        assert 0 < wrong[kind] / len(usual) < most, kind
    assert 0.1 < wrong["name"] / len(usual) < 0.45


def test_two_agencies_write_their_own_scripts(usual: list[KnownPerson]) -> None:
    assert any("А" <= known.person["family_name"][0] <= "Я" for known in usual if known.agency is EARLY_HELP)
    assert any("ا" <= known.person["given_name"][0] <= "ي" for known in usual if known.agency is SOCIAL_CARE)
    assert all(known.person["family_name"][0] < "А" for known in usual if known.agency in (SCHOOLS, EHC_TEAM))


def test_an_adopted_child_is_marked_by_some_agencies_after_the_adoption_only(
    usual: list[KnownPerson],
) -> None:
    records = [known for known in usual if "restricted" in known.person]

    assert records
    assert all(
        any(phase.is_adopted and phase.since <= known.since for phase in known.child.phases) for known in records
    )


def test_what_is_written_of_one_child_does_not_depend_on_what_else_was_asked(town: Town) -> None:
    alone, after_others = clerks(town, "heavy"), clerks(town, "heavy")
    for child in town.children[:50]:
        after_others.versions(CAMHS, child)

    assert after_others.versions(REGISTER, town.children[40]) == alone.versions(REGISTER, town.children[40])
    assert len({agency.name[:3] for agency in AGENCIES}) == len(AGENCIES)


def everybody(town: Town, dirt: str) -> list[KnownPerson]:
    return list(known_people(town, clerks(town, dirt), Random(1), born_here=0.6, until=UNTIL))


def differences(known: KnownPerson) -> set[str]:
    child, person = known.child, known.person
    truth = child.on(known.since)
    numbers = {phase.nhs_number for phase in child.phases}
    found = {
        "name": person["given_name"] != " ".join(name.latin for name in child.given_names)
        or person["family_name"] != truth.family_name.latin,
        "birth date": person["date_of_birth"] != child.date_of_birth.isoformat(),
        "gender": person.get("gender") != child.gender,
        "nhs number": person.get("nhs_number", truth.nhs_number) not in numbers,
        "no postcode": "postcode" not in person,
    }
    return {kind for kind, is_wrong in found.items() if is_wrong}
