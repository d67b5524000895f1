"""`send-integration identity`: whose records are one child's: what waits for a person, and what a person decides."""

import json
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Column, Table

from send_integration import clock
from send_integration.cli import identity_model
from send_integration.cli.looking import By, Looker, ShowRestricted, WhyLook, looker, unknown_child
from send_integration.cli.services import services
from send_integration.errors import BadInput
from send_integration.steps import deciding
from send_integration.steps.deciding import Reviewer
from send_integration.steps.decision_history import PastDecision, own_past_decision, past_decisions
from send_integration.store.decisions import is_under_way, latest_on_pair
from send_integration.store.reviews import (
    ReviewedRecord,
    WaitingPair,
    affected,
    counted,
    pair_numbers,
    records_of_child,
    records_standing,
    waiting_pair,
    waiting_pairs,
)
from send_integration.web.policy import Action
from send_integration.when.london import london_minute, london_time

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="Whose records are one child's: review, merge, split."
)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Why = Annotated[str, typer.Option(help="The reason, kept with the decision; no names or numbers of a child.")]
app.command()(identity_model.train)
app.command()(identity_model.redecide)
BAR = 12
"""Characters of the longest bar: the whole chart stands in a terminal of 80."""


@app.command()
def review(
    pair: Annotated[str | None, typer.Argument(help="A pair, as '12-57': both records side by side.")] = None,
    *,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many pairs at most.")] = 50,
    as_json: AsJson = False,
    restricted: ShowRestricted = False,
    why: WhyLook = "",
    by: By,
) -> None:
    """Pairs of records that wait for a person, the likeliest first; or one of them in full."""
    _, engine = services()
    who = looker(engine, by, restricted=restricted, why=why)
    if pair is not None:
        _show(who, _waiting(who, pair), as_json=as_json)
        return
    who.was_shown(Action.REVIEW_IDENTITY, "the pairs that wait")
    found, total = waiting_pairs(engine, restricted=restricted, limit=limit)
    if restricted:
        who.saw(Action.REVIEW_IDENTITY, [None])
    if as_json:
        typer.echo(json.dumps([_as_json(item) for item in found], default=str, indent=1))
        return
    table = Table("pair", Column("sources", overflow="fold"), "weight", "why it waits")
    for item in found:
        table.add_row(item.name, f"{item.one.source}\n{item.other.source}", f"{item.weight:.1f}", item.why)
    console = Console()
    console.print(table)
    console.print(f"{counted(total)}. `send-integration identity review PAIR` shows one.")


@app.command()
def merge(
    one: Annotated[str, typer.Argument(help="A child id, or 'nhs:…', 'upn:…', 'local:…'; or a waiting pair, alone.")],
    other: Annotated[str | None, typer.Argument(help="The other child.")] = None,
    *,
    why: Why,
    restricted: ShowRestricted = False,
    by: By,
) -> None:
    """Decide that two children, or the two of a waiting pair, are one."""
    _, engine = services()
    who = looker(engine, by, restricted=restricted, why=why)
    if other is None:
        waiting = _waiting(who, one)
        _tell_of_others(who, waiting)
        made = deciding.join_records(engine, waiting.one.number, waiting.other.number, _reviewer(who, why))
    else:
        made = deciding.merge_children(engine, _child(who, one), _child(who, other), _reviewer(who, why))
    _said(made)


@app.command()
def apart(
    pair: Annotated[str, typer.Argument(help="A waiting pair, as '12-57'.")],
    *,
    why: Why,
    restricted: ShowRestricted = False,
    by: By,
) -> None:
    """Decide that the two of a waiting pair are two children; they are not asked about again."""
    _, engine = services()
    who = looker(engine, by, restricted=restricted, why=why)
    waiting = _waiting(who, pair)
    _tell_of_others(who, waiting)
    _said(deciding.tell_apart(engine, waiting.one.number, waiting.other.number, _reviewer(who, why)))


@app.command()
def split(
    child: Annotated[str, typer.Argument(help="The child: a child id, or 'nhs:…', 'upn:…', 'local:…'.")],
    records: Annotated[
        list[int] | None, typer.Argument(help="Records that are another child; none: list them.")
    ] = None,
    *,
    why: Annotated[str, typer.Option(help="The reason, kept with the decision.")] = "",
    restricted: ShowRestricted = False,
    by: By,
) -> None:
    """Decide that some of a child's records are another child; without records, list the child's."""
    _, engine = services()
    who = looker(engine, by, restricted=restricted, why=why)
    child_id = _child(who, child)
    if not records:
        with engine.connect() as connection:
            for record in records_of_child(connection, child_id):
                _print_record(record)
        return
    if not why:
        raise BadInput("A decision needs its reason", where="--why")
    _said(deciding.split_child(engine, child_id, records, _reviewer(who, why)))


@app.command()
def withdraw(
    decision: Annotated[str, typer.Argument(help="A decision's id, as `identity decisions` lists it.")],
    *,
    why: Why,
    restricted: ShowRestricted = False,
    by: By,
) -> None:
    """Take a decision back, as if it had never been taken: a wrong merge leaves no trace in any timeline."""
    _, engine = services()
    who = looker(engine, by, restricted=restricted, why=why)
    with engine.connect() as connection:
        found = own_past_decision(connection, decision, restricted=restricted)
    if found is None:
        raise BadInput("There is no such decision", where=decision, next_step="See `identity decisions`.")
    _said(deciding.withdraw(engine, decision, _reviewer(who, why)))


