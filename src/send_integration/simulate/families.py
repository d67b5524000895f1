"""Families at their addresses: twins, brothers and sisters, cousins, step-families, moves, new names and adoptions."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import TypeVar

from send_integration.contracts.identifiers import nhs_number_with_check_digit, upn_with_check_letter
from send_integration.simulate.homes import Home, Streets
from send_integration.simulate.names import Community, FamilyName, Name, load_names
from send_integration.simulate.people import Child, Phase, Town
from send_integration.simulate.profile import Profile
from send_integration.when.school_years import year_group_starts

YOUNGEST, OLDEST = 1.5, 22.0
"""Ages in years, on the simulation's last day, of the children whom the authority knows."""

BETWEEN_BIRTHS = timedelta(320)
TRIES = 200
"""Draws of a name that is free at a home; a large family of a community with few names may run out of them."""

TEMPORARY_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"

Value = TypeVar("Value")
Timeline = list[tuple[date, Value]]
"""Values, each from a day on."""


@dataclass(slots=True)
class Household:
    """A family: its community, its name, its homes over time, and its children so far."""

    number: int
    community: Community
    family: FamilyName
    homes: Timeline[Home]
    children: list[Child] = field(default_factory=list)


def make_town(chance: Random, profile: Profile, count: int, until: date) -> Town:
    """`count` children aged 1 to 22 on `until`, in families."""
    return _Builder(chance, profile, until).town(count)


