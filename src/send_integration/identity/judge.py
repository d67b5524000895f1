"""Judges two records: link, likely, review or apart, with the weight of each field and the reason in words.

Weight first, then conditions that a careful records team would set above any weight. No verdict rests on one number
alone, and none joins two who may be twins, brother and sister, or parent and child of one name.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

from send_integration.identity.compare import (
    ALIKE,
    CLOSE,
    DIFFERENT,
    FIRST_OF_JANUARY,
    ONE_OFF,
    PART,
    SAME,
    SWAPPED,
    UNKNOWN,
    VARIANT,
    Levels,
    compare,
)
from send_integration.identity.features import Features
from send_integration.identity.model import Model


class Verdict(IntEnum):
    """What two records are to each other; a higher verdict says more."""

    APART = 0
    REVIEW = 1
    LIKELY = 2
    """They join where a list that names every child knows one of them and nobody else comes into question; else review."""
    LINK = 3


class Part(NamedTuple):
    """One field's share of a weight."""

    field: str
    level: str
    weight: float


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict with what it rests on: `parts` sum to `weight`; `because` says which condition held it down, if any.

    The weight argues with the likelier of two other explanations, told by the prior's level: 'stranger' or 'household'.
    """

    verdict: Verdict
    weight: float
    parts: tuple[Part, ...]
    because: str = ""


def judge(one: Features, other: Features, model: Model) -> Judgement:
    """Judge two records that are not one source's under one local id."""
    levels = compare(one, other)
    given = one.given if levels.given_name == SAME and one.given in model.given_names else ""
    family = one.family if levels.family_name == SAME and one.family in model.family_names else ""
    return _judged(levels, given, family, model)


@lru_cache(maxsize=65_536)
def _judged(levels: Levels, given: str, family: str, model: Model) -> Judgement:
    """The judgement on two records that agree so; `given` and `family` are names that both have and that are common."""
    weight, parts = weigh(levels, given, family, model)
    highest, because = held_down(levels, households=model.household_prior is not None)
    verdict = min(highest, by_weight(levels, weight, model))
    if verdict is not Verdict.LINK and not because:
        because = "the evidence is not enough to be sure"
    return Judgement(verdict, weight, parts, because)


def holds(found: Judgement, model: Model) -> bool:
    """Whether two records that were joined stay so: above a lower weight, and for no condition that forbids it."""
    return found.weight >= model.thresholds.hold and found.verdict > Verdict.REVIEW


def weigh(levels: Levels, given: str, family: str, model: Model) -> tuple[float, tuple[Part, ...]]:
    """The lower of the two weights, and its parts: the prior first, then every field of which both say something."""
    shares = _shares(given, family, model)
    known = [of[level] for of, level in zip(shares, levels, strict=True) if level != UNKNOWN]
    against_stranger, against_household = _priors(model)
    stranger = model.stranger_prior + sum([share.weight for share, _ in known])
    household = (model.household_prior or 0.0) + sum([share.weight for _, share in known])
    if model.household_prior is None or stranger <= household:
        return stranger, (against_stranger, *[share for share, _ in known])
    return household, (against_household, *[share for _, share in known])


@lru_cache(maxsize=4096)
def _shares(given: str, family: str, model: Model) -> tuple[Mapping[str, tuple[Part, Part]], ...]:
    """For every field what each level weighs against a stranger and against a member of the household; a common name weighs
    by its own frequency where it is the same."""
    common = {"given_name": given, "family_name": family}
    found = []
    for field in Levels._fields:
        weights = dict(model.against[field])
        if name := common.get(field):
            weights[SAME] = model.name_weights(field, name)
        found.append(
            {level: (Part(field, level, one), Part(field, level, other)) for level, (one, other) in weights.items()}
        )
    return tuple(found)


@lru_cache(maxsize=16)
def _priors(model: Model) -> tuple[Part, Part]:
    """What a pair weighs of which nothing is known yet, against strangers and against members of one household."""
    return Part("prior", "stranger", model.stranger_prior), Part("prior", "household", model.household_prior or 0.0)


def by_weight(levels: Levels, weight: float, model: Model) -> Verdict:
    """What the weight alone would say; what one home or one number makes worth a look is looked at whatever it weighs."""
    if weight >= model.thresholds.link:
        return Verdict.LINK
    if numbers_disagree(levels):
        return Verdict.APART
    if weight >= model.thresholds.review or (
        family_agrees(levels) and home_agrees(levels) and given_names_agree(levels)
    ):
        return Verdict.LIKELY
    at_home = levels.family_name == SAME and home_agrees(levels) and births_agree(levels)
    return Verdict.REVIEW if at_home or a_number_agrees(levels) else Verdict.APART


def held_down(levels: Levels, *, households: bool) -> tuple[Verdict, str]:
    """The highest verdict that the conditions allow, and the words of the first that forbids more."""
    for highest, condition, words in (*NUMBERS, *FAMILIES) if households else NUMBERS:
        if condition(levels):
            return highest, words
    return Verdict.LINK, ""


def numbers_disagree(levels: Levels) -> bool:
    """Each gives another NHS number: only a person may say that one is superseded."""
    return levels.nhs_number == DIFFERENT


def one_number_is_all_at_all(levels: Levels) -> bool:
    """Nothing but a number agrees, not even the family name or the home."""
    return one_number_is_all_that_agrees(levels) and not family_agrees(levels) and not home_agrees(levels)


