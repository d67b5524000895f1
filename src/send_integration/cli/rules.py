"""`send-integration rules`: what changed rules would have done, and what the rules knew before something went wrong."""

import typer

from send_integration.cli.hindsight import hindsight
from send_integration.cli.trying_rules import try_rules_file

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Try changed rules on the history before they go live, and look back at what could be known when.",
)
app.command("try")(try_rules_file)
app.command("hindsight")(hindsight)
