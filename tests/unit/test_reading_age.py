"""The measure of reading age gives what is published for known sentences."""

import pytest

from tests.reading_age import grade, syllables_of


@pytest.mark.parametrize(
    ("text", "published"),
    [
        ("The cat sat on the mat.", -1.45),
        ("The Australian platypus is seemingly a hybrid of a mammal and reptilian creature.", 11.3),
    ],
)
def test_known_sentences_have_their_published_grade(text: str, published: float) -> None:
    assert grade(text) == pytest.approx(published, abs=1.0)


@pytest.mark.parametrize(
    ("word", "count"),
    [("asked", 1), ("wanted", 2), ("help", 1), ("family", 3), ("language", 2), ("people", 2), ("team", 1), ("visited", 3),
     ("EHC", 3), ("CAMHS", 1), ("whole", 1), ("changes", 2), ("little", 2), ("agreed", 2), ("there", 1), ("decided", 3),
     ("closed", 1), ("make", 1), ("the", 1)],
)  # fmt: skip
def test_syllables_are_counted_as_they_are_spoken(word: str, count: int) -> None:
    assert syllables_of(word) == count
