"""Tells an open page of a child that the child has changed; what has changed, the page then asks for itself."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response, StreamingResponse

from send_integration.store.changes import version_of
from send_integration.store.children import standings
from send_integration.web.changes import Full, Watch, stirred
from send_integration.web.context import Site
from send_integration.web.policy import Action

HEARTBEAT_SECONDS = 15.0
"""So often a quiet stream says that it is there, and looks whether its reader may still be told."""

AGAIN_MILLISECONDS = 2_000
AGAIN_WHERE_FULL_MILLISECONDS = 60_000
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


def routes(site: Site) -> APIRouter:
    """GET /changes/children/{child_id}."""
    router = APIRouter()

    @router.get("/changes/children/{child_id}")
    def tell(request: Request, child_id: str, since: Annotated[str, Query(max_length=80)] = "") -> Response:
        standing = standings(site.engine, [child_id]).get(child_id)
        session = site.permit_child(
            request, Action.VIEW_CHILD, child_id, standing, how="told of changes while it is open"
        )
        known = request.headers.get("last-event-id", since)
        told = _told(site, request, session.actor, child_id, known)
        return StreamingResponse(told, media_type="text/event-stream", headers=HEADERS)

    return router


async def _told(site: Site, request: Request, actor: str, child_id: str, known: str) -> AsyncIterator[bytes]:
    """The stream: `changed` whenever the child's version is not the one that the page has, `ended` where no more is to be
    told. It just stops where the process does, and the browser asks anew."""
    try:
        watch = site.changes.open(actor, child_id)
    except Full:
        yield b"retry: %d\n\n" % AGAIN_WHERE_FULL_MILLISECONDS
        return
    leaving = asyncio.create_task(_close_when_the_reader_leaves(site, request, watch))
    try:
        yield b"retry: %d\n\n" % AGAIN_MILLISECONDS
        while not watch.over:
            version = await run_in_threadpool(_version, site, request, child_id)
            if version is None:
                yield b"event: ended\ndata: access\n\n"
                return
            yield b": \n\n" if version == known else f"id: {version}\nevent: changed\ndata: child\n\n".encode()
            known = version
            await stirred(watch, HEARTBEAT_SECONDS)
        if watch.displaced:
            yield b"event: ended\ndata: displaced\n\n"
    finally:
        leaving.cancel()
        site.changes.close(watch)


async def _close_when_the_reader_leaves(site: Site, request: Request, watch: Watch) -> None:
    """Whoever leaves while something is sent to them is noticed by nobody else before memory is tidied."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
    watch.end()
    site.changes.close(watch)


def _version(site: Site, request: Request, child_id: str) -> str | None:
    """The child's version now; None where the session has ended, or the person may no more see the child."""
    # Before it is asked who looks and what they may see: nobody is told of a version that came after they might know no more
    version = version_of(site.engine, child_id)
    session = site.session_of(request)
    if session is None:
        return None
    standing = standings(site.engine, [child_id]).get(child_id)
    return version if site.ask(session, Action.VIEW_CHILD, standing).allowed else None
