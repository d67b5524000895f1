"""The keys under which records are looked up: two records that share none are never compared.

Each rule survives one kind of fault, and each key holds two facts, so that its list grows hardly with the authority: a
day of birth alone would. Given and family name stand alike in the keys, for either may be written in the other's place.
"""

from functools import lru_cache

from jellyfish import soundex

from send_integration.identity.features import Features, house_number

_BETWEEN = "\x1f"
_HOUSE_AND_STREET = 5
"""Characters of an address that begins with a house number: the number, and how the street begins."""


def blocking_keys(features: Features, *, families: bool) -> tuple[str, ...]:
    """A record's keys, each beginning with its rule's letter.

    With `families`, one home brings only those together who also agree in birth date or given name: family name and
    home, or birth date and house, would bring brothers, sisters and twins, and hardly anybody else. Without, they are
    looked up by these too, and by less of a name.
    """
    born, postcode, address, family = features.born, features.postcode, features.address, features.family
    birth = f"{born[:4]}-{_birthday(born)}" if born else ""
    given = features.given_groups[0] if features.given_groups else features.given
    house, beginning = house_number(address), 3 if families else 2
    names = " ".join(sorted((_sound(given), _sound(family)))) if given and family else ""
    return tuple(
        rule + _BETWEEN + one + _BETWEEN + other
        for rule, one, other in (
            ("n", features.nhs_number, "nhs"),
            ("u", features.upn, "upn"),
            ("b", birth, given[:beginning]),
            ("b", birth, family[:beginning]),
            ("b", birth, postcode or address),
            ("p", postcode, given[:3]),
            ("a", address, given[:3]),
            ("h", names, address[:_HOUSE_AND_STREET] if house and families else house),
            ("m", names, "".join(further[0] for further in features.other_given)),
            *(() if families else (("b", birth, house), ("p", postcode, family[:3]), ("a", address, family[:3]))),
        )
        if one and other
    )


def _birthday(born: str) -> str:
    """Day and month in one order, for they are often swapped."""
    month, day = born[5:7], born[8:]
    return f"{month}-{day}" if month < day else f"{day}-{month}"


@lru_cache(maxsize=65_536)
def _sound(name: str) -> str:
    return soundex(name)
