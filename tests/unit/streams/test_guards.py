"""A worker has every feed's expectations ready before anything runs."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from send_integration.contracts.topics import FEEDS
from send_integration.errors import BadSetting
from send_integration.quality import suites
from streams.stream_worker import guards


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the suites, which the worker reads in their place."""
    copy = tmp_path / "expectations"
    shutil.copytree(suites.folder(), copy)
    monkeypatch.setattr(suites, "FOLDER_IN_CHECKOUT", copy)
    suites.rules_of.cache_clear()
    yield copy
    suites.rules_of.cache_clear()


def test_every_feed_is_guarded(folder: Path) -> None:
    checks, judges = guards()

    assert list(checks) == list(judges) == list(FEEDS)


@pytest.mark.parametrize("scope", ["row", "batch"])
def test_a_worker_does_not_start_where_a_suite_would_guard_less(folder: Path, scope: str) -> None:
    path = folder / "panel.json"
    suite = json.loads(path.read_text())
    one = next(found for found in suite["expectations"] if found["meta"]["scope"] == scope)
    one["kwargs"]["column"] = "no_such_column"
    path.write_text(json.dumps(suite))

    with pytest.raises(BadSetting):
        guards()
