"""A child's page in a real browser: by keyboard, on a phone, magnified, in forced colours, and for extreme children."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine

from send_integration.steps.catalogue import load_rules
from tests.browser.child_stories import NOW, TODAY, story
from tests.integration.steps.pipe import Pipe

pytestmark = [pytest.mark.browser, pytest.mark.integration]

SignIn = Callable[[str], None]
AddressOf = Callable[[str], str]


@pytest.fixture
def pipe(engine: Engine) -> Pipe:
    """The stream that brought the children of `child_stories`."""
    made = Pipe(engine, load_rules(), TODAY, now=NOW)
    for feed, raw in story():
        made.send(feed, raw)
    made.drain_gate(sorted({feed for feed, _ in story()}))
    made.drain_timeline()
    return made
