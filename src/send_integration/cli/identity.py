"""`send-integration identity`: whose records are one child's: what waits for a person, and what a person decides."""

import getpass
import json
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine

from send_integration import clock
from send_integration.cli import identity_model
from send_integration.cli.services import services
from send_integration.errors import BadInput
from send_integration.steps import deciding
from send_integration.steps.deciding import Reviewer
from send_integration.store.children import find_child
from send_integration.store.reviews import (
    PastDecision,
    ReviewedRecord,
    WaitingPair,
    affected,
    past_decisions,
    records_of_child,
    waiting_pair,
    waiting_pairs,
)
from send_integration.store.sessions import Session, record
from send_integration.web.policy import Role

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="Whose records are one child's: review, merge, split."
)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Why = Annotated[str, typer.Option(help="The reason, kept with the decision; no names or numbers of a child.")]
By = Annotated[str, typer.Option(help="Your worker id.", default_factory=getpass.getuser)]
app.command()(identity_model.train)
app.command()(identity_model.redecide)
BAR = 24
"""Characters of the longest bar."""


@app.command()
def review(
    pair: Annotated[str | None, typer.Argument(help="A pair, as '12-57': both records side by side.")] = None,
    *,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many pairs at most.")] = 50,
    as_json: AsJson = False,
    by: By,
) -> None:
    """Pairs of records that wait for a person, the likeliest first; or one of them in full."""
    _, engine = services()
    if pair is not None:
        _show(engine, _waiting(engine, pair), by, as_json=as_json)
        return
    found, total = waiting_pairs(engine, restricted=True, limit=limit)
    if as_json:
        typer.echo(json.dumps([_as_json(item) for item in found], default=str, indent=1))
        return
    table = Table("pair", "sources", "weight", "why it waits")
    for item in found:
        table.add_row(item.name, f"{item.one.source}\n{item.other.source}", f"{item.weight:.1f}", item.why)
    console = Console()
    console.print(table)
    console.print(f"{total:,} pairs wait. `send-integration identity review PAIR` shows one.")


@app.command()
def merge(
    one: Annotated[str, typer.Argument(help="A child id, or 'nhs:…', 'upn:…', 'local:…'; or a waiting pair, alone.")],
    other: Annotated[str | None, typer.Argument(help="The other child.")] = None,
    *,
    why: Why,
    by: By,
) -> None:
    """Decide that two children, or the two of a waiting pair, are one."""
    _, engine = services()
    if other is None:
        waiting = _waiting(engine, one)
        made = deciding.join_records(engine, waiting.one.number, waiting.other.number, _reviewer(by, why))
    else:
        made = deciding.merge_children(engine, _child(engine, one), _child(engine, other), _reviewer(by, why))
    _said(made)


@app.command()
def apart(pair: Annotated[str, typer.Argument(help="A waiting pair, as '12-57'.")], *, why: Why, by: By) -> None:
    """Decide that the two of a waiting pair are two children; they are not asked about again."""
    _, engine = services()
    waiting = _waiting(engine, pair)
    _said(deciding.tell_apart(engine, waiting.one.number, waiting.other.number, _reviewer(by, why)))


@app.command()
def split(
    child: Annotated[str, typer.Argument(help="The child: a child id, or 'nhs:…', 'upn:…', 'local:…'.")],
    records: Annotated[
        list[int] | None, typer.Argument(help="Records that are another child; none: list them.")
    ] = None,
    *,
    why: Annotated[str, typer.Option(help="The reason, kept with the decision.")] = "",
    by: By,
) -> None:
    """Decide that some of a child's records are another child; without records, list the child's."""
    _, engine = services()
    child_id = _child(engine, child)
    if not records:
        with engine.connect() as connection:
            _print_records(records_of_child(connection, child_id))
        record(engine, Session(by, Role.DATA_STEWARD, ""), "identity-show", child_id, allowed=True, why="command line")
        return
    if not why:
        raise BadInput("A decision needs its reason", where="--why")
    _said(deciding.split_child(engine, child_id, records, _reviewer(by, why)))


@app.command()
def withdraw(
    decision: Annotated[str, typer.Argument(help="A decision's id, as `identity decisions` lists it.")],
    *,
    why: Why,
    by: By,
) -> None:
    """Take a decision back, as if it had never been taken: a wrong merge leaves no trace in any timeline."""
    _, engine = services()
    if not any(past.event_id == decision for past in past_decisions(engine, 100_000)):
        raise BadInput("There is no such decision", where=decision, next_step="See `identity decisions`.")
    _said(deciding.withdraw(engine, decision, _reviewer(by, why)))


