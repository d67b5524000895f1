"""Commands run in the test's own process, on its database and on no broker."""

from collections.abc import Callable, Iterator

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from send_integration.settings import settings
from tests.integration.families import town
from tests.integration.filled import Fill
from tests.integration.steps.pipe import Pipe

Run = Callable[..., Result]


@pytest.fixture
def command(database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Runs a command, which is a function or an app of several, with its arguments."""
    monkeypatch.setenv("SEND_DATABASE", database)
    monkeypatch.setenv("SEND_KAFKA", "127.0.0.1:1")
    settings.cache_clear()

    def invoke(which: typer.Typer | Callable[..., None], *arguments: str) -> Result:
        app = which if isinstance(which, typer.Typer) else typer.Typer()
        if app is not which:
            app.command()(which)
        return CliRunner().invoke(app, [*arguments])

    yield invoke
    settings.cache_clear()


@pytest.fixture
def fill(request: pytest.FixtureRequest) -> Fill | None:
    """A town with a restricted child, for a test that asks for its stream; a module can bring others."""
    return town if "pipe" in request.fixturenames else None


@pytest.fixture
def run(command: Run, pipe: Pipe) -> Run:
    """A command on that town that somebody gives in their own name."""
    return lambda which, *arguments: command(which, *arguments, "--by", "sam")