def one_number_is_all_that_agrees(levels: Levels) -> bool:
    """A number needs a second fact; a mistyped one must not merge two children."""
    return a_number_agrees(levels) and not given_names_agree(levels) and not births_agree(levels)


def could_be_twins(levels: Levels) -> bool:
    """Born on one day, of one family or home, under other given names."""
    return births_agree(levels) and levels.given_name == DIFFERENT


def could_be_twins_of_close_names(levels: Levels) -> bool:
    """Twins are often given names a letter apart: it is a slip where a number agrees, and the sex does not differ."""
    sure = the_numbers_agree(levels) and levels.gender != DIFFERENT
    return levels.given_name in (CLOSE, ALIKE) and births_agree(levels) and not sure


def could_be_siblings(levels: Levels) -> bool:
    """Neither birth date nor given name is sure."""
    return not births_agree(levels) and not given_names_agree(levels)


def could_be_twins_by_half_a_name(levels: Levels) -> bool:
    """Born on one day, and the given name is only like the other, or missing with no number to make up for it."""
    missing = levels.given_name == UNKNOWN and not (the_numbers_agree(levels) and family_agrees(levels))
    return births_agree(levels) and (missing or levels.given_name == ALIKE)


def could_be_twins_by_their_upns(levels: Levels) -> bool:
    """Born on one day, the given names are not the same, and the UPNs differ, though another number may agree."""
    return births_agree(levels) and levels.given_name not in (SAME, PART) and levels.upn == DIFFERENT


def no_birth_date(levels: Levels) -> bool:
    """One of them gives none, or one that systems fill in: parent and child can share all else, even a number."""
    return levels.date_of_birth == UNKNOWN


def one_name_and_two_births(levels: Levels) -> bool:
    """One name, but not one birth date: a wrong date, cousins, or parent and child of one name."""
    return not births_agree(levels) and not (the_numbers_agree(levels) and levels.date_of_birth != DIFFERENT)


def names_are_swapped(levels: Levels) -> bool:
    """Given and family name stand in each other's place: a slip, or cousins named after one grandfather."""
    return levels.given_name == SWAPPED


def two_facts_are_inexact(levels: Levels) -> bool:
    """Two of given name, family name and birth date only nearly agree, and no number with the birth date settles it."""
    inexact = (
        (levels.given_name not in (SAME, PART))
        + (levels.family_name != SAME)
        + (levels.date_of_birth not in (SAME, FIRST_OF_JANUARY))
    )
    settled = the_numbers_agree(levels) and levels.date_of_birth == SAME
    return inexact > 1 and not (settled and given_names_agree(levels) and family_agrees(levels))


def a_number_agrees(levels: Levels) -> bool:
    """The same NHS number, or the same lasting UPN."""
    return SAME in (levels.nhs_number, levels.upn)


def the_numbers_agree(levels: Levels) -> bool:
    """A number agrees, and none differs."""
    return a_number_agrees(levels) and DIFFERENT not in (levels.nhs_number, levels.upn)


def given_names_agree(levels: Levels) -> bool:
    """The same given name, one of its spellings, a part of it, or a slip away."""
    return levels.given_name in (SAME, SWAPPED, VARIANT, PART, CLOSE)


def births_agree(levels: Levels) -> bool:
    """The same birth date, or one slip away."""
    return levels.date_of_birth in (SAME, FIRST_OF_JANUARY, SWAPPED, ONE_OFF)


def family_agrees(levels: Levels) -> bool:
    """The same family name, a part of it, or a slip away."""
    return levels.family_name in (SAME, PART, CLOSE)


def home_agrees(levels: Levels) -> bool:
    """One home, and not two sexes."""
    return SAME in (levels.postcode, levels.address) and levels.gender != DIFFERENT


NUMBERS = (
    (Verdict.REVIEW, numbers_disagree, "the NHS numbers differ"),
    (Verdict.REVIEW, one_number_is_all_at_all, "a number agrees, but nothing else does"),
)
FAMILIES = (
    (Verdict.REVIEW, one_number_is_all_that_agrees, "a number agrees, but neither birth date nor given name does"),
    (Verdict.REVIEW, could_be_twins, "they could be twins: one birth date, other given names"),
    (Verdict.REVIEW, could_be_siblings, "they could be brother and sister: neither birth date nor given name is sure"),
    (Verdict.LIKELY, could_be_twins_of_close_names, "they could be twins: one birth date, names a letter apart"),
    (Verdict.LIKELY, could_be_twins_by_half_a_name, "they could be twins: one birth date, but half a given name"),
    (
        Verdict.LIKELY,
        could_be_twins_by_their_upns,
        "they could be twins: one birth date, names not the same, other UPNs",
    ),
    (Verdict.LIKELY, no_birth_date, "one of them gives no birth date"),
    (
        Verdict.LIKELY,
        one_name_and_two_births,
        "they could be cousins, or parent and child, of one name: the births differ",
    ),
    (Verdict.LIKELY, names_are_swapped, "given and family name are swapped"),
    (Verdict.LIKELY, two_facts_are_inexact, "two of given name, family name and birth date only nearly agree"),
)
"""Set above any weight, hardest first; the first that holds is told to the reviewer."""

FAMILY_CONDITIONS = frozenset(words for _, _, words in FAMILIES[:6])
"""What is told of pairs that are alike as brothers and sisters are."""
