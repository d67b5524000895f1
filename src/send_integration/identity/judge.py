"""Judges two records: link, likely, review or apart, with the weight of each field and the reason in words.

Weight first, then conditions that a careful records team would set above any weight. No verdict rests on one number
alone, and none joins two who may be brother and sister.
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
    compare,
)
from send_integration.identity.features import Features
from send_integration.identity.model import Model

LINK_WEIGHT = 7.0
"""A pair joins from here: odds of 128 to 1."""

HOLD_WEIGHT = 3.0
"""A record that has joined is only judged to have left when what its source says of it now weighs less than this."""

REVIEW_WEIGHT = -2.0
"""From here a pair is worth a look: odds of one to four."""

Levels = Mapping[str, str]


class Verdict(IntEnum):
    """What two records are to each other; a higher verdict says more."""

    APART = 0
    REVIEW = 1
    LIKELY = 2
    """They join where nobody else comes into question for either of them, and are reviewed otherwise."""
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


@lru_cache(maxsize=262_144)
def judge(one: Features, other: Features, model: Model) -> Judgement:
    """Judge two records that are not one source's under one local id."""
    levels = compare(one, other)
    weight, parts = weigh(levels, one, model)
    highest, because = held_down(levels, households=model.household_prior is not None)
    verdict = min(highest, by_weight(levels, weight))
    if verdict is not Verdict.LINK and not because:
        because = "the evidence is not enough to be sure"
    return Judgement(verdict, weight, parts, because)


def weigh(levels: Levels, one: Features, model: Model) -> tuple[float, tuple[Part, ...]]:
    """The lower of the two weights, and its parts: the prior first, then every field of which both say something."""
    stranger, household = model.stranger_prior, model.household_prior or 0.0
    known: list[tuple[str, str, float, float]] = []
    for field, level in levels.items():
        if level != UNKNOWN:
            if level == SAME and field == "given_name":
                weights = model.name_weights(field, one.given)
            elif level == SAME and field == "family_name":
                weights = model.name_weights(field, one.family)
            else:
                weights = model.against[field][level]
            known.append((field, level, *weights))
            stranger += weights[0]
            household += weights[1]
    if model.household_prior is None or stranger <= household:
        prior = Part("prior", "stranger", model.stranger_prior)
        return stranger, (prior, *(Part(field, level, weight) for field, level, weight, _ in known))
    prior = Part("prior", "household", model.household_prior)
    return household, (prior, *(Part(field, level, weight) for field, level, _, weight in known))


def by_weight(levels: Levels, weight: float) -> Verdict:
    """What the weight alone would say; what one home or one number makes worth a look is looked at whatever it weighs."""
    if levels["nhs_number"] == DIFFERENT:
        return Verdict.LINK if weight >= LINK_WEIGHT else Verdict.APART
    if weight >= LINK_WEIGHT:
        return Verdict.LINK
    if weight >= REVIEW_WEIGHT or (family_agrees(levels) and home_agrees(levels) and given_names_agree(levels)):
        return Verdict.LIKELY
    at_home = levels["family_name"] == SAME and home_agrees(levels) and births_agree(levels)
    return Verdict.REVIEW if at_home or a_number_agrees(levels) else Verdict.APART


def held_down(levels: Levels, *, households: bool) -> tuple[Verdict, str]:
    """The highest verdict that the conditions allow, and the words of the first that forbids more."""
    for highest, condition, words in (*NUMBERS, *FAMILIES) if households else NUMBERS:
        if condition(levels):
            return highest, words
    return Verdict.LINK, ""


def numbers_disagree(levels: Levels) -> bool:
    """Each gives an NHS number and they differ by more than a slip: only a person may say that one is superseded."""
    return levels["nhs_number"] == DIFFERENT


def one_number_is_all_that_agrees(levels: Levels) -> bool:
    """A number needs a second fact; a mistyped one must not merge two children."""
    return a_number_agrees(levels) and not given_names_agree(levels) and not births_agree(levels)


def one_number_is_all_at_all(levels: Levels) -> bool:
    """Nothing but a number agrees, not even the family name or the home."""
    return one_number_is_all_that_agrees(levels) and not family_agrees(levels) and not home_agrees(levels)


def could_be_twins(levels: Levels) -> bool:
    """Born on one day, of one family or home, under other given names."""
    return births_agree(levels) and levels["given_name"] == DIFFERENT


def could_be_twins_of_close_names(levels: Levels) -> bool:
    """Twins are often given names a letter apart; where the sex differs too it is no slip."""
    return levels["given_name"] in (CLOSE, PART, ALIKE) and births_agree(levels) and levels["gender"] == DIFFERENT


def could_be_twins_by_half_a_name(levels: Levels) -> bool:
    """Born on one day, and the given name is missing or only like the other."""
    return births_agree(levels) and levels["given_name"] in (UNKNOWN, ALIKE)


def could_be_siblings(levels: Levels) -> bool:
    """Neither birth date nor given name is sure, and no number agrees."""
    return not births_agree(levels) and not given_names_agree(levels)


def one_name_in_one_home(levels: Levels) -> bool:
    """One name, but not one birth date: a wrong date, or cousins of one name."""
    return not births_agree(levels) and levels["date_of_birth"] != UNKNOWN and not a_number_agrees(levels)


def a_number_agrees(levels: Levels) -> bool:
    """The same NHS number, or the same lasting UPN."""
    return SAME in (levels["nhs_number"], levels["upn"])


def given_names_agree(levels: Levels) -> bool:
    """The same given name, one of its spellings, a part of it, or a slip away."""
    return levels["given_name"] in (SAME, SWAPPED, VARIANT, PART, CLOSE)


def births_agree(levels: Levels) -> bool:
    """The same birth date, or one slip away."""
    return levels["date_of_birth"] in (SAME, FIRST_OF_JANUARY, SWAPPED, ONE_OFF)


def family_agrees(levels: Levels) -> bool:
    """The same family name, a part of it, or a slip away."""
    return levels["family_name"] in (SAME, PART, CLOSE)


def home_agrees(levels: Levels) -> bool:
    """One home, and not two sexes."""
    return SAME in (levels["postcode"], levels["address"]) and levels["gender"] != DIFFERENT


NUMBERS = (
    (Verdict.REVIEW, numbers_disagree, "the NHS numbers differ"),
    (Verdict.REVIEW, one_number_is_all_at_all, "a number agrees, but nothing else does"),
)
FAMILIES = (
    (Verdict.REVIEW, one_number_is_all_that_agrees, "a number agrees, but neither birth date nor given name does"),
    (Verdict.REVIEW, could_be_twins, "they could be twins: one birth date, other given names"),
    (Verdict.REVIEW, could_be_twins_of_close_names, "they could be twins: names a letter apart, and another sex"),
    (Verdict.REVIEW, could_be_siblings, "they could be brother and sister: neither birth date nor given name is sure"),
    (Verdict.LIKELY, could_be_twins_by_half_a_name, "they could be twins: one birth date, but half a given name"),
    (Verdict.LIKELY, one_name_in_one_home, "they could be cousins of one name: the birth dates differ"),
)
"""Set above any weight, hardest first; the first that holds is told to the reviewer."""

FAMILY_CONDITIONS = frozenset(words for _, _, words in FAMILIES)
"""What is told of pairs that are alike as members of one family are."""
