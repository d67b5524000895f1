"""Check digits and shapes of the identifiers by which England knows a child or a school, and finding them in text."""

import re
from operator import mul

UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
"""A UPN's check letters by remainder of 23: the alphabet without I, O and S (DfE, Unique pupil numbers guide)."""

UPN_VALUES = {sign: value for signs in ("0123456789", UPN_LETTERS) for value, sign in enumerate(signs)}
UPN_WEIGHTS = range(2, 14)
NHS_WEIGHTS = range(10, 0, -1)
"""Of the last digit as well: with it the sum is a multiple of 11."""

_TEN_DIGITS = re.compile(r"(?<![0-9])[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{4}(?![0-9])", re.ASCII)
_UPN_SHAPE = re.compile(r"(?<![0-9A-Z])[A-Z][0-9]{11}[0-9A-Z](?![0-9A-Z])", re.ASCII)
_UPN = re.compile(r"[A-Z][0-9]{11}[0-9A-Z]", re.ASCII)
_POSTCODE = re.compile(r"[A-Z]{1,2}[0-9][0-9A-Z]? [0-9][A-Z]{2}", re.ASCII)


def is_nhs_number(text: str) -> bool:
    """Ten digits whose last is the modulus-11 check digit (NHS Data Dictionary, NHS NUMBER)."""
    if len(text) != 10 or not (text.isascii() and text.isdigit()):
        return False
    # A check digit of 10 is never issued, and no last digit makes the sum of such a number divisible.
    weighted: int = sum(map(mul, NHS_WEIGHTS, map(int, text)))
    return weighted % 11 == 0


def is_upn(text: str) -> bool:
    """Thirteen characters, the first the check letter over the others; a last letter marks a temporary number."""
    if not _UPN.fullmatch(text) or (text[12].isalpha() and text[12] not in UPN_LETTERS):
        return False
    return text == upn_with_check_letter(text[1:])


def holds_nhs_number(text: str) -> bool:
    """Whether ten digits stand in `text`, together or spaced 3 3 4, with an NHS number's check digit."""
    return any(is_nhs_number(re.sub("[ -]", "", found)) for found in _TEN_DIGITS.findall(text))


def holds_upn(text: str) -> bool:
    """Whether a unique pupil number with a right check letter stands in `text`."""
    return any(map(is_upn, _UPN_SHAPE.findall(text)))


def upn_with_check_letter(twelve: str) -> str:
    """The UPN whose last twelve characters are `twelve`: digits, the last of which is a letter in a temporary number.

    Weights run from 2 to 13; a temporary number's last letter counts as its place among the check letters.
    """
    return UPN_LETTERS[sum(map(mul, UPN_WEIGHTS, map(UPN_VALUES.__getitem__, twelve))) % 23] + twelve


def nhs_number_with_check_digit(nine: str) -> str | None:
    """The NHS number that begins with `nine` digits; None where its check digit would be 10, which is never issued."""
    weighted = sum(int(digit) * (10 - place) for place, digit in enumerate(nine))
    check = (11 - weighted % 11) % 11
    return None if check == 10 else nine + str(check)


def is_postcode(text: str) -> bool:
    """The shape of a United Kingdom postcode, in capitals with one space."""
    return _POSTCODE.fullmatch(text) is not None
