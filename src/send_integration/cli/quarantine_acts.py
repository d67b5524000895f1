"""`send-integration quarantine replay`, `discard` and `export`: what stewards do with items, each written down."""

import re
from hashlib import sha256
from pathlib import Path
from typing import Annotated

import typer

from send_integration import clock
from send_integration.cli.looking import By, looker
from send_integration.cli.services import services
from send_integration.contracts.topics import FEEDS
from send_integration.errors import BadInput
from send_integration.steps import stewarding
from send_integration.steps.rejections import rejection_file
from send_integration.steps.stewarding import Done, Steward
from send_integration.store.quarantine import rejections_of
from send_integration.store.stewards import Choice
from send_integration.when.london import london_day

EXPORT_ACTION = "export-rejections"
"""What the audit calls taking a sender's rejection file."""

LAST_NUMBER = 2**63 - 1
"""The largest number that an item can have."""

Items = Annotated[list[int] | None, typer.Argument(min=1, max=LAST_NUMBER, help="Items by their numbers.")]
Feed = Annotated[str | None, typer.Option(help="All of one feed.")]
ReasonCode = Annotated[str | None, typer.Option("--reason", help="All with this reason, by its code.")]
Source = Annotated[str | None, typer.Option(help="All of one agency, by its source as in the events.")]
Why = Annotated[str, typer.Option(help="The reason, kept in the item's history; no names or numbers of a child.")]


def replay(
    items: Items = None,
    *,
    feed: Feed = None,
    reason: ReasonCode = None,
    source: Source = None,
    adapter_mended: Annotated[
        bool,
        typer.Option("--adapter-mended", help="Leave out what the file's adapter found: it was the adapter's fault."),
    ] = False,
    why: Why,
    by: By,
) -> None:
    """Send the untouched bytes through the gate again, after a mapping, the code or the contract was mended.

    What is let in now takes its true place in the timeline; what is refused again stays, with its new reasons.
    """
    _, engine = services()
    chosen = _chosen(items, feed, reason, source)
    steward = Steward(looker(engine, by, restricted=False, why="").session, why)
    done = stewarding.replay(engine, chosen, steward, adapter_mended=adapter_mended)
    _say(done, "replayed; the workers judge them within seconds unless the feed is paused: see `quarantine show`")


def discard(
    items: Items = None,
    *,
    feed: Feed = None,
    reason: ReasonCode = None,
    source: Source = None,
    why: Why,
    by: By,
) -> None:
    """Lay items aside for good. Their bytes are kept, and stay out when they are sent again, until somebody replays them."""
    _, engine = services()
    steward = Steward(looker(engine, by, restricted=False, why="").session, why)
    _say(stewarding.discard(engine, _chosen(items, feed, reason, source), steward), "discarded")


def export(
    *,
    source: Annotated[str, typer.Option(help="The agency, by its source as in the events.")],
    out: Annotated[Path, typer.Option(help="A file, or a folder in which it gets a name.")],
    feed: Feed = None,
    by: By,
) -> None:
    """Write what was refused of an agency, for that agency: its own file and line or event id, why, and what to do.

    No child's data is in it. What other agencies sent, or nobody can tell who, is not either. That you took it is recorded.
    """
    require_feed(feed)
    _, engine = services()
    who = looker(engine, by, restricted=False, why="")
    with engine.connect() as connection:
        found = rejections_of(connection, source, feed)
    who.saw(EXPORT_ACTION, [None], about=f"{len(found)} items of {source}")
    path = out / _name(source, feed) if out.is_dir() else out
    try:
        path.write_bytes(rejection_file(found))
    except OSError as fault:
        raise BadInput(f"The file cannot be written: {fault.strerror}", where=str(path)) from None
    typer.echo(f"{count_items(len(found))} of {source}: {path}")


def _name(source: str, feed: str | None) -> str:
    """A file's name, of this agency and feed alone: what would be written over another agency's could be sent to it."""
    told = re.sub(r"[^A-Za-z0-9]+", "-", source).strip("-") or "agency"
    mark = sha256(source.encode()).hexdigest()[:6]
    return "-".join(["rejected", told, mark, *([feed] if feed else []), f"{london_day(clock.now())}.csv"])


def _chosen(items: list[int] | None, feed: str | None, code: str | None, agency: str | None) -> Choice | list[int]:
    """What is asked for: some items, or all that fit. Raises BadInput where neither is said, or both, or there is no such
    feed."""
    require_feed(feed)
    choice = Choice(feed, agency, code)
    if bool(items) == (choice != Choice()):
        raise BadInput(
            "Name items by their numbers, or say which with --feed, --reason and --source",
            where="the items",
            next_step="See `quarantine list`.",
        )
    return items or choice


def require_feed(feed: str | None) -> None:
    """Raises BadInput where a feed is named that there is not."""
    if feed is not None and feed not in FEEDS:
        raise BadInput("There is no such feed", where=feed, next_step=f"Feeds are: {', '.join(FEEDS)}.")


def count_items(number: int) -> str:
    """A number of items in words."""
    return f"{number:,} item{'' if number == 1 else 's'}"


def _say(done: Done, what: str) -> None:
    typer.echo(f"{count_items(len(done.items))} {what}." if done.items else "Nothing is done: no other open item fits.")
    if done.held:
        typer.echo(f"{count_items(done.held)} left: a person's decision on identity alone lets them in.")
    if done.under_way:
        typer.echo(f"{count_items(done.under_way)} left: being replayed already.")
