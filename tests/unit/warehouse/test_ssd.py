"""The mapping to the Standard Safeguarding Dataset names what there is, on both sides, and leaves nothing out."""

import tomllib
from pathlib import Path

from send_integration import warehouse
from send_integration.warehouse.history import told_columns, view_of
from send_integration.warehouse.tables import ALL

MAPPING = tomllib.loads((Path(warehouse.__file__).parent / "ssd.toml").read_text())
NAMES = tomllib.loads((Path(__file__).parents[2] / "data/ssd-names.toml").read_text())
THEIRS = {f"{table}.{column}" for table, columns in NAMES.items() for column in columns}
OURS = {f"{view_of(table)}.{column.name}" for table in ALL for column in told_columns(table)}
LEFT_OUT = MAPPING["left_out"]
MAPPED = {theirs: told for part, columns in MAPPING.items() if part != "left_out" for theirs, told in columns.items()}


def test_every_column_of_theirs_is_mapped_or_left_out_with_why() -> None:
    assert {*MAPPED, *LEFT_OUT} == THEIRS
    assert {*MAPPED} & {*LEFT_OUT} == set()
    assert all(LEFT_OUT.values())


def test_every_column_of_ours_that_is_named_exists_and_says_how_it_stands_to_theirs() -> None:
    assert {told["ours"] for told in MAPPED.values()} <= OURS
    assert all({*told} == {"ours", "note"} and told["note"] for told in MAPPED.values())
