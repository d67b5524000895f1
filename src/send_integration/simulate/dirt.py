"""What goes wrong between an agency and us: repeats, corrections, retractions, and lines that break their contract."""

import copy
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from typing import Any

from send_integration.contracts.registry import OLDEST_AGE
from send_integration.simulate.pen import Line
from send_integration.simulate.profile import Profile
from send_integration.when.london import utc_text
from send_integration.when.periods import age_on


@dataclass(frozen=True, slots=True)
class Spoilt:
    """A line that must be quarantined, and the reason's code that must be found."""

    code: str
    spoil: Callable[[dict[str, Any]], None]


def _set(path: str, value: Any) -> Callable[[dict[str, Any]], None]:  # noqa: ANN401 - hostile values are of any kind
    def spoil(body: dict[str, Any]) -> None:
        target: dict[str, Any] = body
        *parents, last = path.split(".")
        for parent in parents:
            target = target[parent]
        target[last] = value

    return spoil


FAULTS = (
    Spoilt("nhs-number-check-digit", _set("data.person.nhs_number", "9990000019")),
    Spoilt("upn-check-letter", _set("data.person.upn", "A821000000001")),
    Spoilt("invalid-date", _set("time", "2024-02-30T00:00:00+00:00")),
    Spoilt("no-offset", _set("time", "2024-02-28T00:00:00")),
    Spoilt("unknown-code", _set("data.person.gender", "X")),
    Spoilt("unknown-field", _set("data.colour", "blue")),
    Spoilt("wrong-type", _set("data.person.given_name", 7)),
    Spoilt("person-too-old", _set("data.person.date_of_birth", "1983-05-05")),
    Spoilt("wrong-postcode", _set("data.person.postcode", "somewhere")),
)


@dataclass(frozen=True, slots=True)
class Arrived:
    """A line as it reaches us, what was done to it, and the reason that must be found where it is spoilt."""

    line: Line
    raw: bytes
    kind: str
    code: str = ""


def spoil_some(chance: Random, profile: Profile, lines: list[Line], level: float) -> tuple[list[Arrived], Counter[str]]:
    """Every line, with repeats, corrections, retractions and spoilt ones among them at the profile's rates times `level`."""
    arrived: list[Arrived] = []
    rates = {name: level * profile.share("dirt", name) for name in ("duplicated", "corrected", "retracted", "dirty")}
    for line in lines:
        if _is_too_old(line):
            arrived.append(Arrived(line, line.raw, "dirty", "person-too-old"))
            continue
        arrived.append(Arrived(line, line.raw, "good"))
        if line.feed in ("workers", "ehcp", "people"):
            continue  # registers and the statutory dates are checked at their source
        drawn = chance.random()
        for name, rate in rates.items():
            if drawn < rate:
                arrived.append(_ACCIDENTS[name](chance, line))
                break
            drawn -= rate
    arrived.sort(key=lambda item: (item.line.arrives_at, item.line.body["id"], item.kind))
    return arrived, Counter(f"{item.line.feed} {item.kind}" for item in arrived)


def _is_too_old(line: Line) -> bool:
    """Whether its agency fills in a birth date so long ago that the contract refuses it: 1 January 1900."""
    person = line.body["data"].get("person")
    return bool(person) and age_on(date.fromisoformat(person["date_of_birth"]), line.recorded_at.date()) > OLDEST_AGE


def _duplicated(chance: Random, line: Line) -> Arrived:
    later = replace(line, arrives_at=line.arrives_at + timedelta(hours=chance.randint(1, 600)))
    return Arrived(later, line.raw, "duplicate")


def _corrected(chance: Random, line: Line) -> Arrived:
    body = copy.deepcopy(line.body)
    body["id"] += "-c"
    body["data"]["corrects"] = line.body["id"]
    body["data"]["note"] = "Corrected on checking the file."
    return _again(chance, line, body, "corrected")


def _retracted(chance: Random, line: Line) -> Arrived:
    body = copy.deepcopy(line.body)
    body["id"] += "-r"
    body["data"]["retracts"] = line.body["id"]
    return _again(chance, line, body, "retracted")


def _dirty(chance: Random, line: Line) -> Arrived:
    body = copy.deepcopy(line.body)
    body["id"] += "-x"
    fault = chance.choice(FAULTS)
    fault.spoil(body)
    return Arrived(replace(line, body=body), _raw(body), "dirty", fault.code)


def _again(chance: Random, line: Line, body: dict[str, Any], kind: str) -> Arrived:
    recorded = line.recorded_at + timedelta(days=chance.randint(1, 20))
    body["recordedtime"] = utc_text(recorded)
    later = Line(line.feed, body, recorded, max(recorded, line.arrives_at) + timedelta(hours=6))
    return Arrived(later, _raw(body), kind)


def _raw(body: dict[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


_ACCIDENTS: dict[str, Callable[[Random, Line], Arrived]] = {
    "duplicated": _duplicated,
    "corrected": _corrected,
    "retracted": _retracted,
    "dirty": _dirty,
}