class _Builder:
    """Adds one household after another; everything drawn comes from the one seed."""

    def __init__(self, chance: Random, profile: Profile, until: date) -> None:
        self._chance = chance
        self._profile = profile
        self._until = until
        self._names = load_names()
        self._streets = Streets(chance, self._names)
        self._numbers = _nhs_numbers()
        self._needs = profile.weights("needs")
        self._sizes = profile.weights("children_a_family")
        self._children: list[Child] = []
        self._households: dict[str, list[Household]] = {}
        self._households_made = 0

    def town(self, count: int) -> Town:
        while len(self._children) < count:
            self._add_household(count)
        return Town(tuple(self._children))

    def _happens(self, what: str) -> bool:
        return self._chance.random() < self._profile.share("families", what)

    def _add_household(self, count: int) -> None:
        """A family and its children; some are kin of an earlier one, and live near."""
        chance = self._chance
        community = self._names.community(chance)
        known = self._households.setdefault(community.name, [])
        kin = chance.choice(known) if known and self._happens("kin") else None
        shares_home = kin is not None and self._happens("kin_in_one_home")
        births = self._births()
        household = Household(
            self._households_made,
            community,
            kin.family if kin else community.family_name(chance),
            list(kin.homes) if kin and shares_home else self._homes(kin, births[0]),
        )
        self._households_made += 1
        namesake = None
        if kin is not None and not shares_home and self._happens("cousin_of_one_name"):
            namesake = chance.choice(kin.children)
            if self._happens("cousin_born_within_weeks"):
                births = self._near(namesake.date_of_birth, births)
        others = list(kin.children) if kin and shares_home else []
        self._add_children(household, births, namesake, others, count)
        known.append(household)

    def _births(self) -> list[date]:
        """The days on which a family's children were born, the oldest first."""
        sizes, weights = self._sizes
        wanted = int(self._chance.choices(sizes, weights)[0])
        centre = self._chance.triangular(YOUNGEST, OLDEST, 9)
        found: list[date] = []
        for _ in range(wanted):
            age = self._chance.gauss(centre, 3.5) if found else centre
            born = self._until - timedelta(int(365.25 * age))
            if YOUNGEST <= age <= OLDEST and all(abs(born - other) >= BETWEEN_BIRTHS for other in found):
                found.append(born)
        return sorted(found)

    def _near(self, day: date, births: Sequence[date]) -> list[date]:
        """The births with the first one moved to within weeks of a cousin's, never on the same day."""
        moved = day + timedelta(self._chance.choice((-1, 1)) * self._chance.randint(2, 50))
        latest = self._until - timedelta(int(365.25 * YOUNGEST))
        first = min(moved, latest if latest != day else latest - timedelta(2))
        return sorted([first, *(born for born in births[1:] if abs(born - first) >= BETWEEN_BIRTHS)])

    def _homes(self, kin: Household | None, first_birth: date) -> Timeline[Home]:
        """Where a family lives: some in their kin's street, and moving now and then."""
        near = kin is not None and self._happens("kin_in_one_street")
        home = self._streets.home_in(kin.homes[0][1].street) if kin and near else self._streets.home()
        homes: Timeline[Home] = [(date.min, home)]
        moves_a_year = self._profile.share("families", "moves_a_year")
        day = first_birth
        while (day := day + timedelta(int(self._chance.expovariate(moves_a_year / 365.25)) + 90)) < self._until:
            homes.append((day, self._streets.home()))
        return homes

    def _add_children(
        self,
        household: Household,
        births: Sequence[date],
        namesake: Child | None,
        others: Sequence[Child],
        count: int,
    ) -> None:
        """Its children; in a step-family the younger half came with another family name, from another home."""
        family = household.family
        renamed: FamilyName | None = household.community.family_name(self._chance) if self._happens("renamed") else None
        changed_on = self._day_between(births[-1], self._until)
        for place, born in enumerate(births):
            if place == (len(births) + 1) // 2 and self._happens("step_family"):
                family, renamed = household.community.family_name(self._chance), None
                joined = self._day_between(births[-1], self._until)
                came_from: Timeline[Home] = [(date.min, self._streets.home()), (joined, _at(household.homes, joined))]
                own_homes = came_from + [(day, home) for day, home in household.homes if day > joined]
            elif place == 0:
                own_homes = household.homes
            room = count - len(self._children)
            if room < 1:
                return
            genders, given = self._named(household, [*household.children, *others], namesake, twins=room > 1)
            namesake = None
            for turn, gender in enumerate(genders):
                called: Timeline[FamilyName] = [(date.min, family)]
                if renamed is not None:
                    called = [(date.min, renamed), (changed_on, family)]
                number = len(self._children)
                twin = None if len(genders) == 1 else number + 1 - 2 * turn
                self._add_child(household, given[turn], gender, born, twin, called, own_homes)

    def _named(
        self, household: Household, others: Sequence[Child], namesake: Child | None, *, twins: bool
    ) -> tuple[str, list[tuple[Name, ...]]]:
        """Genders and given names of one birth; at one home nobody has a name of another's, but for what stands before."""
        chance, community = self._chance, household.community
        if namesake is not None:
            return namesake.gender, [namesake.given_names]
        taken = {name for child in others for name in _own(child.given_names, community)}
        if not twins or not self._happens("twins"):
            gender = chance.choice("MMMF")
            return gender, [self._free_name(community, gender, taken)]
        first = chance.choice("MMF")
        genders = first + (first if chance.random() < 0.6 else chance.choice("MF"))
        alike = community.alike[first]
        if genders[0] == genders[1] and alike and self._happens("twins_named_alike"):
            pair = chance.choice(alike)
            if taken.isdisjoint(pair):
                return genders, [(name,) for name in pair]
        one = self._free_name(community, genders[0], taken)
        other = self._free_name(community, genders[1], taken | _own(one, community))
        return genders, [one, other]

    def _free_name(self, community: Community, gender: str, taken: set[Name]) -> tuple[Name, ...]:
        for _ in range(TRIES):
            names = community.given_names(self._chance, gender)
            if taken.isdisjoint(_own(names, community)):
                break
        return names

    def _add_child(
        self,
        household: Household,
        given: tuple[Name, ...],
        gender: str,
        born: date,
        twin: int | None,
        called: Timeline[FamilyName],
        homes: Timeline[Home],
    ) -> None:
        chance, community = self._chance, household.community
        number = len(self._children)
        came_with_step_parent = homes[0] != household.homes[0]
        nhs_numbers: Timeline[str] = [(date.min, next(self._numbers))]
        adopted: Timeline[bool] = [(date.min, False)]
        if twin is None and self._happens("adopted"):
            day = self._day_between(born + timedelta(250), min(born + timedelta(6 * 365), self._until))
            called = [(date.min, community.family_name(chance)), (day, called[-1][1])]
            homes = [(date.min, self._streets.home()), (day, _at(homes, day)), *((d, h) for d, h in homes if d > day)]
            # until 2025 an adopted child was given another NHS number, so that nothing led back to the first family
            nhs_numbers.append((day, next(self._numbers)))
            adopted.append((day, True))
        upns = self._upns(number, born)
        phases = self._phases(gender, born, called, homes, nhs_numbers, upns, adopted)
        child = Child(
            number=number,
            given_names=given,
            date_of_birth=born,
            gender=gender,
            ethnicity=chance.choice(community.ethnicities),
            community=community,
            household=household.number,
            twin=twin,
            named_on=None if chance.random() < 0.04 else born + timedelta(chance.randint(3, 42)),
            need=chance.choices(*self._needs)[0],
            came_with_step_parent=came_with_step_parent,
            phases=phases,
        )
        self._children.append(child)
        household.children.append(child)

    def _phases(
        self,
        gender: str,
        born: date,
        called: Timeline[FamilyName],
        homes: Timeline[Home],
        nhs_numbers: Timeline[str],
        upns: Timeline[str],
        adopted: Timeline[bool],
    ) -> tuple[Phase, ...]:
        """The times between which nothing of a child changes."""
        days = sorted({day for line in (called, homes, nhs_numbers, upns, adopted) for day, _ in line if day > born})
        return tuple(
            Phase(
                day, _at(called, day).of(gender), _at(homes, day), _at(nhs_numbers, day), _at(upns, day),
                _at(adopted, day),
            )
            for day in (born, *(day for day in days if day <= self._until))
        )  # fmt: skip

    def _upns(self, number: int, born: date) -> Timeline[str]:
        """None before school, then the lasting one; a pupil who came without papers has a temporary one for some months."""
        starts = year_group_starts(born, 0)
        lasting = upn_with_check_letter(f"821{number * 7919 % 10**9:09d}")
        if not self._happens("temporary_upn"):
            return [(date.min, ""), (starts, lasting)]
        letter = self._chance.choice(TEMPORARY_LETTERS)
        temporary = upn_with_check_letter(f"821{number * 7919 % 10**8:08d}{letter}")
        return [(date.min, ""), (starts, temporary), (starts + timedelta(self._chance.randint(60, 400)), lasting)]

    def _day_between(self, first: date, last: date) -> date:
        return first + timedelta(self._chance.randint(0, max(0, (last - first).days)))


def _own(given: tuple[Name, ...], community: Community) -> set[Name]:
    """The names that tell a child from brothers and sisters: Ali of Muhammad Ali."""
    leads = community.leads.items if community.leads is not None else ()
    return {name for name in given if name not in leads or len(given) == 1}


def _at(timeline: Timeline[Value], day: date) -> Value:
    return [value for since, value in timeline if since <= day][-1]


def _nhs_numbers() -> Iterator[str]:
    return (number for n in range(1_000_000) if (number := nhs_number_with_check_digit(f"999{n:06d}")))
