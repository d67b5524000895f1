"""The cases that a careful records team knows by name: twins, shared numbers, changed names, mistyped days."""

import pytest

from send_integration.identity.decide import Held
from tests.unit.identity.people import asked, children, decided, record

NHS, OTHER_NHS, SLIP_OF_NHS = "9990000018", "9990000026", "9990000108"
UPN, TEMPORARY_UPN = "A821000000001", "A82100000001B"


def test_one_child_of_two_agencies_without_any_number_is_one() -> None:
    assert children(record("clinic"), record("school")) == 1


def test_one_number_with_nothing_else_never_merges_two_children() -> None:
    mistyped = record(
        "school", given_name="Omar", family_name="Miah", born="2011-02-03", postcode="LU4 9ZZ", nhs_number=NHS
    )

    assert children(record("clinic", nhs_number=NHS), mistyped) == 2
    assert asked(record("clinic", nhs_number=NHS), mistyped) == 1


def test_one_number_with_the_birth_date_is_one_child_whatever_the_family_name() -> None:
    adopted = record("school", family_name="Ashworth", postcode="LU4 9ZZ", nhs_number=NHS)

    assert children(record("clinic", nhs_number=NHS), adopted) == 1


def test_one_number_with_the_name_is_one_child_though_the_birth_date_is_mistyped() -> None:
    assert children(record("clinic", nhs_number=NHS), record("school", born="2014-05-26", nhs_number=NHS)) == 1


def test_one_number_with_the_birth_date_is_one_child_before_it_has_a_name() -> None:
    newborn = record("maternity", given_name="Baby", nhs_number=NHS)

    assert children(record("clinic", nhs_number=NHS), newborn) == 1


def test_one_number_with_another_birth_date_is_for_a_person_to_say() -> None:
    parent_of_one_name = record("school", born="1989-10-11", nhs_number=NHS)

    assert children(record("clinic", nhs_number=NHS), parent_of_one_name) == 2
    assert asked(record("clinic", nhs_number=NHS), parent_of_one_name) == 1


def test_one_number_with_no_birth_date_is_for_a_person_to_say() -> None:
    filled_in = record("school", born="1900-01-01", nhs_number=NHS)

    assert children(record("clinic", nhs_number=NHS), filled_in) == 2
    assert asked(record("clinic", nhs_number=NHS), filled_in) == 1


def test_father_and_son_of_one_name_are_two() -> None:
    son = record("school", family_name="Kowalska Jnr", nhs_number=NHS)

    assert children(record("clinic", family_name="Kowalska Snr", nhs_number=NHS), son) == 2
    assert children(record("clinic", nhs_number=NHS), son) == 1


@pytest.mark.parametrize(
    "second_slip", [{"family_name": "Kowalsky"}, {"born": "2014-05-07"}, {"family_name": "Unknown"}]
)
def test_two_slips_at_once_are_for_a_person_to_say(second_slip: dict[str, str]) -> None:
    muhammad, mohammed = record("clinic", given_name="Muhammad"), record("school", given_name="Mohammed", **second_slip)

    assert (children(muhammad, mohammed), asked(muhammad, mohammed)) == (2, 1)


def test_two_slips_are_one_child_where_a_number_and_the_birth_date_agree() -> None:
    muhammad = record("clinic", given_name="Muhammad", nhs_number=NHS)

    assert children(muhammad, record("school", given_name="Mohammed", family_name="Kowalskaa", nhs_number=NHS)) == 1


def test_twins_of_one_home_are_two() -> None:
    assert children(record("clinic"), record("school", given_name="Zofia")) == 2


@pytest.mark.parametrize(
    ("one", "other"), [("Anna", "Anja"), ("Amelia", "Amelie"), ("Hassan", "Hussain"), ("Mia", "Mya")]
)
def test_twins_whose_names_are_alike_are_never_joined_by_name_and_birth_date(one: str, other: str) -> None:
    twins = [record("clinic", given_name=one, gender="F"), record("school", given_name=other, gender="M")]

    assert children(*twins) == 2


def test_twins_with_one_number_by_mistake_are_two_and_a_person_is_asked() -> None:
    twins = [record("clinic", nhs_number=NHS), record("school", given_name="Zofia", nhs_number=NHS)]

    assert (children(*twins), asked(*twins)) == (2, 1)


def test_twins_numbers_swapped_before_they_had_names_join_nobody() -> None:
    twins = [record("register", nhs_number=NHS), record("register", "2", given_name="Zofia", nhs_number=OTHER_NHS)]
    unnamed = record("maternity", "9", given_name="Twin 1", nhs_number=OTHER_NHS)
    named_later = record("maternity", "9", nhs_number=OTHER_NHS)

    assert children(*twins, unnamed, named_later) == 3


def test_an_unnamed_twin_with_a_number_of_each_is_held_whoever_was_written_down_first() -> None:
    anna = record("register", nhs_number=NHS)
    unnamed = record("panel", given_name="TBC", nhs_number=NHS, upn=UPN)
    zofia = record("school", given_name="Zofia", nhs_number=OTHER_NHS, upn=UPN)

    found = decided(anna, unnamed, zofia)

    assert isinstance(found.decisions[unnamed], Held)
    assert found.decisions[anna] != found.decisions[zofia]


