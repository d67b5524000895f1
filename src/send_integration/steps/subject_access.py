"""A child's own copy of everything that is held of them, with what is another person's left out and marked."""

import base64
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from send_integration.steps.disclosure import (
    SECTORS,
    TO_BE_READ,
    WITHHELD,
    Marks,
    Rule,
    has_free_text,
    names_of,
)
from send_integration.store.held import Held, other_of_body

SUBJECT_ACCESS = "subject-access"
"""What the audit calls it."""

Row = dict[str, Any]
EVENTS = ("events", "not_on_timeline")
"""The parts that are events as they were sent."""

_WHOSE_LOOKS = re.compile(r"(?<=^child c[0-9a-f]{15}, )actor (.+?)(?=, from \d|, to \d|; command line|$)", re.ASCII)
"""In why somebody read the audit: whose looks they asked for (store.audit_entries.Asked)."""


class _Copy:
    """Makes the copy, part by part."""

    def __init__(self, held: Held) -> None:
        self.held = held
        child = held.rows["child"][0] if held.rows["child"] else {}
        own = [row[name] for row in held.rows["records"] for name in ("given_name", "family_name")]
        self.marks = Marks(names_of(held.others, own), held.ids)
        self.sectors = {entry["event_id"]: entry["sector"] for entry in child.get("answer", {}).get("timeline", ())}
        self.own_events = {row["event_id"] for name in EVENTS for row in held.rows[name] if not self.is_secret(row)}
        self.readers: dict[str, str] = {}
        self.writers: dict[str, Callable[[Row], Row]] = {
            "child": self.child,
            "records": self.plain,
            "events": self.event,
            "not_on_timeline": self.event,
            "refused": self.refused,
            "flags": self.flag,
            "alerts": self.alert,
            "panel": self.plain,
            "agendas": self.plain,
            "seen_when_deciding": self.seen,
            "family": self.related,
            "identity_decisions": self.identity_decision,
            "joined_by": self.plain,
            "perhaps_the_childs": self.plain,
            "glass": self.glass,
            "sharing_basis": self.basis,
            "looks": self.look,
            "looks_when_joined": self.look,
            "notices": self.notice,
            "reports": self.plain,
        }

    def parts(self) -> dict[str, list[Row]]:
        """Every part, and of each every row, but those that say that there is somebody who must not be found."""
        return {
            name: [self.writers[name](row) for row in rows if not self.is_secret(row)]
            for name, rows in self.held.rows.items()
        }

    def is_secret(self, row: Row) -> bool:
        """Whether a row is an event, or a relation, that names as family who is or could be restricted."""
        other = other_of_body(row["body"]) if "data" in (row.get("body") or ()) else None
        return (other or (row.get("other_source"), row.get("other_local_id"))) in self.held.secret

    def plain(self, row: Row) -> Row:
        """A row of the child's own, with its free texts marked."""
        found: Row = self.marks.without_others(row)
        return self.marked(found, [Rule.FREE_TEXT] if has_free_text(found) else [])

    def marked(self, row: Row, rules: list[Rule]) -> Row:
        return {**row, "read_before_giving": self.marks.read(rules)} if rules else row

    def child(self, row: Row) -> Row:
        workers = [self.worker(worker) for worker in row["named_workers"]]
        panel = row.get("panel") or {}
        services = [
            {**service, "worker": self.worker(service["worker"])} if service.get("worker") else service
            for service in panel.get("services", ())
        ]
        told = {"panel": {**panel, "services": services}} if panel else {}
        return self.marked(
            self.marks.without_others({**row, "named_workers": workers, **told}),
            [Rule.HEALTH, Rule.CARE, Rule.EDUCATION],
        )

    def worker(self, worker: Mapping[str, Any]) -> Row:
        return {**worker, "email": self.marks.withhold(Rule.CONTACT)} if worker.get("email") else dict(worker)

    def event(self, row: Row) -> Row:
        body = row["body"]
        data = dict(body["data"])
        if data.get("worker"):
            data["worker"] = self.worker(data["worker"])
        if data.get("other"):
            data["other"] = self.marks.withhold(Rule.OTHER_PERSON)
        found = self.marks.without_others({**row, "body": {**body, "data": data}})
        every = [Rule.HEALTH, Rule.CARE, Rule.EDUCATION]
        rules = SECTORS.get(self.sectors.get(row["event_id"], ""), every)
        return self.marked(found, [*rules, *([Rule.FREE_TEXT] if has_free_text(data) else [])])

    def refused(self, row: Row) -> Row:
        raw = base64.b64decode(row["raw"]).decode(errors="replace")
        history = [{**act, "by": self.reader(act["by"], "")} for act in row["history"] or ()]
        if row["could_be_anothers"]:
            codes = [reason["code"] for reason in row["reasons"]]
            return {**row, "raw": self.marks.withhold(Rule.OTHER_CHILD), "reasons": codes, "history": None}
        told = self.marks.withhold(Rule.OTHER_PERSON) if "people.related" in raw else raw
        found = self.marks.without_others({**row, "raw": told, "history": history})
        return self.marked(found, [Rule.FREE_TEXT, Rule.HEALTH, Rule.CARE, Rule.EDUCATION])

    def flag(self, row: Row) -> Row:
        content = row["content"]
        if not set(content.get("evidence", ())) <= self.own_events:
            kept = {name: content[name] for name in ("flag_id", "rule", "level", "status") if name in content}
            return {**row, "because": "", "content": kept | self.marks.withhold(Rule.OTHER_CHILD)}
        return self.plain(row)

    def alert(self, row: Row) -> Row:
        return self.plain({**row, "email": self.marks.withhold(Rule.CONTACT) if row["email"] else None})

    def seen(self, row: Row) -> Row:
        entries = row["seen"].get("answer", {}).get("timeline", ())
        if not {entry["event_id"] for entry in entries} <= self.own_events:
            return {**row, "seen": self.marks.withhold(Rule.OTHER_CHILD)}
        workers = row["seen"].get("panel", {})
        seen = {**row["seen"], **({"panel": self._without_mail(workers)} if workers else {})}
        return self.marked(self.marks.without_others({**row, "seen": seen}), [Rule.FREE_TEXT])

    def _without_mail(self, value: Any) -> Any:  # noqa: ANN401 - JSON
        if isinstance(value, Mapping):
            return {
                key: self.marks.withhold(Rule.CONTACT) if key == "email" and one else self._without_mail(one)
                for key, one in value.items()
            }
        return [self._without_mail(one) for one in value] if isinstance(value, list) else value

    def related(self, row: Row) -> Row:
        if row["child_id"] != self.held.child_id:
            return {"kind": row["kind"], "said_of_the_child": True} | self.marks.withhold(Rule.OTHER_PERSON)
        named = {"other_source": None, "other_local_id": self.marks.withhold(Rule.OTHER_PERSON)}
        return {**row, **named}

    def identity_decision(self, row: Row) -> Row:
        data = dict(row["body"]["data"])
        data["by"] = self.reader(data.get("by", ""), "")
        data["pairs"] = [
            {
                "one": self._ref(pair["one"]),
                "other": self._ref(pair["other"]),
                "same": pair["same"],
            }
            for pair in data.get("pairs", ())
        ]
        return self.plain({**row, "body": {**row["body"], "subject": data["by"], "data": data}})

    def _ref(self, ref: Mapping[str, str]) -> Any:  # noqa: ANN401 - JSON
        is_own = (ref["source"], ref["local_id"]) in self.held.refs
        return dict(ref) if is_own else self.marks.withhold(Rule.OTHER_PERSON)

    def reader(self, actor: str, role: str) -> str:
        """Somebody who merely looked, or worked on the records and not with the child: the same words wherever they are met."""
        if actor in ("", "gate"):
            return actor
        self.marks.withheld[Rule.READER] += 1
        number = self.readers.setdefault(actor, f"person {len(self.readers) + 1}")
        return f"{number}, {role}" if role else number

    def look(self, row: Row) -> Row:
        why = _WHOSE_LOOKS.sub(lambda met: f"actor {self.reader(met[1], '')}", row["why"])
        return self.plain({**row, "actor": self.reader(row["actor"], row["role"]), "why": why})

    def glass(self, row: Row) -> Row:
        told = [{**one, "recipient": self.reader(one["recipient"], ""), "read_by": None} for one in row["told"] or ()]
        return self.plain({**row, "actor": self.reader(row["actor"], row["role"]), "name": None, "told": told})

    def basis(self, row: Row) -> Row:
        return self.plain({**row, "said_by": self.reader(row["said_by"], "")})

    def notice(self, row: Row) -> Row:
        entries = [
            {**entry, "other_source": None, "other_local_id": None}
            if entry["event_id"] in self.own_events
            else {**entry, "event_id": None, "source": None, "other_source": None, "other_local_id": None}
            | {"title": self.marks.withhold(Rule.OTHER_CHILD)}
            for entry in row["entries"] or ()
        ]
        read_by = self.reader(row["read_by"], "") if row["read_by"] else None
        return self.plain(
            {**row, "recipient": self.reader(row["recipient"], ""), "read_by": read_by, "entries": entries}
        )


def subject_access(held: Held, made_at: datetime, authority: str) -> dict[str, Any]:
    """The copy as JSON, with what was left out of it by which rule and what has to be read before it is given."""
    copy = _Copy(held)
    parts = copy.parts()
    return {
        "child_id": held.child_id,
        "former_child_ids": list(held.ids[1:]),
        "made_at": made_at.isoformat(),
        "authority": authority,
        "reviewed": False,
        "withheld": [
            {"rule": rule.value, "times": copy.marks.withheld[rule], "what": reason.words, "law": reason.law}
            for rule, reason in WITHHELD.items()
        ],
        "read_before_giving": [
            {"rule": rule.value, "places": copy.marks.to_be_read[rule], "what": reason.words, "law": reason.law}
            for rule, reason in TO_BE_READ.items()
        ],
        "held": parts,
    }
