"""Code lists of Annex A's child-level lists in our contract's words; the template's letters ('a) Male') are off already."""

from typing import get_args

from send_integration.contracts.codes import Ethnicity, NeedType
from send_integration.contracts.event import Reason

GENDERS = {
    "1": "M", "m": "M", "male": "M", "boy": "M",
    "2": "F", "f": "F", "female": "F", "girl": "F",
    "0": "U", "u": "U", "not known": "U", "unknown": "U",
    "9": "N", "n": "N", "i": "N", "not specified": "N", "indeterminate": "N",
}  # fmt: skip
"""The template's words, the letters of the social care dataset, and the numbers that censuses had until 2024."""

GENDERS_KNOWN = frozenset(GENDERS.values())
ETHNICITIES: frozenset[str] = frozenset(get_args(Ethnicity))
ETHNICITY_UNKNOWN = frozenset({"UNKNOWN", "NOT KNOWN"})
"""The template's last choice. The contract has no such code: the ethnicity is then left out, and nobody is blamed for it."""

NEEDS: frozenset[str] = frozenset(get_args(NeedType))

PLACEMENTS = {
    "nursery": "mainstream",
    "primary": "mainstream",
    "middle (deemed primary)": "mainstream",
    "middle (deemed secondary)": "mainstream",
    "secondary": "mainstream",
    "all-through": "mainstream",
    "special": "special",
    "pupil referral unit/alternative provision": "alternative",
    "fe college": "mainstream",
    "": "mainstream",
}
"""The phase of the main establishment. The list does not tell an independent special school or a unit from others, and where
it names no establishment, the law presumes a mainstream school."""

PLACEMENT_TYPES = frozenset({*PLACEMENTS.values(), "eotas"})
YES = frozenset({"yes", "y", "true", "1"})


def gender(text: str) -> str:
    """A gender in our letter; the text itself where it is in no list."""
    return GENDERS.get(text.casefold(), text)


def placement(phase: str, home_education: str) -> str:
    """Where the child is taught, in our contract's words; the phase itself where it is in no list."""
    return "eotas" if is_yes(home_education) else PLACEMENTS.get(phase.casefold(), phase)


def is_yes(text: str) -> bool:
    """Whether an answer is yes."""
    return text.casefold() in YES


def unknown(field: str, words: str) -> Reason:
    """A code that is not in the template's list; `words` name the list."""
    return Reason("annex-a-unknown-code", field, f"The {words} is not in the template's list.")
