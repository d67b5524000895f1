"""Two records are compared exactly where one is looked up under a key by which the other is found."""

from dataclasses import dataclass, replace
from zlib import crc32

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from send_integration.identity.blocking import KEYS_VERSION, Keys, blocking_keys, common_names, plainly_meet
from send_integration.identity.features import Features, features

BORN = "2014-05-06"
ANNA = ("Anna", "Kowalska", BORN, "LU1 1AA", "1 High Street")


@dataclass(frozen=True)
class Said:
    """A record's values as a source writes them."""

    given_name: str
    family_name: str
    born: str = BORN
    postcode: str = ""
    address: str = ""
    nhs_number: str = ""
    upn: str = ""

    def cleaned(self) -> Features:
        """As it is compared."""
        return features(
            given_name=self.given_name,
            family_name=self.family_name,
            born=self.born,
            postcode=self.postcode,
            address=self.address,
            nhs_number=self.nhs_number,
            upn=self.upn,
        )

    def keys(self, *, families: bool = True) -> Keys:
        """Under which it is kept and looked up."""
        return blocking_keys(self.cleaned(), families=families)


def meet(one: Said, other: Said) -> bool:
    return not set(one.keys().asked).isdisjoint(other.keys().held)


@pytest.mark.parametrize(
    "other",
    [
        Said("Anna", "Kowalski"),
        Said("Ania Maria", "Kowalska"),
        Said("Kowalska", "Anna"),
        Said("Snna", "Kowalska"),
        Said("Baby", "Kowalska"),
        Said("Anna", "Unknown"),
        Said("Anna", "K"),
        Said("Anna", "Nowak", postcode="LU1 1AB"),
        Said("Baby", "Nowak", address="1 High Street"),
        Said("Anna", "Kowalska", born="2014-06-05"),
        Said("Anna", "Kowalska", born="2014-05-16"),
        Said("Anna", "Kowalska", born="2015-05-06"),
        Said("Enna", "Kowalsky", postcode="LU1 1AB"),
        Said("Anna", "Kowalska", born="1900-01-01"),
        Said("Anna", "Kowalska", born="2009-01-02", address="1 High St"),
        Said("Anna", "Nowak", address="1 High St"),
        Said("Anna", "Nowak", address="1 Hgih Street"),
        Said("Anna", "Kowal", born="2009-01-02", postcode="LU1 1AA"),
        Said("Anna", "Nowak", born="2009-01-02", postcode="LU1 1AA", address="1 High Street"),
    ],
    ids=str,
)
def test_one_fault_does_not_keep_two_records_of_a_child_apart(other: Said) -> None:
    assert meet(Said(*ANNA), other)
    assert meet(other, Said(*ANNA))


@pytest.mark.parametrize(
    "other",
    [
        Said("Anna", "Nowak", postcode="LU4 9ZZ", address="7 Mill Lane"),
        Said("Piotr", "Kowalska", postcode="LU4 9ZZ", address="7 Mill Lane"),
        Said("Anna", "Kowalska", born="2009-01-02", postcode="LU4 9ZZ", address="7 Mill Lane"),
        Said("Anna", "Nowak", born="2009-01-02", address="1 High Street"),
        Said("Piotr", "Kowalski", born="2009-01-02", postcode="LU1 1AA", address="1 High Street"),
    ],
    ids=str,
)
def test_strangers_of_one_birth_date_or_name_and_brothers_are_not_compared(other: Said) -> None:
    assert not meet(Said(*ANNA), other)


def test_who_gives_no_postcode_is_found_by_the_address_in_its_place() -> None:
    assert meet(Said("Anna", "Kowalska", BORN, address="1 High Street"), Said("Anna", "", "", address="1 High Street"))


