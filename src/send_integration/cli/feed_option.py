"""The option that names one feed: a name that is none must not look like a feed of which there is nothing to say."""

from typing import Annotated

import typer

from send_integration.contracts.topics import FEEDS
from send_integration.errors import BadInput


def _one_of_ours(feed: str | None) -> str | None:
    if feed is not None and feed not in FEEDS:
        raise BadInput("There is no such feed", where=feed, next_step=f"Feeds are: {', '.join(FEEDS)}.")
    return feed


OneFeed = Annotated[str | None, typer.Option("--feed", help="One feed only.", callback=_one_of_ours)]
