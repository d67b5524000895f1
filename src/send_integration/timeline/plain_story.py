"""A child's story for the child and the family, in plain English: from events alone, and without anybody else in it."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from send_integration.contracts.event import Event
from send_integration.timeline.fold import timeline_of
from send_integration.timeline.named_workers import named_workers
from send_integration.timeline.plain_words import (
    BY_CODE,
    HELPERS,
    KINDS_OF_SUPPORT,
    LEFT_OUT,
    MEANINGS,
    MILESTONES,
    SENTENCES,
    SERVICES,
)
from send_integration.when.periods import age_on

OWN_WORDS = frozenset({"child", "young-person"})
"""Whose words a copy may quote: what parents say is theirs, and a copy may come into the other parent's hands."""

SHORTEST_NAME = 3
"""Letters that a part of a name must have to be looked for in what a child said: 'Al' is in half of all sentences."""

STILL_TO_COME = frozenset({"pending", "due-soon", "missed"})


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that happened; `ref` names it on the form by which it is left out, and holds nothing that anybody wrote."""

    ref: str
    on: date
    sentence: str


@dataclass(frozen=True, slots=True)
class Quote:
    """What the child said, word for word; `may_be_told` is off where it seems to name somebody."""

    ref: str
    on: date
    text: str
    may_be_told: bool


@dataclass(frozen=True, slots=True)
class ToCome:
    """What is to happen for the child, and by when; `late` where the day has passed."""

    by: date
    what: str
    late: bool


@dataclass(frozen=True, slots=True)
class Story:
    """What a family's copy can tell; `years` are the child's ages with what happened then, the earliest first."""

    years: tuple[tuple[int, tuple[Part, ...]], ...]
    quotes: tuple[Quote, ...]
    helpers: tuple[str, ...]
    to_come: tuple[ToCome, ...]
    actions_agreed: int
    actions_done: int
    told: bool

    @property
    def mark(self) -> str:
        """Changes with anything that the story tells, so that what was reviewed can be told from what has come since."""
        return sha256(repr((self.years, self.quotes, self.helpers, self.to_come, self.of_actions)).encode()).hexdigest()

    @property
    def of_actions(self) -> str:
        """What is told of the panel's actions; nothing where none was agreed."""
        agreed, done = self.actions_agreed, self.actions_done
        if not agreed:
            return ""
        things = "1 thing" if agreed == 1 else f"{agreed} things"
        if done == agreed:
            came = "It is done." if done == 1 else "All are done."
        elif done:
            came = f"So far, {done} {'is' if done == 1 else 'are'} done."
        else:
            came = f"We do not know yet if {'it is' if agreed == 1 else 'they are'} done."
        return f"The panel agreed {things} to do for you. {came}"

    def as_chosen(self, left_out: Iterable[str], quoted: Iterable[str]) -> "Story":
        """The story without the parts that somebody left out, and with those quotes alone that somebody put in."""
        without, within = set(left_out), set(quoted)
        kept = ((age, tuple(part for part in parts if part.ref not in without)) for age, parts in self.years)
        quotes = tuple(quote for quote in self.quotes if quote.may_be_told and quote.ref in within)
        return Story(
            tuple((age, parts) for age, parts in kept if parts),
            quotes,
            self.helpers,
            self.to_come,
            self.actions_agreed,
            self.actions_done,
            self.told,
        )

    def meanings(self) -> dict[str, str]:
        """The words that the story uses and that not everybody knows, with what they mean."""
        text = " ".join(self.sentences())
        return {word: said for word, said in MEANINGS.items() if re.search(rf"\b{word}\b", text, re.IGNORECASE)}

    def sentences(self) -> list[str]:
        """Everything that the story says in our words."""
        told = [part.sentence for _, parts in self.years for part in parts]
        coming = (f"By 3 March 2025, {item.what}." for item in self.to_come)
        return [*told, *([self.of_actions] if self.of_actions else []), *self.helpers, *coming]


def story_of(
    events: Iterable[Event], milestones: Iterable[Mapping[str, Any]], as_of: date, relatives: Iterable[str] = ()
) -> Story:
    """The story of one child's standing events, at least one of them about a person, as at a day; `milestones` are those of
    the one answer, `relatives` the names of the child's family, which no quote may hold."""
    timeline = timeline_of([event for event in events if event.person is not None and event.on <= as_of])
    asked = _services_asked(timeline.events)
    years: dict[int, list[Part]] = {}
    for number, event in enumerate(timeline.events):
        sentence = sentence_of(event, asked)
        if sentence is not None:
            age = max(age_on(timeline.date_of_birth, event.on), 0)
            years.setdefault(age, []).append(Part(f"p{number}", event.on, sentence))
    whats = [event.what for event in timeline.events]
    return Story(
        tuple((age, tuple(parts)) for age, parts in sorted(years.items())),
        _quotes(timeline.events, relatives),
        tuple(HELPERS[worker.role] for worker in named_workers(timeline.events, as_of) if worker.role in HELPERS),
        _to_come(milestones, as_of),
        whats.count("panel.action_agreed"),
        _actions_done(timeline.events),
        "people.died" not in whats,
    )


