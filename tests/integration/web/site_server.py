"""The site served within a test's own process: told to end by the test, not by a signal."""

import socket

import uvicorn
from fastapi import FastAPI

END_WITHIN_SECONDS = 10
"""A page that is being made when the process is told to end has so long."""


class SiteServer(uvicorn.Server):
    """A server that does not wait for readers of open pages to leave: their browsers come back by themselves."""

    def __init__(self, app: FastAPI, *, host: str, port: int, log_level: str = "warning") -> None:
        self._changes = app.state.changes
        super().__init__(
            uvicorn.Config(
                app,
                host=host,
                port=port,
                log_level=log_level,
                access_log=False,
                server_header=False,
                proxy_headers=False,  # whom to believe about addresses, SEND_TRUSTED_PROXIES says
                timeout_graceful_shutdown=END_WITHIN_SECONDS,
            )
        )

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the streams, then all else."""
        self._changes.end_all()
        await super().shutdown(sockets)
