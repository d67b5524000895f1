"""The linkage model: how often each level of agreement is seen among one child's records, strangers and households.

Fellegi and Sunter's (1969) two classes, one child's records and strangers', take brothers and sisters for strangers who
happen to share a family name, a postcode and an address, and so link them: Splink's defaults found 0.44 to 0.67
precision on children in households, every false link among them. So there is a third class, members of one household,
with its own frequencies; a pair's weight is the lower of its weights against the two others.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import resources
from typing import NamedTuple

from send_integration.errors import BadSetting
from send_integration.identity.compare import LEVELS, SAME, UNKNOWN

DEFAULT_MODEL = "default-1"


class Frequencies(NamedTuple):
    """How often a level is seen among pairs of one child's records, of strangers', and of one household's members."""

    child: float
    stranger: float
    household: float


class Thresholds(NamedTuple):
    """Weights from which a pair is joined (7: odds of 128 to 1), stays joined, and is worth a look (-2: one to four)."""

    link: float
    hold: float
    review: float


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """A versioned model. Weights are binary logarithms of odds.

    `stranger_prior` and `household_prior` are the weights of a pair of which nothing is known yet, against strangers
    and, for pairs that share family name and home, against members of one household; None, for a benchmark's strangers
    alone, where the records hold no families to speak of. Names more common than the level 'same' of their field
    assumes have their own frequency. `lists_everyone` are sources that name every child of the area, such as a
    population register: that nobody else of such a list comes into question is evidence.
    """

    version: str
    stranger_prior: float
    household_prior: float | None
    lists_everyone: frozenset[str]
    thresholds: Thresholds
    levels: Mapping[str, Mapping[str, Frequencies]]
    given_names: Mapping[str, float]
    family_names: Mapping[str, float]
    against: Mapping[str, Mapping[str, tuple[float, float]]]

    def name_weights(self, field: str, name: str) -> tuple[float, float]:
        """The weights of two equal names that are listed as common."""
        listed = self.given_names if field == "given_name" else self.family_names
        seen, frequency = self.levels[field][SAME], listed[name]
        household = frequency if field == "given_name" else seen.household
        return math.log2(seen.child / frequency), math.log2(seen.child / max(household, seen.household))


def read_model(content: bytes, name: str) -> Model:
    """A model from its file's bytes. Raises BadSetting, saying which part is wrong."""
    try:
        given = json.loads(content)
        levels = {
            field: {level: Frequencies(*map(float, given["levels"][field][level])) for level in names}
            for field, names in LEVELS.items()
        }
        empty = Model(
            str(given["version"]),
            float(given["stranger_prior"]),
            float(given["household_prior"]),
            frozenset(map(str, given["lists_everyone"])),
            _thresholds(given["thresholds"]),
            {},
            {name: float(share) for name, share in given["given_names"].items()},
            {name: float(share) for name, share in given["family_names"].items()},
            {},
        )
        return with_levels(empty, levels)
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        raise BadSetting(
            f"The identity model cannot be read: {type(fault).__name__} {fault}",
            where=name,
            next_step="Train it anew with `send-integration identity train`, or leave SEND_IDENTITY_MODEL empty.",
        ) from None


def _thresholds(given: Mapping[str, float]) -> Thresholds:
    """The three thresholds. Raises ValueError where they are not in their order."""
    found = Thresholds(float(given["link"]), float(given["hold"]), float(given["review"]))
    if not found.link >= found.hold >= found.review:
        raise ValueError("link must not lie below hold, nor hold below review")
    return found


def with_levels(model: Model, levels: Mapping[str, Mapping[str, Frequencies]]) -> Model:
    """A model with other frequencies. Raises ValueError where one is no share of pairs."""
    weights = {field: {level: _weights(f) for level, f in of.items()} for field, of in levels.items()}
    return replace(model, levels=levels, against={field: {**of, UNKNOWN: (0.0, 0.0)} for field, of in weights.items()})


@lru_cache(maxsize=1)
def default_model() -> Model:
    """The model that works before any authority has trained its own."""
    file = resources.files(__package__) / "models" / f"{DEFAULT_MODEL}.json"
    return read_model(file.read_bytes(), DEFAULT_MODEL)


def model_as_json(model: Model) -> bytes:
    """The model's file, which `read_model` reads."""
    return json.dumps(
        {
            "version": model.version,
            "stranger_prior": model.stranger_prior,
            "household_prior": model.household_prior,
            "lists_everyone": sorted(model.lists_everyone),
            "thresholds": model.thresholds._asdict(),
            "levels": model.levels,
            "given_names": dict(sorted(model.given_names.items())),
            "family_names": dict(sorted(model.family_names.items())),
        },
        indent=1,
        ensure_ascii=False,
    ).encode()


def _weights(seen: Frequencies) -> tuple[float, float]:
    """The binary logarithms of how much more often a level is seen among one child's records."""
    if not all(0 < share <= 1 for share in seen):
        raise ValueError("a frequency must be above 0 and at most 1")
    return math.log2(seen.child / seen.stranger), math.log2(seen.child / seen.household)
