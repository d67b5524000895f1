"""What each agency writes down of a child, and when: its own local id, the numbers it holds, its own spelling and slips.

Everything about one child at one agency comes from the seed and those two alone, so that it does not depend on what else
is asked.
"""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import lru_cache
from random import Random
from typing import Any, NamedTuple

from send_integration.simulate import slips
from send_integration.simulate.agencies import MATERNITY, SCHOOLS, Agency
from send_integration.simulate.homes import Home
from send_integration.simulate.names import Name, load_names
from send_integration.simulate.people import Child, Phase, Town
from send_integration.simulate.profile import Profile

DIRT_LEVELS = {"none": 0.0, "usual": 1.0, "heavy": 5.0}
MOST = 0.9
UNKNOWN_NAMES = ("Unknown", "Unknown", "Not Known", "TBC")
UNKNOWN_BIRTHS = (date(1900, 1, 1), date(2000, 1, 1))


class Version(NamedTuple):
    """A person as an agency has it from a day on."""

    since: date
    person: Mapping[str, Any]


def written_rates(profile: Profile, dirt: str) -> dict[str, float]:
    """How often each thing goes wrong when a record is written, at a level of dirt; `lag_days` is a mean in days."""
    level = DIRT_LEVELS[dirt]
    rates = {name: float(share) * level for name, share in profile.figures["written"].items()}
    return {name: rate if name == "lag_days" else min(MOST, rate) for name, rate in rates.items()}


class Clerks:
    """Writes every child down for every agency; a child's record under one local id changes as the agency learns."""

    def __init__(self, town: Town, seed: str, rates: Mapping[str, float]) -> None:
        self._town = town
        self._seed = seed
        self._rates = rates
        self._names = load_names()
        self.versions: Callable[[Agency, Child], tuple[Version, ...]] = lru_cache(maxsize=None)(self._versions)

    def person_on(self, agency: Agency, child: Child, day: date) -> dict[str, Any]:
        """The person as the agency has it on a day; before it first heard of the child, as it will first write it."""
        versions = self.versions(agency, child)
        known = [version for version in versions if version.since <= day]
        return dict((known or versions)[-1 if known else 0].person)

    def _versions(self, agency: Agency, child: Child) -> tuple[Version, ...]:
        hand = _Hand(Random(f"{self._seed}/{agency.name}/{child.number}"), self._rates, self._names.spellings)  # noqa: S311 - repeatable, and no secret
        given, born = self._given(hand, agency, child), _born(hand, agency, child)
        same = {
            "local_id": local_id(agency, child),
            "given_name": given,
            "date_of_birth": born.isoformat(),
            "ethnicity": child.ethnicity,
            **_gender(hand, child),
        }
        numbers = self._numbers(hand, agency, child)
        places = _Places(hand, self._names.short_kinds)
        found: list[Version] = []
        for learned, phase, before in _learned(hand, agency, child):
            person = {**same, "family_name": _family(hand, agency, child, phase.family_name), **numbers(phase)}
            person |= places.written(agency, phase.home, before)
            if phase.is_adopted and hand.per_child("restricted_marked"):
                person["restricted"] = "adoption"
            if agency is not MATERNITY and hand.per_child("names_swapped"):
                person["given_name"], person["family_name"] = person["family_name"], person["given_name"]
            if not found or found[-1].person != person:
                found.append(Version(learned, person))
        return _newborn(hand, child, found[0]) if agency is MATERNITY else tuple(found)

    def _given(self, hand: "_Hand", agency: Agency, child: Child) -> str:
        if hand.happens("name_unknown"):
            return hand.chance.choice(UNKNOWN_NAMES)
        native = [name.native for name in child.given_names]
        if all(native) and agency.script == child.community.script and hand.per_child("native_script"):
            return " ".join(native)
        parts = [hand.spelt(name.latin) for name in child.given_names]
        if len(parts) > 1 and not self._has_a_namesake_twin(child):
            if hand.happens("further_left_out"):
                return parts[0]
            if hand.happens("further_initials"):
                return " ".join([parts[0], *(part[0] for part in parts[1:])])
            if hand.happens("called_by_second"):
                return parts[1]
        return " ".join(parts)

    def _has_a_namesake_twin(self, child: Child) -> bool:
        """Whether a twin has the same first name: then everybody writes the second."""
        return child.twin is not None and self._town.children[child.twin].given_names[0] == child.given_names[0]

    def _numbers(self, hand: "_Hand", agency: Agency, child: Child) -> Callable[[Phase], dict[str, str]]:
        """The numbers that the agency has for the child in a phase, or those of another child."""
        held = {"nhs": not hand.happens("nhs_number_missing"), "upn": not hand.happens("upn_missing")}
        held = {kind: has and kind in agency.knows for kind, has in held.items()}
        of_nhs = self._another(hand, child) if hand.happens("nhs_number_of_another") else child
        if child.twin is not None and self._twins_swapped(agency, child):
            of_nhs = self._town.children[child.twin]
        of_upn = self._another(hand, child) if hand.happens("upn_of_another") else child

        def numbers(phase: Phase) -> dict[str, str]:
            nhs_number = (phase if of_nhs is child else of_nhs.phases[-1]).nhs_number
            upn = (phase if of_upn is child else of_upn.phases[-1]).upn
            return {
                **({"nhs_number": nhs_number} if held["nhs"] else {}),
                **({"upn": upn} if held["upn"] and upn else {}),
            }

        return numbers

    def _twins_swapped(self, agency: Agency, child: Child) -> bool:
        """Whether an agency has given each twin the other's number."""
        pair = min(child.number, child.twin or 0)
        chance = Random(f"{self._seed}/{agency.name}/{pair}/twins")  # noqa: S311 - repeatable, and no secret
        return chance.random() < self._rates["nhs_number_of_another"]

    def _another(self, hand: "_Hand", child: Child) -> Child:
        """Whose number it is by mistake: half the time a brother's, sister's or twin's."""
        sibling = self._town.sibling_of(child)
        if sibling is not None and hand.chance.random() < 0.5:
            return sibling
        return hand.chance.choice(self._town.children)


