"""Simulates a whole authority and writes it down: feeds, the SEN2 return, and the truth that no agency knows."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

from send_integration.contracts.topics import FEEDS
from send_integration.simulate.agencies import AGENCIES, AGENCY_OF_FEED, EHC_TEAM, HR, worker_of
from send_integration.simulate.clerks import DIRT_LEVELS, Clerks, local_id, written_rates
from send_integration.simulate.dirt import Arrived, spoil_some
from send_integration.simulate.ehc import Case, EhcCounts, make_cases
from send_integration.simulate.families import make_town
from send_integration.simulate.follow_up import FollowUp
from send_integration.simulate.histories import Histories
from send_integration.simulate.kin import write_kin
from send_integration.simulate.panel_meetings import PanelMeetings
from send_integration.simulate.pen import Line, Pen
from send_integration.simulate.people import Child, Town, ref
from send_integration.simulate.profile import Profile
from send_integration.simulate.sen2_return import write_return
from send_integration.simulate.troubles import Outcome, Trouble, Troubles, outcomes


@dataclass(frozen=True, slots=True)
class Authority:
    """A simulated authority, in memory."""

    profile: Profile
    until: date
    town: Town
    clerks: Clerks
    cases: list[Case]
    ehc: EhcCounts
    arrived: list[Arrived]
    kinds: dict[str, int]
    troubles: list[Trouble]
    outcomes: list[Outcome]


def simulate_authority(  # noqa: PLR0913 - one argument for each thing that may be asked of an authority
    profile: Profile,
    *,
    children: int,
    seed: int,
    until: date,
    dirt: str,
    statutory_dates: bool,
    whole_lives: bool = False,
    panel_meetings: bool = False,
) -> Authority:
    """An authority from a seed; the same arguments give the same authority, byte for byte.

    With `whole_lives` what follows from the main dates is written too, and for some children things go wrong over months;
    without, what befalls a child is chance. With `panel_meetings` the panel meets every second Thursday and the next time after
    `until`, and what it said before and after its decisions is written too.
    """
    chance = Random(f"{seed}/{children}")  # noqa: S311 - repeatable, and no secret
    town = make_town(chance, profile, children, until)
    clerks = Clerks(town, f"{seed}/{children}", written_rates(profile, dirt))
    cases, counts = make_cases(chance, profile, town.children, until)
    case_of = {case.child.number: case for case in cases}
    late = profile.share("dirt", "late") * min(1.0, DIRT_LEVELS[dirt])
    pen = Pen(chance, clerks, until, late, series="")
    _write_directory(pen)
    said = Pen(Random(f"{seed}/{children}/said"), clerks, until, late, series="p")  # noqa: S311 - repeatable, and no secret
    meetings = PanelMeetings(Random(f"{seed}/{children}/panel"), said, until) if panel_meetings else None  # noqa: S311 - likewise
    histories = Histories(chance, profile, pen, clerks, until, meetings)
    for child in town.children:
        histories.write(child, case_of.get(child.number), statutory_dates=statutory_dates)
    kin = Pen(Random(f"{seed}/{children}/kin"), clerks, until, late, series="k")  # noqa: S311 - repeatable, and no secret
    write_kin(kin, town, pen.lines)
    troubled = Pen(Random(f"{seed}/{children}/lag"), clerks, until, late, series="t")  # noqa: S311 - repeatable, and no secret
    troubles: list[Trouble] = []
    if whole_lives:
        befalls = Troubles(Random(f"{seed}/{children}/troubles"), profile, troubled, until)  # noqa: S311 - likewise
        found = (befalls.write(child, case_of.get(child.number)) for child in town.children)
        troubles = [trouble for trouble in found if trouble is not None]
    later = Pen(Random(f"{seed}/{children}/later"), clerks, until, late, series="f")  # noqa: S311 - repeatable, and no secret
    if whole_lives:
        _follow_up(FollowUp(Random(f"{seed}/{children}/follow-up"), profile, later), town, case_of, pen.lines)  # noqa: S311 - likewise
    lines = [*pen.lines, *kin.lines, *troubled.lines, *later.lines, *said.lines]
    arrived, kinds = spoil_some(chance, profile, lines, DIRT_LEVELS[dirt])
    number_of = {(agency.source, local_id(agency, c)): c.number for agency in AGENCIES for c in town.children}
    ends = outcomes(lines, number_of, troubles)
    return Authority(profile, until, town, clerks, cases, counts, arrived, dict(sorted(kinds.items())), troubles, ends)


def _follow_up(follow_up: FollowUp, town: Town, case_of: Mapping[int, Case], written: Iterable[Line]) -> None:
    child_of = {
        (agency.source, local_id(agency, child)): child.number for agency in AGENCIES for child in town.children
    }
    lines: dict[int, list[Line]] = {}
    for line in written:
        if "person" in line.body["data"]:
            number = child_of[line.body["source"], line.body["data"]["person"]["local_id"]]
            lines.setdefault(number, []).append(line)
    for child in town.children:
        follow_up.write(child, case_of.get(child.number), lines.get(child.number, ()))


def write_authority(authority: Authority, folder: Path) -> dict[str, Any]:
    """Write the feeds, the return and the truth into a folder; gives a summary."""
    folder.mkdir(parents=True, exist_ok=True)
    for feed in FEEDS:
        lines = [item.raw for item in authority.arrived if item.line.feed == feed]
        (folder / f"{feed}.jsonl").write_bytes(b"".join(raw + b"\n" for raw in lines))
    write_return(authority.profile, authority.cases, authority.clerks, authority.until, folder / "sen2")
    truth = {
        "until": authority.until.isoformat(),
        "ehc": asdict(authority.ehc),
        "lines": authority.kinds,
        "expected_reasons": _expected_reasons(authority.arrived),
        "children": [_truth_of(child) for child in authority.town.children],
        "troubles": [_trouble(trouble) for trouble in authority.troubles],
        "outcomes": [_outcome(outcome) for outcome in authority.outcomes],
    }
    (folder / "truth.json").write_text(json.dumps(truth, indent=1, ensure_ascii=False), "utf-8")
    return {
        "children": len(authority.town.children),
        "lines": sum(authority.kinds.values()),
        "ehc": truth["ehc"],
        "folder": str(folder),
    }


def _write_directory(pen: Pen) -> None:
    """Ten workers for each agency, and one of them who has left and handed over."""
    began = date(2016, 1, 4)
    sectors = {"community-health": "health", "camhs": "health", "early-help": "care", "social-care": "care"}
    for agency in dict.fromkeys(AGENCY_OF_FEED.values()):
        if agency is HR:
            continue
        sector = sectors.get(agency.name, "education")
        for number in range(10):
            worker = worker_of(agency, number)
            pen.write(None, "workers", "joined", began, worker=worker, sector=sector, team=agency.team)
    leaver = worker_of(EHC_TEAM, 9)
    pen.write(None, "workers", "left", date(2024, 6, 3), worker=leaver, hands_over_to=worker_of(EHC_TEAM, 0)["id"])


def _expected_reasons(arrived: list[Arrived]) -> dict[str, str]:
    return {f"{item.line.feed} {item.line.body['id']}": item.code for item in arrived if item.code}


def _trouble(trouble: Trouble) -> dict[str, Any]:
    """A trouble as the truth keeps it; `outcome` is null where it went well."""
    ended = trouble.outcome
    return {
        "child": ref(trouble.child),
        "course": trouble.course,
        "began_on": trouble.began_on.isoformat(),
        "outcome": _outcome(ended) if ended else None,
    }


def _outcome(outcome: Outcome) -> dict[str, str]:
    return {"child": ref(outcome.child), "what": outcome.what, "on": outcome.on.isoformat()}


def _truth_of(child: Child) -> dict[str, Any]:
    return {
        "child": child.ref,
        "known_as": sorted([agency.source, local_id(agency, child)] for agency in AGENCIES),
        "community": child.community.name,
        "script": child.community.script or "Latin",
        "twin": child.twin is not None,
        "household": child.household,
    }
