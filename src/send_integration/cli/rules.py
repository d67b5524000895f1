"""`send-integration rules`: what is done about the rules as a whole."""

import typer

from send_integration.cli.reevaluating import reevaluate_children

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="Evaluate children anew after a change of the rules."
)


@app.callback()
def rules() -> None:
    """Keep `reevaluate` a command of its own, for more will stand beside it."""


app.command("reevaluate")(reevaluate_children)
