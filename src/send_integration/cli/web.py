"""`send-integration web`: serves the panel's page."""

import gc
from multiprocessing import parent_process
from typing import Annotated

import typer
from fastapi import FastAPI

from send_integration.embedded.ports import port_is_free
from send_integration.embedded.processes import die_with_parent
from send_integration.errors import NotReady
from send_integration.settings import settings
from send_integration.store.engine import open_database, open_database_for_pages
from send_integration.store.schema import migrate
from send_integration.web.app import build_app
from send_integration.web.serving import end_streams_when_told, serve


def web(
    *,
    host: Annotated[str, typer.Option(help="Address to listen on: SEND_WEB_HOST.")] = "",
    port: Annotated[int, typer.Option(help="Port to listen on: SEND_WEB_PORT.")] = 0,
) -> None:
    """Serve the page until Ctrl-C, by as many processes as SEND_WEB_PROCESSES says."""
    now = settings()
    if not now.database.get_secret_value():
        raise NotReady("SEND_DATABASE is not set", next_step="Set it, or run `send-integration demo`.")
    listen_host, listen_port = host or now.web_host, port or now.web_port
    if not port_is_free(listen_host, listen_port):
        raise NotReady(f"Port {listen_port} is taken", where="the page", next_step="Set SEND_WEB_PORT to another.")
    engine = open_database(now.database.get_secret_value())
    migrate(engine)
    engine.dispose()
    typer.echo(f"The page is at http://{listen_host}:{listen_port}/", err=True)
    serve("send_integration.cli.web:site", host=listen_host, port=listen_port, processes=now.web_processes)


def site() -> FastAPI:
    """The site of one process, as the environment names its database; the tables are up to date."""
    first = parent_process()
    if first is not None and first.pid is not None:
        die_with_parent(first.pid)  # or the port would stay taken where the first process is killed
    now = settings()
    app = build_app(open_database_for_pages(now.database.get_secret_value()), now)
    end_streams_when_told(app)
    gc.freeze()  # what is built once is not looked through for every page: that took as long as the page of many events
    return app
