"""Serves the site by one process or several, and lets the streams to open pages end as soon as a process is told to."""

import signal
from functools import partial
from types import FrameType

import uvicorn
from fastapi import FastAPI

END_WITHIN_SECONDS = 10
"""A page that is being made when the process is told to end has so long."""


def serve(site: str, *, host: str, port: int, processes: int) -> None:
    """Serve what each process builds by `site` ('module:function') until told to end; one that dies is started again."""
    uvicorn.run(
        site,
        factory=True,
        workers=processes,
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,  # whom to believe about addresses, SEND_TRUSTED_PROXIES says
        timeout_graceful_shutdown=END_WITHIN_SECONDS,
    )


def end_streams_when_told(app: FastAPI) -> None:
    """Have the streams to open pages end when this process is told to, for a server waits for all that it is answering.

    To be called when the server has set what it does itself on a signal, as it has when it builds the site. The readers'
    browsers come back by themselves.
    """

    def then(former: object, number: int, frame: FrameType | None) -> None:
        app.state.changes.end_all()
        if callable(former):
            former(number, frame)

    for told in (signal.SIGTERM, signal.SIGINT):
        signal.signal(told, partial(then, signal.getsignal(told)))
