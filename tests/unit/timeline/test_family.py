"""A child's family and home from the child's own end: the other end's word, shared carers, shared homes."""

from datetime import UTC, date, datetime

from send_integration.timeline.family import Edge, KeptRelation, edges_of
from send_integration.timeline.homes import SaidHome, Stay, shared_stays, stays_of
from send_integration.timeline.relations import Relation


def kept(whose: str, kind: str, other: str, other_child: str | None = None, **days: date) -> KeptRelation:
    relation = Relation("r", kind, "r", other, days.get("since"), days.get("until"), f"{whose}-{kind}-{other}")
    return KeptRelation(whose, relation, other_child)


def test_a_brother_is_shown_at_both_ends() -> None:
    brother = kept("anna", "half-sibling", "L2", "ben", since=date(2020, 1, 2))

    assert edges_of("anna", [brother], []) == (Edge("half-sibling", "ben", None, date(2020, 1, 2), None, ("r",)),)
    assert edges_of("ben", [brother], []) == (Edge("half-sibling", "anna", None, date(2020, 1, 2), None, ("r",)),)


def test_what_both_ends_say_alike_is_one_edge() -> None:
    said = [kept("anna", "sibling", "L2", "ben"), kept("ben", "sibling", "L1", "anna")]

    assert edges_of("anna", said, []) == (Edge("sibling", "ben", None, None, None, ("r",)),)


def test_a_child_who_cares_for_another_is_told_so_from_that_end() -> None:
    cares = kept("anna", "carer", "L2", "ben")

    assert [edge.kind for edge in edges_of("ben", [cares], [])] == ["cared-for"]


def test_an_adult_is_known_by_the_reference_alone() -> None:
    assert edges_of("anna", [kept("anna", "carer", "A7")], []) == (
        Edge("carer", None, ("r", "A7"), None, None, ("r",)),
    )


def test_children_of_one_carer_are_tied_for_the_time_that_both_were_cared_for() -> None:
    said = [
        kept("anna", "carer", "A7", since=date(2020, 1, 1)),
        kept("omar", "carer", "A7", since=date(2021, 1, 1), until=date(2022, 1, 1)),
        kept("ines", "carer", "A7", until=date(2019, 1, 1)),
        kept("otto", "sibling", "A7"),
    ]

    assert [edge for edge in edges_of("anna", said, []) if edge.kind == "same-carer"] == [
        Edge("same-carer", "omar", None, date(2021, 1, 1), date(2022, 1, 1), ("r",))
    ]


def test_what_goes_on_comes_before_what_has_ended() -> None:
    said = [kept("anna", "sibling", "L2", "ben", until=date(2021, 1, 1)), kept("anna", "household", "L3", "omar")]

    assert [edge.child_id for edge in edges_of("anna", said, [])] == ["omar", "ben"]


def lives(child: str, source: str, home: str, day: str) -> SaidHome:
    return SaidHome(child, source, child, home, datetime.fromisoformat(f"{day}T09:00").replace(tzinfo=UTC))


def test_a_stay_lasts_until_its_source_says_another_home() -> None:
    said = [
        lives("anna", "r", "high", "2020-01-01"),
        lives("anna", "r", "", "2021-01-01"),
        lives("anna", "r", "low", "2022-01-01"),
    ]

    assert stays_of(said) == [
        Stay("anna", "high", date(2020, 1, 1), date(2022, 1, 1), frozenset({"r"})),
        Stay("anna", "low", date(2022, 1, 1), None, frozenset({"r"})),
    ]


def test_of_two_sources_the_first_to_say_another_home_ends_the_stay() -> None:
    said = [
        lives("anna", "r", "high", "2020-01-01"),
        lives("anna", "s", "high", "2021-01-01"),
        lives("anna", "s", "low", "2022-01-01"),
    ]

    assert stays_of(said)[0] == Stay("anna", "high", date(2020, 1, 1), date(2022, 1, 1), frozenset({"r", "s"}))


def test_who_goes_back_to_a_former_home_has_two_stays() -> None:
    said = [
        lives("anna", "r", home, day)
        for home, day in (("high", "2020-01-01"), ("low", "2021-01-01"), ("high", "2022-01-01"))
    ]

    assert [(stay.home, stay.from_on.year) for stay in stays_of(said)] == [
        ("high", 2020),
        ("high", 2022),
        ("low", 2021),
    ]


def test_a_home_is_shared_from_the_first_day_on_which_both_are_said_to_live_there() -> None:
    said = [
        lives("anna", "r", "high", "2020-01-01"),
        lives("ben", "s", "high", "2021-03-01"),
        lives("ben", "s", "low", "2023-06-01"),
        lives("omar", "r", "high", "2023-06-01"),
    ]

    edges = edges_of("ben", [], shared_stays("ben", said))

    assert edges == (Edge("shared-home", "anna", None, date(2021, 3, 1), date(2023, 6, 1), ("r", "s")),)


def test_a_home_in_which_one_followed_the_other_is_not_shared() -> None:
    said = [
        lives("anna", "r", "high", "2020-01-01"),
        lives("anna", "r", "low", "2021-01-01"),
        lives("ben", "r", "high", "2021-01-01"),
    ]

    assert shared_stays("ben", said) == []
