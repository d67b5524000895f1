"""`send-integration policy`: who may do what on the page, and who sees what of a child, as tables."""

import typer

from send_integration.web.policy import policy as the_policy
from send_integration.web.policy_table import as_markdown


def policy() -> None:
    """Print who may do what and who sees what, from the policy that is in force, as tables in Markdown."""
    typer.echo(as_markdown(the_policy()), nl=False)