class _Hand:
    """One clerk's hand on one child: what goes wrong is drawn once."""

    def __init__(self, chance: Random, rates: Mapping[str, float], spellings: Mapping[str, tuple[str, ...]]) -> None:
        self.chance = chance
        self.rates = rates
        self._spellings = spellings
        self._drawn: dict[str, bool] = {}
        self._spelt: dict[str, str] = {}

    def happens(self, what: str) -> bool:
        return self.chance.random() < self.rates[what]

    def per_child(self, what: str) -> bool:
        """The same answer whenever it is asked of this child."""
        if what not in self._drawn:
            self._drawn[what] = self.happens(what)
        return self._drawn[what]

    def spelt(self, name: str) -> str:
        """A name as this clerk writes it, always in the same way."""
        if name not in self._spelt:
            self._spelt[name] = self._spell(name)
        return self._spelt[name]

    def _spell(self, name: str) -> str:
        written = name
        if self.happens("spelling") and name in self._spellings:
            written = self.chance.choice(self._spellings[name])
        if self.happens("marks_left_out"):
            written = slips.without_marks(written)
        return slips.slip_in_name(self.chance, written) if self.happens("name_slip") else written


class _Places:
    """Homes as a clerk writes them, each always in the same way."""

    def __init__(self, hand: _Hand, short_kinds: Mapping[str, str]) -> None:
        self._hand = hand
        self._short_kinds = short_kinds
        self._written: dict[Home, dict[str, str]] = {}

    def written(self, agency: Agency, home: Home, before: Home | None) -> dict[str, str]:
        """The address and the postcode; those of the home before, where nobody has asked again."""
        if before is not None and self._hand.per_child("old_address"):
            home = before
        if home not in self._written:
            self._written[home] = self._write(home)
        found = self._written[home]
        return found if agency.holds_addresses else {key: value for key, value in found.items() if key == "postcode"}

    def _write(self, home: Home) -> dict[str, str]:
        hand, written = self._hand, {}
        if not hand.happens("address_missing"):
            written["address"] = self._address(home.address)
        if not hand.happens("postcode_missing"):
            wrong = hand.happens("postcode_slip")
            written["postcode"] = slips.letter_of_postcode_wrong(hand.chance, home.postcode) if wrong else home.postcode
        return written

    def _address(self, address: str) -> str:
        hand = self._hand
        if hand.happens("house_slip"):
            address = slips.digit_of_house_wrong(hand.chance, address)
        if hand.happens("street_missing"):
            return "".join(sign for sign in address.split(", ")[-1] if sign.isdigit())
        if hand.happens("address_style"):
            street, kind = address.rsplit(" ", 1)
            address = f"{street} {self._short_kinds.get(kind, kind)}"
            address = hand.chance.choice((address, address.upper(), f"{address}, Luton"))
        return address