def sentence_of(event: Event, asked: Mapping[tuple[str, str], str]) -> str | None:
    """What a copy says of an event; None where it says nothing. `asked` is which service each referral asked."""
    if event.what in LEFT_OUT:
        return None
    if event.what in SENTENCES:
        return SENTENCES[event.what]
    if event.what in BY_CODE:
        field, sentences = BY_CODE[event.what]
        found = sentences.get(event.text(field) if field else "")
        return _with_service(found, event, asked) if found and "ervice}" in found else found
    return SPOKEN[event.what](event)


def _with_service(sentence: str, event: Event, asked: Mapping[tuple[str, str], str]) -> str | None:
    """A sentence with the service that a referral asked; None where that is withheld or not known."""
    service = SERVICES.get(asked.get((event.source, event.text("referral_id")), ""))
    return sentence.format(service=service, Service=_begun(service)) if service else None


def _services_asked(events: Sequence[Event]) -> dict[tuple[str, str], str]:
    """Which service each referral asked; '' where what asked, or who, is withheld."""
    asked: dict[tuple[str, str], str] = {}
    for event in events:
        if event.what == "referrals.received":
            told = event.text("from_service") in SERVICES
            asked[event.source, event.text("referral_id")] = event.text("to_service") if told else ""
    return asked


def _received(event: Event) -> str | None:
    from_service, to_service = SERVICES.get(event.text("from_service")), SERVICES.get(event.text("to_service"))
    return f"{_begun(from_service)} asked {to_service} to help you." if from_service and to_service else None


def _referred_to_ndd(event: Event) -> str | None:
    referrer = SERVICES.get(event.text("referrer_service"))
    return f"{_begun(referrer)} asked the NDD team to see you." if referrer else None


def _advice(event: Event) -> str | None:
    service = SERVICES.get(event.text("from_service"))
    if service is None:
        return None
    asked = event.what == "ehcp.advice_requested"
    return f"We asked {service} what help you need." if asked else f"{_begun(service)} told us what help you need."


def _support(event: Event) -> str | None:
    kind = KINDS_OF_SUPPORT.get(event.text("kind"))
    said = {
        "support.requested": "We were asked for {}.",
        "support.agreed": "We said yes to {}.",
        "support.refused": "We said no to {}.",
    }[event.what]
    return said.format(kind) if kind else None


def _enrolled(event: Event) -> str | None:
    year = event.data.get("year_group")
    if not isinstance(year, int):
        return None
    return "You went to a nursery." if year < 0 else "You started at a school."


SPOKEN = {
    "referrals.received": _received,
    "ndd.referred": _referred_to_ndd,
    "camhs.referred": lambda _event: "CAMHS was asked to help you.",
    "ehcp.advice_requested": _advice,
    "ehcp.advice_received": _advice,
    "support.requested": _support,
    "support.agreed": _support,
    "support.refused": _support,
    "school.enrolled": _enrolled,
}
"""Types whose sentence is put together from more than one code."""


def _quotes(events: Sequence[Event], relatives: Iterable[str]) -> tuple[Quote, ...]:
    """What the child said, the latest first."""
    names = _names_of_others(events, relatives)
    return tuple(
        Quote(f"q{number}", event.on, event.text("text"), may_be_told=names.isdisjoint(_parts(event.text("text"))))
        for number, event in reversed(list(enumerate(events)))
        if event.what == "panel.voice_recorded" and event.text("of") in OWN_WORDS and event.text("text").strip()
    )


def _names_of_others(events: Sequence[Event], relatives: Iterable[str]) -> set[str]:
    """The parts of the names of everybody but the child who is known to have to do with the child."""
    own: set[str] = set()
    others = {part for name in relatives for part in _parts(name)}
    for event in events:
        if event.person is not None:
            own |= _parts(f"{event.person.given_name} {event.person.family_name}")
        if event.worker is not None:
            others |= _parts(event.worker.name)
        for owner in (event.text("owner"), event.text("presenter"), *_attendees(event)):
            others |= _parts(" ".join(word for word in owner.split() if not word.islower()))
    return others - own


def _attendees(event: Event) -> list[str]:
    named = event.data.get("attendees")
    return [name for name in named if isinstance(name, str)] if isinstance(named, list) else []


def _parts(name: str) -> set[str]:
    """The words of a name or a text that are long enough to know somebody by, without accents and other marks: José and Jose
    are one, however either is typed."""
    bare = "".join(
        sign for sign in unicodedata.normalize("NFKD", name) if not unicodedata.category(sign).startswith("M")
    )
    return {part.casefold() for part in re.findall(r"\w+", bare) if len(part) >= SHORTEST_NAME}


def _to_come(milestones: Iterable[Mapping[str, Any]], as_of: date) -> tuple[ToCome, ...]:
    """What is to happen, the first day first, and each thing of a day once."""
    found = {
        ToCome(due_on, MILESTONES[m["milestone"]], late=due_on < as_of)
        for m in milestones
        if m["status"] in STILL_TO_COME and m["milestone"] in MILESTONES
        for due_on in (date.fromisoformat(m["due_on"]),)
    }
    return tuple(sorted(found, key=lambda item: (item.by, item.what)))


def _actions_done(events: Sequence[Event]) -> int:
    agreed = {(event.source, event.text("action_id")) for event in events if event.what == "panel.action_agreed"}
    done = {(event.source, event.text("action_id")) for event in events if event.what == "panel.action_completed"}
    return len(agreed & done)


def _begun(words: str | None) -> str:
    """Words as a sentence begins with them."""
    return f"{words[:1].upper()}{words[1:]}" if words else ""
