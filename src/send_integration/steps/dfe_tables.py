"""Counts the Department's tables over every child."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Engine

from send_integration.steps.statutory_children import statutory_children
from send_integration.warehouse.dfe_counts import DfeCounts
from send_integration.warehouse.dfe_units import units_of_child
from send_integration.warehouse.sen2_modules import Scope


def count_tables(engine: Engine, scope: Scope, schools: Mapping[str, str], known_at: datetime | None) -> DfeCounts:
    """The counts of a year, restricted children among them, for no row tells of one; as known at a moment, where one is given."""
    counts = DfeCounts(scope.year)
    for child_id, _, events in statutory_children(engine, known_at):
        counts.add(units_of_child(child_id, events, scope, schools))
    return counts
