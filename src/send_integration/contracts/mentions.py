"""Whether bytes that were not let in name somebody, wherever and however they do: by number, local id or name."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple


class Somebody(NamedTuple):
    """A person as one source knows them; numbers are '' where there are none."""

    source: str
    local_id: str
    given_name: str
    family_name: str
    nhs_number: str
    upn: str


def mentions(raw: bytes, people: Iterable[Somebody]) -> bool:
    """Whether one of some people is named in bytes. It may say so of a namesake, for it is asked in order to hide.

    A local id counts beside its source, and in bytes that are no JSON by itself: there nobody can tell whose it is.
    """
    try:
        values = set(_texts(json.loads(raw)))
    except (ValueError, RecursionError):
        text = raw.replace(b"\x00", b"").decode(errors="replace")
        values = set(re.split(r"""["',;\t\r\n]+""", text))
        sources = None
    else:
        text = "\n".join(sorted(values))
        sources = values
    told = text.casefold()
    words, digits = set(re.findall(r"\w+", told)), re.sub("[ -]", "", text)

    def is_named(one: Somebody) -> bool:
        by_number = (one.nhs_number and one.nhs_number in digits) or (one.upn and one.upn in text)
        known_there = sources is None or one.source in sources
        by_local_id = known_there and not values.isdisjoint((one.local_id, f"local:{one.local_id}"))
        by_name = _stands(one.given_name, told, words) and _stands(one.family_name, told, words)
        return bool(by_number or by_local_id or by_name)

    return any(map(is_named, people))


def _texts(told: object) -> Iterator[str]:
    if isinstance(told, str):
        yield told
    elif isinstance(told, dict):
        for value in told.values():
            yield from _texts(value)
    elif isinstance(told, list):
        for value in told:
            yield from _texts(value)


def _stands(name: str, told: str, words: set[str]) -> bool:
    """Whether a name stands in a text: as words of its own, so that nobody called An is found in every other word."""
    parts = re.findall(r"\w+", name.casefold())
    return bool(parts) and words.issuperset(parts) and (len(parts) == 1 or name.casefold() in told)
