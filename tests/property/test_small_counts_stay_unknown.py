"""Of a count under 5 nobody learns which it is, nor that it is not 0, whatever they work out.

The attacker has the published numbers, every sum, how rounding is done and an integer solver; see `disclosure_attacker`.
"""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, event, given, settings

from send_integration.errors import BadInput, Broken
from send_integration.warehouse import disclosure_search
from send_integration.warehouse.disclosure import Release, Sum, Tables, protect
from send_integration.warehouse.disclosure_audit import audit
from send_integration.warehouse.rounding import SUPPRESSED, rounded
from tests.property.disclosure_attacker import Attacker, given_away
from tests.property.published_tables import published_tables

APART = 2
"""What docs/disclosure.md promises; written here anew, so that nobody lowers it unseen."""

SLOW = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@SLOW
@given(published_tables())
def test_no_small_count_can_be_worked_out(tables: Tables) -> None:
    release = protect(tables)

    assert given_away(tables, release.shown, APART) == {}
    assert given_away(tables, release.shown, APART, knows_which=True) == {}
    audit(tables, release)
    for cell, written in release.shown.items():
        if written != SUPPRESSED:
            assert tables.counts[cell] >= 5
            assert int(written) % 5 == 0
            assert abs(int(written) - tables.counts[cell]) <= 2


def only_small_ones_hidden(tables: Tables) -> dict[tuple[str, ...], str]:
    return {cell: SUPPRESSED if count < 5 else str(rounded(count)) for cell, count in tables.counts.items()}


def one_row(total: int, *parts: int) -> Tables:
    cells = [("t", str(number)) for number in range(len(parts))]
    return Tables({("t", "total"): total, **dict(zip(cells, parts, strict=True))}, [Sum(("t", "total"), tuple(cells))])


@pytest.mark.parametrize(
    "tables",
    [
        pytest.param(one_row(17, 8, 8, 1), id="rounding down and up leave nothing between"),
        pytest.param(one_row(32, 8, 8, 8, 8, 0), id="a zero is nothing else"),
        pytest.param(one_row(13, 10, 3), id="there is somebody"),
    ],
)
def test_rounding_alone_gives_small_counts_away_and_suppressing_more_keeps_them(tables: Tables) -> None:
    assert given_away(tables, only_small_ones_hidden(tables), APART)
    assert not given_away(tables, protect(tables).shown, APART)


def test_a_headline_is_shown_where_others_can_be_suppressed_for_it() -> None:
    tables = one_row(17, 8, 8, 1)
    assert protect(replace(tables, headlines=frozenset([("t", "total")]))).shown["t", "total"] == "15"
    assert protect(replace(tables, headlines=frozenset(tables.counts))).shown["t", "2"] == SUPPRESSED


def test_a_headline_goes_only_where_nothing_else_is_left() -> None:
    """Seven fours add up to no other total that is shown as 30."""
    tables = replace(one_row(28, *[4] * 7), headlines=frozenset([("t", "total")]))

    assert protect(tables).shown["t", "total"] == SUPPRESSED


def test_what_rounding_hides_takes_nothing_else_with_it() -> None:
    assert list(protect(one_row(58, 8, 31, 2, 17)).shown.values()) == ["60", "10", "30", "c", "15"]


def test_seven_fours_do_not_come_out_of_their_total() -> None:
    """Small counts that add up to 28 or more are seven fours, and 28 is shown as 30."""
    tables = one_row(28, *[4] * 7)
    total_shown = {**only_small_ones_hidden(tables)}
    assert set(given_away(tables, total_shown, 1, knows_which=True).values()) == {(4, 4)}

    assert not given_away(tables, protect(tables).shown, APART, knows_which=True)


def by_two_topics() -> Tables:
    """By sex, and by age."""
    counts = {("total",): 17, ("girls",): 8, ("boys",): 9, ("5 to 10",): 8, ("11 to 15",): 8, ("16 to 25",): 1}
    by_sex = Sum(("total",), (("girls",), ("boys",)))
    return Tables(counts, [by_sex, Sum(("total",), (("5 to 10",), ("11 to 15",), ("16 to 25",)))])


def test_a_breakdown_that_nobody_named_gives_a_count_away() -> None:
    """The attacker finds what a suppressor leaves open that was not told of a relation: so the test above can fail."""
    whole = by_two_topics()
    without = Tables(whole.counts, whole.sums[:1])

    assert ("16 to 25",) in given_away(whole, protect(without).shown, APART)
    assert not given_away(whole, protect(whole).shown, APART)


def test_children_whom_one_publication_counts_and_another_does_not_stay_unknown() -> None:
    """By subtraction: all children of a school, and those of them with a plan, leave those without."""
    all_of_them, with_plan, without = ("school", "all"), ("school", "with a plan"), ("school", "without")
    counts = {all_of_them: 17, with_plan: 13, without: 4}
    of = Sum(all_of_them, (with_plan, without))
    apart = protect(Tables({all_of_them: 17, with_plan: 13})).shown
    assert apart == {all_of_them: "15", with_plan: "15"}

    shown = protect(Tables(counts, [of], hidden=frozenset([without]))).shown

    assert without not in shown
    low, high = Attacker(shown, [of], [without]).interval(without)
    assert high - low >= APART