@app.command()
def decisions(
    *,
    limit: Annotated[int, typer.Option(min=1, max=100_000)] = 50,
    as_json: AsJson = False,
    restricted: ShowRestricted = False,
    why: WhyLook = "",
    by: By,
) -> None:
    """What people decided, the latest first."""
    _, engine = services()
    who = looker(engine, by, restricted=restricted, why=why)
    who.was_shown(Action.REVIEW_IDENTITY, "what people decided")
    found = past_decisions(engine, limit, restricted=restricted)
    if restricted:
        who.saw(Action.REVIEW_IDENTITY, [None])
    if as_json:
        typer.echo(json.dumps([_told(past) for past in found], default=str, indent=1))
        return
    for past in found:  # lines, for a table would cut off the id that `withdraw` needs
        typer.echo(f"{past.event_id}  {london_minute(past.recorded_at)}  {past.by}: {_what(past)}")
        typer.echo(f"  {past.why}")
    if not found:
        typer.echo("Nobody has decided anything yet.")


def _waiting(who: Looker, pair: str) -> WaitingPair:
    numbers = pair_numbers(pair)
    found = waiting_pair(who.engine, *numbers, restricted=who.restricted) if numbers else None
    if found is None:
        secret = waiting_pair(who.engine, *numbers, restricted=True) if numbers else None
        if secret is not None:
            who.refused(Action.REVIEW_IDENTITY, secret.children)
        raise BadInput("No such pair waits", where=pair, next_step="See `identity review`.")
    return found


def _child(who: Looker, reference: str) -> str:
    """The child of a reference, with all of its records: one restricted record hides every one."""
    found = who.find(reference, Action.REVIEW_IDENTITY)
    standing = records_standing(who.engine, found)
    if standing is not None and standing.restricted and not who.restricted:
        who.refused(Action.REVIEW_IDENTITY, [found])
        raise unknown_child()
    who.saw(Action.REVIEW_IDENTITY, [found])
    return found


def _reviewer(who: Looker, why: str) -> Reviewer:
    return Reviewer(who.session, clock.now(), why)


def _tell_of_others(who: Looker, pair: WaitingPair) -> None:
    """Say where somebody has just decided on the pair: the last word stands."""
    with who.engine.connect() as connection:
        word = latest_on_pair(connection, pair.one.number, pair.other.number)
        if word is not None and is_under_way(connection, word.event_id):
            told = "one child" if word.same else "two children"
            typer.echo(
                f"{word.by} decided at {london_time(word.at)} that they are {told}; your decision now stands instead."
            )


def _said(decision: str) -> None:
    typer.echo(f"Decision {decision} is taken; the workers carry it out within seconds.")


def _told(past: PastDecision) -> dict[str, Any]:
    """A decision without the local ids of whom it speaks."""
    names = ("event_id", "recorded_at", "by", "why", "joined", "parted", "withdrawn", "under_way")
    return {name: getattr(past, name) for name in names}


def _count(number: int, of: str) -> str:
    return f"{number:,} {of}{'' if number == 1 else 's'}"


def _what(past: PastDecision) -> str:
    told = [f"{_count(past.joined, 'pair')} one child"] if past.joined else []
    told += [f"{_count(past.parted, 'pair')} two children"] if past.parted else []
    states = (("taken back", past.withdrawn), ("overruled", past.overruled), ("being carried out", past.under_way))
    return ", ".join(told) + next((f" ({words})" for words, holds in states if holds), "")


def _as_json(item: WaitingPair) -> dict[str, Any]:
    """A pair without what its records say: names are for the eyes of one who asks for that pair."""
    return {
        "pair": item.name,
        "sources": [item.one.source, item.other.source],
        "weight": item.weight,
        "why": item.why,
        "since": item.since,
    }


def _show(who: Looker, item: WaitingPair, *, as_json: bool) -> None:
    touched = affected(who.engine, item.children)
    who.saw(Action.REVIEW_IDENTITY, item.children)
    if as_json:
        full = {**_as_json(item), "one": asdict(item.one), "other": asdict(item.other), "parts": item.parts}
        typer.echo(json.dumps({**full, "affected": [asdict(a) for a in touched]}, default=str, indent=1))
        return
    _print_records([item.one, item.other])
    _print_weights(item)
    for child in touched:
        workers = "; ".join(child.named_workers) or "nobody named"
        held = ", ".join(
            _count(*of) for of in ((child.records, "record"), (child.events, "event"), (child.open_flags, "open flag"))
        )
        typer.echo(f"child {child.child_id}: {held}; named workers: {workers}")
    typer.echo(f"It waits because: {item.why}.")


def _print_record(record: ReviewedRecord) -> None:
    """A few lines, for a child can have more records than columns fit into a terminal."""
    typer.echo(
        f"record {record.number}, {record.source} {record.local_id}{', restricted' if record.restricted else ''}"
    )
    typer.echo(f"  {record.given_name} {record.family_name}, born {record.date_of_birth}, {record.gender}")
    typer.echo(f"  NHS number {record.nhs_number or 'not given'}, UPN {record.upn or 'not given'}")
    typer.echo(f"  {record.address or 'address not given'}, {record.postcode or 'postcode not given'}")


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
