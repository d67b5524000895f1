"""`send-integration feed`: which feeds are let in, and pausing and resuming one."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from send_integration import clock
from send_integration.cli.feed_scorecard import scorecard
from send_integration.cli.looking import By
from send_integration.cli.services import services
from send_integration.contracts.topics import FEEDS
from send_integration.errors import BadInput
from send_integration.steps.feed_standing import FeedStanding, feed_standings
from send_integration.steps.feeds import pause_feed, resume_feed
from send_integration.store.audit_entries import COMMAND_LINE
from send_integration.store.breakers import changes_of
from send_integration.store.sessions import Session
from send_integration.watch.breaker import RULES, State
from send_integration.watch.measures import LEAST_MESSAGES
from send_integration.when.london import london_day, london_time

WORDS = {State.CLOSED: "let in", State.OPEN: "paused", State.HALF_OPEN: "on trial"}
Feed = Annotated[str, typer.Argument(help="The feed's name, as in `feed list`.")]
Why = Annotated[str, typer.Option(help="Why, for the audit and for whoever reads the feed.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="See which feeds are let in, which are silent, and how good their agencies are; pause and resume one.",
)
app.command("scorecard")(scorecard)


@app.command("list")
def list_feeds(*, as_json: AsJson = False) -> None:
    """How every feed stands: let in, paused, on trial or silent, since when, by whom and why; and what to do next."""
    _, engine = services()
    now = clock.now()
    standings = feed_standings(engine, now)
    if as_json:
        typer.echo(json.dumps([_as_json(standing) for standing in standings], indent=1))
        return
    table = Table("feed", "stands", "since", "by", "tried again")
    for breaker, silence, *_ in standings:
        decided = bool(breaker.why)
        table.add_row(
            breaker.feed,
            WORDS[breaker.state],
            _written(breaker.since) if decided else "",
            breaker.who if decided else "",
            _written(breaker.try_at) if breaker.try_at else "",
        )
        if silence:
            table.add_row("", "silent", silence.since.isoformat(), RULES, "")
    Console().print(table)
    for standing in standings:
        for sentence in (*_reasons(standing), *_next_steps(standing)):
            typer.echo(f"{standing.breaker.feed}: {sentence}")


def _reasons(standing: FeedStanding) -> Iterator[str]:
    """Why a feed stands as it does, as whoever or whatever decided said it."""
    if standing.breaker.why:
        yield f"{WORDS[standing.breaker.state]}: {standing.breaker.why}"
    if standing.silence:
        yield f"silent: {standing.silence.why}"


def _next_steps(standing: FeedStanding) -> Iterator[str]:
    """What a steward does about a feed next, in sentences; none where nothing is to be done."""
    breaker, feed = standing.breaker, standing.breaker.feed
    resume_it = f'`send-integration feed resume {feed} --why "..."`'
    if breaker.parked and breaker.trips:
        again = f", or leave it: it is tried again on {_written(breaker.try_at)}" if breaker.try_at else ""
        yield f"Ask the source what changed; once that is mended, {resume_it}{again}."
    elif breaker.parked:
        yield f"{breaker.who} has paused it; once the reason is gone, {resume_it}."
    elif breaker.state is State.HALF_OPEN:
        yield f"{standing.counted} of {LEAST_MESSAGES} messages of its trial have come; wait for the rest."
    if standing.silence:
        yield "Ask the source whether its export still runs; the silence ends by itself when it sends again."
    if standing.warned:
        yield f"Warned of since yesterday: {', '.join(standing.warned)}. See `send-integration feed history {feed}`."


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
        typer.echo(json.dumps([change._asdict() for change in found], default=datetime.isoformat, indent=1))
        return
    for change in found:
        state = State(change.state)
        words = f"warned of while {WORDS[state]}" if change.failures and state is not State.OPEN else WORDS[state]
        typer.echo(f"{_written(change.at)}  {words}, by {change.who}: {change.why}")
    if not found:
        typer.echo("It was always let in.")


@app.command("pause")
def pause(feed: Feed, *, why: Why, by: By) -> None:
    """Let no message of a feed in until somebody resumes it; nothing is lost."""
    _, engine = services()
    pause_feed(engine, feed, Session(by, COMMAND_LINE, ""), why=why, now=clock.now())
    typer.echo(f"{feed} is paused. What its source sends waits at the broker, for as long as its topic keeps it.")


@app.command("resume")
def resume(feed: Feed, *, why: Why, by: By) -> None:
    """Let a paused feed in again; on trial, where its batch rules had paused it."""
    _, engine = services()
    after = resume_feed(engine, feed, Session(by, COMMAND_LINE, ""), why=why, now=clock.now())
    if after.state is State.HALF_OPEN:
        typer.echo(
            f"{feed} is on trial: it is let in until {LEAST_MESSAGES} messages are judged, and a failure pauses it again."
        )
    else:
        typer.echo(f"{feed} is let in.")


def _written(moment: datetime) -> str:
    return f"{london_day(moment)} {london_time(moment)}"


def _as_json(standing: FeedStanding) -> dict[str, object]:
    breaker, silence = standing.breaker, standing.silence
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
        "warned": list(standing.warned),
        "next": list(_next_steps(standing)),
    }
