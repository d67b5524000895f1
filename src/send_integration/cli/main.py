"""`send-integration`: finds the command, and turns every fault into one sentence and an exit code."""

import importlib
import sys
import traceback
from typing import Any, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup

from send_integration import __version__
from send_integration.errors import Broken, SendError

INTERRUPTED = 130
"""Exit code after Ctrl-C: 128 plus the number of SIGINT, as shells report it."""


class Entry(NamedTuple):
    """Where a command lives; its module is imported only when it is asked for, so that `--help` and `evaluate` start
    in a moment although a worker loads half a gigabyte of libraries."""

    module: str
    attribute: str
    about: str


COMMANDS = {
    "demo": Entry("demo", "demo", "Start everything embedded, load a simulated authority, print where the page is."),
    "up": Entry("up", "up", "Start worker, reports and page together against what the environment names."),
    "worker": Entry("worker", "worker", "Run the stream worker; start more to share the load."),
    "reports": Entry("reports", "reports", "Keep the warehouse's tables; one is enough, and no flag waits for it."),
    "audit": Entry(
        "audit", "app", "Who looked at which child and why; is that record whole; all that is held of one child."
    ),
    "audit-quality": Entry(
        "audit_quality", "audit_quality", "Judge each feed's latest events again by plain Great Expectations."
    ),
    "web": Entry("web", "web", "Serve the panel's page."),
    "ingest": Entry(
        "ingest", "ingest", "Read files into the raw topics: JSON Lines, CSV, SEN2 return, CIN census, Annex A lists."
    ),
    "backfill": Entry(
        "backfill", "backfill", "Load years of history from JSON Lines files, many times faster than a feed."
    ),
    "evaluate": Entry("evaluate", "evaluate_file", "The pure answer for a file of events: no broker, no database."),
    "timeline": Entry("children", "timeline", "One child's timeline, milestones, risks, family and home."),
    "flags": Entry("flags", "app", "Open flags, most urgent first; acknowledge or dismiss one, read its history."),
    "rules": Entry("rules", "app", "Which rules are in force; check, try and apply a changed file; what was knowable."),
    "notices": Entry("notices", "notices", "Who was told that what they saw has changed, and whether they read it."),
    "ledger": Entry("ledger", "ledger", "Prove that every event is accounted for; exit code 1 if not."),
    "feed": Entry("feed", "app", "See which feeds are let in and how good their agencies are; pause and resume one."),
    "channels": Entry("channels", "app", "See how mail, GOV.UK Notify and the webhook stand, and try one."),
    "quarantine": Entry(
        "quarantine", "app", "What was not let in, and why: see it, replay it, discard it, tell its sender."
    ),
    "quality": Entry("quality", "app", "What warning rules found, and what an inspection would ask about."),
    "drift": Entry("drift", "drift", "New fields, types, codes and columns at a source, and what to change for them."),
    "identity": Entry("identity", "app", "See which person records are held for review."),
    "erase": Entry("erase", "erase", "Erase everything that is held of one child, for good; see first what would go."),
    "hold": Entry("hold", "app", "Legal holds: of whom nothing may be erased; place, lift and list them."),
    "retention": Entry(
        "retention", "app", "Whose time has come by the retention rules; erase them, and what is too old."
    ),
    "simulate": Entry("simulate", "simulate", "Write a made-up authority: histories, errors and all."),
    "export": Entry("export", "app", "What analysts take: tables and the Department's counts."),
    "explain": Entry("explain", "explain", "Which rows, children and events are behind a figure of the warehouse."),
    "pseudonyms": Entry(
        "pseudonyms", "app", "Make and list the keys by which each consumer has its names for children."
    ),
    "keys": Entry("keys", "app", "The keys that protect what topics say of children: the master key, a reader's keys."),
    "schemas": Entry("schemas", "app", "Write or check the JSON Schemas and the AsyncAPI document."),
    "topics": Entry(
        "topics", "app", "Create the topics that are missing; say all children's state anew; open messages."
    ),
    "migrate": Entry("migrate", "migrate", "Bring the database's tables up to date."),
    "policy": Entry("policy", "policy", "Print who may do what on the page, and who sees what of a child."),
    "sessions": Entry("sessions", "app", "See who is signed in on the page, and end it."),
    "settings": Entry("settings", "show", "Print every setting, its meaning and where it stands; never a secret."),
}


class LazyGroup(TyperGroup):
    """A command group that imports a command's module only when that command runs."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401 - typer exports no type for it
        """All names, in the order in which a new user meets them."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401 - typer exports no type for it
        """The named command; a placeholder with its line of help where only help is asked for."""
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        if ctx.resilient_parsing or not _is_asked_for(cmd_name):
            return TyperCommand(cmd_name, help=entry.about, short_help=entry.about)
        found = getattr(importlib.import_module(f"send_integration.cli.{entry.module}"), entry.attribute)
        if not isinstance(found, typer.Typer):
            single = typer.Typer(add_completion=False)
            single.command(cmd_name, help=entry.about if not found.__doc__ else None)(found)
            found = single
        return typer.main.get_command(found)


def _is_asked_for(name: str) -> bool:
    return name in sys.argv[1:]


app = typer.Typer(
    cls=LazyGroup,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="One timeline per child with special educational needs: what is due, missed or at risk.",
)


@app.callback(invoke_without_command=True)
def root(*, version: bool = typer.Option(False, "--version", help="Print the version and stop.")) -> None:
    """Hold the options that every command shares."""
    if version:
        typer.echo(__version__)
        raise typer.Exit


def main() -> None:
    """Run the command line and end the process with the exit code that says what happened."""
    try:
        app(standalone_mode=True)
    except SendError as fault:
        typer.secho(str(fault), err=True, fg="red")
        sys.exit(fault.exit_code)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except Exception as fault:  # noqa: BLE001 - the last place where a traceback can become a sentence
        typer.secho(_sentence(fault), err=True, fg="red")
        sys.exit(Broken.exit_code)


def _sentence(fault: Exception) -> str:
    """What went wrong and where, without the fault's own text, which may quote what a source sent."""
    last = traceback.extract_tb(fault.__traceback__)[-1]
    place = f"{last.filename.rpartition('/')[2]} line {last.lineno}"
    return (
        f"Something failed that should not: {type(fault).__name__} at {place}. Nothing was lost; "
        "please report this line to the engineers who run the system."
    )
