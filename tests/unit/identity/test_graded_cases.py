"""The CDC RecordLinker's graded cases: what others hold to be two people never joins, but for one that we hold to be one."""

from benchmarks.identity.graded import graded_cases
from send_integration.identity.model import default_model

CASES = graded_cases(default_model())

ADOPTED_OR_REMARRIED = "14"
"""Murphy became Johnson; number, birth date, given name and address agree. The set itself grades case 53.1, in which less
agrees, as a match."""


def test_every_case_is_read_with_its_grade() -> None:
    grades = [case.grade for case in CASES]

    assert {grade: grades.count(grade) for grade in set(grades)} == {"match": 132, "no match": 76, "possible": 26}


def test_of_those_graded_as_two_people_only_the_adopted_or_remarried_one_joins() -> None:
    assert {case.case for case in CASES if (case.grade, case.verdict) == ("no match", "link")} == {ADOPTED_OR_REMARRIED}


def test_most_of_those_graded_as_possible_are_put_to_a_person() -> None:
    possible = [case for case in CASES if case.grade == "possible"]

    assert sum(case.verdict == "review" for case in possible) == 22
    assert {case.case for case in possible if case.verdict == "link"} == {"82.2"}
