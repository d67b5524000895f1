"""What a data steward does with quarantine: replay or discard items, checked, audited and said in one transaction."""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Connection, Engine

from send_integration.contracts import topics
from send_integration.contracts.content_types import AS_CLOUD_EVENT
from send_integration.contracts.envelope import Line
from send_integration.contracts.glimpse import glimpse
from send_integration.contracts.identifiers import holds_nhs_number, holds_upn
from send_integration.errors import BadInput, DecidedMeanwhile
from send_integration.steps.batch import Outgoing
from send_integration.steps.gate_messages import REPLAY
from send_integration.store.backfill_letting_in import refuse_while_history_is_let_in
from send_integration.store.outbox import BYTES_AT_ONCE, say
from send_integration.store.people import lock_identity
from send_integration.store.sessions import Session, record_within
from send_integration.store.stewards import (
    Choice,
    Replayed,
    Standing,
    lock_chosen,
    lock_items,
    note_discards,
    note_replays,
)

AT_ONCE = 1000
"""Items whose bytes are read together, unless they are large (store.outbox.BYTES_AT_ONCE); bounds memory for a whole feed's
worth."""

REPLAY_ACTION, DISCARD_ACTION = "replay-quarantined", "discard-quarantined"
"""What the audit calls them."""

_REASON: TypeAdapter[str] = TypeAdapter(Line)


class Seen(NamedTuple):
    """What a steward was shown before deciding: how many items, and the latest act on any of them."""

    items: int
    latest_act: int

    @classmethod
    def of(cls, standings: Sequence[Standing]) -> "Seen":
        """What there is to be seen of some items."""
        return cls(len(standings), max((item.latest_act for item in standings), default=0))


class Steward(NamedTuple):
    """Who acts, and why. Where anything has changed since what they have `seen`, DecidedMeanwhile is raised; None acts on
    whatever there is now."""

    session: Session
    why: str
    seen: Seen | None = None


class Done(NamedTuple):
    """The items acted on, and how many of a choice were left: held for a decision on identity, or being replayed."""

    items: tuple[int, ...]
    held: int = 0
    under_way: int = 0


def replay(engine: Engine, chosen: Choice | Collection[int], steward: Steward, *, adapter_mended: bool = False) -> Done:
    """Send the untouched bytes of items through the gate again, by the outbox and the relay.

    A choice leaves out what is being replayed already; items by their numbers go again, which is harmless. What the
    file's adapter found goes with them and refuses them again, unless `adapter_mended`.
    Raises BadInput where a number is unknown, let in already, or held for a decision on identity, NotReady while history
    is let in.
    """

    def send(connection: Connection, ids: Sequence[int]) -> None:
        found = note_replays(connection, ids, steward.session.actor, steward.why)
        say(connection, [_again(item, adapter_mended=adapter_mended) for item in found])

    return _act(engine, chosen, steward, (REPLAY_ACTION, {"open", "discarded"}), send)


def discard(engine: Engine, chosen: Choice | Collection[int], steward: Steward) -> Done:
    """Lay items aside for good, with their bytes: they stay counted as quarantined, and the same bytes sent again are
    repeats, until a person replays them. Raises BadInput as `replay` does, and for what is discarded already."""

    def lay_aside(connection: Connection, ids: Sequence[int]) -> None:
        note_discards(connection, ids, steward.session.actor, steward.why)

    return _act(engine, chosen, steward, (DISCARD_ACTION, {"open"}), lay_aside)


def require_reason(why: str) -> None:
    """Raises BadInput unless `why` is a line that may be kept for good."""
    try:
        _REASON.validate_python(why)
    except ValidationError:
        raise BadInput("A reason is one line of 1 to 200 characters", where="the reason") from None
    if holds_nhs_number(why) or holds_upn(why):
        raise BadInput("The reason holds a number of a child", where="the reason", next_step="Take it out.")


def _act(
    engine: Engine,
    chosen: Choice | Collection[int],
    steward: Steward,
    what: tuple[str, Collection[str]],
    do: Callable[[Connection, Sequence[int]], None],
) -> Done:
    """Act on the items that may be acted on; `what` is the audit's name for it and from which statuses it is allowed."""
    action, allowed_from = what
    require_reason(steward.why)
    with engine.begin() as connection:
        refuse_while_history_is_let_in(connection)
        # before any item, as the gate does, so that neither waits for the other
        lock_identity(connection, exclusive=False)
        if isinstance(chosen, Choice):
            found = lock_chosen(connection, chosen)
        else:
            found = lock_items(connection, chosen)
            _require_all(found, chosen, allowed_from)
        if steward.seen is not None and Seen.of(found) != steward.seen:
            raise DecidedMeanwhile("The items have changed since they were shown", where="quarantine")
        left_alone = isinstance(chosen, Choice)
        held = sum(item.held for item in found)
        under_way = sum(left_alone and item.replay is not None and not item.held for item in found)
        acted_on = [item for item in found if not item.held and not (left_alone and item.replay is not None)]
        for part in _parts(acted_on):
            do(connection, part)
        ids = [item.id for item in acted_on]
        about = f"{_named(ids)}: {steward.why}"
        record_within(connection, steward.session, action, None, allowed=True, why=about)
    return Done(tuple(ids), held, under_way)


def _parts(items: Iterable[Standing]) -> Iterator[list[int]]:
    part: list[int] = []
    size = 0
    for item in items:
        part.append(item.id)
        size += item.size
        if len(part) == AT_ONCE or size >= BYTES_AT_ONCE:
            yield part
            part, size = [], 0
    if part:
        yield part


def _require_all(found: Sequence[Standing], wanted: Collection[int], allowed_from: Collection[str]) -> None:
    missing = sorted(set(wanted) - {item.id for item in found})
    if missing:
        raise BadInput("There is no such item", where=f"item {missing[0]}", next_step="See `quarantine list`.")
    for item in found:
        if item.held and item.status == "open":
            raise BadInput(
                "It waits for a person's decision on identity, and is let in by that alone",
                where=f"item {item.id}",
                next_step="See `identity review`.",
            )
        if item.status not in allowed_from:
            told = "It was let in" if item.status == "released" else "It is discarded already"
            raise BadInput(told, where=f"item {item.id}", next_step="See `quarantine show`.")


def _named(ids: Sequence[int]) -> str:
    """Items as the audit names them; every one of them says in its own history who did what."""
    shown = ", ".join(map(str, ids[:10]))
    return f"items {shown}{f' and {len(ids) - 10} more' if len(ids) > 10 else ''}" if ids else "no item"


def _again(item: Replayed, *, adapter_mended: bool) -> Outgoing:
    """The message for the raw topic: the bytes as they were, and what is known of their history."""
    return Outgoing(
        topics.raw(item.feed).name,
        glimpse(item.raw).subject.encode(),
        item.raw,
        tuple(_headers(item, adapter_mended=adapter_mended)),
    )


def _headers(item: Replayed, *, adapter_mended: bool) -> Iterator[tuple[str, bytes]]:
    yield AS_CLOUD_EVENT
    yield "origin", json.dumps(item.origin).encode()
    if item.adapter_reasons and not adapter_mended:
        yield "adapter-reasons", json.dumps(item.adapter_reasons).encode()
    yield "raw-position", item.position.encode()
    yield REPLAY, str(item.act).encode()
