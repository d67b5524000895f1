"""The CDC RecordLinker's graded cases: each is judged against its seed record, and the grade laid beside our verdict."""

import csv
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from benchmarks.identity.corpus import UNKNOWN_BIRTH
from send_integration.identity.decide import decide
from send_integration.identity.judge import Judgement
from send_integration.identity.model import Model
from send_integration.identity.pairs import between
from send_integration.identity.records import FirstSeen, PersonRecord

FOLDER = Path(__file__).parents[2] / "tests" / "data"
GRADES = {"match": "match", "possible_match": "possible", "no_match": "no match"}
VERDICTS = ("link", "review", "new")
FORMS = ("%Y-%m-%d", "%m/%d/%Y", "%m/%d/%y", "%Y/%m/%d")
LATEST_BIRTH = 2024
"""A year of two digits that would lie later is of the century before."""


@dataclass(frozen=True, slots=True)
class Graded:
    """A case: its number in the set, its grade, our verdict, what differs, and our judgement of the pair."""

    case: str
    grade: str
    verdict: str
    differences: Mapping[str, tuple[str, str]]
    judgement: Judgement


def graded_cases(model: Model, folder: Path = FOLDER) -> list[Graded]:
    """Every case, judged."""
    seeds = {row["Match Id"]: row for row in _rows(folder / "record-linker-seed.csv")}
    return [_graded(row, seeds[row["Match Id"]], model) for row in _rows(folder / "record-linker-cases.csv")]


def table(cases: list[Graded]) -> str:
    """Grades down, our verdicts across."""
    counts = Counter((case.grade, case.verdict) for case in cases)
    lines = [f"{'':<12}" + "".join(f"{verdict:>9}" for verdict in VERDICTS)]
    lines += [
        f"{grade:<12}" + "".join(f"{counts[grade, verdict]:>9}" for verdict in VERDICTS) for grade in GRADES.values()
    ]
    return "\n".join(lines)


def _graded(case: Mapping[str, str], seed: Mapping[str, str], model: Model) -> Graded:
    one, other = _record("seed", seed), _record("case", case)
    seen = {
        record: FirstSeen(datetime(2025, 1, day, tzinfo=UTC), "set", str(day)) for day, record in ((1, one), (2, other))
    }
    decided = decide(seen, (), model)
    joined = decided.decisions[one] == decided.decisions[other]
    return Graded(
        case["Test Case #"],
        GRADES[case["Expected Result"].strip()],
        "link" if joined else "review" if decided.reviews else "new",
        {
            name: (seed[name], case[name])
            for name in seed
            if name not in ("Match Id", "ID") and seed[name] != case[name]
        },
        between(one, other, model),
    )


def _rows(path: Path) -> Iterator[dict[str, str]]:
    """Rows by column; a comma too many is one that an address holds without quotes, or an empty last cell."""
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    address = header.index("ADDRESS")
    for row in rows:
        cells = row[:-1] if len(row) > len(header) and not row[-1] else row
        extra = len(cells) - len(header)
        cells[address : address + extra + 1] = [", ".join(cells[address : address + extra + 1])]
        yield dict(zip(header, cells, strict=True))


def _record(source: str, row: Mapping[str, str]) -> PersonRecord:
    return PersonRecord(
        source,
        "1",
        row["FIRST"],
        f"{row['LAST']} {row['SUFFIX']}".strip(),
        _born(row["BIRTHDATE"].strip()),
        nhs_number="".join(sign for sign in row["SSN"] if sign.isdigit()),
        postcode=row["ZIP"],
        address=f"{row['ADDRESS']} {row['CITY']}".replace("\\n", " "),
        gender=row["GENDER"] if row["GENDER"] in ("M", "F") else "",
    )


def _born(text: str) -> date:
    for form in FORMS:
        try:
            day = datetime.strptime(text, form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
        return day.replace(year=day.year - 100) if day.year > LATEST_BIRTH else day
    return UNKNOWN_BIRTH
