"""Names as the town's communities give them: how common each is, how else it is spelt, and its native script."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from itertools import accumulate
from random import Random
from typing import Any, Generic, NamedTuple, TypeVar

from send_integration.contracts.codes import Ethnicity

Drawn = TypeVar("Drawn")


class Name(NamedTuple):
    """A name in Latin letters and, where its community has a script of its own, in that."""

    latin: str
    native: str = ""


class FamilyName(NamedTuple):
    """A family name as sons and as daughters bear it."""

    sons: Name
    daughters: Name

    def of(self, gender: str) -> Name:
        """The form for a child of that gender, 'M' or 'F'."""
        return self.daughters if gender == "F" else self.sons


class Pool(Generic[Drawn]):
    """Things to draw from, the commonest first: the weight of the r-th is 1 / (r + flat)."""

    def __init__(self, items: Sequence[Drawn], flat: float) -> None:
        self.items = tuple(items)
        self._weights = list(accumulate(1 / (rank + flat) for rank in range(1, len(items) + 1)))

    def draw(self, chance: Random) -> Drawn:
        """One of them, by its weight."""
        return chance.choices(self.items, cum_weights=self._weights)[0]


@dataclass(frozen=True, slots=True, eq=False)
class Community:
    """How a community names its children.

    `leads` stand before the name that a boy is called by, as in Muhammad Ali. `daughters` are names that sisters bear in
    place of the family's. `alike` are pairs that twins are given, a letter or two apart.
    """

    name: str
    share: float
    ethnicities: tuple[Ethnicity, ...]
    script: str
    given: Mapping[str, Pool[Name]]
    families: Pool[FamilyName]
    leads: Pool[Name] | None
    lead_share: float
    daughters: Pool[Name] | None
    daughters_share: float
    second_share: float
    double_barrelled_share: float
    alike: Mapping[str, tuple[tuple[Name, Name], ...]]

    def given_names(self, chance: Random, gender: str) -> tuple[Name, ...]:
        """A child's given names, one to three."""
        pool = self.given[gender]
        names = [pool.draw(chance)]
        if self.leads is not None and gender == "M" and chance.random() < self.lead_share:
            names.insert(0, self.leads.draw(chance))
        elif chance.random() < self.second_share:
            names.append(pool.draw(chance))
        return tuple(dict.fromkeys(names))

    def family_name(self, chance: Random) -> FamilyName:
        """A family's name; sometimes of two halves, sometimes another for daughters."""
        name = self.families.draw(chance)
        if chance.random() < self.double_barrelled_share:
            other = self.families.draw(chance)
            if other != name:
                return FamilyName(*(Name(f"{a.latin}-{b.latin}") for a, b in zip(name, other, strict=True)))
        if self.daughters is not None and chance.random() < self.daughters_share:
            return FamilyName(name.sons, self.daughters.draw(chance))
        return name


@dataclass(frozen=True, slots=True)
class Names:
    """All that the names' file holds."""

    communities: tuple[Community, ...]
    spellings: Mapping[str, tuple[str, ...]]
    streets: tuple[str, ...]
    districts: tuple[str, ...]
    short_kinds: Mapping[str, str]

    def community(self, chance: Random) -> Community:
        """A family's community, by its share of the town."""
        return chance.choices(self.communities, [community.share for community in self.communities])[0]


@lru_cache(maxsize=1)
def load_names() -> Names:
    """The names' file."""
    listed = tomllib.loads((resources.files(__package__) / "names.toml").read_text("utf-8"))
    homes = listed["homes"]
    return Names(
        tuple(_community(name, given) for name, given in listed["communities"].items()),
        {name: tuple(others.split()) for name, others in listed["spellings"].items()},
        tuple(f"{street} {kind}" for kind in homes["kinds"].split() for street in homes["streets"].split()),
        tuple(homes["districts"].split()),
        homes["short_kinds"],
    )


def _community(name: str, listed: Mapping[str, Any]) -> Community:
    flat = float(listed["given_flat"])
    return Community(
        name=name,
        share=float(listed["share"]),
        ethnicities=tuple(listed["ethnicities"].split()),
        script=listed.get("script", ""),
        given={gender: Pool(_names(listed[key]), flat) for gender, key in (("M", "boys"), ("F", "girls"))},
        families=Pool([_family(text) for text in listed["families"].split()], float(listed["family_flat"])),
        leads=_pool(listed.get("lead", "")),
        lead_share=float(listed.get("lead_share", 0)),
        daughters=_pool(listed.get("daughters", "")),
        daughters_share=float(listed.get("daughters_share", 0)),
        second_share=float(listed["second"]),
        double_barrelled_share=float(listed["double_barrelled"]),
        alike={
            gender: tuple(_two(text) for text in listed.get(key, "").split())
            for gender, key in (("M", "boys_alike"), ("F", "girls_alike"))
        },
    )


def _pool(text: str) -> Pool[Name] | None:
    return Pool(_names(text), 1) if text else None


def _names(text: str) -> list[Name]:
    return [_name(word) for word in text.split()]


def _name(word: str) -> Name:
    latin, _, native = word.partition("=")
    return Name(latin, native)


def _two(text: str) -> tuple[Name, Name]:
    one, other = text.split("/")
    return _name(one), _name(other)


def _family(text: str) -> FamilyName:
    sons, _, daughters = text.partition("/")
    return FamilyName(_name(sons), _name(daughters or sons))
