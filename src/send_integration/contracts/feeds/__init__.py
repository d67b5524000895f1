"""One file a feed: each type of event with its own fields. Importing this package registers them all."""

from send_integration.contracts.feeds import (
    camhs,
    early_help,
    ehcp,
    identity,
    ndd_triage,
    panel,
    people,
    referrals,
    school,
    support,
    transition,
    workers,
)

__all__ = [
    "camhs",
    "early_help",
    "ehcp",
    "identity",
    "ndd_triage",
    "panel",
    "people",
    "referrals",
    "school",
    "support",
    "transition",
    "workers",
]
