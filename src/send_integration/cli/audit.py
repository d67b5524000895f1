"""`send-integration audit`: who looked at what and why, whether that record is whole, and what is held of one child."""

import json
import re
from datetime import datetime
from typing import Annotated

import typer
from sqlalchemy import Engine

from send_integration.broker.said_audit import said_hashes
from send_integration.cli.days_back import DAY
from send_integration.cli.looking import By, Looker, ShowRestricted, WhyLook, looker
from send_integration.cli.services import services
from send_integration.cli.subject_access import export_child
from send_integration.contracts.audit_chain import Broken
from send_integration.errors import BadInput, NotBalanced
from send_integration.store.audit_chain import verify_audit
from send_integration.store.audit_entries import READ_AUDIT, RESTRICTED_TOO, Asked, audit_entries, record_reading
from send_integration.store.children import find_child, is_child_id
from send_integration.when.london import london_minute

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Who looked at which child and why; whether that record is whole; what is held of one child.",
)
app.command("subject-access")(export_child)
_HEAD = re.compile(r"([0-9]{1,18}):([0-9a-f]{64})", re.ASCII)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def verify(
    *,
    head: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SEQ:HASH", help="A head that was noted elsewhere, as this command prints it; can be given again."
        ),
    ] = None,
    topic: Annotated[
        bool, typer.Option("--topic", help="Compare with everything said on topic send.audit, too.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Compute the whole chain anew; exit code 1, and the first entry that does not agree, where the audit was changed.

    Without --head and --topic whoever can write the whole database could have written the whole chain anew.
    """
    settings, engine = services()
    noted = dict(map(_head, head or ()))
    said = said_hashes(settings.kafka) if topic else {}
    differing = sorted(place for place, found in noted.items() if said.get(place, found) != found)
    if differing:
        raise NotBalanced(f"The topic has another hash for entry {differing[0]} than was noted", where="--head")
    found = verify_audit(engine, {**said, **noted})
    if isinstance(found, Broken):
        raise NotBalanced(
            f"The audit was changed: {found.words}",
            where="the audit",
            next_step="All before it agrees. Keep the database as it is, and tell whoever answers for information security.",
        )
    unsaid = f" {found.seq - len(said):,} are not on the topic (yet)." if topic and len(said) < found.seq else ""
    if as_json:
        typer.echo(json.dumps({"entries": found.seq, "head": str(found), "on_topic": len(said) if topic else None}))
        return
    typer.echo(f"The audit is whole: {found.seq:,} entries.{unsaid}")
    typer.echo(f"Note its head elsewhere: {found}")


def _head(given: str) -> tuple[int, bytes]:
    found = _HEAD.fullmatch(given)
    if found is None:
        raise BadInput("A head is a number, a colon and 64 hexadecimal digits", where="--head")
    return int(found[1]), bytes.fromhex(found[2])


@app.command("list")
def list_entries(
    *,
    child: Annotated[str | None, typer.Option(help="Of one child: a child id, nhs:…, upn:… or local:….")] = None,
    actor: Annotated[str | None, typer.Option(help="Of one person: a worker id.")] = None,
    first: Annotated[datetime | None, typer.Option("--from", formats=[DAY], help="The first day.")] = None,
    last: Annotated[datetime | None, typer.Option("--to", formats=[DAY], help="The last day.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1_000_000, help="At most so many.")] = 50,
    as_json: AsJson = False,
    restricted: ShowRestricted = False,
    why: WhyLook = "",
    by: By,
) -> None:
    """Who looked at or did what, for which child and why, the latest first; that you read it is written down."""
    _, engine = services()
    who = looker(engine, by, restricted=restricted, why=why)
    child_id = _child_asked(who, child) if child else None
    asked = Asked(child_id, actor, first.date() if first else None, last.date() if last else None)
    record_reading(engine, who.session, asked, f"{RESTRICTED_TOO}{who.why}" if restricted else "command line")
    found = audit_entries(engine, asked, restricted=restricted, limit=limit)
    if as_json:
        typer.echo(json.dumps([entry._asdict() for entry in found], default=str, ensure_ascii=False, indent=1))
        return
    for entry in found:
        refused = "" if entry.allowed else "  REFUSED"
        about = f"  {entry.child_id}" if entry.child_id else ""
        typer.echo(
            f"{london_minute(entry.at)}  {entry.actor}, {entry.role}  {entry.action}{about}{refused}: {entry.why}"
        )
    if not found:
        typer.echo("Nothing of that is written down.")


def _child_asked(who: Looker, given: str) -> str:
    """The child id by which the audit is asked: one that was a child's once as it is given, for it stands so in the audit."""
    if is_child_id(given) and not _is_hidden(who.engine, given, restricted=who.restricted):
        return given
    return who.find(given, READ_AUDIT)


def _is_hidden(engine: Engine, child_id: str, *, restricted: bool) -> bool:
    secret = find_child(engine, child_id, restricted=True)
    return secret is not None and find_child(engine, child_id, restricted=restricted) is None
