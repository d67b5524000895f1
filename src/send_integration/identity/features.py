"""What a person record says, cleaned so that two records can be compared: spelling folded, placeholders emptied."""

import re
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from typing import NamedTuple

from anyascii import anyascii

NOT_NAMES = frozenset(
    {"unknown", "unk", "notgiven", "notknown", "not", "given", "known", "none", "na", "nfa", "nk", "test", "unnamed"}
    | {"tbc", "tba", "anon", "anonymous", "xx", "xxx", "unborn", "baby", "babyboy", "babygirl", "infant", "newborn"}
    | {"boy", "girl", "child", "twin", "male", "female", "man", "woman", "lady", "gentleman", "gentlemen", "adult"}
    | {"son", "daughter", "brother", "sister", "nephew", "niece", "grandson", "granddaughter", "grandchild", "cousin"}
    | {"father", "mother", "husband", "wife", "resident", "occupant", "respondent", "of", "in", "the", "house"}
    | {"mr", "mrs", "ms", "miss", "mx", "master"}
)
"""What agencies type where no name is known, and titles; it says nothing of who a child is."""

GENERATIONS = frozenset({"jr", "jnr", "junior", "sr", "snr", "senior", "ii", "iii", "iv"})
"""What tells father and son of one name apart; it stands after the family name, and counts as a further given name."""

PLACEHOLDER_BIRTHS = frozenset({"", "1900-01-01", "1901-01-01", "1970-01-01", "1999-09-09", "2000-01-01"})
"""Days that systems fill in where no birth date is known."""

_WORDS = re.compile(r"[a-z0-9]+")
_NAME_PARTS = re.compile(r"[^a-z']+")
_LETTERS = str.maketrans("013457", "oleast")
"""Digits that stand for letters in a name: typed or read by a machine in their place."""

_DIGITS = re.compile(r"\d+")


class Features(NamedTuple):
    """One record's values for comparing; '' where nothing is known. `born` is YYYY-MM-DD."""

    given: str = ""
    other_given: tuple[str, ...] = ()
    family: str = ""
    family_parts: tuple[str, ...] = ()
    given_groups: tuple[str, ...] = ()
    born: str = ""
    postcode: str = ""
    address: str = ""
    gender: str = ""
    nhs_number: str = ""
    upn: str = ""


def features(  # noqa: PLR0913 - one argument for each thing that a record can say
    *,
    given_name: str,
    family_name: str,
    born: str,
    postcode: str = "",
    address: str = "",
    gender: str = "",
    nhs_number: str = "",
    upn: str = "",
) -> Features:
    """A record's values as they are compared."""
    given, further, groups = _given(given_name)
    family, parts, generation = _family(family_name)
    return Features(
        given,
        (*further, *generation) if generation else further,
        family,
        parts,
        groups,
        "" if born in PLACEHOLDER_BIRTHS else born,
        _postcode(postcode),
        _address(address),
        gender if gender in ("M", "F") else "",
        nhs_number,
        upn,
    )


def names_somebody(given_name: str) -> bool:
    """Whether a given name is one, and no placeholder."""
    return bool(_given(given_name)[0])


def heads_of(given_name: str) -> tuple[str, ...]:
    """The names whose spellings or short forms a given name is."""
    return _given(given_name)[2]


@lru_cache(maxsize=65_536)
def _given(name: str) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """The first given name, the further ones, and the names whose spellings or short forms the first is."""
    parts = folded_parts(name)
    first = parts[0] if parts else ""
    return first, parts[1:], _groups().get(first, ())


@lru_cache(maxsize=65_536)
def _family(name: str) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """The family name in one, its parts, and what tells generations apart."""
    said = folded_parts(name)
    parts = tuple(part for part in said if part not in GENERATIONS)
    return "".join(parts), parts, tuple(part for part in said if part in GENERATIONS)


@lru_cache(maxsize=65_536)
def _postcode(postcode: str) -> str:
    return "".join(_WORDS.findall(postcode.casefold()))


@lru_cache(maxsize=65_536)
def _address(address: str) -> str:
    return " ".join(_WORDS.findall(folded(address)))


def home_of(found: Features) -> str:
    """The home that a record names, equal for two spellings of one; '' where its address or its postcode is missing."""
    return f"{found.postcode} {found.address}" if found.postcode and found.address else ""


def folded(text: str) -> str:
    """Text without marks and capitals, in Latin letters whatever its script."""
    return anyascii(text).casefold()


def folded_parts(name: str) -> tuple[str, ...]:
    """The parts of a name, as in 'Brown-Wilson' or 'Muhammad Ali', without what is no name.

    An initial beside nothing but such words is none either: 'Baby B'.
    """
    parts = [part.replace("'", "") for part in _NAME_PARTS.split(folded(name).translate(_LETTERS)) if part.strip("'")]
    names = tuple(part for part in parts if part not in NOT_NAMES)
    only_initials = len(names) < len(parts) and all(len(part) == 1 for part in names)
    return () if only_initials else names


def is_temporary_upn(upn: str) -> bool:
    """Whether a school gave the number for the time being: its last character is a letter (DfE, UPN guide)."""
    return upn[-1:].isalpha()


@lru_cache(maxsize=65_536)
def house_number(address: str) -> str:
    """The first number in a cleaned address."""
    found = _DIGITS.search(address)
    return found[0] if found else ""


@lru_cache(maxsize=1)
def _groups() -> Mapping[str, tuple[str, ...]]:
    """Spellings and short forms of given names, by the names that head them: Sammy is Samuel's and Samantha's."""
    listed = tomllib.loads((resources.files(__package__) / "given_names.toml").read_text("utf-8"))
    heads: dict[str, set[str]] = {}
    for head, names in listed.items():
        for name in (head, *names):
            heads.setdefault(folded(name), set()).add(folded(head))
    return {name: tuple(sorted(of)) for name, of in heads.items()}
