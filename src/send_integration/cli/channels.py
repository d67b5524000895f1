"""`send-integration channels`: how each channel stands, and trying one."""

import json
from dataclasses import asdict
from datetime import datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from send_integration import clock
from send_integration.alerts.letters import Letter
from send_integration.alerts.service_letters import messages_wait
from send_integration.channels.channel import NotTaken, Refused
from send_integration.channels.opening import NAMES, channel_names, open_channels
from send_integration.cli.services import services
from send_integration.errors import BadInput, BadSetting, NotReady
from send_integration.settings import settings
from send_integration.store.channels import channels_in_use, waiting_messages
from send_integration.watch.channels import ChannelHealth
from send_integration.when.london import london_day, london_time

app = typer.Typer(add_completion=False, no_args_is_help=True, help="See how each channel stands, and try one.")
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("list")
def list_channels(*, as_json: AsJson = False) -> None:
    """Which channels are set up here, first choice first, which of them are alive, and what waits to be sent."""
    now, engine = services()
    names = [channel.name for channel in open_channels(now)]
    with engine.connect() as connection:
        known, waiting = channels_in_use(connection), waiting_messages(connection)
    found = [known.get(name) or ChannelHealth(name) for name in names]
    if as_json:
        listed = [{**asdict(one), "dead": one.dead, "used": one.channel in known} for one in found]
        typer.echo(json.dumps({"channels": listed, "waiting": waiting._asdict()}, default=datetime.isoformat, indent=1))
        return
    table = Table("channel", "stands", "since", "last took one", "says")
    for one in found:
        table.add_row(one.channel, one.standing, _written(one.failing_since), _written(one.taken_at), one.failure)
    Console().print(table)
    for name in [name for name in NAMES if name not in names]:
        typer.echo(f"{name} is not used: it is not in SEND_CHANNELS.")
    for name in [name for name in names if name not in known]:
        typer.echo(f"{name}: no worker has been started with it yet.")
    urgent = f", {waiting.urgent} of them urgent" if waiting.urgent else ""
    since = f", the oldest since {_written(waiting.since)}" if waiting.since else ""
    typer.echo(f"{messages_wait(waiting.messages)}{urgent}{since}; {waiting.undeliverable} cannot be delivered.")


@app.command("test")
def test_channel(
    name: Annotated[str, typer.Argument(help="The channel's name, as in `channels list`.")],
    *,
    to: Annotated[str, typer.Option(help="The address to send to.")],
) -> None:
    """Send one message that says that it is a test, and say what the channel answered; nothing is written down."""
    now = settings()
    if name not in channel_names(now):
        raise BadSetting(f"The channel {name} is not in SEND_CHANNELS", where="SEND_CHANNELS", next_step="Add it.")
    channel = next(one for one in open_channels(now) if one.name == name)
    text = "Somebody who runs the system tries whether messages arrive. Nothing need be done.\n\nThe page is here:"
    letter = Letter(f"Test of the channel {name}", text, "/alerts", kind=f"test of channel {name}")
    try:
        channel.send(to, letter, f"test-{clock.now():%Y%m%d%H%M%S}")
    except Refused as fault:
        raise BadInput(f"The channel refuses the address: {fault}", where=name, next_step="Try another.") from None
    except NotTaken as fault:
        raise NotReady(f"It did not take the message: {fault}", where=name, next_step="See docs/channels.md.") from None
    typer.echo(f"{name} has taken the message; see whether it arrives.")


def _written(moment: datetime | None) -> str:
    return f"{london_day(moment)} {london_time(moment)}" if moment else ""
