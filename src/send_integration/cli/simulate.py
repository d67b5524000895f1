"""`send-integration simulate`: a made-up authority, for tests, demonstrations and benchmarks."""

import json
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from send_integration.simulate.authority import simulate_authority, write_authority
from send_integration.simulate.profile import load_profile


class Dirt(StrEnum):
    """How much goes wrong on the way."""

    NONE = "none"
    USUAL = "usual"
    HEAVY = "heavy"


def simulate(
    *,
    children: Annotated[int, typer.Option(min=1, max=200_000, help="How many children.")] = 500,
    seed: Annotated[int, typer.Option(help="The same seed gives the same authority.")] = 821,
    like: Annotated[str, typer.Option(help="The profile whose figures it is calibrated to.")] = "luton-2024",
    out: Annotated[Path, typer.Option(help="Folder to write into.")] = Path("authority"),
    until: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The last day.")] = datetime(2025, 1, 16),  # noqa: DTZ001
    dirt: Annotated[
        Dirt, typer.Option(help="Repeats, corrections, broken lines, and slips in who a record is about.")
    ] = Dirt.USUAL,
    statutory_dates: Annotated[
        bool, typer.Option(help="Whether the ehcp feed has the dates that the SEN2 return has as well.")
    ] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Write a made-up authority: histories over all feeds, errors and all, its SEN2 return, and the truth."""
    authority = simulate_authority(
        load_profile(like),
        children=children,
        seed=seed,
        until=until.date(),
        dirt=dirt,
        statutory_dates=statutory_dates,
        whole_lives=True,
        panel_meetings=True,
    )
    summary = write_authority(authority, out)
    if as_json:
        typer.echo(json.dumps(summary, indent=1))
        return
    typer.echo(f"{summary['children']:,} children and {summary['lines']:,} lines are in {summary['folder']}.")
    ehc = summary["ehc"]
    typer.echo(f"{ehc['requests']} requests, {ehc['plans']} plans issued, {ehc['plans_in_20_weeks']} in 20 weeks.")
