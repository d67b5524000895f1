"""The child-level lists of an area SEND inspection (Annex A): each row as what is known of a child on the list's day."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from hashlib import sha256
from typing import BinaryIO, NamedTuple

from send_integration.contracts.event import JsonValue, Reason
from send_integration.errors import BadInput
from send_integration.ingest import annex_a_checks as checks
from send_integration.ingest import annex_a_codes as codes
from send_integration.ingest.annex_a_columns import FoundList, find_lists
from send_integration.ingest.annex_a_row import ListedChild, Sent, listed_child
from send_integration.ingest.cin import NOT_GIVEN
from send_integration.ingest.draft import Draft
from send_integration.ingest.raw_event import Origin, RawEvent, untouched_row
from send_integration.ingest.sen2_request import OLDEST_YEAR_GROUP, YOUNGEST_YEAR_GROUP
from send_integration.ingest.workbook import Workbook, open_workbook
from send_integration.ingest.workbook_guard import MOST_TEXT_OF_A_ROW, SAVE_AGAIN
from send_integration.when.london import london_day, london_midnight
from send_integration.when.school_years import year_group

MOST_CHILDREN = 300_000
"""Far more than the largest authority has; bounds what is remembered of the rows before the first is told."""

Data = dict[str, JsonValue]


class Lists(NamedTuple):
    """The lists of a file: the moment of which they speak, what to warn of, how many rows there are, and their events."""

    returned_at: datetime
    warnings: tuple[str, ...]
    rows: int
    told: Iterator[Draft | RawEvent]


class _Marks:
    """Of every row digests of what must be the row's alone, from a first reading of the file."""

    def __init__(self) -> None:
        self.rows = 0
        self._upns: dict[bytes, int] = {}
        self._ids: dict[tuple[int, bytes], int] = {}

    def add(self, child: ListedChild) -> None:
        """Count a row."""
        self.rows += 1
        if child.upn:
            self._upns[_digest(child.upn)] = self._upns.get(_digest(child.upn), 0) + 1
        if child.unique_id:
            key = (child.number, _digest(child.unique_id))
            self._ids[key] = self._ids.get(key, 0) + 1

    def beside(self, child: ListedChild) -> checks.Beside:
        """What the other rows show of a row. One child's rows in both lists are no two children with one UPN."""
        known_as = _digest(child.unique_id)
        lists = [number for number in (1, 2) if (number, known_as) in self._ids]
        own = 1 if not child.unique_id else sum(self._ids[number, known_as] for number in lists)
        twice_in_list = self._ids.get((child.number, known_as), 0) > 1
        upn_rows = self._upns.get(_digest(child.upn), 0) if child.upn else 0
        upn_twice = upn_rows > 1 and (twice_in_list or upn_rows > own)
        return checks.Beside(upn_twice, twice_in_list, child.number == 2 and len(lists) > 1)


def read_lists(file: BinaryIO, name: str, authority: str, as_at: date | None) -> Lists:
    """The lists in a workbook. `as_at` is the day of which they speak; None: the day on which the workbook was last saved.

    Raises BadInput, now or while events are told, where the file is no such workbook or is hostile.
    """
    workbook = open_workbook(file, name)
    moment = london_midnight(as_at) if as_at else workbook.saved_at
    if moment is None:
        step = "Name it: --as-at 2025-03-31."
        raise BadInput("The file does not say of which day its lists speak", where=name, next_step=step)
    lists, warnings = find_lists(workbook.sheets, name)
    if workbook.merged_rows:
        warnings.append(f"{name}: cells are merged over several rows, of which only the first has what stands in them")
    marks = _Marks()
    for child in _children(lists, workbook):
        marks.add(child)
        if marks.rows > MOST_CHILDREN:
            raise BadInput(f"has more than {MOST_CHILDREN:,} rows", where=name, next_step="Give one authority's lists.")
    source = _Source(f"urn:send:authority:{authority}:annex-a", f"annex-a:{authority}", name, moment)
    return Lists(moment, tuple(warnings), marks.rows, _told(lists, workbook, marks, source))


class _Source(NamedTuple):
    """Whose lists these are, how their facts' names begin, the file, and the moment of which they speak."""

    source: str
    prefix: str
    file: str
    returned_at: datetime


def _children(lists: Mapping[int, FoundList], workbook: Workbook) -> Iterator[ListedChild]:
    for number in sorted(lists):
        for place, row in lists[number].rows():
            child = listed_child(lists[number], place, row, workbook.serial_day)
            if child is None:
                continue
            if (
                sum(map(len, child.cells.values())) > MOST_TEXT_OF_A_ROW
            ):  # a text that many cells share is in each of them
                raise BadInput(
                    "has a row larger than any list's", where=f"list {number} row {place}", next_step=SAVE_AGAIN
                )
            yield child


def _told(
    lists: Mapping[int, FoundList], workbook: Workbook, marks: _Marks, source: _Source
) -> Iterator[Draft | RawEvent]:
    for child in _children(lists, workbook):
        yield from _of_row(child, marks.beside(child), source)


def _of_row(child: ListedChild, beside: checks.Beside, source: _Source) -> Iterator[Draft | RawEvent]:
    """A row that cannot be believed as it was sent, whole; of any other, what it says."""
    on = london_day(source.returned_at)
    faults = tuple(checks.faults_of_row(child, beside, on))
    origin = Origin(f"{source.file} list {child.number}", child.row, "row")
    if faults:
        others = checks.other_faults(child, beside, on)
        yield untouched_row("people", _as_it_was(child, source), origin, *faults, *others, sender=source.source)
        return
    drafts = list(_Teller(child, beside, source, origin, on).drafts())
    asked = tuple(checks.queries(child, on))
    for draft in drafts:
        if asked and not draft.faults:  # counted once a row: on the first event that nothing holds back
            yield replace(draft, queries=asked)
            asked = ()
        else:
            yield draft


