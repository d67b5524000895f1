"""How far two records agree, field by field, in named levels; no weights here."""

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from jellyfish import damerau_levenshtein_distance, jaro_winkler_similarity

from send_integration.identity.features import Features, house_number, is_temporary_upn

SAME, VARIANT, CLOSE, ALIKE, DIFFERENT, UNKNOWN = "same", "variant", "close", "alike", "different", "unknown"
SWAPPED, PART, ONE_OFF, NEAR, YEAR, FIRST_OF_JANUARY = "swapped", "part", "one off", "near", "year", "first of january"
SECTOR, DISTRICT, TEMPORARY = "sector", "district", "temporary"

LEVELS: dict[str, tuple[str, ...]] = {
    "given_name": (SAME, SWAPPED, VARIANT, PART, CLOSE, ALIKE, DIFFERENT),
    "family_name": (SAME, PART, CLOSE, ALIKE, DIFFERENT),
    "date_of_birth": (SAME, FIRST_OF_JANUARY, SWAPPED, ONE_OFF, NEAR, YEAR, DIFFERENT),
    "postcode": (SAME, ONE_OFF, SECTOR, DISTRICT, DIFFERENT),
    "address": (SAME, CLOSE, ALIKE, DIFFERENT),
    "gender": (SAME, DIFFERENT),
    "nhs_number": (SAME, DIFFERENT),
    "upn": (SAME, TEMPORARY, DIFFERENT),
}
"""Every field's levels, from full agreement to none; 'unknown' is where either record says nothing.

A number has no level for a slip: its check digit or letter finds every one, and the contract lets no such number in.
"""

CLOSE_NAMES, ALIKE_NAMES = 0.92, 0.80
"""Jaro-Winkler similarity from which two names differ by no more than a slip, or have something in common."""

SHORTEST_FOR_A_SLIP, SHORTEST_ALIKE = 5, 3
"""Of shorter names one letter tells two children apart as often as it is a slip: Zara and Sara, Mia and Mya."""


class Levels(NamedTuple):
    """The level of every field, in the order of `LEVELS`."""

    given_name: str
    family_name: str
    date_of_birth: str
    postcode: str
    address: str
    gender: str
    nhs_number: str
    upn: str


def compare(one: Features, other: Features) -> Levels:
    """The level of every field."""
    if _are_swapped(one, other):
        given, family = SWAPPED, SAME
    else:
        given, family = _given(one, other), _family(one, other)
    return Levels(
        given,
        family,
        _born(one.born, other.born),
        _level(one.postcode, other.postcode, _postcodes),
        _level(one.address, other.address, _addresses),
        _level(one.gender, other.gender),
        _level(one.nhs_number, other.nhs_number),
        _upn(one.upn, other.upn),
    )


def _level(one: str, other: str, of_two: Callable[[str, str], str] = lambda _one, _other: DIFFERENT) -> str:
    """The level of two values, that `of_two` gives where they differ. Nearly all pairs of one child have the same, and are
    not looked up among those that were compared before."""
    if not one or not other:
        return UNKNOWN
    if one == other:
        return SAME
    return of_two(one, other) if one < other else of_two(other, one)


def _are_swapped(one: Features, other: Features) -> bool:
    """Whether given and family name stand in each other's place, one of them exactly and the other at least alike."""
    if one.given == other.given or not (one.given and one.family and other.given and other.family):
        return False
    if one.given == other.family:
        return one.family == other.given or _spelling(one.family, other.given) != DIFFERENT
    return one.family == other.given and _spelling(one.given, other.family) != DIFFERENT


def _given(one: Features, other: Features) -> str:
    if not one.given or not other.given:
        return UNKNOWN
    spelling = _first_names(one, other)
    if spelling in (SAME, VARIANT) and one.other_given != other.other_given:
        return _with_further_names(one, other)
    return spelling


def _first_names(one: Features, other: Features) -> str:
    if one.given == other.given:
        return SAME
    if one.given_groups and other.given_groups and not set(one.given_groups).isdisjoint(other.given_groups):
        return VARIANT
    if 1 in (len(one.given), len(other.given)) and one.given[0] == other.given[0]:
        return ALIKE
    return _spelling(one.given, other.given)


