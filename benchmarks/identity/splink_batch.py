"""Splink's own batch answer: stock comparisons with term frequencies, its own training, predictions and clusters.

Each source is one table, with what it says last under each local id. Number columns are compared exactly; fields that a
corpus does not fill are left out, for Splink cannot train on them.
"""

import logging
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import duckdb
import splink.comparison_library as compared
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from benchmarks.identity.answers import Answer, joined
from benchmarks.identity.corpus import Corpus, latest
from send_integration.identity.features import PLACEHOLDER_BIRTHS, folded
from send_integration.identity.records import PersonRecord

THRESHOLDS = (0.05, 0.2, 0.5, 0.8, 0.9, 0.95, 0.99, 0.999, 0.9999)
RECALL_OF_RULES = 0.8
COLUMNS = (
    *("unique_id", "given_name", "family_name", "date_of_birth", "gender"),
    *("postcode", "address", "nhs_number", "upn"),
)


def splink_answers(corpus: Corpus) -> dict[float, Answer]:
    """An answer for each threshold of the match probability."""
    logging.getLogger("splink").setLevel(logging.ERROR)
    began = time.perf_counter()
    records = latest(corpus)
    refs = [record.ref for record in records]
    pairs = _predicted(records)
    seconds = time.perf_counter() - began
    return {
        threshold: Answer(
            joined(refs, [(refs[one], refs[other]) for one, other, sure in pairs if sure >= threshold]),
            set(),
            0,
            seconds,
        )
        for threshold in THRESHOLDS
    }


def _predicted(records: Sequence[PersonRecord]) -> list[tuple[int, int, float]]:
    """Pairs of places in `records`, with Splink's probability that they are one person."""
    linker = _linker(records)
    trained = linker.training
    rules: list[Any] = [block_on("given_name", "family_name", "date_of_birth"), block_on("nhs_number", "date_of_birth")]
    trained.estimate_probability_two_random_records_match(rules, recall=RECALL_OF_RULES)
    trained.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    for rule in (block_on("date_of_birth"), block_on("given_name", "family_name")):
        trained.estimate_parameters_using_expectation_maximisation(rule)
    found = linker.inference.predict(threshold_match_probability=min(THRESHOLDS)).as_duckdbpyrelation()
    return found.project("unique_id_l, unique_id_r, match_probability").fetchall()


def _linker(records: Sequence[PersonRecord]) -> Linker:
    lists = defaultdict[str, list[tuple[int, PersonRecord]]](list)
    for place, record in enumerate(records):
        lists[record.source].append((place, record))
    one_list = len(lists) == len(records)  # a corpus of duplicates names each record's list after itself
    tables = {"everybody": list(enumerate(records))} if one_list else dict(lists)
    connection = duckdb.connect(":memory:")
    connection.execute("SET threads = 2")
    api = DuckDBAPI(connection)
    registered = []
    for number, listed in enumerate(tables.values()):
        table = f"list_{number}"
        _create(connection, table, [_row(place, record) for place, record in listed])
        registered.append(api.register(table, dataset_display_name=table))
    settings = SettingsCreator(
        link_type="dedupe_only" if one_list else "link_only",
        comparisons=_comparisons(_filled(records)),
        blocking_rules_to_generate_predictions=_blocking(),
    )
    return Linker(registered[0] if one_list else registered, settings, validate_settings=False, log_level=None)


def _create(connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[tuple[object, ...]]) -> None:
    typed = ", ".join(f"{name} {'BIGINT' if name == 'unique_id' else 'VARCHAR'}" for name in COLUMNS)
    connection.execute(f"CREATE TABLE {table} ({typed})")
    columns = list(zip(*rows, strict=True))
    marks = ", ".join(f"unnest(?::{'BIGINT' if name == 'unique_id' else 'VARCHAR'}[])" for name in COLUMNS)
    connection.execute(f"INSERT INTO {table} SELECT {marks}", [list(column) for column in columns])


def _row(place: int, record: PersonRecord) -> tuple[object, ...]:
    born = record.date_of_birth.isoformat()
    return (
        place,
        folded(record.given_name) or None,
        folded(record.family_name) or None,
        None if born in PLACEHOLDER_BIRTHS else born,
        record.gender or None,
        record.postcode or None,
        folded(record.address) or None,
        record.nhs_number or None,
        record.upn or None,
    )


def _filled(records: Iterable[PersonRecord]) -> Mapping[str, bool]:
    fields = ("gender", "postcode", "address", "nhs_number", "upn")
    listed = list(records)
    return {field: any(getattr(record, field) for record in listed) for field in fields}


def _comparisons(filled: Mapping[str, bool]) -> list[Any]:
    found: list[Any] = [
        compared.NameComparison("given_name").configure(term_frequency_adjustments=True),
        compared.NameComparison("family_name").configure(term_frequency_adjustments=True),
        compared.DateOfBirthComparison("date_of_birth", input_is_string=True),
    ]
    if filled["gender"]:
        found.append(compared.ExactMatch("gender"))
    if filled["postcode"]:
        found.append(compared.PostcodeComparison("postcode").configure(term_frequency_adjustments=True))
    if filled["address"]:
        found.append(
            compared.JaroWinklerAtThresholds("address", [0.92, 0.8]).configure(term_frequency_adjustments=True)
        )
    found += [compared.ExactMatch(number) for number in ("nhs_number", "upn") if filled[number]]
    return found


def _blocking() -> list[Any]:
    return [
        block_on("nhs_number"),
        block_on("upn"),
        block_on("date_of_birth"),
        block_on("given_name", "family_name"),
        block_on("family_name", "postcode"),
        block_on("given_name", "postcode"),
        block_on("address", "substr(given_name, 1, 1)"),
        block_on("family_name", "substr(date_of_birth, 1, 4)"),
        block_on("given_name", "substr(date_of_birth, 1, 7)"),
        block_on("postcode", "substr(date_of_birth, 1, 4)"),
    ]
