"""A child is erased while others work on what is its own, or what lies beside it: nobody waits for the other in a ring."""

from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.integration.erasing.small import Small, small_town
from tests.integration.steps.meeting import meet


@pytest.fixture
def small(engine: Engine, tmp_path: Path) -> Small:
    return small_town(engine, tmp_path)


def test_while_the_reports_are_swept(small: Small) -> None:
    """The sweep stops at a child that it restates before the one that is erased."""
    swept_first, erased = sorted([small.child("Tom", "Bright"), small.child("Mira", "Hidden")])
    small.do("UPDATE reporting_intake.restated_child SET judged_by = 'other rules'")
    hold = f"SELECT FROM reporting_intake.restated_child WHERE child_id = '{swept_first}' FOR UPDATE"
    sweep = partial(small.pipe.warehouse.sweep, small.pipe.today, 50)

    meet(small.engine, hold, [sweep, partial(small.erase, erased)])

    assert small.one("SELECT count(*) FROM reporting_intake.restated_child WHERE child_id = :child", child=erased) == 0
