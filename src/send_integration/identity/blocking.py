"""The keys under which records are looked up: two records that share none are never compared.

Each rule survives one kind of fault, and each key holds two facts and more, so that its list grows hardly with the
authority: a day of birth alone would. Given and family name stand alike in the keys, for either may be written in the
other's place.
"""

from collections.abc import Iterable
from functools import lru_cache
from string import ascii_lowercase
from typing import NamedTuple
from zlib import crc32

from jellyfish import soundex

from send_integration.identity.features import Features, house_number

KEYS_VERSION = 4
"""Of the rules below. Kept records are found only under the keys by which they were kept, so a change of a rule counts
it up, and everything is decided anew."""

_BEGINNING = 3
"""Letters of a name, enough for it to be rare and few enough for a slip to come after them."""

_STREET = 5
"""Letters of a street's name."""

_NO_STREETS = frozenset({"flat", "apartment", "apt", "unit", "room", "floor", "block", "the", "house"})
"""What stands before a street's name in an address."""

Rule = tuple[str, str, str]
"""What the first fact is, in a letter, and the two facts that must both be known and agree."""


class Keys(NamedTuple):
    """The keys, hashed, under which a record is found, and those under which it is looked up: nearly all are both."""

    held: tuple[int, ...]
    asked: tuple[int, ...]


def paired(one: str, other: str) -> int:
    """Two facts in eight bytes, four for each: the keys with one first fact lie together in the index.

    Where two facts fall into the same four bytes, a record is met that is then judged apart.
    """
    return (crc32(one.encode()) << 32 | crc32(other.encode())) - (1 << 63)


def blocking_keys(features: Features, *, families: bool) -> Keys:
    """A record's keys, each of what must agree. One of two records finds the other where that finds it.

    With `families`, records of many children: the keys are such that few who are strangers share one however many there
    are, and that one home brings only those together who also agree in birth date or name. Without, they are fewer
    people, who are looked up by less of a name and by home and family name too.
    """
    given = features.given_groups[0] if features.given_groups else features.given
    rules = _among_families(features, given) if families else _among_strangers(features, given)
    both = _keys((("n", features.nhs_number, "nhs"), ("u", features.upn, "upn"), *rules))
    if not families:
        return Keys(both, both)
    names = _both(_sound(given), _sound(features.family))
    dated, undated = _keys((("w", names, "dated"),)), _keys((("w", names, "undated"),))
    if features.born:
        return Keys((*both, *dated), (*both, *undated))
    return Keys((*both, *undated), (*both, *dated, *undated))


def _keys(rules: Iterable[Rule]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(paired(rule + one, other) for rule, one, other in rules if one and other))


def _among_families(features: Features, given: str) -> tuple[Rule, ...]:
    """A birth date with both names, or with the beginning of one and a part of the home; both names with a part of the
    home, or, for birth dates that are wrong, spelt alike with a part of the date. A birth date and one name alone, or
    names that only sound alike with a part of the date, would bring a child in a hundred thousand together with several
    strangers. Who has no birth date is found by both names alone, in `blocking_keys`: they are too few to count."""
    birth, family, born = _birth(features.born), features.family, features.born
    house, street, part_of_town = house_number(features.address), _street(features.address), features.postcode[:-2]
    names, further = _both(_sound(given), _sound(family)), "".join(name[0] for name in features.other_given)
    spelt = f"{_both(given, family)} {further}"
    at_home = ((part_of_town, given), (part_of_town, family), (house, given), (house, family))
    return (
        *(("b", birth, part) for part in (*_with_initial(given, family), *_with_initial(family, given))),
        *(("b", birth, f"{place} {name[:2]}") for place, name in at_home if place and name),
        ("b", birth, features.address),
        ("b", birth, f"{given[1:4]} {family[:_BEGINNING]}" if len(given) > _BEGINNING and family else ""),
        *(("p", features.postcode, part) for part in _with_initial(given, family)),
        ("a", features.address, given[:_BEGINNING]),
        ("w", names, f"{house} {street}" if house and street else ""),
        ("w", names, f"{born[5:]} {spelt}" if born else ""),
        ("w", names, f"{born[:7]} {spelt}" if born else ""),
    )


def _among_strangers(features: Features, given: str) -> tuple[Rule, ...]:
    birth, family, postcode, address = _birth(features.born), features.family, features.postcode, features.address
    house, names = house_number(address), _both(_sound(given), _sound(family))
    return (
        ("b", birth, given[:2]),
        ("b", birth, family[:2]),
        ("b", birth, postcode or address),
        ("b", birth, house),
        ("p", postcode, given[:_BEGINNING]),
        ("p", postcode, family[:_BEGINNING]),
        ("a", address, given[:_BEGINNING]),
        ("a", address, family[:_BEGINNING]),
        ("w", names, house),
        ("w", names, "".join(further[0] for further in features.other_given)),
    )


def _with_initial(name: str, other: str) -> Iterable[str]:
    """How a name begins, with the other's first letter; with every letter where the other is not known, for any may be it."""
    letters = other[0] if len(other) > 1 else ascii_lowercase
    return [f"{name[:_BEGINNING]} {letter}" for letter in letters] if len(name) > 1 else []


@lru_cache(maxsize=65_536)
def _street(address: str) -> str:
    """How the street's name begins, in a cleaned address; '' where it has none."""
    words = (word for word in address.split() if len(word) >= _BEGINNING and word.isalpha() and word not in _NO_STREETS)
    return next(words, "")[:_STREET]


def _both(one: str, other: str) -> str:
    """Two sounds in one order, for the names are often swapped; '' where one is missing."""
    return " ".join(sorted((one, other))) if one and other else ""


def _birth(born: str) -> str:
    """A birth date with day and month in one order, for they are often swapped."""
    return f"{born[:4]}-{_birthday(born)}" if born else ""


def _birthday(born: str) -> str:
    month, day = born[5:7], born[8:]
    return f"{month}-{day}" if month < day else f"{day}-{month}"


@lru_cache(maxsize=65_536)
def _sound(name: str) -> str:
    return soundex(name)
