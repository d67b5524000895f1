"""Reports what sources send that contract and mappings do not know, as proposals for the engineers."""

from dataclasses import replace

from sqlalchemy import Engine

from send_integration.contracts.drift import Proposal, fields_of, proposals
from send_integration.contracts.registry import type_feed
from send_integration.store.drift import CsvColumn, accepted_of, csv_columns, refused_by_contract


def proposals_of(engine: Engine, feed: str | None) -> list[Proposal]:
    """Everything that open quarantine items and ingested files ask for, of one feed or of all."""
    refused = refused_by_contract(engine, feed)
    found = proposals(refused, {})
    known = fields_of(accepted_of(engine, (one.source for one in found)))
    columns = [_of_column(column) for column in csv_columns(engine)]
    return [*(proposals(refused, known) if known else found), *(one for one in columns if feed in (None, one.feed))]


def _of_column(column: CsvColumn) -> Proposal:
    made = Proposal(
        type_feed.get(column.type, ""), column.source, f"{column.what} column", f"mapping {column.mapping}", column.column,
        column.files, column.first_seen, column.last_seen, column.shapes,
        "add a column to the mapping, or its title to the mapping's list 'ignored'",
    )  # fmt: skip
    if column.what == "missing":
        return replace(made, change="the file lacks it and was not sent: find its new title, and change the mapping")
    if column.likely_field:
        change = f"it seems to be what filled {column.likely_field} before: change the title in the mapping"
        return replace(made, likely_rename_of=column.likely_field, change=change)
    return made
