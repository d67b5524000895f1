"""Without the warehouse's key, or the records' master key, nothing is written there, and whoever starts it is told how to make one."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from send_integration.cli.reports import reports
from send_integration.cli.up import up
from send_integration.cli.worker import worker
from send_integration.contracts.pseudonyms import WAREHOUSE
from send_integration.errors import BadSetting
from send_integration.store.pseudonym_keys import make_key
from tests.integration.cli.conftest import Run


@pytest.mark.parametrize("start", [reports, up])
def test_without_its_key_the_warehouse_is_not_kept(
    command: Run, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, start: Callable[..., None]
) -> None:
    monkeypatch.setenv("SEND_PSEUDONYM_KEYS", str(tmp_path / "keys"))
    with engine.connect() as connection:
        before = connection.execute(text("SELECT * FROM reporting_intake.restating")).one()

    done = command(start)

    assert isinstance(done.exception, BadSetting)
    assert "Make one: send-integration pseudonyms new warehouse" in str(done.exception)
    assert BadSetting.exit_code == 78
    with engine.connect() as connection:
        assert connection.execute(text("SELECT * FROM reporting_intake.restating")).one() == before


@pytest.mark.parametrize("start", [worker, reports, up])
def test_without_the_records_master_key_nothing_starts(
    command: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, start: Callable[..., None]
) -> None:
    monkeypatch.setenv("SEND_PSEUDONYM_KEYS", str(tmp_path / "keys"))
    make_key(tmp_path / "keys", WAREHOUSE)

    done = command(start)

    assert isinstance(done.exception, BadSetting)
    assert "for a new database: send-integration keys new" in str(done.exception)
