"""The keys under which records are looked up: two records that share none are never compared.

Each rule survives one kind of fault, and each key holds two facts, so that its list grows hardly with the authority: a
day of birth alone would. Given and family name stand alike in the keys, for either may be written in the other's place.
"""

from functools import lru_cache

from jellyfish import soundex

from send_integration.identity.features import Features, house_number

_BETWEEN = "\x1f"


def blocking_keys(features: Features) -> tuple[str, ...]:
    """A record's keys, each beginning with its rule's letter."""
    born = features.born
    birthday = "-".join(sorted((born[5:7], born[8:]))) if born else ""
    birth = f"{born[:4]}-{birthday}" if born else ""
    given = next(iter(features.given_groups), features.given)
    sounds = sorted(_sound(name) for name in (given, features.family) if name)
    name = " ".join(sounds) if len(sounds) == 2 else ""
    return tuple(
        _BETWEEN.join((rule, *parts))
        for rule, *parts in (
            ("n", features.nhs_number),
            ("u", features.upn),
            ("b", birth, given[:2]),
            ("b", birth, features.family[:2]),
            ("b", birth, house_number(features.address)),
            ("y", name, born[:4]),
            ("d", name, birthday),
            ("h", name, house_number(features.address)),
            ("m", name, "".join(further[0] for further in features.other_given)),
            *_at_home("p", features.postcode, birth, name, given, features.family),
            *_at_home("a", features.address, birth, name, given, features.family),
        )
        if all(parts)
    )


def _at_home(rule: str, home: str, birth: str, name: str, given: str, family: str) -> tuple[tuple[str, ...], ...]:
    return (
        (rule, home, birth),
        (rule, home, name),
        (rule, home, given[:3]),
        (rule, home, family[:3]),
    )


@lru_cache(maxsize=65_536)
def _sound(name: str) -> str:
    return soundex(name)
