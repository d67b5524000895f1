"""Slips of the pen and of the keyboard, one function for each."""

import unicodedata
from datetime import date, timedelta
from random import Random

FIRST_LETTER = 0.06
"""The share of slips that fall on the first letter: people look at it."""

EARLIEST_WRONG, LATEST_WRONG = timedelta(-3 * 365), timedelta(180)
"""How far a mistyped birth date lies from the true one: what lies further off is seen by whoever types it."""

_LETTERS = "abcdefghijklmnoprstuvwyz"
_PLAIN = str.maketrans({"ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "'": "", "’": ""})


def slip_in_name(chance: Random, name: str) -> str:
    """One letter added, left out, changed, or changing places with the next."""
    place = 0 if chance.random() < FIRST_LETTER or len(name) < 3 else chance.randrange(1, len(name) - 1)
    kind = chance.choice(("add", "leave out", "change", "swap")) if len(name) > 2 else "change"
    letter = chance.choice(_LETTERS)
    if name[place].isupper():
        letter = letter.upper()
    if kind == "add":
        return name[: place + 1] + letter.lower() + name[place + 1 :]
    if kind == "leave out":
        return (name[:place] + name[place + 1 :]).capitalize()
    if kind == "swap":
        return (name[:place] + name[place + 1] + name[place] + name[place + 2 :]).capitalize()
    return name[:place] + letter + name[place + 1 :]


def without_marks(name: str) -> str:
    """A name as a keyboard without accents writes it: Sian, Wisniewska, OConnor."""
    decomposed = unicodedata.normalize("NFKD", name.translate(_PLAIN))
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign))


def day_and_month_swapped(born: date) -> date:
    """The birth date as somebody reads it who puts the month first; the same where that is no day."""
    return born.replace(day=born.month, month=born.day) if born.day <= 12 else born


def digit_wrong(chance: Random, born: date) -> date:
    """The birth date with one digit of year, month or day wrong."""
    text = born.isoformat()
    while True:
        place = chance.choice((3, 6, 8, 9, 9))
        wrong = text[:place] + chance.choice("0123456789") + text[place + 1 :]
        try:
            found = date.fromisoformat(wrong)
        except ValueError:
            continue
        if wrong != text:
            return found


def near_enough(born: date, wrong: date) -> date:
    """The wrong birth date, unless anybody would have seen that it is wrong; then the true one."""
    return wrong if EARLIEST_WRONG < wrong - born < LATEST_WRONG else born


def digit_of_house_wrong(chance: Random, address: str) -> str:
    """An address with one digit of its numbers changed."""
    places = [place for place, sign in enumerate(address) if sign.isdigit()]
    place = chance.choice(places)
    return address[:place] + chance.choice("123456789") + address[place + 1 :]


def letter_of_postcode_wrong(chance: Random, postcode: str) -> str:
    """A postcode with another last letter or last but one."""
    place = chance.choice((-1, -2))
    letters = list(postcode)
    letters[place] = chance.choice("ABDEFGHJLNPQRSTUWXYZ")
    return "".join(letters)
