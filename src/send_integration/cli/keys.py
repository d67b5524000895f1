"""`send-integration keys`: the master key of the records' keys, how they stand, and keys for a reader outside."""

import json
from pathlib import Path
from typing import Annotated

import typer

from send_integration.cli.looking import By, looker
from send_integration.cli.services import services
from send_integration.cli.whole_folder import own_file, require_new
from send_integration.contracts.key_files import key_line
from send_integration.contracts.pseudonyms import names_a_consumer
from send_integration.errors import BadInput
from send_integration.settings import settings
from send_integration.store.key_keeping import every_key, rotate, standing
from send_integration.store.master_keys import make_master_key, read_master_keys

TAKE_KEYS = "take-keys"
"""What the audit calls giving keys of records to a reader outside, and opening messages with them."""

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="The keys that protect what is said of children on topics. No key is ever printed.",
)


@app.command("new")
def new(
    *,
    beside: Annotated[
        bool, typer.Option("--beside", help="Although there is one: `keys rotate` lets it take that one's place.")
    ] = False,
) -> None:
    """Make the master key, in the folder that SEND_RECORD_KEYS names. One that is there is never written over.

    Every worker, the reports and the commands that load history need this very file. Keep a copy where keys are kept, apart from
    copies of the database: without it nothing on the topics can be read again.
    """
    path = make_master_key(settings().record_key_folder, beside=beside)
    typer.echo(f"Made {path}, readable by you alone.")


@app.command("list")
def list_keys(*, as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Which master key is in force, how many keys each wraps, how many were destroyed, and what was passed over for that."""
    now, engine = services()
    there = sorted(read_master_keys(now.record_key_folder))
    with engine.connect() as connection:
        found = standing(connection)
    if as_json:
        typer.echo(json.dumps({**found._asdict(), "in_the_folder": there}, indent=1))
        return
    for name in sorted({*there, *found.wrapped_by, *filter(None, [found.master])}):
        words = [
            "in force" if name == found.master else "not in force",
            f"wraps {found.wrapped_by.get(name, 0):,} keys",
        ]
        if name not in there:
            words.append("IS NOT IN THE FOLDER")
        typer.echo(f"master key {name}: {', '.join(words)}")
    typer.echo(f"{found.destroyed:,} keys were destroyed.")
    for who, messages in sorted(found.passed_over.items()):
        typer.echo(f"  {who} passed over {messages:,} messages of theirs")


@app.command("rotate")
def rotate_master() -> None:
    """Wrap every key by another master key: by the one that `keys new --beside` made, or by a new one.

    On several machines make it first with `keys new --beside` and copy its file to each. Workers may run. Started again after
    an end of any kind it goes on. Once `keys list` says that the former wraps none, destroy its file and every copy of it: then
    no old copy of the database gives back a key that was destroyed since.
    """
    now, engine = services()
    master, wrapped = rotate(engine, now.record_key_folder)
    typer.echo(f"{wrapped:,} keys are wrapped anew, by master key {master}.")


@app.command("export")
def export(
    *,
    to: Annotated[Path, typer.Option(help="Where to: a file that is not there yet. You alone can read it.")],
    consumer: Annotated[str, typer.Option(help="Who is given the keys; for the audit.")],
    source: Annotated[
        list[str] | None, typer.Option(help="Only keys of records of this source; may be given several times.")
    ] = None,
    by: By,
) -> None:
    """Write the keys for a reader outside: JSON Lines, a JSON Web Key each, and the names of those that were destroyed.

    Whoever has them reads children's names on the topics, restricted ones' too. It is recorded who was given them. The reader
    takes them anew every day, and keeps none that is not among them.
    """
    if not names_a_consumer(consumer):
        raise BadInput("That is no consumer's name", where="--consumer", next_step="Small letters, digits and hyphens.")
    require_new(to)
    now, engine = services()
    read_master_keys(now.record_key_folder)
    sources = sorted(set(source or ()))
    about = f"keys of records for {consumer}, of {', '.join(sources) or 'all sources'}"
    looker(engine, by, restricted=False, why="").saw(TAKE_KEYS, [None], about=about)
    written = gone = 0
    part = to.with_name(f".{to.name}.part")
    try:
        with engine.connect() as connection, own_file(part) as file:
            for given in every_key(connection, now.record_key_folder, sources):
                file.write(key_line(*given) + "\n")
                written, gone = written + (given.key is not None), gone + (given.key is None)
        part.rename(to)
    finally:
        part.unlink(missing_ok=True)
    typer.echo(f"{written:,} keys are written to {to}, for you alone, and the names of {gone:,} that were destroyed.")
