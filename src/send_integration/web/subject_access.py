"""A child's copy of what is held of them as pages to read: one file and its style sheet, which ask no network for anything."""

from collections.abc import Mapping
from typing import Any

from send_integration.web.context import FOLDER, templates

PARTS: Mapping[str, tuple[str, str]] = {
    "child": ("What the authority works out", "The timeline, milestones, risks and the panel’s record as they stand."),
    "records": ("Identifiers and details", "Each agency’s own record: names, numbers, addresses."),
    "events": ("Every entry", "As it was sent. One without “shown since” was corrected or taken back."),
    "not_on_timeline": ("Entries on their way", "What was let in and is not on the timeline."),
    "refused": ("What was not let in", "What agencies sent with a fault, why it was refused, and what became of it."),
    "flags": ("Flags and their history", "Every time that something asked for attention, and how it changed."),
    "alerts": ("Whom flags were brought to", "Each alert, when and how it was sent, and what became of it."),
    "panel": ("What was said at the panel", "What people wrote on our own pages; the words are among the entries."),
    "agendas": ("Places on agendas", "Where on a meeting's agenda the child stood, and whether it was carried over."),
    "seen_when_deciding": ("What the panel had before it", "The page as it stood at each decision."),
    "family": ("Family and home", "Who is said to be whose brother, sister or carer."),
    "identity_decisions": ("Whose records these are", "What people decided on which records are the child’s."),
    "joined_by": ("Why records are joined", "The grounds, with their weights."),
    "perhaps_the_childs": (
        "Records that may be the child’s",
        "How many pairs wait for a person; whose they are, nobody knows.",
    ),
    "glass": ("Who saw the child by breaking the glass", "For an hour, with a reason that a manager reads."),
    "sharing_basis": ("On what basis records are shared", "As somebody recorded it."),
    "looks": ("Who looked, and when", "Everybody who opened the child’s page, decided or took something away."),
    "looks_when_joined": ("Who looked while records were another’s", "Until people parted the two."),
    "notices": ("Who was told that something had changed", "Whoever had seen an entry that later left the timeline."),
    "reports": ("In reporting tables", "Under the child’s key, without a name."),
}
"""The parts' names, and what is in them."""


def pages_of(copy: Mapping[str, Any]) -> dict[str, str]:
    """The files to read, by their names."""
    template = templates().get_template("subject_access.html")
    return {
        "read-me-first.html": template.render(copy=copy, parts=PARTS),
        "style.css": (FOLDER / "templates" / "subject_access.css").read_text(),
    }
