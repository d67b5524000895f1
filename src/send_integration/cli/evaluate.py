"""`send-integration evaluate`: the reference answer, from a file of events alone."""

import sys
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from send_integration import clock
from send_integration.cli.moments import known_at_moment
from send_integration.errors import BadInput
from send_integration.evaluate import Answer, as_json, evaluate, to_bytes
from send_integration.settings import settings
from send_integration.steps.catalogue import load_rules


class Format(StrEnum):
    """How the answer is printed."""

    JSON = "json"
    TEXT = "text"


def evaluate_file(
    file: Annotated[Path, typer.Argument(help="Events, one JSON object a line; - reads standard input.")],
    *,
    as_of: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day asked about: today.")] = None,
    known_at: Annotated[str, typer.Option(help="Only what was recorded by this moment, RFC 3339.")] = "",
    child: Annotated[str | None, typer.Option(help="One child: child id, nhs:…, upn:… or local:….")] = None,
    output: Annotated[Format, typer.Option("--format", help="json is the contract's; text is for reading.")] = (
        Format.JSON
    ),
) -> None:
    """Print the pure answer for a file of events: no broker, no database."""
    rules = load_rules(settings().rules)
    try:
        lines = sys.stdin.buffer.readlines() if str(file) == "-" else file.read_bytes().splitlines()
    except OSError as fault:
        raise BadInput(
            "The file cannot be read", where=str(file), next_step="Check its name and its rights."
        ) from fault
    answer = evaluate(
        lines,
        rules,
        as_of=as_of.date() if as_of else settings().today(),
        not_after=clock.now(),
        known_at=known_at_moment(known_at) if known_at else None,
        child=child,
    )
    if output is Format.JSON:
        sys.stdout.buffer.write(to_bytes(as_json(answer, rules)) + b"\n")
    else:
        _print_text(answer)


def _print_text(answer: Answer) -> None:
    out = len(answer.quarantined)
    typer.echo(f"{answer.accepted} accepted, {answer.duplicates} duplicates, {out} quarantined, as of {answer.as_of}")
    for item in answer.quarantined:
        words = "; ".join(f"{found.code} {found.field}".strip() for found in item.reasons)
        typer.echo(f"  line {item.line}: {words}")
    for child in answer.children:
        typer.echo(f"{child.child_id}: {len(child.timeline.events)} events, {len(child.flags)} flags")
        for flag in child.flags:
            due = f", due {flag.due_on}" if flag.due_on else ""
            typer.echo(f"  {flag.level}: {flag.rule} {flag.status}{due}: {flag.reason}")
