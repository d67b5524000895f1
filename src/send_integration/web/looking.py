"""What the address of a child's page asks for: another day, what was known on one, and which entries; read as hostile."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple
from urllib.parse import urlencode

from send_integration.contracts.topics import FEEDS
from send_integration.web.entries import Entry
from send_integration.web.forms import Fault
from send_integration.web.names import SECTORS

LONGEST_SEARCH = 100
EARLIEST = date(1990, 1, 1)
DAYS = {"as_at": "As at", "known_on": "As known on", "from": "First day", "to": "Last day"}
FIELDS = ("q", "sector", "feed", *DAYS)


class Asked(NamedTuple):
    """What was asked, and what was wrong with it; of what was wrong nothing is asked.

    `as_at` is the day that counts as today. With `known_on` only what had been written down by the end of that day counts.
    `typed` is what the form shows again.
    """

    as_at: date
    known_on: date | None
    past: bool
    words: str
    sector: str
    feed: str
    since: date | None
    until: date | None
    typed: Mapping[str, str]
    faults: tuple[Fault, ...]

    @property
    def filtered(self) -> bool:
        """Whether any entry might be left out."""
        return bool(self.words or self.sector or self.feed or self.since or self.until)

    def chosen(self, entries: Iterable[Entry]) -> list[Entry]:
        """The entries that are asked for: each must hold every word of the search."""
        wanted = self.words.casefold().split()
        return [
            entry
            for entry in entries
            if (not self.sector or entry.sector == self.sector)
            and (not self.feed or entry.feed == self.feed)
            and (self.since is None or self.since <= entry.on)
            and (self.until is None or entry.on <= self.until)
            and (not wanted or _holds(entry, wanted))
        ]

    def address(self) -> str:
        """The end of this page's address without the filters, '' or beginning with a question mark."""
        known = {"known_on": self.known_on.isoformat()} if self.known_on else {}
        return f"?{urlencode({'as_at': self.as_at.isoformat(), **known})}" if self.past else ""


def read_asked(given: Mapping[str, str], today: date) -> Asked:
    """What the fields of an address ask for; those that are not ours are left alone."""
    typed = {name: given.get(name, "").strip()[: LONGEST_SEARCH + 1] for name in FIELDS}
    faults: list[Fault] = []
    days = {name: _day(typed[name], name, today, faults) for name in DAYS}
    if len(typed["q"]) > LONGEST_SEARCH:
        faults.append(Fault("q", f"The search must be {LONGEST_SEARCH} characters or fewer"))
    for name, known in (("sector", SECTORS), ("feed", FEEDS)):
        if typed[name] and typed[name] not in known:
            faults.append(Fault(name, f"Choose a {name} from the list"))
            typed[name] = ""
    if days["from"] and days["to"] and days["from"] > days["to"]:
        faults.append(Fault("to", "The last day must not lie before the first"))
        days["to"] = None
    wrong = {fault.field for fault in faults}
    typed |= {name: "" for name in DAYS if not _is_day(typed[name])}  # a field for days can show nothing else
    as_at = days["as_at"] or days["known_on"] or today
    return Asked(
        as_at,
        days["known_on"],
        as_at != today or days["known_on"] is not None,
        "" if "q" in wrong else typed["q"],
        typed["sector"],
        typed["feed"],
        days["from"],
        days["to"],
        typed,
        tuple(faults),
    )


def _day(text: str, field: str, today: date, faults: list[Fault]) -> date | None:
    if not text:
        return None
    if not _is_day(text):
        faults.append(Fault(field, f"{DAYS[field]}: write the day as year, month and day, such as 2025-03-27"))
        return None
    found = date.fromisoformat(text)
    if found > today or found < EARLIEST:
        faults.append(Fault(field, f"{DAYS[field]}: the day must be from {EARLIEST.year} on, and not after today"))
        return None
    return found


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return len(text) == len("2025-03-27") and text.isascii()


def _holds(entry: Entry, wanted: Iterable[str]) -> bool:
    text = entry.text()
    return all(word in text for word in wanted)
