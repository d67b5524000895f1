"""Settles what a return's facts are beside earlier returns: new, unchanged, changed or long overtaken.

A second return repeats most rows. One that says the same must be the same event, byte for byte, and so keeps the
moment of the return that said it first; one that says another thing corrects the first. What an adapter cannot know
by itself, which versions were sent before, it is handed as `Known`.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple

from send_integration.ingest.draft import Draft
from send_integration.ingest.raw_event import RawEvent
from send_integration.when.london import utc_text


class Version(NamedTuple):
    """One wording of a fact: the event that carries it, and the moment of the return that brought it."""

    base_id: str
    event_id: str
    content_hash: bytes
    returned_at: datetime


Known = Mapping[str, Sequence[Version]]
"""Every version of some facts of one source, by the fact's base id."""


class Settled(NamedTuple):
    """What is to be sent, which versions are new, and how many facts were of each kind."""

    events: tuple[RawEvent, ...]
    new: tuple[Version, ...]
    unchanged: int
    corrected: int
    overtaken: int


def settle(drafts: Iterable[Draft], returned_at: datetime, known: Known) -> Settled:
    """The events of one return's facts, given every version that is known of them.

    A fact unchanged is sent again as the event that it was: that makes good what an interrupted run had recorded and
    not yet sent. A fact of which a later return already said another thing is overtaken, and not sent.
    """
    events: list[RawEvent] = []
    new: list[Version] = []
    unchanged = corrected = overtaken = 0
    for draft in drafts:
        versions = known.get(draft.base_id, ())
        version = _same(draft, returned_at, versions)
        if version is not None:
            unchanged += 1
        elif any(other.returned_at > returned_at for other in versions):
            overtaken += 1
            continue
        else:
            version = _next(draft, returned_at, versions)
            corrected += version.event_id != draft.first_id(returned_at)
            new.append(version)
        first_id = draft.first_id(version.returned_at)
        corrects = None if version.event_id == first_id else first_id
        events.append(draft.as_event(version.event_id, version.returned_at, corrects))
    return Settled(tuple(events), tuple(new), unchanged, corrected, overtaken)


def _same(draft: Draft, returned_at: datetime, versions: Sequence[Version]) -> Version | None:
    """The version that says what the draft says, as this return would have been understood when it was made."""
    until = [version for version in versions if version.returned_at <= returned_at]
    same = [version for version in until if version.content_hash == draft.content_hash]
    if not same:
        return None
    latest_at = max(version.returned_at for version in until)
    newest = max(same, key=lambda version: (version.returned_at, version.event_id))
    return newest if newest.returned_at == latest_at else None


def _next(draft: Draft, returned_at: datetime, versions: Sequence[Version]) -> Version:
    mark = sha256(draft.content_hash).hexdigest()[:8]
    event_id = draft.first_id(returned_at)
    if any(version.event_id == event_id for version in versions):
        # the moment comes first: of two corrections recorded alike the fold takes the one with the greater id
        event_id = f"{event_id}:{utc_text(returned_at)}:{mark}"
    return Version(draft.base_id, event_id, draft.content_hash, returned_at)
