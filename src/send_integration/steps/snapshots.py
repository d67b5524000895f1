"""Children's current state for `send.child-snapshot`: what of an answer may leave under a pseudonym, and the messages."""

import json
import logging
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from send_integration.contracts import topics
from send_integration.contracts.content_types import AS_JSON
from send_integration.contracts.pseudonyms import SNAPSHOT, Pseudonyms
from send_integration.errors import SendError
from send_integration.evaluate import ChildAnswer
from send_integration.rules.facts import Facts
from send_integration.rules.model import Rule, RuleBook
from send_integration.steps.batch import Outgoing
from send_integration.store.pseudonym_keys import read_pseudonyms
from send_integration.timeline.model import EpisodeStatus
from send_integration.when.school_years import school_year_start

log = logging.getLogger("send_integration.snapshots")


def pseudonyms_of_the_topic(folder: Path) -> Pseudonyms | None:
    """The names under which children stand on the topic; None, and a warning, where there is no key that can be used: then
    nothing is published there, and everything else goes on."""
    try:
        return read_pseudonyms(folder, SNAPSHOT)
    except SendError as refused:
        log.warning("Nothing is published on %s: %s", topics.CHILD_SNAPSHOT.name, refused)
        return None


def follows_from_a_birthday(rule: Rule) -> bool:
    """Whether days that the rule gives, or the day on which it begins or ends, can tell the day of birth."""
    return any(name.endswith("age") for name in rule.parameters)


class Snapshots:
    """What `send.child-snapshot` says of children; without pseudonyms, nothing."""

    def __init__(self, rules: RuleBook, pseudonyms: Pseudonyms | None) -> None:
        self._kept_back = frozenset(rule.id for rule in rules.rules.values() if follows_from_a_birthday(rule))
        self._pseudonyms = pseudonyms

    def of(self, answer: ChildAnswer) -> dict[str, Any] | None:
        """The state that may be told of a child, but for the day; None for a restricted one, of whom nothing may.

        Nothing that a source named or wrote is in it: no ids, no subjects, no reasons, no workers, no schools.
        """
        timeline, assessment = answer.timeline, answer.assessment
        if timeline.restricted:
            return None
        plans = Facts(timeline, assessment.as_of).plans
        episodes = [
            {
                "pathway": episode.pathway,
                "sector": episode.sector,
                "status": episode.status,
                "opened_on": episode.opened_on.isoformat(),
            }
            for episode in timeline.episodes
            if episode.status is not EpisodeStatus.CLOSED
        ]
        milestones = [
            {
                "id": found.milestone,
                "due_on": found.due_on.isoformat(),
                "status": found.status,
                "met_on": found.met_on.isoformat() if found.met_on else None,
            }
            for found in assessment.milestones
            if found.milestone not in self._kept_back
        ]
        risks = [
            {"id": found.risk, "level": found.level, "raised_on": found.raised_on.isoformat()}
            for found in assessment.risks
            if found.risk not in self._kept_back
        ]
        return {
            "born_in_school_year": school_year_start(timeline.date_of_birth).year,
            "plan_in_force": any(not plan.over for plan in plans),
            "episodes": sorted(episodes, key=_by_value),
            "milestones": sorted(milestones, key=_by_value),
            "risks": sorted(risks, key=_by_value),
        }

    def told(self, states: Mapping[str, Mapping[str, Any] | None], as_of: date) -> list[Outgoing]:
        """The messages that say how some children now stand; None for one of whom nothing may be known any more."""
        if self._pseudonyms is None:
            return []
        return [
            taken_away(self._pseudonyms.of(child_id).encode())
            if state is None
            else snapshot_message(self._pseudonyms.of(child_id), state, as_of)
            for child_id, state in sorted(states.items())
        ]


def snapshot_message(pseudonym: str, state: Mapping[str, Any], as_of: date) -> Outgoing:
    """One child's state, as an evaluation found it on that day."""
    value = json.dumps({"as_of": as_of.isoformat(), **state}, sort_keys=True).encode()
    return Outgoing(topics.CHILD_SNAPSHOT.name, pseudonym.encode(), value, (AS_JSON,))


def taken_away(key: bytes) -> Outgoing:
    """The message that takes away what was said under a key."""
    return Outgoing(topics.CHILD_SNAPSHOT.name, key, None, (AS_JSON,))


def gone(children: Iterable[str]) -> dict[str, None]:
    """The states of children of whom nothing may be known any more."""
    return dict.fromkeys(children)


def _by_value(told: Mapping[str, Any]) -> str:
    """By what is told alone, so that no order tells of what is not."""
    return json.dumps(told, sort_keys=True)
