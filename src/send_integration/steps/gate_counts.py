"""Counts what became of messages, partition by partition, so that the ledger can be proved."""

from dataclasses import dataclass, field

from send_integration.store.positions import HasPlace, Place


@dataclass(slots=True)
class Counts:
    """Accepted, quarantined and duplicates of each partition; what was counted before can move between them."""

    places: dict[Place, tuple[int, int, int]] = field(default_factory=dict)

    def add(self, at: HasPlace, *, accepted: int = 0, quarantined: int = 0, duplicates: int = 0) -> None:
        """Count messages of the partition in which `at` stood."""
        place = Place(at.topic, at.partition)
        before = self.places.get(place, (0, 0, 0))
        self.places[place] = (before[0] + accepted, before[1] + quarantined, before[2] + duplicates)

    def total(self, index: int) -> int:
        """All partitions' accepted (0), quarantined (1) or duplicates (2)."""
        return sum(counted[index] for counted in self.places.values())
