"""The benchmark's arithmetic, on five records worked by hand."""

from benchmarks.identity.answers import Answer
from benchmarks.identity.corpus import Known
from benchmarks.identity.scoring import Scorer, gap
from tests.unit.identity.people import record

ANNA_A, ANNA_B, ANNA_C = record("a", "1"), record("b", "1"), record("c", "1")
ZOFIA_A, ZOFIA_B = record("a", "2", given_name="Zofia"), record("b", "2", given_name="Zofia")
CORPUS = [
    *(Known(one, "anna", "home", {"sex": "F"}) for one in (ANNA_A, ANNA_B, ANNA_C)),
    *(Known(one, "zofia", "home", {"sex": "M"}) for one in (ZOFIA_A, ZOFIA_B)),
]
# True pairs: three of Anna's, one of Zofia's. Joined: Anna's a with b, and Anna's c with Zofia's b. Asked: Anna's a and c.
ANSWER = Answer(
    [[ANNA_A.ref, ANNA_B.ref], [ANNA_C.ref, ZOFIA_B.ref], [ZOFIA_A.ref]],
    {frozenset((ANNA_A.ref, ANNA_C.ref))},
    held=0,
    seconds=1.0,
)


def test_precision_and_recall_are_of_pairs_and_a_false_link_knows_its_household() -> None:
    score = Scorer(CORPUS).score(ANSWER)

    assert (score.links, score.right, score.true_pairs) == (2, 1, 4)
    assert (score.precision, score.recall) == (0.5, 0.25)
    assert round(score.f1, 4) == 0.3333
    assert (score.false_links, score.in_household, score.exact) == (1, 1, 0.0)
    assert (score.asked, score.asked_rightly) == (1, 1)


def test_a_right_answer_of_a_person_joins_what_it_speaks_of() -> None:
    scorer = Scorer(CORPUS)

    after = scorer.score(scorer.after_review(ANSWER))

    assert (after.links, after.right) == (6, 3)  # Anna's three, with Zofia's second among them


def test_a_false_link_counts_against_the_groups_of_both() -> None:
    groups = Scorer(CORPUS).by_group(ANSWER, "sex")

    assert groups == {"F": (3, 0.5, 1 / 3), "M": (1, 0.0, 0.0)}
    assert gap(groups, fewest_pairs=1) == (0.5, 1 / 3)
    assert gap(groups, fewest_pairs=100) == (0.0, 0.0)


def test_one_list_that_keeps_somebody_twice_is_neither_right_nor_wrong() -> None:
    again = record("a", "9")
    scorer = Scorer([*CORPUS, Known(again, "anna")])

    score = scorer.score(Answer([[ANNA_A.ref, again.ref]], set(), 0, 1.0))

    assert (score.links, score.false_links) == (0, 0)
