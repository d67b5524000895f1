"""The keys under which records are looked up: two records that share none are never compared.

Each rule survives one kind of fault, and each key holds two facts and more, so that its list grows hardly with the
authority: a day of birth alone would. Given and family name stand alike in the keys, for either may be written in the
other's place.
"""

from functools import lru_cache

from jellyfish import soundex

from send_integration.identity.features import Features, house_number

_BETWEEN = "\x1f"
KEYS_VERSION = 2
"""Of the rules below. Kept records are found only under the keys by which they were kept, so a change of a rule counts
it up, and everything is decided anew."""

_BEGINNING = 3
"""Letters of a name, enough for it to be rare and few enough for a slip to come after them."""

_HOUSE_AND_STREET = 7
"""Characters of an address that begins with a house number: the number, and how the street begins."""

Rule = tuple[str, str, str]
"""The rule's letter and the two things that must both be known and agree."""


def blocking_keys(features: Features, *, families: bool) -> tuple[str, ...]:
    """A record's keys, each beginning with its rule's letter.

    With `families`, records of many children: the keys are such that few who are strangers share one however many there
    are, and that one home brings only those together who also agree in birth date or name. Without, they are fewer
    people, who are looked up by less of a name and by home and family name too.
    """
    given = features.given_groups[0] if features.given_groups else features.given
    rules = _among_families(features, given) if families else _among_strangers(features, given)
    numbers = (("n", features.nhs_number, "nhs"), ("u", features.upn, "upn"))
    return tuple(rule + _BETWEEN + one + _BETWEEN + other for rule, one, other in (*numbers, *rules) if one and other)


def _among_families(features: Features, given: str) -> tuple[Rule, ...]:
    """A birth date with both names, or with one's first letter and the part of the town, or with the home; names with the
    month of birth or the home, for wrong birth dates. A birth date and one name alone would bring a child in a hundred thousand
    together with several strangers."""
    birth, family, postcode = _birth(features.born), features.family, features.postcode
    near = postcode[:-2]
    house = features.address[:_HOUSE_AND_STREET] if house_number(features.address) else ""
    names = _both(_sound(given), _sound(family))
    return (
        ("b", birth, _name_with_initial(given, family)),
        ("b", birth, _name_with_initial(family, given)),
        ("b", birth, near and given and near + given[:2]),
        ("b", birth, near and family and near + family[:2]),
        ("b", birth, postcode),
        ("b", birth, house),
        ("p", postcode, _name_with_initial(given, family)),
        ("a", features.address, given[:_BEGINNING]),
        ("h", names, house),
        ("m", names, features.born[:7] and postcode and features.born[:7] + postcode[:-3]),
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
        ("h", names, house),
        ("m", names, "".join(further[0] for further in features.other_given)),
    )


def _name_with_initial(name: str, other: str) -> str:
    return f"{name[:_BEGINNING]} {other[0]}" if name and other else ""


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