def local_id(agency: Agency, child: Child) -> str:
    """The id under which an agency keeps a child."""
    return f"{agency.name[:3].upper()}{(child.number * 7919 + sum(agency.name.encode())) % 1_000_003:06d}"


def _learned(hand: _Hand, agency: Agency, child: Child) -> list[tuple[date, Phase, Home | None]]:
    """The phases that the agency learns of, each with the day, and with the home before it."""
    found: list[tuple[date, int]] = []
    for place, phase in enumerate(child.phases):
        at_once = place == 0 or hand.rates["lag_days"] == 0 or (agency is SCHOOLS and phase.upn != child.phases[-1].upn)
        lag = 0 if at_once else int(hand.chance.expovariate(1 / hand.rates["lag_days"]))
        found.append((phase.since + timedelta(lag), place))
    known: list[tuple[date, Phase, Home | None]] = []
    latest = -1
    for learned, place in sorted(found):
        if place > latest:
            latest = place
            before = [phase.home for phase in child.phases[:place] if phase.home != child.phases[place].home]
            known.append((learned, child.phases[place], before[-1] if before else None))
    return known


def _family(hand: _Hand, agency: Agency, child: Child, name: Name) -> str:
    if name.native and agency.script == child.community.script and hand.per_child("native_script"):
        return name.native
    halves = name.latin.split("-") if name.latin[:3] != "Al-" else [name.latin]
    if len(halves) == 2 and hand.per_child("half_of_double"):
        return hand.spelt(halves[0])
    if len(halves) == 2 and hand.per_child("address_style"):
        return f"{hand.spelt(halves[0])} {hand.spelt(halves[1])}"
    return "-".join(map(hand.spelt, halves))


def _born(hand: _Hand, agency: Agency, child: Child) -> date:
    """The birth date as written; whoever must act on it by law, or saw the birth, has one."""
    born, chance = child.date_of_birth, hand.chance
    if agency is MATERNITY:
        return born
    if hand.happens("day_and_month_swapped"):
        return slips.near_enough(born, slips.day_and_month_swapped(born))
    if hand.happens("digit_of_birth_wrong"):
        return slips.near_enough(born, slips.digit_wrong(chance, born))
    if hand.happens("first_of_january"):
        return born.replace(month=1, day=1)
    if not agency.needs_birth_dates and hand.happens("birth_unknown"):
        return chance.choice(UNKNOWN_BIRTHS)
    return born


def _gender(hand: _Hand, child: Child) -> dict[str, str]:
    if hand.happens("gender_missing"):
        return hand.chance.choice(({}, {"gender": "U"}))
    if hand.happens("gender_wrong"):
        return {"gender": "F" if child.gender == "M" else "M"}
    return {"gender": child.gender}


def _newborn(hand: _Hand, child: Child, written: Version) -> tuple[Version, ...]:
    """Maternity's record: without a name until the birth is registered, and sometimes for good."""
    unnamed = hand.chance.choice(("Baby", "Baby", "Baby Boy" if child.gender == "M" else "Baby Girl"))
    if child.twin is not None:
        unnamed = f"Twin {1 if child.number < child.twin else 2}"
    newborn = Version(child.date_of_birth, {**written.person, "given_name": unnamed})
    return (newborn,) if child.named_on is None else (newborn, Version(child.named_on, written.person))
