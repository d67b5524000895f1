"""What is told at a glance of two names or birth dates is what their edit distance would tell."""

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st
from jellyfish import damerau_levenshtein_distance

from send_integration.identity.compare import (
    ALIKE,
    CLOSE,
    DIFFERENT,
    NEAR,
    ONE_OFF,
    SAME,
    SHORTEST_ALIKE,
    SWAPPED,
    YEAR,
    compare,
)
from send_integration.identity.features import Features

names = st.text("abc", min_size=1, max_size=7)
birth_dates = st.builds(
    date, st.integers(2012, 2014), st.sampled_from((1, 2, 10, 11, 12)), st.sampled_from((1, 2, 10, 11, 12, 21, 22))
).map(str)


@settings(max_examples=2000)
@given(names, names)
def test_a_slip_in_a_name_is_one_edit(one: str, other: str) -> None:
    level = compare(Features(family=one), Features(family=other)).family_name

    assert (level == SAME) == (one == other)
    assert compare(Features(family=other), Features(family=one)).family_name == level
    if min(len(one), len(other)) >= SHORTEST_ALIKE and damerau_levenshtein_distance(one, other) == 1:
        assert level in (CLOSE, ALIKE)


@settings(max_examples=2000)
@given(birth_dates, birth_dates)
def test_a_slip_in_a_birth_date_is_one_edit(one: str, other: str) -> None:
    level = compare(Features(born=one), Features(born=other)).date_of_birth

    is_a_slip = damerau_levenshtein_distance(one, other) == 1
    assert level != ONE_OFF or is_a_slip
    assert level not in (NEAR, YEAR, DIFFERENT) or not is_a_slip
    assert level != SWAPPED or (one[:4], one[5:7], one[8:]) == (other[:4], other[8:], other[5:7])