def _as_it_was(child: ListedChild, source: _Source) -> Data:
    """Every cell of a row, below whose it is: so it is found where all that is held of a child is asked for or hidden."""
    about: Data = {"source": source.source, "row": dict(child.cells)}
    if child.unique_id:
        about |= {"subject": f"local:{child.unique_id}", "data": {"person": {"local_id": child.unique_id}}}
    return about


class _Teller:
    """Tells one row; keeps what all its events share."""

    def __init__(self, child: ListedChild, beside: checks.Beside, source: _Source, origin: Origin, on: date) -> None:
        self._child = child
        self._source = source
        self._origin = origin
        self._on = on
        self._of_person = tuple(checks.faults_of_person(child, beside, on))
        self._as_sent = _person(child)
        faulty = {fault.field.removeprefix("data.person.") for fault in self._of_person}
        self._person: Data = {key: value for key, value in self._as_sent.items() if key not in faulty}
        self._known_as = f"{source.prefix}:{sha256(child.unique_id.encode()).hexdigest()[:12]}"

    def drafts(self) -> Iterator[Draft]:
        """Everything that the row says."""
        yield self._as_at("people", "registered", {}, *self._of_person, person=self._as_sent)
        if self._child.number == 1:
            yield from self._plan()
        else:
            yield self._as_at("school", "sen_support_started", self._needs(), *checks.faults_of_need(self._child))
        yield from self._school()

    def _plan(self) -> Iterator[Draft]:
        """The plan's days, and the need that it names, which rests on the day of its first issue."""
        child, plan = self._child, f"{self._known_as}:plan"
        issue = tuple(checks.faults_of_issue(child, self._on))
        placed = codes.placement(child.phase, child.home_education)
        unknown = checks.faults_of_phase(placed)
        data: Data = {"request_id": f"{self._known_as}:request", "plan_id": plan, "placement_type": placed}
        yield self._dated("ehcp", "finalised", "issued", child.issued, data, *issue, *unknown)
        if child.updated is not None:
            faults = checks.faults_of_update(child, self._on)
            name = f"updated:{_day_name(child.updated)}"
            yield self._dated("ehcp", "amended_final_issued", name, child.updated, {"plan_id": plan}, *faults)
        if child.reviewed is not None:
            # the list does not say whether adulthood was discussed: not recorded counts as not done
            data = {"plan_id": plan, "kind": "annual", "pfa_discussed": False}
            faults = checks.faults_of_review(child, self._on)
            name = f"reviewed:{_day_name(child.reviewed)}"
            yield self._dated("ehcp", "review_meeting_held", name, child.reviewed, data, *faults)
        of_need = checks.faults_of_need(child)
        yield self._dated("school", "sen_support_started", "need", child.issued, self._needs(), *issue, *of_need)

    def _school(self) -> Iterator[Draft]:
        """The school; of who is too young or too old for any year group the contract can tell none."""
        child = self._child
        faults = tuple(checks.faults_of_school(child, self._on))
        if not child.urn and not faults:
            return
        assert isinstance(child.born, date)  # noqa: S101 - a row without is not told
        year = year_group(child.born, self._on)
        if not YOUNGEST_YEAR_GROUP <= year <= OLDEST_YEAR_GROUP:
            return
        data: Data = {"urn": child.urn, "year_group": year} if child.urn else {"year_group": year}
        yield self._as_at("school", "enrolled", data, *faults)

    def _needs(self) -> Data:
        return {"need_types": [self._child.need] if self._child.need else []}

    def _as_at(self, feed: str, what: str, data: Data, *faults: Reason, person: Data | None = None) -> Draft:
        """What has no day of its own: as at the list's."""
        body: Data = {"person": self._person if person is None else person, **data}
        name = f"{self._known_as}:{what.replace('_', '-')}"
        return Draft(self._source.source, name, feed, what, self._on, body, self._origin, faults, undated=True)

    def _dated(self, feed: str, what: str, name: str, on: Sent, data: Data, *faults: Reason) -> Draft:
        body: Data = {"person": self._person, **data}
        base_id = f"{self._known_as}:{name}"
        return Draft(self._source.source, base_id, feed, what, on or "", body, self._origin, faults)


def _person(child: ListedChild) -> Data:
    """The person as sent. The lists carry no names and the contract demands them; nobody is matched by these words."""
    sent: Data = {
        "local_id": child.unique_id,
        "given_name": NOT_GIVEN,
        "family_name": NOT_GIVEN,
        "date_of_birth": str(child.born),
        "upn": child.upn,
        "gender": codes.gender(child.gender),
        "ethnicity": "" if child.ethnicity in codes.ETHNICITY_UNKNOWN else child.ethnicity,
    }
    return {key: value for key, value in sent.items() if value}


def _day_name(sent: Sent) -> str:
    """A day as a part of an id; a text that is none may hold anything, and is not repeated there."""
    return str(sent) if isinstance(sent, date) else sha256(str(sent).encode()).hexdigest()[:12]


def _digest(text: str) -> bytes:
    return sha256(text.encode()).digest()[:16]
