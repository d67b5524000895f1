"""Which events of a child are behind a row of the warehouse: the way back from a figure to what was told."""

from collections.abc import Mapping

from send_integration.contracts.event import EventKey
from send_integration.contracts.pseudonyms import Pseudonyms
from send_integration.evaluate import ChildAnswer
from send_integration.timeline.relations import tells_of_family
from send_integration.warehouse.facts import episode_key, milestone_key
from send_integration.warehouse.plan_facts import PLAN
from send_integration.warehouse.row_keys import RowKeys

OF_ONE_EVENT = (
    "event",
    "review",
    "appointment",
    "attendance",
    "exclusion",
    "panel-decision",
    "destination",
    "placement",
)
"""Kinds of rows that are made of one event, and named by it."""


def events_behind(answer: ChildAnswer, names: Pseudonyms) -> Mapping[str, tuple[EventKey, ...]]:
    """Of each row of a child that figures count, by its key, the events of which it was made; of the child's own all."""
    keys, events = RowKeys(answer.child_id, names), [e for e in answer.timeline.events if not tells_of_family(e)]
    found: dict[str, list[EventKey]] = {keys.child: [event.key for event in events]}
    for event in events:
        for kind in OF_ONE_EVENT:
            found[keys.named(kind, *event.key)] = [event.key]
        for kind, subject in (("ehc-request", event.text("request_id")), (PLAN, event.text("plan_id"))):
            if subject and event.feed == "ehcp":
                found.setdefault(keys.named(kind, subject), []).append(event.key)
    for milestone in answer.assessment.milestones:
        found[milestone_key(keys, milestone)] = list(milestone.evidence)
    for episode in answer.timeline.episodes:
        found[episode_key(keys, episode)] = list(episode.evidence)
    return {key: tuple(evidence) for key, evidence in found.items()}