@app.command()
def decisions(*, limit: Annotated[int, typer.Option(min=1, max=100_000)] = 50, as_json: AsJson = False) -> None:
    """What people decided, the latest first."""
    _, engine = services()
    found = past_decisions(engine, limit)
    if as_json:
        typer.echo(json.dumps([asdict(past) for past in found], default=str, indent=1))
        return
    table = Table("decision", "when", "by", "what", "why")
    for past in found:
        table.add_row(past.event_id, f"{past.recorded_at:%Y-%m-%d %H:%M}", past.by, _what(past), past.why)
    Console().print(table)


def _waiting(engine: Engine, pair: str) -> WaitingPair:
    numbers = pair.split("-")
    found = None
    if len(numbers) == 2 and all(number.isascii() and number.isdigit() and len(number) < 19 for number in numbers):
        found = waiting_pair(engine, int(numbers[0]), int(numbers[1]), restricted=True)
    if found is None:
        raise BadInput("No such pair waits", where=pair, next_step="See `identity review`.")
    return found


def _child(engine: Engine, reference: str) -> str:
    found = find_child(engine, reference)
    if found is None:
        raise BadInput("Nobody, or more than one, is known by that", where="the child", next_step="Give a child id.")
    return found


def _reviewer(by: str, why: str) -> Reviewer:
    return Reviewer(Session(by, Role.DATA_STEWARD, ""), clock.now(), why)


def _said(decision: str) -> None:
    typer.echo(f"Decision {decision} is taken; the workers carry it out within seconds.")


def _what(past: PastDecision) -> str:
    told = [f"{past.joined} pairs one child"] if past.joined else []
    told += [f"{past.parted} pairs two children"] if past.parted else []
    return ", ".join(told) + (" (taken back)" if past.withdrawn else "")


def _as_json(item: WaitingPair) -> dict[str, Any]:
    """A pair without what its records say: names are for the eyes of one who asks for that pair."""
    return {
        "pair": item.name,
        "sources": [item.one.source, item.other.source],
        "weight": item.weight,
        "why": item.why,
        "since": item.since,
    }


def _show(engine: Engine, item: WaitingPair, by: str, *, as_json: bool) -> None:
    children = {c for r in (item.one, item.other) for c in ((r.child_id,) if r.child_id else r.held_between)}
    touched = affected(engine, children)
    for child_id in sorted(children):
        why = f"pair {item.name} at the command line"
        record(engine, Session(by, Role.DATA_STEWARD, ""), "identity-review", child_id, allowed=True, why=why)
    if as_json:
        full = {**_as_json(item), "one": asdict(item.one), "other": asdict(item.other), "parts": item.parts}
        typer.echo(json.dumps({**full, "affected": [asdict(a) for a in touched]}, default=str, indent=1))
        return
    _print_records([item.one, item.other])
    _print_weights(item)
    for child in touched:
        who = "; ".join(child.named_workers) or "nobody named"
        typer.echo(f"child {child.child_id}: {child.records} records, {child.events} events; named workers: {who}")
    typer.echo(f"It waits because: {item.why}.")


def _print_records(records: list[ReviewedRecord]) -> None:
    table = Table("", *(f"record {item.number}" for item in records))
    for field in ("source", "local_id", "given_name", "family_name", "date_of_birth", "gender"):
        table.add_row(field.replace("_", " "), *(str(getattr(item, field)) for item in records))
    for field in ("nhs_number", "upn", "postcode", "address"):
        table.add_row(field.replace("_", " "), *(getattr(item, field) or "not given" for item in records))
    table.add_row("restricted", *("yes" if item.restricted else "no" for item in records))
    table.add_row("child", *(item.child_id or "held: " + ", ".join(item.held_between) for item in records))
    Console().print(table)


def _print_weights(item: WaitingPair) -> None:
    """A bar for each field: to the right what speaks for one child, to the left what speaks for two."""
    most = max((abs(share) for _, _, share in item.parts), default=0) or 1
    table = Table("field", "how it agrees", "two children", "one child", "weight", title=f"weight {item.weight:.1f}")
    for field, level, share in item.parts:
        bar = "█" * round(BAR * abs(share) / most)
        table.add_row(
            field.replace("_", " "),
            level,
            bar.rjust(BAR) if share < 0 else "",
            bar if share > 0 else "",
            f"{share:+.1f}",
        )
    Console().print(table)
