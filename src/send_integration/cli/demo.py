"""`send-integration demo`: a simulated authority, from its agencies' files to the panel's page, on embedded parts."""

import shlex
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

import send_integration.cli.demo_parts as parts

CENSUS_DAY = date(2025, 1, 16)
"""The demonstration's today: the day of the January 2025 return, at which the simulated authority's files end."""


def demo(
    *,
    children: Annotated[int, typer.Option(min=1, max=5000, help="How many children the authority has.")] = 500,
    seed: Annotated[int, typer.Option(help="The same seed gives the same authority.")] = 821,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port of the page.")] = 8080,
    until_loaded: Annotated[
        bool, typer.Option("--until-loaded", help="Stop once all is loaded and the ledger balances.")
    ] = False,
) -> None:
    """Start everything embedded, load a simulated authority, print where the page is, run until Ctrl-C."""
    began = time.monotonic()

    def say(words: str) -> None:
        typer.echo(f"{time.monotonic() - began:5.0f} s  {words}")

    with _orderly_stop():
        parts.require_free_port(port)
        with tempfile.TemporaryDirectory(prefix="send-demo-") as folder, ExitStack() as stack:
            try:
                system = _load(stack, Path(folder), children=children, seed=seed, port=port, say=say)
                if not until_loaded:
                    say("Press Ctrl-C to stop everything.")
                    parts.wait_for_the_end(system)
            except KeyboardInterrupt:
                say("Stopping.")
        say("All processes have ended; the demonstration's data is gone.")


def _load(stack: ExitStack, folder: Path, *, children: int, seed: int, port: int, say: parts.Say) -> parts.System:
    say("Starting PostgreSQL and the broker, both embedded, in a temporary folder.")
    system = parts.start_system(stack, folder, as_of=CENSUS_DAY, port=port)
    say("Starting a stream worker, the reports and the page.")
    parts.start_worker_and_page(stack, system)
    say(f"Simulating {children} children: eleven feeds, a SEN2 return, errors and all. Everybody is made up.")
    authority = folder / "authority"
    system.command(
        *("simulate", "--children", str(children), "--seed", str(seed), "--until", CENSUS_DAY.isoformat()),
        *("--out", str(authority), "--no-statutory-dates"),
    )
    for what, arguments in (
        ("the SEN2 return", [str(authority / "sen2"), "--format", "sen2"]),
        ("the eleven feeds", [str(authority)]),
        ("a children-in-need census that others wrote", [str(parts.census()), "--format", "cin"]),
    ):
        sent = parts.sent_in(system.command("ingest", *arguments, "--json"))
        say(f"Read {what}: {sent:,} events are in the raw topics.")
    ledger = parts.wait_until_balanced(system, say)
    for line in parts.summary(ledger):
        say(line)
    if ledger.balanced:
        say("The ledger balances: nothing is lost, all is accounted for.")
    say(f"The page is at {system.page} - sign in there as any of the made-up people.")
    say(f"To try the other commands in another terminal, first: . {shlex.quote(str(system.write_settings()))}")
    return system


@contextmanager
def _orderly_stop() -> Iterator[None]:
    """Let Ctrl-C and a request to terminate stop every process, also where the shell had told us to ignore the first."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
