"""`send-integration explain`: which rows of the warehouse are behind a figure, and which events behind them."""

import difflib
import json
from datetime import date, datetime
from typing import Annotated, Any

import typer

from send_integration.cli.looking import By, Looker, ShowRestricted, looker
from send_integration.cli.services import services
from send_integration.contracts.pseudonyms import WAREHOUSE
from send_integration.errors import BadInput
from send_integration.settings import Settings
from send_integration.steps.catalogue import load_rules
from send_integration.steps.explaining import Behind, behind, children_of
from send_integration.store.children import standings
from send_integration.store.pseudonym_keys import read_pseudonyms
from send_integration.store.shown import EXTRACT
from send_integration.timeline.titles import title_of
from send_integration.warehouse.metrics.definitions import ALL, Metric, metrics
from send_integration.warehouse.metrics.figures import Counted, figures_at
from send_integration.web.policy import Action


def explain(
    metric: Annotated[str, typer.Argument(help="The figure's name, as docs/metrics.md has it.")],
    *,
    month: Annotated[
        datetime, typer.Option(formats=["%Y-%m"], help="Which month, or of a figure by the year any month of it.")
    ],
    category: Annotated[
        str, typer.Option(help="Which part, such as need=SEMH; without it the whole, where there is one.")
    ] = "",
    events: Annotated[
        bool, typer.Option("--events", help="The children and events behind the rows; needs --why and the key.")
    ] = False,
    why: Annotated[str, typer.Option(help="Why you look at these children; for the audit. Name no child.")] = "",
    restricted: ShowRestricted = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    by: By,
) -> None:
    """Which rows of the warehouse a figure counts, by their keys; with --events the children and events behind them.

    That you looked is recorded, with --events for every child. Restricted children are shown only with --restricted.
    """
    figure = _metric(metric)
    breakdown, part = _category(figure, category)
    period = date(month.year, 1 if figure.period == "year" else month.month, 1)
    if events and not why.strip():
        raise BadInput("Looking at the children behind a figure needs a reason, for the audit", where="--why")
    settings, engine = services()
    what = f"behind {figure.name} of {period}, {breakdown}"
    who = looker(engine, by, restricted=restricted, why=why)
    with figures_at(engine, None, settings.as_of) as figures:
        who.saw(EXTRACT, [None], about=what)
        value = figures.value_in(figure, period, breakdown, part)
        rows = figures.counted(figure, period, breakdown, part)
    told: dict[str, Any] = {"metric": figure.name, "title": figure.title, "period": period.isoformat()}
    told |= {"breakdown": breakdown, "category": part, **_numbers(value)}
    told |= {"as_at": figures.as_at.isoformat(), "watermark": figures.moment.isoformat()}
    shown = [_with_events(one) for one in _behind(who, settings, rows, f"{what}: {why.strip()}")] if events else []
    told["rows"] = shown + [_by_keys(row) for row in rows if not events or row.child_key is None]
    told["not_shown"] = len(rows) - len(told["rows"])
    _print(told, len(rows), as_json=as_json)


def _metric(name: str) -> Metric:
    known = {metric.name: metric for metric in metrics()}
    if name not in known:
        near = difflib.get_close_matches(name, known, n=3, cutoff=0.3)
        raise BadInput("There is no such figure", where="METRIC", next_step=f"Perhaps: {', '.join(near or known)}.")
    return known[name]


def _category(metric: Metric, written: str) -> tuple[str, str]:
    """By what it is broken down, and in which part."""
    breakdown, equals, part = (written or f"{ALL}={ALL}").partition("=")
    if breakdown not in metric.breakdowns or not equals:
        parts = ", ".join(f"{name}=…" for name in metric.by)
        raise BadInput(
            f"The figure {metric.name} has no such part", where="--category", next_step=f"Name one of: {parts}"
        )
    return breakdown, part


def _behind(who: Looker, settings: Settings, rows: list[Counted], about: str) -> list[Behind]:
    """The events behind the rows of the children whom the person may see; who they are is written down first."""
    names = read_pseudonyms(settings.pseudonym_folder, WAREHOUSE)
    children = children_of(who.engine, names, rows)
    known = standings(who.engine, children.values())
    secret = {one for one in children.values() if one not in known or known[one].restricted}
    if secret and not who.restricted:
        who.refused(Action.VIEW_CHILD, sorted(secret))
        children = {key: one for key, one in children.items() if one not in secret}
    who.saw(Action.VIEW_CHILD, sorted(set(children.values())), about=about)
    return behind(who.engine, names, load_rules(settings.rules), settings.today(), rows, children)


def _row(row: Counted) -> dict[str, Any]:
    return {
        "row_key": row.row_key,
        "day": row.day.isoformat(),
        "part": _number(row.part),
        "whole": _number(row.whole),
    }


def _by_keys(row: Counted) -> dict[str, Any]:
    return {"child_key": row.child_key, **_row(row)}


def _with_events(found: Behind) -> dict[str, Any]:
    events = [
        {"on": event.on.isoformat(), "title": title_of(event), "source": event.key.source, "id": event.key.id}
        for event in found.events
    ]
    return {"child_id": found.child_id, **_row(found.row), "events": events}


def _numbers(value: tuple[Any, ...] | None) -> dict[str, float | None]:
    return dict(zip(("numerator", "denominator", "value"), map(_number, value or (None,) * 3), strict=True))


def _number(value: Any) -> float | None:  # noqa: ANN401 - a number of the database's
    return None if value is None else float(value)


def _print(told: dict[str, Any], counted: int, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False, indent=1))
        return
    where = f"{told['period'][:7]}, {told['breakdown']} {told['category']}"
    if told["value"] is None and not counted:
        typer.echo(f"{told['title']}, {where}: nothing was counted.")
        return
    numerator = "" if told["numerator"] is None else f"{told['numerator']:g}"
    of = "" if told["denominator"] is None else f" of {told['denominator']:g}"
    typer.echo(f"{told['title']}, {where}: {told['value']} ({numerator}{of})")
    typer.echo(f"As of {told['watermark']}, up to {told['as_at']}; {counted:,} rows.")
    for row in told["rows"]:
        whose = row.get("child_id") or row.get("child_key") or "nobody's"
        typer.echo(f"  {row['day']}  {whose}  {row['row_key']}  {row['part']:g} of {row['whole']:g}")
        for event in row.get("events", ()):
            typer.echo(f"    {event['on']}  {event['title']}  ({event['source']} {event['id']})")
    if told["not_shown"]:
        typer.echo("Rows of children who are not shown are left out: --restricted --why.")