@pytest.mark.parametrize("born", ["2014-05-16", "2015-05-06", "1900-01-01"])
@pytest.mark.parametrize(
    ("names", "anywhere"), [(("Mohammed", "Wojcik"), False), (("Anna", "Kowalska"), True)], ids=str
)
def test_a_common_name_with_a_wrong_birth_date_is_compared_in_one_part_of_town(
    names: tuple[str, str], anywhere: bool, born: str
) -> None:
    assert meet(Said(*names, BORN, "LU1 1AA"), Said(*names, born, "LU1 1AB"))
    assert meet(Said(*names, BORN, "LU1 1AA"), Said(*names, born, "LU4 9ZZ")) == anywhere


@pytest.mark.parametrize(
    ("other", "are_compared"),
    [(("Anna", "Kowalsky"), True), (("Piotr", "Kowalska"), False), (("Anna", "Nowak"), False)],
)
def test_day_and_month_swapped_need_both_names(other: tuple[str, str], are_compared: bool) -> None:
    assert meet(Said(*ANNA), Said(*other, "2014-06-05", "LU1 1AB", "7 Mill Lane")) == are_compared


def test_a_home_without_its_postcode_needs_both_names_spelt_alike() -> None:
    at_home = Said("Anna", "Kowalska", "2009-01-02", address="1 High Street")

    assert meet(Said(*ANNA), at_home)
    assert not meet(Said(*ANNA), replace(at_home, family_name="Kowalski"))


def test_two_names_that_begin_alike_and_then_differ_are_two_strangers() -> None:
    assert not meet(Said("Mohsin", "Khan"), Said("Mohammed", "Kaur"))
    assert meet(Said("Mohammed", "Khan"), Said("Mohammed", "Kaur"))


names = st.sampled_from(["Anna", "Ania Maria", "A", "Baby", "", "Kowalska", "Kowalski-Nowak", "Unknown", "K"])
records = st.builds(
    Said,
    names,
    names,
    st.sampled_from([BORN, "2014-06-05", "2015-05-06", "1900-01-01"]),
    st.sampled_from(["", "LU1 1AA", "LU1 1AB", "LU4 9ZZ"]),
    st.sampled_from(["", "1 High Street", "Flat 1, 1 High St", "High Street", "7"]),
    st.sampled_from(["", "", "9990000018", "9990000026"]),
    st.sampled_from(["", "", "A821000000001"]),
)


@given(records, records)
def test_a_record_finds_another_where_that_finds_it(one: Said, other: Said) -> None:
    assert meet(one, other) == meet(other, one)


@given(records, records)
def test_who_shares_a_name_and_has_no_birth_date_meets_whoever_has_one(one: Said, other: Said) -> None:
    undated = Said(one.given_name, one.family_name, "1900-01-01")
    named = all(len(name) > 1 and name not in ("Baby", "Unknown") for name in (one.given_name, one.family_name))

    assert not named or meet(undated, Said(one.given_name, one.family_name, other.born))


alike = st.builds(
    Said,
    st.sampled_from(["Anna", "Annie", "Amal", "A", "Liz", "Elizabeth"]),
    st.sampled_from(["Kowalska", "Kaminska", "Nowak", "K", ""]),
    st.sampled_from([BORN, BORN, BORN, "1900-01-01"]),
    nhs_number=st.sampled_from(["", "", "", "9990000018"]),
)


def test_which_names_are_common_is_part_of_the_keys_version() -> None:
    assert (KEYS_VERSION, len(common_names()), crc32(" ".join(sorted(common_names())).encode())) == (6, 59, 3738690698)


@settings(max_examples=1000)
@example(Said("Amal", "Kowalska"), Said("Amani", "Kaminska"), True)
@given(alike, alike, st.booleans())
def test_who_plainly_meet_share_a_key(one: Said, other: Said, families: bool) -> None:
    mine, their = one.keys(families=families), other.keys(families=families)

    assert not plainly_meet(one.cleaned(), other.cleaned()) or not set(mine.asked).isdisjoint(their.held)
