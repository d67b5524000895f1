"""`send-integration audit-quality`: is the gate's fast judgement the one that Great Expectations gives?"""

import json
import logging
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Engine

from send_integration import clock
from send_integration.channels.opening import channel_names
from send_integration.cli.feed_option import OneFeed
from send_integration.cli.rounds import rounds
from send_integration.cli.services import services
from send_integration.contracts import topics
from send_integration.contracts.event import Event
from send_integration.errors import NotBalanced
from send_integration.quality.audit import AuditedWindow, PlainValidation, audit
from send_integration.quality.checks import RowChecks
from send_integration.quality.data_docs import write_data_docs
from send_integration.settings import Settings
from send_integration.steps.auditing import WINDOW, audit_feeds, events_of, keep
from send_integration.steps.feeds import STEWARDS
from send_integration.store.audits import AuditRow, latest_judged

ALIVE = "audit-quality.alive"
"""Touched in SEND_HOME after each round, for whoever watches whether the audit goes on."""


def audit_quality(
    *,
    once: Annotated[
        bool,
        typer.Option(
            "--once", help="Every feed's window now, audited before or not; exit code 1 where judgements differ."
        ),
    ] = False,
    every: Annotated[int, typer.Option(min=1, help="Seconds from one round's begin to the next's.")] = 60,
    feed: OneFeed = None,
    data_docs: Annotated[
        Path | None, typer.Option(help="Write Data Docs of the latest windows here, and stop.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print each audit as a line of JSON.")] = False,
) -> None:
    """Judge each feed's latest window again by plain Great Expectations, and raise the alarm where it differs.

    Goes on until Ctrl-C or a request to terminate, and ends what is under way first.
    """
    settings, engine = services()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s", stream=sys.stderr)
    for chatty in ("great_expectations", "great_expectations.data_context.types.base"):  # the second sets its own level
        logging.getLogger(chatty).setLevel(logging.WARNING)
    feeds = [feed] if feed else list(topics.FEEDS)
    checks = {name: RowChecks(name) for name in feeds}
    if data_docs is not None:
        _write_data_docs(engine, checks, data_docs)
        return
    plain = PlainValidation()

    def judge(name: str, events: Sequence[Event]) -> AuditedWindow:
        return audit(checks[name], plain, events)

    settings.home.mkdir(parents=True, exist_ok=True)
    for _ in rounds(every):
        now = clock.now()
        audits = audit_feeds(engine, feeds, judge, now, again=once)
        differing = keep(engine, audits, _mailbox(settings), now)
        _print(audits, as_json=as_json)
        (settings.home / ALIVE).touch()
        if once:
            _tell_outcome(audits, differing)
            return


def _write_data_docs(engine: Engine, checks: Mapping[str, RowChecks], folder: Path) -> None:
    now = clock.now()
    latest = {feed: latest_judged(engine, feed, topics.raw(feed).name, WINDOW) for feed in checks}
    write_data_docs(folder, checks, {feed: events_of(judged, feed, now) for feed, judged in latest.items()})
    typer.echo(f"Data Docs are in {folder}; open index.html. They hold counts and no row's values.")


def _tell_outcome(audits: Sequence[AuditRow], differing: Sequence[str]) -> None:
    if not audits:
        typer.echo("The gate has judged no message yet.", err=True)
    if differing:
        raise NotBalanced("The two judgements differ", where=", ".join(differing), next_step="See the log.")


def _mailbox(settings: Settings) -> str:
    """Where the stewards are written to; '' where nothing is sent."""
    return (settings.mailboxes.get(STEWARDS) or settings.fallback_mailbox) if channel_names(settings) else ""


def _print(audits: list[AuditRow], *, as_json: bool) -> None:
    for row in audits:
        if as_json:
            typer.echo(json.dumps({"feed": row.feed, "events": row.events, "differing": list(row.differing)}))
            continue
        words = f"differ by {', '.join(row.differing)}" if row.differing else "agree on every row"
        typer.echo(f"{row.feed}: {row.events:,} events, the judgements {words}.")
