"""What a person record says, cleaned so that two records can be compared: spelling folded, placeholders emptied."""

import re
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from typing import NamedTuple

from anyascii import anyascii

PLACEHOLDER_NAMES = frozenset(
    {"", "unknown", "unk", "baby", "infant", "babyboy", "babygirl", "boy", "girl", "notgiven", "notknown", "none"}
    | {"na", "nfa", "test", "child", "unnamed", "unborn", "tbc", "anon", "anonymous", "male", "female", "xx", "xxx"}
)
"""What agencies type where no name is known; it says nothing of who a child is."""

PLACEHOLDER_BIRTHS = frozenset({"", "1900-01-01", "1901-01-01", "1970-01-01", "1999-09-09", "2000-01-01"})
"""Days that systems fill in where no birth date is known."""

_NOT_A_LETTER = re.compile(r"[^a-z0-9]+")
_NAME_PARTS = re.compile(r"[^a-z']+")
_DIGITS = re.compile(r"\d+")


class Features(NamedTuple):
    """One record's values for comparing; '' where nothing is known. `born` is YYYY-MM-DD."""

    given: str = ""
    other_given: tuple[str, ...] = ()
    family: str = ""
    family_parts: tuple[str, ...] = ()
    given_group: str = ""
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
    given_parts, parts = folded_parts(given_name), folded_parts(family_name)
    given = given_parts[0] if given_parts else ""
    return Features(
        given,
        given_parts[1:],
        "".join(parts),
        parts,
        _groups().get(given, ""),
        "" if born in PLACEHOLDER_BIRTHS else born,
        _NOT_A_LETTER.sub("", postcode.casefold()),
        " ".join(_NOT_A_LETTER.sub(" ", folded(address)).split()),
        gender if gender in ("M", "F") else "",
        nhs_number,
        upn,
    )


@lru_cache(maxsize=65_536)
def folded(text: str) -> str:
    """Text without marks and capitals, in Latin letters whatever its script."""
    return anyascii(text).casefold()


@lru_cache(maxsize=65_536)
def folded_parts(name: str) -> tuple[str, ...]:
    """The parts of a name, as in 'Brown-Wilson' or 'Muhammad Ali'; none where it is a placeholder."""
    parts = tuple(part.replace("'", "") for part in _NAME_PARTS.split(folded(name)) if part.strip("'"))
    return () if "".join(parts) in PLACEHOLDER_NAMES else parts


def is_temporary_upn(upn: str) -> bool:
    """Whether a school gave the number for the time being: its last character is a letter (DfE, UPN guide)."""
    return upn[-1:].isalpha()


def house_number(address: str) -> str:
    """The first number in a cleaned address."""
    found = _DIGITS.search(address)
    return found[0] if found else ""


@lru_cache(maxsize=1)
def _groups() -> Mapping[str, str]:
    """Spellings and short forms of one given name, by the name that heads them."""
    listed = tomllib.loads((resources.files(__package__) / "given_names.toml").read_text("utf-8"))
    return {folded(name): folded(head) for head, names in listed.items() for name in (head, *names)}
