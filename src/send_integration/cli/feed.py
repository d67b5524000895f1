"""`send-integration feed`: which feeds are let in, and pausing and resuming one."""

import json
from datetime import datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from send_integration import clock
from send_integration.cli.looking import ROLE, By
from send_integration.cli.services import services
from send_integration.contracts.topics import FEEDS
from send_integration.errors import BadInput
from send_integration.steps.feeds import every_breaker, pause_feed, resume_feed
from send_integration.store.breakers import changes_of
from send_integration.store.sessions import Session
from send_integration.store.silences import ToldSilence, standing_silences
from send_integration.watch.breaker import RULES, Breaker, State
from send_integration.when.london import london_day, london_time

WORDS = {State.CLOSED: "let in", State.OPEN: "paused", State.HALF_OPEN: "on trial"}
Feed = Annotated[str, typer.Argument(help="The feed's name, as in `feed list`.")]
Why = Annotated[str, typer.Option(help="Why, for the audit and for whoever reads the feed.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="See which feeds are let in and which are silent; pause and resume one.",
)


@app.command("list")
def list_feeds(*, as_json: AsJson = False) -> None:
    """How every feed stands: let in, paused, on trial or silent, since when, by whom and why."""
    _, engine = services()
    found = every_breaker(engine, clock.now())
    silent = standing_silences(engine)
    if as_json:
        typer.echo(json.dumps([_as_json(one, silent.get(one.feed)) for one in found.values()], indent=1))
        return
    table = Table("feed", "stands", "since", "by", "why", "tried again")
    for breaker in found.values():
        decided = bool(breaker.why)
        table.add_row(
            breaker.feed,
            WORDS[breaker.state],
            _written(breaker.since) if decided else "",
            breaker.who if decided else "",
            breaker.why,
            _written(breaker.try_at) if breaker.try_at else "",
        )
        if breaker.feed in silent:
            silence = silent[breaker.feed]
            table.add_row("", "silent", silence.since.isoformat(), RULES, silence.why, "")
    Console().print(table)


@app.command("history")
def history(
    feed: Feed, *, limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 20, as_json: AsJson = False
) -> None:
    """Every change of one feed, and what its batch rules warned of, the newest first."""
    if feed not in FEEDS:
        raise BadInput("There is no such feed", where=feed, next_step=f"Feeds are: {', '.join(FEEDS)}.")
    _, engine = services()
    found = changes_of(engine, feed, limit)
    if as_json:
        typer.echo(json.dumps([{**change._asdict(), "at": change.at.isoformat()} for change in found], indent=1))
        return
    for change in found:
        words = WORDS[State(change.state)]
        typer.echo(f"{_written(change.at)}  {words}, by {change.who}: {change.why}")
    if not found:
        typer.echo("It was always let in.")


@app.command("pause")
def pause(feed: Feed, *, why: Why, by: By) -> None:
    """Let no message of a feed in until somebody resumes it; nothing is lost."""
    _, engine = services()
    pause_feed(engine, feed, Session(by, ROLE, ""), why=why, now=clock.now())
    typer.echo(f"{feed} is paused. What its source sends waits at the broker, for as long as its topic keeps it.")


@app.command("resume")
def resume(feed: Feed, *, why: Why, by: By) -> None:
    """Let a paused feed in again; on trial, where its batch rules had paused it."""
    _, engine = services()
    after = resume_feed(engine, feed, Session(by, ROLE, ""), why=why, now=clock.now())
    if after.state is State.HALF_OPEN:
        typer.echo(f"{feed} is on trial: its next 500 messages are let in and judged, and a failure pauses it again.")
    else:
        typer.echo(f"{feed} is let in.")


def _written(moment: datetime) -> str:
    return f"{london_day(moment)} {london_time(moment)}"


def _as_json(breaker: Breaker, silence: ToldSilence | None) -> dict[str, object]:
    return {
        "feed": breaker.feed,
        "state": breaker.state,
        "since": breaker.since.isoformat() if breaker.why else None,
        "who": breaker.who if breaker.why else None,
        "why": breaker.why,
        "trips": breaker.trips,
        "try_at": breaker.try_at.isoformat() if breaker.try_at else None,
        "silent_since": silence.since.isoformat() if silence else None,
        "silent_why": silence.why if silence else "",
    }
