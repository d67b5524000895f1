"""`send-integration web`: serves the panel's page."""

from typing import Annotated

import typer
import uvicorn

from send_integration.embedded.ports import port_is_free
from send_integration.errors import NotReady
from send_integration.settings import settings
from send_integration.store.engine import open_database
from send_integration.store.schema import migrate
from send_integration.web.app import build_app


def web(
    *,
    host: Annotated[str, typer.Option(help="Address to listen on: SEND_WEB_HOST.")] = "",
    port: Annotated[int, typer.Option(help="Port to listen on: SEND_WEB_PORT.")] = 0,
) -> None:
    """Serve the panel's page until Ctrl-C."""
    now = settings()
    if not now.database.get_secret_value():
        raise NotReady("SEND_DATABASE is not set", next_step="Set it, or run `send-integration demo`.")
    listen_host, listen_port = host or now.web_host, port or now.web_port
    if not port_is_free(listen_host, listen_port):
        raise NotReady(f"Port {listen_port} is taken", where="the page", next_step="Set SEND_WEB_PORT to another.")
    engine = open_database(now.database.get_secret_value())
    migrate(engine)
    typer.echo(f"The page is at http://{listen_host}:{listen_port}/", err=True)
    uvicorn.run(
        build_app(engine, now),
        host=listen_host,
        port=listen_port,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,  # whom to believe about addresses, SEND_TRUSTED_PROXIES says
    )
