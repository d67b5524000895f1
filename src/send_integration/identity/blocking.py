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

Rule = tuple[str, str, Iterable[str]]
"""What the first fact is, in a letter; the first fact; and the second facts, of which one must be known and agree too."""


class Keys(NamedTuple):
    """The keys, hashed, under which a record is found, and those under which it is looked up: nearly all are both."""

    held: tuple[int, ...]
    asked: tuple[int, ...]


def paired(one: str, other: str) -> int:
    """Two facts in eight bytes, four for each: the keys with one first fact lie together in the index.

    Where two facts fall into the same four bytes, a record is met that is then judged apart.
    """
    return _first_half(one) | crc32(other.encode())


def _first_half(fact: str) -> int:
    return (crc32(fact.encode()) << 32) - (1 << 63)


def blocking_keys(features: Features, *, families: bool) -> Keys:
    """A record's keys, each of what must agree. One of two records finds the other where that finds it.

    With `families`, records of many children: the keys are such that few who are strangers share one however many there
    are, and that one home brings only those together who also agree in birth date or name. Without, they are fewer
    people, who are looked up by less of a name and by home and family name too.
    """
    given = _head(features)
    names = _both(_sound(given), _sound(features.family))
    rules = _among_families(features, given, names) if families else _among_strangers(features, given, names)
    both = _keys((("n", features.nhs_number, ("nhs",)), ("u", features.upn, ("upn",)), *rules))
    if not families:
        return Keys(both, both)
    dated, undated = ((paired(f"w{names}", "dated"),), (paired(f"w{names}", "undated"),)) if names else ((), ())
    if features.born:
        return Keys((*both, *dated), (*both, *undated))
    return Keys((*both, *undated), (*both, *dated, *undated))


def plainly_meet(one: Features, other: Features) -> bool:
    """Whether two records share a key for certain, as most do who are alike, told without making their keys: a number,
    or a birth date with the beginning of one name and the first letter of the other. Where not, they may share one."""
    if (one.nhs_number and one.nhs_number == other.nhs_number) or (one.upn and one.upn == other.upn):
        return True
    mine, their = _head(one), _head(other)
    are_names = all(len(name) > 1 for name in (mine, their, one.family, other.family))
    if not are_names or one.born != other.born or not one.born:
        return False
    return (mine[0], one.family[0]) == (their[0], other.family[0]) and (
        mine[:_BEGINNING] == their[:_BEGINNING] or one.family[:_BEGINNING] == other.family[:_BEGINNING]
    )


def _head(features: Features) -> str:
    """The given name by which records meet: the one that heads its spellings and short forms."""
    return features.given_groups[0] if features.given_groups else features.given


def _keys(rules: Iterable[Rule]) -> tuple[int, ...]:
    found: list[int] = []
    for rule, one, others in rules:
        if one:
            half = _first_half(rule + one)  # hashed once for all its keys
            found += [half | crc32(other.encode()) for other in others if other]
    return tuple(dict.fromkeys(found))


def _among_families(features: Features, given: str, names: str) -> tuple[Rule, ...]:
    """A birth date with both names, or with the beginning of one and a part of the home; both names with a part of the
    home, or, for birth dates that are wrong, spelt alike with a part of the date. A birth date and one name alone, or
    names that only sound alike with a part of the date, would bring a child in a hundred thousand together with several
    strangers. Who has no birth date is found by both names alone, in `blocking_keys`: they are too few to count."""
    family, born = features.family, features.born
    house, street, part_of_town = house_number(features.address), _street(features.address), features.postcode[:-2]
    spelt = f"{_both(given, family)} {''.join(name[0] for name in features.other_given)}"
    at_home = ((part_of_town, given), (part_of_town, family), (house, given), (house, family))
    with_initial = _with_initial(given, family)
    with_birth = (
        *with_initial,
        *_with_initial(family, given),
        *(f"{place} {name[:2]}" for place, name in at_home if place and name),
        features.address,
        f"{given[1:4]} {family[:_BEGINNING]}" if len(given) > _BEGINNING and family else "",
    )
    with_names = (
        f"{house} {street}" if house and street else "",
        f"{born[5:]} {spelt}" if born else "",
        f"{born[:7]} {spelt}" if born else "",
    )
    return (
        ("b", _birth(born), with_birth),
        ("p", features.postcode, with_initial),
        ("a", features.address, (given[:_BEGINNING],)),
        ("w", names, with_names),
    )


def _among_strangers(features: Features, given: str, names: str) -> tuple[Rule, ...]:
    family, postcode, address = features.family, features.postcode, features.address
    house, further = house_number(address), "".join(name[0] for name in features.other_given)
    beginnings = (given[:_BEGINNING], family[:_BEGINNING])
    return (
        ("b", _birth(features.born), (given[:2], family[:2], postcode or address, house)),
        ("p", postcode, beginnings),
        ("a", address, beginnings),
        ("w", names, (house, further)),
    )


def _with_initial(name: str, other: str) -> list[str]:
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
