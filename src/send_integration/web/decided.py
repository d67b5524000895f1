"""What the panel decided of a child before, and whether what was agreed has happened."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from send_integration.web.days import written
from send_integration.web.effects import count
from send_integration.when.london import london_day

DECISIONS = {
    "agree-support": "Support agreed",
    "joint-funding": "Joint funding",
    "refer": "Referred on",
    "escalate": "Escalated",
    "keep-under-review": "Kept under review",
    "close": "Closed",
}
PAYERS = ("education", "health", "care")
FOLLOWED = {"yes": "It follows what the child wants", "partly": "It follows what the child wants in part",
            "no": "It does not follow what the child wants"}  # fmt: skip


class Action(NamedTuple):
    """What somebody took on; `happened` says in words whether it is done, `look` how that is coloured."""

    what: str
    owner: str
    due: str
    happened: str
    look: str


class Decided(NamedTuple):
    """One decision; `former` are the words that corrections replaced, with the day on which each was written down."""

    event_id: str
    href: str | None
    meeting: str
    decision: str
    rationale: str
    review: str
    funding: str
    followed: str
    former: list[tuple[str, str, str]]


class PanelView(NamedTuple):
    """Decisions with the newest first, actions with those that are open first, and the meetings still to come."""

    decisions: list[Decided]
    actions: list[Action]
    done: int
    overdue: int
    listed: list[tuple[str, str]]


def panel_view(panel: Mapping[str, Any], hrefs: Mapping[str, str], today: date) -> PanelView:
    """The panel's record as the page shows it on a day."""
    decisions = [_decided(found, hrefs, today) for found in reversed(panel["decisions"])]
    actions = [_action(found, today) for found in panel["actions"]]
    listed = [
        (written(date.fromisoformat(found["meeting_on"])), found["reason"])
        for found in panel["listings"]
        if date.fromisoformat(found["meeting_on"]) >= today
    ]
    return PanelView(
        decisions,
        sorted(actions, key=lambda action: ("missed", "pending", "met-late", "met").index(action.look)),
        sum(action.look in ("met", "met-late") for action in actions),
        sum(action.look == "missed" for action in actions),
        listed,
    )


def _decided(found: Mapping[str, Any], hrefs: Mapping[str, str], today: date) -> Decided:
    review = found["review_on"]
    words = f"{written(date.fromisoformat(review))}{' (past)' if review < today.isoformat() else ''}" if review else ""
    funding = found["funding"] or {}
    return Decided(
        found["event_id"],
        hrefs.get(found["event_id"]),
        written(date.fromisoformat(found["meeting_on"])),
        DECISIONS.get(found["decision"], found["decision"]),
        found["rationale"],
        words,
        ", ".join(f"{sector} {funding[sector] * 100:.4g}%" for sector in PAYERS if funding.get(sector)),
        FOLLOWED.get(found["voice_followed"] or "", ""),
        [
            (
                DECISIONS.get(old["decision"], old["decision"]),
                old["rationale"],
                london_day(datetime.fromisoformat(old["recorded_at"])).isoformat(),
            )
            for old in found["former"]
        ],
    )


def _action(found: Mapping[str, Any], today: date) -> Action:
    due = date.fromisoformat(found["due_on"])
    done = date.fromisoformat(found["completed_on"]) if found["completed_on"] else None
    if done is not None:
        late = (done - due).days
        happened = f"Done on {written(done)}" + (f", {count(late, 'day')} late" if late > 0 else "")
        look = "met-late" if late > 0 else "met"
    elif due < today:
        happened, look = f"Not done, {count((today - due).days, 'day')} late", "missed"
    else:
        happened, look = "Not due yet", "pending"
    return Action(found["what"], found["owner"], written(due), happened, look)
