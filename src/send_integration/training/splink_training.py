"""Estimates the identity model's frequencies with Splink, from an authority's own records and without labels.

Splink (moj-analytical-services, MIT) estimates how often each level is seen between strangers by sampling random pairs,
and between records of one child by expectation maximisation on pairs that share a birth date or a name. A further run,
on pairs that share family name and home, gives the column of households. What a level means stays ours: Splink asks
`identity.compare`, so that the stream applies exactly what was trained.
"""

import logging
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, cast

import duckdb
from splink import DuckDBAPI, Linker, block_on

from send_integration.errors import BadInput
from send_integration.identity.compare import LEVELS, SAME, UNKNOWN, Levels, compare
from send_integration.identity.features import Features
from send_integration.identity.model import Frequencies, Model, with_levels

FEWEST_RECORDS = 1_000
FEWEST_HOUSEHOLD_PAIRS = 500
MOST_PAIRS = 150_000
"""Pairs of one run: the comparison is Python's, about 30 microseconds a pair."""

RECALL_OF_RULES = 0.7
"""The share of true pairs that agree in name and birth date or in a number: Splink wants a rough guess."""

LEAST, MOST = 1e-7, 0.999999
PSEUDO_PAIRS = 50.0
"""How many pairs the starting model counts for, so that a level which the sample never met is rare and not impossible."""

COMMON = 50
"""A name is listed from so many records on, some ten children: a rarer one would tell a reader of the file who is known."""

COLUMNS = {
    "given_name": "given",
    "family_name": "family",
    "date_of_birth": "born",
    "postcode": "postcode",
    "address": "address",
    "gender": "gender",
    "nhs_number": "nhs_number",
    "upn": "upn",
}
"""The value by which Splink knows that a blocking rule settles a field, which that run then learns nothing of."""

OF_ONE_PERSON = ("given_name", "date_of_birth", "gender", "nhs_number", "upn")
"""What members of one household do not share; the others are how a household's pairs are found."""

Shares = Mapping[str, Mapping[str, float]]


def train(
    people: Sequence[Features],
    start: Model,
    version: str,
    *,
    lists_everyone: frozenset[str] = frozenset(),
    households: bool = True,
) -> Model:
    """A model from records, where `start` has the last word on what they do not show.

    `lists_everyone` is taken over as it is given. With `households` off, the records hold no families to speak of (a
    benchmark's strangers). Raises BadInput where there are too few records to learn from.
    """
    if len(people) < FEWEST_RECORDS:
        raise BadInput(f"{len(people)} records are too few to learn from; at least {FEWEST_RECORDS} are needed")
    linker = _linker(people, start)
    linker.training.estimate_probability_two_random_records_match(
        [block_on("given", "family", "born"), block_on("nhs_number")], recall=RECALL_OF_RULES
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=MOST_PAIRS, seed=1)
    for rule in (block_on("born"), block_on("given", "family")):
        linker.training.estimate_parameters_using_expectation_maximisation(rule, max_pairs=MOST_PAIRS)
    learned = linker.misc.save_model_to_json()
    home, home_prior = _households(people, start) if households else ({}, None)
    same, strangers = _column(learned, "m_probability"), _column(learned, "u_probability")
    levels = {
        field: {
            level: Frequencies(
                _blend(same, field, level, before=start.levels[field][level].child, seen=len(people)),
                _blend(strangers, field, level, before=start.levels[field][level].stranger, seen=MOST_PAIRS),
                home.get(field, {}).get(level, start.levels[field][level].household),
            )
            for level in of
        }
        for field, of in LEVELS.items()
    }
    trained = replace(
        start,
        version=version,
        stranger_prior=_log_odds(learned["probability_two_random_records_match"]),
        household_prior=home_prior,
        lists_everyone=lists_everyone,
        given_names=_common([person.given for person in people], levels["given_name"][SAME].stranger),
        family_names=_common([person.family for person in people], levels["family_name"][SAME].stranger),
    )
    return with_levels(trained, levels)


