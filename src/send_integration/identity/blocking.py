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

from send_integration.identity.features import Features, heads_of, house_number
from send_integration.identity.model import default_model

KEYS_VERSION = 6
"""Of the rules below. Kept records are found only under the keys by which they were kept, so a change of a rule counts
it up, and everything is decided anew."""

_BEGINNING = 3
"""Letters of a name, enough for it to be rare and few enough for a slip to come after them."""

_WITH_INITIAL = 4
"""Letters of a name beside the first letter of the other: with one fewer many begin alike, as Mohammed and Mohsin do."""

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
    sounds = _sound(given), _sound(features.family)
    numbers = (("n", features.nhs_number, ("nhs",)), ("u", features.upn, ("upn",)))
    if not families:
        both = _keys((*numbers, *_among_strangers(features, given, _both(*sounds))))
        return Keys(both, both)
    both = _keys((*numbers, *_among_families(features, given, sounds)))
    names, spelt = _both(*sounds), _spelt(features, given)
    if not names:
        return Keys(both, both)
    dated, undated = (paired(f"w{names}", f"{born} {spelt}") for born in ("dated", "undated"))
    if features.born:
        return Keys((*both, dated), (*both, undated))
    return Keys((*both, undated), (*both, dated, undated))


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
        mine[:_WITH_INITIAL] == their[:_WITH_INITIAL] or one.family[:_WITH_INITIAL] == other.family[:_WITH_INITIAL]
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


def _among_families(features: Features, given: str, sounds: tuple[str, str]) -> tuple[Rule, ...]:
    """A birth date with both names, with the sound of one and the part of the town, or with the home; the home with either
    both names or the given one; both names with the birth date's day and month in either order or, for other wrong dates,
    spelt alike with a part of it. Who gives no postcode is found by the address in its place, and who has no birth date
    by both names, in `blocking_keys`. A common name needs the part of the town there, or every child among many would meet
    namesakes; and a birth date and one name alone would bring several strangers."""
    family, born, part_of_town = features.family, features.born, features.postcode[:-2]
    house, street = house_number(features.address), _street(features.address)
    home = f"{house} {street}" if house and street else features.address
    with_initial = _with_initial(given, family)
    with_birth = (
        *with_initial,
        *_with_initial(family, given),
        *(f"{part_of_town} {sound}" for sound in sounds if part_of_town and sound),
        f"{house} {sounds[0]}" if house and given else "",
        home,
        f"{given[1:4]} {family[:_BEGINNING]}" if len(given) > _BEGINNING and family else "",
    )
    initials = "".join(name[0] for name in features.other_given)
    spelt = f"{_spelt(features, given)} {initials}"
    with_names = (
        f"{home} {_both(given, family)}" if home else "",
        _birth(born),
        *(f"{part} {spelt}" for part in (born[:7], born[5:]) if part),
    )
    return (
        ("b", born, with_birth),
        ("p", features.postcode, (*with_initial, f"{house} {given[:_BEGINNING]}" if house and given else "")),
        ("a", "" if features.postcode else features.address, (given[:_BEGINNING],)),
        ("w", _both(*sounds), with_names),
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
    return [f"{name[:_WITH_INITIAL]} {letter}" for letter in letters] if len(name) > 1 else []


@lru_cache(maxsize=65_536)
def _street(address: str) -> str:
    """How the street's name begins, in a cleaned address; '' where it has none."""
    words = (word for word in address.split() if len(word) >= _BEGINNING and word.isalpha() and word not in _NO_STREETS)
    return next(words, "")[:_STREET]


def _both(one: str, other: str) -> str:
    """Two sounds in one order, for the names are often swapped; '' where one is missing."""
    return " ".join(sorted((one, other))) if one and other else ""


def _spelt(features: Features, given: str) -> str:
    """Both names, and the part of the town where either is common, so that others have both."""
    part_of_town = "" if common_names().isdisjoint((given, features.family)) else features.postcode[:-2]
    return f"{_both(given, features.family)} {part_of_town}"


@lru_cache(maxsize=1)
def common_names() -> frozenset[str]:
    """The names that the shipped model lists as common, and those that head them; an authority's own model changes no key.
    A change of that list is one of the rules."""
    shipped = default_model()
    listed = (*shipped.given_names, *shipped.family_names)
    return frozenset(listed).union(*(heads_of(name) for name in listed))


def _birth(born: str) -> str:
    """A birth date with day and month in one order, for they are often swapped."""
    return f"{born[:4]}-{_birthday(born)}" if born else ""


def _birthday(born: str) -> str:
    month, day = born[5:7], born[8:]
    return f"{month}-{day}" if month < day else f"{day}-{month}"


@lru_cache(maxsize=65_536)
def _sound(name: str) -> str:
    return soundex(name)
