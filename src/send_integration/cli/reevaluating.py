"""`send-integration rules reevaluate`: evaluates children anew on several cores, for instance after a change of the rules."""

import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from send_integration import clock
from send_integration.cli.services import services
from send_integration.steps.catalogue import load_rules
from send_integration.steps.reevaluating import Work, make_everybody_due, reevaluate
from send_integration.store.rule_books import put_in_force


def reevaluate_children(
    *,
    everybody: Annotated[
        bool,
        typer.Option(
            "--everybody",
            help="Every child, due or not. To go on after a stop, leave it out.",
        ),
    ] = False,
    processes: Annotated[int, typer.Option(min=1, max=64, help="Cores to use; the database needs some as well.")] = 2,
) -> None:
    """Evaluate children anew by the rules of this release and of SEND_RULES, which are in force from now on: those who are due
    or were judged by other rules, or all of them.

    Workers may run meanwhile. Whatever is not done when it is stopped is still due: start it again, or leave it to the workers.
    """
    now, engine = services()
    work = Work(now.database.get_secret_value(), load_rules(now.rules), now.today(), clock.now(), now.pseudonym_folder)
    put_in_force(engine, work.rules.fingerprint())
    if everybody:
        make_everybody_due(engine, work.today)
    engine.dispose()
    with Progress(console=Console(stderr=True), disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("children", total=None)
        done = reevaluate(work, processes, lambda count: bar.advance(task, count))
    typer.echo(f"{done:,} children evaluated as of {work.today}.")
