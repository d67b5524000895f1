"""Where in an item's bytes its faults stand."""

from send_integration.contracts.marks import Mark, marks_of
from send_integration.contracts.reasons import Code
from send_integration.contracts.registry import refused_places
from send_integration.store.quarantine import QuarantineItem

UNKNOWN = "(unknown)"
"""How a reason names a field that the contract does not know, without repeating what was sent."""


def marks_in(item: QuarantineItem) -> list[Mark]:
    """The marks of all of an item's reasons."""
    fields = {reason["field"] for reason in item.reasons}
    told = [tuple(field.split(".")) for field in fields if field and not field.endswith(UNKNOWN)]
    places = refused_places(item.raw) if any(field.endswith(UNKNOWN) for field in fields) else []
    unknown = [path for code, path in places if code is Code.UNKNOWN_FIELD]
    return marks_of(item.raw, told, unknown)
