"""Runs a worker in this process until it is told to stop."""

import asyncio

import faust
import uvloop

from send_integration.steps.collecting import collect_seldom
from streams.app import Worker


def run(worker: Worker) -> None:
    """Run until SIGINT or SIGTERM; ends the process."""
    worker.app.finalize()
    collect_seldom()
    process = faust.Worker(worker.app, loglevel="ERROR", redirect_stdouts=False, daemon=True, quiet=True)
    process.spinner = None  # it draws on a terminal, and a worker's words go to a log
    process.execute_from_commandline()


def prefer_uvloop() -> None:
    """Give every event loop of this process uvloop's speed; to be called before an app is built."""
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
