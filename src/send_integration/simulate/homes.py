"""The town's streets and houses: about sixty addresses a street and fifteen a postcode."""

from random import Random
from typing import NamedTuple

from send_integration.simulate.names import Names

HOUSES_A_STREET, HOUSES_A_POSTCODE = 60, 15
FLATS_SHARE = 0.12
_UNIT_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"


class Home(NamedTuple):
    """A dwelling: its address, and where it lies."""

    address: str
    postcode: str
    street: int


class Streets:
    """Hands out dwellings; a dwelling is handed out once, unless relatives share it."""

    def __init__(self, chance: Random, names: Names) -> None:
        self._chance = chance
        self._names = names
        self._names_left = list(names.streets)
        chance.shuffle(self._names_left)
        self._free: list[list[Home]] = []
        self._units: dict[str, int] = {}

    def home(self) -> Home:
        """A free dwelling anywhere; the town grows by a street when two thirds of the last one are taken."""
        if not self._free or len(self._free[-1]) < HOUSES_A_STREET // 3:
            self._build()
        street = self._chance.randrange(max(0, len(self._free) - 40), len(self._free))
        return self.home_in(street) if self._free[street] else self.home_in(len(self._free) - 1)

    def home_in(self, street: int) -> Home:
        """A free dwelling of that street; anywhere, where it is full."""
        return self._free[street].pop() if self._free[street] else self.home()

    def _build(self) -> None:
        number = len(self._free)
        name = self._names_left[number % len(self._names_left)]
        district = self._chance.choice(self._names.districts)
        homes: list[Home] = []
        for first in range(1, HOUSES_A_STREET + 1, HOUSES_A_POSTCODE):
            postcode = self._postcode(district)
            homes += [
                Home(self._address(house, name), postcode, number) for house in range(first, first + HOUSES_A_POSTCODE)
            ]
        self._chance.shuffle(homes)
        self._free.append(homes)

    def _address(self, house: int, street: str) -> str:
        if self._chance.random() < FLATS_SHARE:
            return f"Flat {self._chance.randint(1, 9)}, {house} {street}"
        return f"{house} {street}"

    def _postcode(self, district: str) -> str:
        unit = self._units[district] = self._units.get(district, -1) + 1
        letters = len(_UNIT_LETTERS)
        sector, unit = divmod(unit, letters * letters)
        return f"{district} {(sector + 1) % 10}{_UNIT_LETTERS[unit // letters]}{_UNIT_LETTERS[unit % letters]}"
