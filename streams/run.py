"""Runs a worker in this process until it is told to stop."""

import asyncio
import gc

import faust
import uvloop

from streams.app import Worker

OBJECTS_BEFORE_A_COLLECTION = 100_000
"""Python's collector looks at a batch's objects every 700 of them by itself, and takes a third of a batch's time."""


def run(worker: Worker) -> None:
    """Run until SIGINT or SIGTERM; ends the process."""
    worker.app.finalize()
    gc.freeze()  # what the libraries made stays, and is not looked at again
    gc.set_threshold(OBJECTS_BEFORE_A_COLLECTION, 20, 50)
    process = faust.Worker(worker.app, loglevel="ERROR", redirect_stdouts=False, daemon=True, quiet=True)
    process.spinner = None  # it draws on a terminal, and a worker's words go to a log
    process.execute_from_commandline()


def prefer_uvloop() -> None:
    """Give every event loop of this process uvloop's speed; to be called before an app is built."""
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
