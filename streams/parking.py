"""Topics of which nothing is read for a while: parked feeds, whose messages stay at the broker.

What was fetched or buffered when a topic is parked is let go of unread; when it is read again the consumer goes back to
our stored position. So a parked topic holds up neither the other topics' agents nor the thread of the steps, and fills no
buffer. Faust's own `pause_partitions` cannot be used: it is undone when a buffer drains (consumer.py, `on_buffer_drop`).
"""

from collections import Counter
from collections.abc import Mapping, Sequence

from faust.types import TP

from send_integration.errors import GapFound
from send_integration.steps.batch import RawMessage


class Parking:
    """Which topics are parked in this process, and from where those that were are read again; used by the event loop."""

    def __init__(self) -> None:
        self._parked: set[str] = set()
        self._changes: Counter[str] = Counter()
        self._read_again_from: dict[TP, int] = {}

    def park(self, topic: str) -> None:
        """Read nothing more of a topic."""
        if topic not in self._parked:
            self._parked.add(topic)
            self._changes[topic] += 1

    def is_parked(self, topic: str) -> bool:
        """Whether a topic is parked here."""
        return topic in self._parked

    def read_again(self, topic: str, positions: Mapping[TP, int], earliest: Mapping[TP, int]) -> None:
        """Read a topic again, once the consumer stands at the stored `positions` of its partitions here.

        Raises GapFound where the broker no longer has the messages from there.
        """
        for tp, position in positions.items():
            if earliest.get(tp, 0) > position:
                raise GapFound(tp.topic, tp.partition, expected=position, found=earliest[tp])
        self._read_again_from.update(positions)
        self._parked.discard(topic)
        self._changes[topic] += 1

    def moved_to(self, positions: Mapping[TP, int]) -> None:
        """The consumer was put at other positions, after its partitions were assigned anew."""
        for tp in self._read_again_from.keys() & positions.keys():
            self._read_again_from[tp] = positions[tp]

    def changes(self) -> Mapping[str, int]:
        """How often each topic was parked or read again by now."""
        return dict(self._changes)

    def has_changed(self, topic: str, since: Mapping[str, int]) -> bool:
        """Whether a topic was parked or read again since its `changes` were asked for: what was fetched then is stale."""
        return self._changes[topic] != since.get(topic, 0)

    def unparked(self, partitions: set[TP]) -> set[TP]:
        """Those of some partitions that are read; a set of its own, which no later change touches."""
        return {tp for tp in partitions if tp.topic not in self._parked}

    def wanted(self, batch: Sequence[RawMessage]) -> list[RawMessage]:
        """The messages of a batch that are to be kept: none of a parked topic, and none that was buffered before its topic
        was parked, for it comes again behind those that were let go of.
        """
        if not self._parked and not self._read_again_from:
            return list(batch)
        return [message for message in batch if self._is_wanted(message)]

    def _is_wanted(self, message: RawMessage) -> bool:
        if message.topic in self._parked:
            return False
        tp = TP(message.topic, message.partition)
        if message.offset > self._read_again_from.get(tp, message.offset):
            return False
        self._read_again_from.pop(tp, None)
        return True
