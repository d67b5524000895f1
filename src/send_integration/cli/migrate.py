"""`send-integration migrate`: brings the database's tables up to date."""

import typer

from send_integration.cli.services import services
from send_integration.store.schema import migrate as apply_migrations


def migrate() -> None:
    """Bring the database's tables up to date; harmless where they are."""
    _, engine = services()
    apply_migrations(engine)
    typer.echo("The tables are up to date.")
