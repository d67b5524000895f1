"""What people said of a flag: that they act on it, or why it needs no action; and how long that holds.

It is worked out from the child's events whenever the child is judged, so that it comes back with a replay, in any order, and
lapses by itself: a flag that has become more serious since, or whose pattern has come anew, asks again.
"""

from collections.abc import Iterable
from dataclasses import replace

from send_integration.contracts.event import ChildId, Event
from send_integration.rules.flags import Flag, Handled
from send_integration.rules.model import Level

WORDS = {"panel.flag_acknowledged": "acknowledged", "panel.flag_dismissed": "dismissed"}
"""What each event of the panel says of the flag that it names."""

SERIOUS = tuple(Level)
"""The levels, the least serious first."""


def with_handling(flags: Iterable[Flag], happened: Iterable[Event]) -> tuple[Flag, ...]:
    """The flags with what was last said of each, where it still holds; `happened` are in order of happening.

    What was said of another child's flag came here with the record that it was said of: it is about the flag of this child
    which goes on from that one.
    """
    said = [event for event in happened if event.what in WORDS]
    if not said:
        return tuple(flags)
    return tuple(replace(flag, handled=_handled(flag, [e for e in said if _is_about(e, flag)])) for flag in flags)


def _is_about(said: Event, flag: Flag) -> bool:
    """Whether something was said of a flag: under its id, or the one that it would have were it that other child's."""
    child_id = said.text("child_id")
    ids = (flag.flag_id, flag.id_with(ChildId(child_id)) if child_id else flag.flag_id)
    return said.text("flag_id") in ids


def _handled(flag: Flag, said: Iterable[Event]) -> Handled | None:
    """What was last said of the flag since it stands so; None where nothing was, or of something less serious."""
    last = next((event for event in reversed(list(said)) if event.on >= flag.stands_since), None)
    if last is None or _was_less_serious(last, flag):
        return None
    return Handled(WORDS[last.what], last.text("by"), last.on, last.text("why"))


def _was_less_serious(said: Event, flag: Flag) -> bool:
    """Whether the flag stood at a lower level when that was said; where nobody wrote the level down, it did not."""
    level = said.text("level")
    return bool(level) and SERIOUS.index(Level(level)) < SERIOUS.index(Level(flag.level))
