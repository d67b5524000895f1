"""`send-integration up`: worker, reports and page together, against what the environment names."""

import os
import sys
from contextlib import ExitStack
from pathlib import Path

import typer

from send_integration.cli.services import services
from send_integration.contracts.pseudonyms import WAREHOUSE
from send_integration.embedded.processes import first_to_end, how_it_ended, running
from send_integration.errors import Broken
from send_integration.store.breakers import paused_feeds
from send_integration.store.master_keys import read_master_keys
from send_integration.store.pseudonym_keys import read_pseudonyms
from send_integration.store.schema import migrate
from send_integration.when.london import london_day


def up() -> None:
    """Start a worker, the reports and the page, and run until Ctrl-C; all end together. The reports need the key
    `warehouse`, and both the master key of the records' keys."""
    now, engine = services()
    read_pseudonyms(now.pseudonym_folder, WAREHOUSE)
    read_master_keys(now.record_key_folder)
    migrate(engine)
    paused = paused_feeds(engine)
    engine.dispose()
    now.home.mkdir(parents=True, exist_ok=True)
    command = str(Path(sys.executable).parent / "send-integration")
    with ExitStack() as stack:
        processes = {
            name: stack.enter_context(
                running(name, [command, name], environment=dict(os.environ), log=now.home / f"{name}.log")
            )
            for name in ("worker", "reports", "web")
        }
        typer.echo(f"Worker, reports and page are starting; their words go to {now.home}. Press Ctrl-C to stop them.")
        for feed, breaker in paused.items():
            typer.echo(f"The feed {feed} is paused by {breaker.who} since {london_day(breaker.since)}: {breaker.why}")
        ended = first_to_end(processes)
        raise Broken(f"The {ended} {how_it_ended(processes[ended])}", where=str(now.home / f"{ended}.log"))
