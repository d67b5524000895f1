"""`send-integration export`: what analysts take."""

import typer

from send_integration.cli.export_dfe import export_dfe
from send_integration.cli.export_metrics import export_metrics
from send_integration.cli.export_parquet import export_parquet
from send_integration.cli.export_sen2 import export_sen2
from send_integration.cli.export_warehouse import export_warehouse

app = typer.Typer(add_completion=False, no_args_is_help=True, help="What analysts take.")
app.command("dfe")(export_dfe)
app.command("sen2")(export_sen2)
app.command("warehouse")(export_warehouse)
app.command("parquet")(export_parquet)
app.command("metrics")(export_metrics)
