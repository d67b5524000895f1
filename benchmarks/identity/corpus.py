"""A corpus: records in the order in which they were written down, with the truth that only the scorer sees."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from send_integration.contracts.identifiers import nhs_number_with_check_digit
from send_integration.identity.features import PLACEHOLDER_BIRTHS
from send_integration.identity.records import FirstSeen, PersonRecord, PersonRef

START = datetime(2024, 1, 1, tzinfo=UTC)
UNKNOWN_BIRTH = date.fromisoformat(min(PLACEHOLDER_BIRTHS - {""}))
WRONG_NUMBERS = 0.01


@dataclass(frozen=True, slots=True)
class Known:
    """A record of a corpus: whose it is, of which household, and the groups between which matching must be fair."""

    record: PersonRecord
    truth: str
    household: str = ""
    groups: Mapping[str, str] = field(default_factory=dict)


Corpus = Sequence[Known]


def in_order(corpus: Corpus) -> dict[PersonRecord, FirstSeen]:
    """The records as the decision wants them, written down in the corpus' order."""
    seen: dict[PersonRecord, FirstSeen] = {}
    for place, known in enumerate(corpus):
        seen.setdefault(known.record, FirstSeen(START + timedelta(seconds=place), "corpus", f"{place:07d}"))
    return seen


def latest(corpus: Corpus) -> list[PersonRecord]:
    """What each source says last under each local id."""
    found: dict[PersonRef, PersonRecord] = {}
    for known in corpus:
        found[known.record.ref] = known.record
    return list(found.values())


def read_corpus(path: Path) -> list[Known]:
    """A corpus from its file; a birth date that is no day is none, as our contract refuses it."""
    return [_known(json.loads(line)) for line in path.read_text("utf-8").splitlines()]


def _known(line: Mapping[str, Any]) -> Known:
    said = dict(line["record"])
    try:
        born = date.fromisoformat(said.pop("born"))
    except ValueError:
        born = UNKNOWN_BIRTH
    record = PersonRecord(str(line["copy"]), str(line["id"]), date_of_birth=born, **said)
    groups = {"sex": record.gender or "not said", "name length": name_length(record.given_name.split(" ")[0])}
    return Known(record, str(line["truth"]), str(line["household"]), groups)


def name_length(name: str) -> str:
    """Short names leave a matcher less to go by."""
    return "1-4 letters" if len(name) <= 4 else "5-7 letters" if len(name) <= 7 else "8 letters and more"


def with_numbers(corpus: Corpus, share: float) -> list[Known]:
    """The corpus with a made-up NHS number for each person on a share of the records, one in a hundred of them wrong."""
    chance = Random(821)
    numbers = _nhs_numbers()
    of_person: dict[str, str] = {}
    made: list[Known] = []
    for known in corpus:
        number = of_person.setdefault(known.truth, next(numbers))
        if chance.random() < WRONG_NUMBERS:
            number = next(numbers)
        given = number if chance.random() < share else ""
        made.append(replace(known, record=known.record._replace(nhs_number=given)))
    return made


def without_numbers(corpus: Corpus) -> list[Known]:
    """The corpus with neither NHS number nor UPN."""
    return [replace(known, record=known.record._replace(nhs_number="", upn="")) for known in corpus]


def of_one_person(corpus: Corpus) -> Iterable[list[Known]]:
    """The records of each person."""
    people: dict[str, list[Known]] = {}
    for known in corpus:
        people.setdefault(known.truth, []).append(known)
    return people.values()


def _nhs_numbers() -> Iterator[str]:
    return (number for n in range(1_000_000) if (number := nhs_number_with_check_digit(f"999{n:06d}")))