def test_twins_a_letter_apart_whose_upns_differ_are_two_though_a_number_agrees() -> None:
    twins = [
        record("clinic", given_name="Kacper", nhs_number=NHS, upn=UPN),
        record("school", given_name="Kasper", nhs_number=NHS, upn="D821000000002"),
    ]

    assert (children(*twins), asked(*twins)) == (2, 1)


def test_brother_and_sister_of_one_home_are_two_and_nobody_is_asked() -> None:
    siblings = [record("clinic"), record("school", given_name="Jakub", born="2011-09-30")]

    assert (children(*siblings), asked(*siblings)) == (2, 0)


def test_a_upn_given_to_two_pupils_does_not_merge_them() -> None:
    pupils = [
        record("clinic", upn=UPN),
        record("school", given_name="Omar", family_name="Miah", born="2013-01-09", upn=UPN),
    ]

    assert (children(*pupils), asked(*pupils)) == (2, 1)


def test_a_temporary_upn_that_became_a_lasting_one_says_nothing_against() -> None:
    assert children(record("clinic", upn=TEMPORARY_UPN), record("school", upn=UPN)) == 1


def test_a_superseded_nhs_number_is_for_a_person_to_say() -> None:
    changed = [record("clinic", nhs_number=NHS), record("school", nhs_number=OTHER_NHS)]

    assert (children(*changed), asked(*changed)) == (2, 1)


def test_numbers_swapped_between_brother_and_sister_merge_nobody() -> None:
    anna, jakub = {"nhs_number": NHS}, {"given_name": "Jakub", "born": "2011-09-30", "nhs_number": OTHER_NHS}
    swapped_anna, swapped_jakub = {**anna, "nhs_number": OTHER_NHS}, {**jakub, "nhs_number": NHS}
    four = [
        record("a", **anna),
        record("a", "2", **jakub),
        record("b", **swapped_anna),
        record("b", "2", **swapped_jakub),
    ]

    assert children(*four) == 4
    assert asked(*four) >= 2


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"given_name": "Muhammad"}, {"given_name": "Mohammed"}),
        ({"family_name": "Wiśniewska"}, {"family_name": "Wisniewska"}),
        ({"family_name": "Brown-Wilson"}, {"family_name": "Brown Wilson"}),
        ({"family_name": "Brown-Wilson"}, {"family_name": "Wilson"}),
        ({"family_name": "O'Connor"}, {"family_name": "OConnor"}),
        ({"given_name": "محمد"}, {"given_name": "Mhmd"}),
        ({"given_name": "Ольга"}, {"given_name": "Olga"}),
        ({"given_name": "Elizabeth"}, {"given_name": "Lizzie"}),
        ({"given_name": "Anna Maria"}, {"given_name": "Anna"}),
    ],
)
def test_one_name_however_it_is_written_is_one_child(one: dict[str, str], other: dict[str, str]) -> None:
    assert children(record("clinic", **one), record("school", **other)) == 1


def test_swapped_names_are_for_a_person_to_say() -> None:
    swapped = [record("clinic"), record("school", given_name="Kowalska", family_name="Anna")]

    assert (children(*swapped), asked(*swapped)) == (2, 1)


def test_a_family_name_changed_by_marriage_at_one_home_is_one_child() -> None:
    assert children(record("clinic", gender="F"), record("school", gender="F", family_name="Ashworth")) == 1


def test_day_and_month_swapped_is_one_child() -> None:
    assert children(record("clinic"), record("school", born="2014-06-05")) == 1


def test_the_first_of_january_is_little_evidence() -> None:
    elsewhere = {"born": "2014-01-01", "family_name": "Khan", "given_name": "Aisha"}

    assert children(record("clinic", **elsewhere), record("school", **{**elsewhere, "postcode": "LU4 9ZZ"})) == 2


@pytest.mark.parametrize("placeholder", ["Unknown", "Baby", "Not Given", "TEST"])
def test_placeholders_are_no_evidence(placeholder: str) -> None:
    unnamed = {"given_name": placeholder, "family_name": placeholder}

    assert children(record("clinic", **unnamed), record("school", **{**unnamed, "postcode": "LU4 9ZZ"})) == 2


def test_the_day_that_systems_fill_in_is_no_evidence() -> None:
    filled_in = {"born": "1900-01-01", "family_name": "Khan", "given_name": "Aisha"}

    assert children(record("clinic", **filled_in), record("school", **{**filled_in, "postcode": "LU4 9ZZ"})) == 2


def test_cousins_of_one_name_at_one_home_are_two() -> None:
    assert children(record("clinic", gender="F"), record("clinic", "2", gender="F", born="2010-11-12")) == 2


def test_two_local_ids_of_one_source_are_two_until_a_person_says_otherwise() -> None:
    assert (children(record("clinic"), record("clinic", "2")), asked(record("clinic"), record("clinic", "2"))) == (2, 1)


def test_a_restricted_record_never_joins_by_itself_not_even_by_its_number() -> None:
    hidden = record("school", nhs_number=NHS, restricted=True)

    assert (children(record("clinic", nhs_number=NHS), hidden), asked(record("clinic", nhs_number=NHS), hidden)) == (
        2,
        1,
    )


def test_a_local_id_given_to_another_person_starts_another_child() -> None:
    assert children(record("clinic"), record("clinic", given_name="Omar", family_name="Miah", born="2011-02-03")) == 2


def test_a_local_id_whose_person_changed_name_stays_one_child() -> None:
    assert (
        children(record("clinic"), record("clinic", given_name="Anya", family_name="Ashworth", postcode="LU4 9ZZ")) == 1
    )
