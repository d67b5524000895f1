"""The keys under which records are looked up: two records that share none are never compared.

Each rule survives one kind of fault, and each key is rare enough that its list does not grow with the authority: a day
of birth alone would.
"""

from functools import lru_cache

from jellyfish import soundex

from send_integration.identity.features import Features, house_number

_BETWEEN = "\x1f"


def blocking_keys(features: Features) -> tuple[str, ...]:
    """A record's keys, each beginning with its rule's letter."""
    born, given = features.born, next(iter(features.given_groups), features.given)
    day_and_month = "-".join(sorted((born[5:7], born[8:])))
    about_birth = f"{born[:4]}-{day_and_month}" if born else ""
    spoken = _sound(given) + _sound(features.family) if given and features.family else ""
    return tuple(
        _BETWEEN.join((rule, *parts))
        for rule, *parts in (
            ("n", features.nhs_number),
            ("u", features.upn),
            ("g", about_birth, given[:2]),
            ("f", about_birth, features.family[:2]),
            ("e", about_birth, given[-2:]),
            ("i", about_birth, features.family[-2:]),
            ("y", spoken, born[:4]),
            ("d", spoken, day_and_month if born else ""),
            ("p", features.postcode, given[:3]),
            ("a", features.postcode, about_birth),
            ("h", features.address, given[:3]),
            ("b", features.address, about_birth),
            ("z", features.postcode, born[:4]),
            ("w", features.postcode, house_number(features.address)),
            ("q", features.postcode, features.family[:3]),
            ("k", features.address, features.family[:3]),
            ("o", features.given, features.family, house_number(features.address)),
            ("m", features.given, "".join(name[0] for name in features.other_given), features.family),
        )
        if all(parts)
    )


@lru_cache(maxsize=65_536)
def _sound(name: str) -> str:
    return soundex(name)
