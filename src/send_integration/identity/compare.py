"""How far two records agree, field by field, in named levels; no weights here."""

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
        _postcode(one.postcode, other.postcode),
        _address(one.address, other.address),
        _plain(one.gender, other.gender),
        _plain(one.nhs_number, other.nhs_number),
        _upn(one.upn, other.upn),
    )


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


@lru_cache(maxsize=262_144)
def _spelling(one: str, other: str) -> str:
    """A slip changes a letter, but seldom the first one."""
    if other < one:
        return _spelling(other, one)  # Jaro's likeness can depend on the order
    similarity = jaro_winkler_similarity(one, other)
    shorter = min(len(one), len(other))
    slip = shorter >= SHORTEST_ALIKE and damerau_levenshtein_distance(one, other) == 1
    if shorter >= SHORTEST_FOR_A_SLIP and (similarity >= CLOSE_NAMES or (slip and one[0] == other[0])):
        return CLOSE
    return ALIKE if slip or similarity >= ALIKE_NAMES else DIFFERENT


@lru_cache(maxsize=262_144)
def _born(one: str, other: str) -> str:
    if not one or not other:
        return UNKNOWN
    if one == other:
        return FIRST_OF_JANUARY if one.endswith("-01-01") else SAME
    if one[:4] == other[:4] and one[5:7] == other[8:] and one[8:] == other[5:7]:
        return SWAPPED
    if damerau_levenshtein_distance(one, other) == 1:
        return ONE_OFF
    parts = (one[:4] == other[:4], one[5:7] == other[5:7], one[8:] == other[8:])
    if sum(parts) == 2:
        return NEAR
    return YEAR if parts[0] else DIFFERENT


@lru_cache(maxsize=65_536)
def _postcode(one: str, other: str) -> str:
    if not one or not other:
        return UNKNOWN
    if one == other:
        return SAME
    if len(one) == len(other) and damerau_levenshtein_distance(one, other) == 1:
        return ONE_OFF
    if one[:-2] == other[:-2]:
        return SECTOR
    return DISTRICT if one[:-3] == other[:-3] else DIFFERENT


@lru_cache(maxsize=65_536)
def _address(one: str, other: str) -> str:
    if not one or not other:
        return UNKNOWN
    if one == other:
        return SAME
    if other < one:
        return _address(other, one)
    same_house = house_number(one) == house_number(other)
    street_one, street_other = one.lstrip("0123456789 "), other.lstrip("0123456789 ")
    same_street = bool(street_one) and jaro_winkler_similarity(street_one, street_other) >= CLOSE_NAMES
    if same_house and same_street:
        return CLOSE
    return ALIKE if same_house or same_street else DIFFERENT


def _plain(one: str, other: str) -> str:
    if not one or not other:
        return UNKNOWN
    return SAME if one == other else DIFFERENT


def _upn(one: str, other: str) -> str:
    """A temporary number is replaced by a lasting one, so that its difference says nothing."""
    if not one or not other:
        return UNKNOWN
    if one == other:
        return TEMPORARY if is_temporary_upn(one) else SAME
    if is_temporary_upn(one) or is_temporary_upn(other):
        return UNKNOWN
    return DIFFERENT
