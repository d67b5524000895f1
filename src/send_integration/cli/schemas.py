"""`send-integration schemas`: writes what the models say, and checks that what is written still says it."""

import json
from pathlib import Path
from typing import Annotated

import typer

from send_integration.contracts.asyncapi import VERSION
from send_integration.contracts.schema import documents, release_of
from send_integration.errors import BadInput

Folder = Annotated[Path, typer.Option(help="Where the schemas stand.")]

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="Write, check or release the JSON Schemas and AsyncAPI."
)


@app.command()
def write(*, folder: Folder = Path("schemas")) -> None:
    """Write every schema and the AsyncAPI document anew."""
    folder.mkdir(parents=True, exist_ok=True)
    found = documents()
    for name, text in found.items():
        (folder / name).write_text(text, "utf-8")
    typer.echo(f"{len(found)} documents are written to {folder}.")


@app.command()
def check(*, folder: Folder = Path("schemas")) -> None:
    """Compare what is written with the models; exit code 2 where they differ."""
    differ = [name for name, text in documents().items() if _written(folder / name) != text]
    if differ:
        raise BadInput(
            f"{len(differ)} documents differ from the models, {differ[0]} among them",
            where=str(folder),
            next_step="Run `send-integration schemas write` and read what changed.",
        )
    typer.echo("The schemas say what the models say.")


@app.command()
def release(*, folder: Folder = Path("schemas")) -> None:
    """Keep what is new or changed since the last release for ever, under past/, so that nothing may break it."""
    past = folder / "past"
    path = past / f"{VERSION}.json"
    if path.exists():
        raise BadInput(
            "This version is released", where=str(path), next_step="Raise VERSION in contracts/asyncapi.py first."
        )
    found = release_of(json.loads(old.read_text("utf-8")) for old in sorted(past.glob("*.json"), key=version_of))
    path.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", "utf-8")
    typer.echo(f"{len(found)} schemas are released as {VERSION}.")


def version_of(path: Path) -> tuple[int, ...]:
    """The version that a release's file is named for, to be ordered by."""
    return tuple(map(int, path.stem.split(".")))


def _written(path: Path) -> str:
    return path.read_text("utf-8") if path.exists() else ""