def three_that_are_out() -> Tables:
    """17 less 8 and 8 is at most one, though all are rounded; the rest is in no table."""
    counts = {("both",): 17, ("some",): 8, ("others",): 8, ("rest",): 1}
    of = Sum(("both",), (("some",), ("others",), ("rest",)))
    return Tables(counts, [of], hidden=frozenset([("rest",)]))


def test_subtracting_what_is_left_out_where_it_matters() -> None:
    tables = three_that_are_out()
    rounding_alone = {("both",): "15", ("some",): "10", ("others",): "10"}
    assert Attacker(rounding_alone, tables.sums, [("rest",)]).interval(("rest",)) == (0, 1)

    assert not given_away(tables, protect(tables).shown, APART)


def test_what_was_suppressed_is_not_shown_later() -> None:
    tables = one_row(25, 10, 12, 3)
    assert protect(tables).shown["t", "0"] != SUPPRESSED

    assert protect(replace(tables, before={("t", "0"): SUPPRESSED})).shown["t", "0"] == SUPPRESSED


@SLOW
@given(published_tables())
def test_after_a_part_was_published_the_whole_gives_nothing_away(tables: Tables) -> None:
    """The total row first, as a council's headline figures are, and later all of it."""
    first = {cell: count for cell, count in tables.counts.items() if cell[1] == "total"}
    among = [each for each in tables.sums if {each.total, *each.parts} <= first.keys()]
    before = protect(Tables(first, among)).shown
    whole = replace(tables, before=before)

    try:
        release = protect(whole)
    except BadInput:  # a total of 8 is out, and its two halves are 4: rightly, for nothing can be taken back
        event("refused")
        return
    event("published")

    audit(whole, release)
    assert {cell: release.shown[cell] for cell in before} == before
    assert given_away(whole, release.shown, APART) == {}
    assert given_away(whole, release.shown, APART, knows_which=True) == {}


def test_where_what_is_out_gives_a_count_away_nothing_more_is_published() -> None:
    """The three were shown apart; that two are among the other tells of the rest, whatever is suppressed now."""
    tables = three_that_are_out()
    before = protect(Tables({cell: count for cell, count in tables.counts.items() if cell not in tables.hidden})).shown

    with pytest.raises(BadInput, match="cannot be kept from coming out"):
        protect(replace(tables, before=before))


@pytest.mark.parametrize(("count", "before"), [(11, "15"), (4, "5"), (12, "12"), (None, "c")])
def test_a_count_that_was_published_otherwise_is_refused(count: int | None, before: str) -> None:
    with pytest.raises(BadInput, match="published otherwise before"):
        protect(Tables({} if count is None else {("a",): count}, before={("a",): before}))


def test_one_small_count_in_a_row_of_nothing() -> None:
    tables = one_row(1, 0, 0, 1, 0)

    assert set(protect(tables).shown.values()) == {SUPPRESSED}
    assert not given_away(tables, protect(tables).shown, APART)


def test_large_tables_are_shown_as_they_are_but_for_rounding() -> None:
    shown = protect(one_row(578, 301, 277)).shown

    assert list(shown.values()) == ["580", "300", "275"]


def spoilt(release: Release, tables: Tables, how: str) -> Release:
    """A release with one fault."""
    small = min(tables.counts, key=lambda cell: tables.counts[cell])
    shown, witnesses = dict(release.shown), dict(release.witnesses)
    without = {cell: found for cell, found in release.to_a_close_reader.items() if cell != small}
    if how == "a small count shown":
        shown[small] = "0"
    if how == "a count to the child":
        shown["t", "total"] = str(tables.counts["t", "total"])
    if how == "a word":
        shown["t", "total"] = "none"
    if how == "a partner shown":
        shown |= {cell: str(rounded(count)) for cell, count in tables.counts.items() if count >= 5}
    if how == "a witness gone":
        witnesses[small] = disclosure_search.Witnesses(None, None)
    if how == "a witness that does not add up":
        witnesses[small] = disclosure_search.Witnesses(None, {list(tables.counts).index(small): 9})
    if how == "a number missing":
        del shown[small]
    if how == "a number too many":
        shown["t", "x"] = "5"
    if how == "a witness to a close reader gone":
        return replace(release, to_a_close_reader=without)
    return replace(release, shown=shown, witnesses=witnesses)


@pytest.mark.parametrize(
    "how",
    [
        "a small count shown",
        "a count to the child",
        "a word",
        "a partner shown",
        "a witness gone",
        "a witness that does not add up",
        "a witness to a close reader gone",
        "a number missing",
        "a number too many",
    ],
)
def test_the_audit_refuses_what_is_spoilt(how: str) -> None:
    tables = one_row(17, 8, 8, 1)
    release = protect(tables)
    audit(tables, release)

    with pytest.raises(Broken, match="nothing is published"):
        audit(tables, spoilt(release, tables, how))
