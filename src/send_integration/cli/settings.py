"""`send-integration settings`: what the environment says, for the engineer who wonders why."""

import json
from typing import Annotated

import typer
from pydantic import SecretStr
from rich.console import Console
from rich.table import Table

from send_integration.settings import Settings, settings


def show(*, as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Print every setting, its meaning and where it stands; never a secret."""
    now = settings()
    rows = [
        (f"SEND_{name.upper()}", _shown(getattr(now, name)), field.description or "")
        for name, field in Settings.model_fields.items()
    ]
    if as_json:
        typer.echo(json.dumps({name: value for name, value, _ in rows}, indent=1))
        return
    table = Table("setting", "stands at", "meaning")
    for row in rows:
        table.add_row(*row)
    Console().print(table)


def _shown(value: object) -> str:
    if isinstance(value, SecretStr):
        return "set, not shown" if value.get_secret_value() else ""
    return "" if value is None else str(value)