def _households(people: Sequence[Features], start: Model) -> tuple[Shares, float | None]:
    """How members of one household agree, and the weight of a pair of which only the home is known.

    Every two of one family name and home are judged by what does not go with the family; each pair then counts as two
    members in the measure in which it is not one child.
    """
    homes = Counter(_home(person) for person in people)
    homes.pop(None, None)
    if sum(count * (count - 1) // 2 for count in homes.values()) < FEWEST_HOUSEHOLD_PAIRS:
        return {}, start.household_prior
    pairs = _linker(people, start, household=True).inference.predict().as_duckdbpyrelation()
    children, total = cast("tuple[float, int]", pairs.aggregate("sum(match_probability), count(*)").fetchall()[0])
    shares: dict[str, dict[str, float]] = {}
    for field in OF_ONE_PERSON:
        counted = dict(pairs.aggregate(f"gamma_{field}, sum(1 - match_probability)", f"gamma_{field}").fetchall())
        known = sum(weight for gamma, weight in counted.items() if gamma >= 0)
        for gamma, level in enumerate(reversed(LEVELS[field])):  # Splink counts its levels from the last one
            before = start.levels[field][level].household
            found = (counted.get(gamma, 0.0) + before * PSEUDO_PAIRS) / (known + PSEUDO_PAIRS)
            shares.setdefault(field, {})[level] = _within(found)
    return shares, _log_odds(children / total)


def _linker(people: Sequence[Features], start: Model, *, household: bool = False) -> Linker:
    """Splink on an in-memory database, in which a level is asked of our own comparison."""

    @lru_cache(maxsize=2 * MOST_PAIRS)
    def levels(one: int, other: int) -> Levels:
        return compare(people[one], people[other])

    def level(field: str, one: int, other: int) -> str:
        return cast("str", getattr(levels(one, other), field))

    connection = duckdb.connect(":memory:")
    connection.execute("SET threads = 1")  # the comparison is Python's, and a second thread only waits for the first
    connection.create_function("level", level, ["VARCHAR", "BIGINT", "BIGINT"], "VARCHAR")
    columns = [[getattr(person, name) or None for person in people] for name in COLUMNS.values()]
    named = ", ".join(f"unnest(?::VARCHAR[]) AS {name}" for name in (*COLUMNS.values(), "home"))
    connection.execute(
        f"CREATE TABLE people AS SELECT unnest(range(?)) AS unique_id, {named}",
        [len(people), *columns, list(map(_home, people))],
    )
    settings: dict[str, Any] = {
        "link_type": "dedupe_only",
        "unique_id_column_name": "unique_id",
        "comparisons": [
            _comparison(field, start, household=household) for field in (OF_ONE_PERSON if household else LEVELS)
        ],
        "blocking_rules_to_generate_predictions": [block_on("home")] if household else [],
        "retain_intermediate_calculation_columns": True,
        "probability_two_random_records_match": 0.3 if household else 1e-4,
    }
    return Linker(DuckDBAPI(connection).register("people"), settings, validate_settings=False, log_level=logging.ERROR)


def _home(person: Features) -> str | None:
    place = person.address or person.postcode
    return f"{person.family}\x1f{place}" if person.family and place else None


def _comparison(field: str, start: Model, *, household: bool) -> dict[str, Any]:
    """A field's levels as Splink asks for them: those of which either record says nothing first, then the best to the last."""
    asked, column = f"level('{field}', unique_id_l, unique_id_r)", COLUMNS[field]
    unknown = f"{column}_l IS NULL OR {column}_r IS NULL OR {asked} = '{UNKNOWN}'"
    levels: list[dict[str, Any]] = [
        {"sql_condition": unknown, "label_for_charts": UNKNOWN, "is_null_level": True},
    ]
    *named, last = LEVELS[field]
    for level in (*named, last):
        seen = start.levels[field][level]
        levels.append(
            {
                "sql_condition": "ELSE" if level == last else f"{asked} = '{level}'",
                "label_for_charts": level,
                "m_probability": seen.child,
                "u_probability": seen.household if household else seen.stranger,
            }
        )
    return {"output_column_name": field, "comparison_levels": levels}


def _column(learned: Mapping[str, Any], name: str) -> Mapping[str, Mapping[str, float | None]]:
    return {
        comparison["output_column_name"]: {
            level["label_for_charts"]: level.get(name) for level in comparison["comparison_levels"]
        }
        for comparison in learned["comparisons"]
    }


def _blend(
    learned: Mapping[str, Mapping[str, float | None]], field: str, level: str, *, before: float, seen: float
) -> float:
    """The learned share, drawn a little towards the starting one, as if some more pairs had been seen of that."""
    found = learned.get(field, {}).get(level)
    return _within(before if found is None else (found * seen + before * PSEUDO_PAIRS) / (seen + PSEUDO_PAIRS))


def _within(share: float) -> float:
    return min(max(share, LEAST), MOST)


def _log_odds(share: float) -> float:
    bounded = _within(share)
    return math.log2(bounded / (1 - bounded))


def _common(names: Sequence[str], usual: float) -> dict[str, float]:
    """The names that are commoner than the level 'same' assumes, each with its share of all records."""
    counts = Counter(filter(None, names))
    total = sum(counts.values())
    return {
        name: round(count / total, 6)
        for name, count in sorted(counts.items())
        if count >= COMMON and count / total > usual
    }
