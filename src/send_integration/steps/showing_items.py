"""Where in an item's bytes its faults stand."""

from send_integration.contracts.marks import Mark, marks_of
from send_integration.contracts.registry import unknown_fields
from send_integration.store.quarantine import QuarantineItem

UNKNOWN = "(unknown)"
"""How a reason names a field that the contract does not know, without repeating what was sent."""


def marks_in(item: QuarantineItem) -> list[Mark]:
    """The marks of all of an item's reasons."""
    fields = {reason["field"] for reason in item.reasons}
    told = [tuple(field.split(".")) for field in fields if field and not field.endswith(UNKNOWN)]
    unknown = unknown_fields(item.raw) if any(field.endswith(UNKNOWN) for field in fields) else []
    return marks_of(item.raw, told, unknown)
