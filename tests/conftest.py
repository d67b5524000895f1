"""Shares the tests out: what takes long begins first, and what a file starts (a server, a browser) it starts once."""

import os
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

FIRST = ("property", "integration", "browser")
"""Folders with the longest tests, in the order in which they begin; all others, which take milliseconds, come last and fill
whatever time one process has left when the other is done."""

ONE_BY_ONE = "property"
"""The folder whose tests share nothing but processor time: each may run in another process than its file's others."""


class Sharing(LoadScopeScheduling):
    """Gives a process a whole file at a time, and of property tests one."""

    def _split_scope(self, nodeid: str) -> str:
        return nodeid if _folder(nodeid) == ONE_BY_ONE else nodeid.partition("::")[0]


MOST_PROCESSES = 4
"""Each has a PostgreSQL, a broker and a browser of its own."""


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """One process more than there are processors, for the tests of the stream mostly wait."""
    return min(len(os.sched_getaffinity(0)) + 1, MOST_PROCESSES)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    """How tests are shared out where several processes run them."""
    return Sharing(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes long."""
    items.sort(key=lambda item: FIRST.index(_folder(item.nodeid)) if _folder(item.nodeid) in FIRST else len(FIRST))


def _folder(nodeid: str) -> str:
    """The folder below tests/ in which a test stands."""
    return nodeid.split("/")[1]
