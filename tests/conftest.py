"""Shares the tests out: what takes long begins first, and what a file starts (a server, a browser) it starts once."""

import pytest

FIRST = ("property", "integration", "browser")
"""Folders with the longest tests, in the order in which they begin; all others, which take milliseconds, come last and fill
whatever time one process has left when the other is done."""

ONE_BY_ONE = "property"
"""The folder whose tests share nothing but processor time: each may run in another process than its file's others."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order the tests, and keep each file's together but where they share nothing."""
    items.sort(key=lambda item: FIRST.index(_folder(item)) if _folder(item) in FIRST else len(FIRST))
    for item in items:
        if _folder(item) != ONE_BY_ONE:
            item.add_marker(pytest.mark.xdist_group(item.nodeid.partition("::")[0]))


def _folder(item: pytest.Item) -> str:
    """The folder below tests/ in which a test stands."""
    return item.nodeid.split("/")[1]