def _with_further_names(one: Features, other: Features) -> str:
    """Brothers can share a first name and be told apart by the second: Muhammad Ali and Muhammad Bilal."""
    pairs = list(zip(one.other_given, other.other_given, strict=False))
    disagreeing = [pair for pair in pairs if not _further_names_agree(*pair)]
    if not disagreeing:
        return PART
    return ALIKE if all(1 in (len(a), len(b)) for a, b in disagreeing) else DIFFERENT


def _further_names_agree(one: str, other: str) -> bool:
    initial = 1 in (len(one), len(other)) and one[0] == other[0]
    return initial or one == other or _spelling(one, other) == CLOSE


def _family(one: Features, other: Features) -> str:
    if not one.family or not other.family:
        return UNKNOWN
    if one.family == other.family:
        return SAME
    if not set(one.family_parts).isdisjoint(other.family_parts):
        return PART
    return _spelling(one.family, other.family)


def _spelling(one: str, other: str) -> str:
    return _spellings(one, other) if one < other else _spellings(other, one)  # Jaro's likeness can depend on the order


@lru_cache(maxsize=262_144)
def _spellings(one: str, other: str) -> str:
    """A slip changes a letter, but seldom the first one."""
    similarity = jaro_winkler_similarity(one, other)
    shorter = min(len(one), len(other))
    slip = shorter >= SHORTEST_ALIKE and _are_one_edit_apart(one, other)
    if shorter >= SHORTEST_FOR_A_SLIP and (similarity >= CLOSE_NAMES or (slip and one[0] == other[0])):
        return CLOSE
    return ALIKE if slip or similarity >= ALIKE_NAMES else DIFFERENT


def _are_one_edit_apart(one: str, other: str) -> bool:
    """Whether one letter is other, missing, added or in its neighbour's place. Of three letters and more either the first
    or the last stays where it was, and most names that are not so near need not be measured."""
    at_most = abs(len(one) - len(other)) <= 1 and (one[0] == other[0] or one[-1] == other[-1])
    return at_most and damerau_levenshtein_distance(one, other) == 1


def _born(one: str, other: str) -> str:
    level = _level(one, other, _births)
    return FIRST_OF_JANUARY if level == SAME and one.endswith("-01-01") else level


@lru_cache(maxsize=262_144)
def _births(one: str, other: str) -> str:
    year, month, day = one[:4] == other[:4], one[5:7] == other[5:7], one[8:] == other[8:]
    if year and one[5:7] == other[8:] and one[8:] == other[5:7]:
        return SWAPPED
    if year + month + day < 2:  # one slip changes one of the three
        return YEAR if year else DIFFERENT
    return ONE_OFF if damerau_levenshtein_distance(one, other) == 1 else NEAR


@lru_cache(maxsize=65_536)
def _postcodes(one: str, other: str) -> str:
    if len(one) == len(other) and damerau_levenshtein_distance(one, other) == 1:
        return ONE_OFF
    if one[:-2] == other[:-2]:
        return SECTOR
    return DISTRICT if one[:-3] == other[:-3] else DIFFERENT


@lru_cache(maxsize=65_536)
def _addresses(one: str, other: str) -> str:
    same_house = house_number(one) == house_number(other)
    street_one, street_other = one.lstrip("0123456789 "), other.lstrip("0123456789 ")
    same_street = bool(street_one) and jaro_winkler_similarity(street_one, street_other) >= CLOSE_NAMES
    if same_house and same_street:
        return CLOSE
    return ALIKE if same_house or same_street else DIFFERENT


def _upn(one: str, other: str) -> str:
    """A temporary number is replaced by a lasting one, so that its difference says nothing."""
    if not one or not other:
        return UNKNOWN
    if one == other:
        return TEMPORARY if is_temporary_upn(one) else SAME
    if is_temporary_upn(one) or is_temporary_upn(other):
        return UNKNOWN
    return DIFFERENT
