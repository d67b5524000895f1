"""The picture of the years: everything that is drawn is in the table, and each wait, overrun and deadline is what it says."""

import re
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from send_integration.contracts.event import ChildId, Event
from send_integration.contracts.registry import parse
from send_integration.evaluate import answer_child, child_as_json
from send_integration.rules.model import ids_of
from send_integration.rules.names import rule_name
from send_integration.rules.silence import SilentFeed
from send_integration.steps.catalogue import load_rules
from send_integration.web.drawing import PHONE, WIDE, Drawing, Layout, Text, draw
from send_integration.web.entries import numbers_of
from send_integration.web.lanes import LEGAL, Bar, Deadline, Lanes, Told, lanes_of, table_of
from tests.browser.child_stories import NOW, TODAY, story
from tests.builders import sent

RULES = load_rules()
BORN = date(2013, 2, 9)
NO_NUMBERS: dict[str, tuple[int, ...]] = {}
CSS = Path(__file__).parents[3] / "src/send_integration/web/static/page.css"


def event(what: str, on: str, **fields: Any) -> Event:
    """An event until the day of the stories."""
    parsed = parse(sent(what, on, **fields), not_after=NOW)
    assert isinstance(parsed, Event), parsed
    return parsed


def lanes(*events: Event, today: date = TODAY, silent: tuple[SilentFeed, ...] = ()) -> Lanes:
    """The lanes of a child of whom this happened."""
    answer = answer_child(ChildId("c" + "0" * 15), events, RULES, today)
    assert answer is not None
    found = child_as_json(answer, RULES)
    flags = [
        {"rule": f.rule, "subject": f.subject, "kind": f.kind, "evidence": ids_of(f.evidence)} for f in answer.flags
    ]
    told = Told(found["timeline"], found["milestones"], answer.timeline.episodes)
    return lanes_of(told, RULES, today, numbers_of(flags), silent)


@pytest.fixture(scope="module")
def whole() -> Lanes:
    """The lanes of the first child of the stories, with a silent feed."""
    events = [parse(raw, not_after=NOW) for _, raw in story() if b'"Ellis"' in raw]
    silent = SilentFeed("camhs", date(2026, 11, 2), paused=False, sectors=frozenset({"health"}))
    return lanes(*(found for found in events if isinstance(found, Event)), silent=(silent,))


@pytest.mark.parametrize("layout", [WIDE, PHONE])
def test_everything_drawn_is_in_the_table_once(whole: Lanes, layout: Layout) -> None:
    drawing = draw(whole, BORN, layout)
    rows = [row.fact for row in table_of(whole)]

    assert len(drawing.drawn) > 20
    assert all(rows.count(fact) == 1 for fact in drawing.drawn)
    assert len(rows) == len(whole.bars) + len(whole.marks) + len(whole.deadlines) + len(whole.unheard)


def test_the_table_says_of_each_mark_what_happened_when_and_which_flags_rest_on_it(whole: Lanes) -> None:
    told = {(row.lane, row.when): row for row in table_of(whole) if row.told.startswith("flag")}

    row = told["Education", "13 November 2025"]
    assert row.what == "EHC plan: review meeting held, annual"
    assert re.fullmatch(r"flag \d+(, \d+)*", row.told)


def test_a_wait_is_as_long_as_it_was_and_says_how_it_ended() -> None:
    found = lanes(
        event("ndd.referred", "2024-01-15", referral_id="N1", referrer_service="school"),
        event("ndd.assessment_started", "2024-09-16", referral_id="N1"),
        event("camhs.referred", "2025-02-24", referral_id="C1"),
        event("camhs.triaged", "2025-03-10", referral_id="C1", outcome="declined"),
        event("camhs.referred", "2026-11-09", referral_id="C2"),
    )

    assert [bar.label for bar in found.bars if bar.lane == "health"] == [
        "Neurodevelopmental pathway, waited 35 weeks",
        "CAMHS, closed after 2 weeks",
        "CAMHS, waiting 2 weeks",
    ]
    assert "The longest waits: Neurodevelopmental pathway, 35 weeks; CAMHS, 2 weeks." in found.sentence


def test_a_legal_clock_says_in_words_how_late_it_is_or_was() -> None:
    late = lanes(event("ehcp.requested", "2024-07-01"), event("ehcp.decided_to_assess", "2024-08-19"))
    bar = next(bar for bar in late.bars if bar.name == "EHC decide to assess")

    assert (bar.label, bar.due_on, bar.until) == (
        "EHC decide to assess, 7 days late",
        date(2024, 8, 12),
        date(2024, 8, 19),
    )
    assert bar.told == "due 12 August 2024; met 7 days late"


def test_a_deadline_to_come_is_a_diamond_beyond_today_and_the_next_is_named() -> None:
    found = lanes(event("ehcp.requested", "2026-11-02"))
    drawing = draw(found, BORN, WIDE)

    assert found.deadlines
    assert all(deadline.on >= TODAY for deadline in found.deadlines)
    due = [outline for outline in drawing.outlines if outline.look == "due"]
    assert all(float(outline.d[1:].split(" ")[0]) >= drawing.today_x for outline in due)
    assert f"Next due: {found.deadlines[0].name}" in [text.words for text in drawing.texts]


def test_a_lane_of_which_nothing_is_heard_is_hatched_until_today_and_no_other() -> None:
    silent = SilentFeed("school", date(2026, 11, 2), paused=True, sectors=frozenset({"education"}))
    found = lanes(event("school.suspended", "2026-01-19"), silent=(silent,))
    drawing = draw(found, BORN, WIDE)

    assert [gap.lane for gap in found.unheard] == ["education"]
    hatched = [block for block in drawing.hatched if block.look == "unheard"]
    assert [round(block.x + block.width) for block in hatched] == [round(drawing.today_x)]
    assert "nothing received in full since 2 November 2026" in found.sentence


def test_marks_of_an_extreme_child_stay_within_their_lane_and_numbers_are_not_covered() -> None:
    days = [date.fromordinal(date(2025, 9, 1).toordinal() + at) for at in range(300)]
    drawing = draw(
        lanes(*(event("school.suspended", day.isoformat(), event_id=day.isoformat()) for day in days)), BORN, PHONE
    )

    numbers = [text for text in drawing.texts if text.look == "number"]
    assert sum(outline.d.count("M") for outline in drawing.outlines if outline.look == "education") > 250
    assert all(0 <= text.x <= PHONE.width for text in drawing.texts)
    places = sorted((text.y, text.x) for text in numbers)
    assert all(b[1] - a[1] >= 8 for a, b in pairwise(places) if a[0] == b[0])


words = st.sampled_from(
    ["school.suspended", "camhs.referred", "camhs.appointment", "ehcp.requested", "support.started"]
)


@given(
    st.lists(st.tuples(words, st.dates(date(2013, 3, 1), TODAY), st.integers(1, 4)), min_size=1, max_size=40),
    st.sampled_from([WIDE, PHONE]),
)
@example([("camhs.referred", date(2024, 9, 1), 1), *[("school.suspended", date(2013, 3, 1), 1)] * 2], PHONE)
def test_whatever_happened_the_drawing_keeps_to_its_frame(
    happened: list[tuple[str, date, int]], layout: Layout
) -> None:
    events = []
    for at, (what, on, subject) in enumerate(happened):
        names = {"camhs": "referral_id", "ehcp": "request_id", "support": "support_id"}
        feed = what.partition(".")[0]
        fields = {names[feed]: f"S{subject}"} if feed in names else {}
        events.append(event(what, on.isoformat(), event_id=f"e{at}", person={"date_of_birth": "2013-02-09"}, **fields))
    found = lanes(*events)
    drawing = draw(found, BORN, layout)

    assert inside(drawing)
    facts = {id(row.fact) for row in table_of(found)}
    assert all(id(fact) in facts for fact in drawing.drawn)


@pytest.mark.parametrize("layout", [WIDE, PHONE])
@pytest.mark.parametrize("since", [date(2021, 9, 1), date(2026, 9, 1), TODAY])
@pytest.mark.parametrize("rule", sorted(RULES.rules))
def test_no_duty_has_a_name_too_long_for_the_picture(rule: str, since: date, layout: Layout) -> None:
    """However late it is, and however little stands to the left of today."""
    name = rule_name(rule)
    late = Bar(LEGAL, name, since, None, f"{name}, 1,234 days late", "", due_on=since, late=True)
    ahead = Deadline(name, TODAY + timedelta(200), ())
    found = replace(lanes(event("school.suspended", since.isoformat())), bars=[late], deadlines=[ahead])

    drawing = draw(found, BORN, layout)
    assert inside(drawing)
    words = next(text for text in drawing.texts if text.words.startswith("Next due"))
    diamond = next(outline.d for outline in drawing.outlines if outline.look == "due")
    at, top = map(float, re.findall(r"[\d.]+", diamond)[:2])
    beside, above = ends(words, layout)[1] < at - 6, words.y < top
    assert beside or above, "the words stand on no mark"


def ends(text: Text, layout: Layout) -> tuple[float, float]:
    """Where words begin and end: bold sans-serif letters are some 0.47 of their size wide, as browsers draw them."""
    wide = 0.47 * layout.text * len(text.words)
    begins = text.x - {"start": 0.0, "middle": wide / 2, "end": wide}[text.anchor]
    return begins, begins + wide


def inside(drawing: Drawing) -> bool:
    """Whether every block and line of words begins and ends within the picture."""
    width = drawing.layout.width
    blocks = [*drawing.blocks, *drawing.hatched]
    return all(
        b.x >= 0 and b.width >= 0 and b.x + b.width <= width and b.y + b.height <= drawing.height for b in blocks
    ) and all(
        begins >= 0 and finishes <= width and 0 <= text.y <= drawing.height
        for text in drawing.texts
        for begins, finishes in [ends(text, drawing.layout)]
    )


def test_a_picture_of_nothing_says_so() -> None:
    found = lanes_of(Told([], [], []), RULES, TODAY, NO_NUMBERS)

    assert found.sentence == "Nothing has happened that the picture could show."
    assert table_of(found) == []
    assert draw(found, BORN, PHONE).drawn == []


def luminance(colour: str) -> float:
    """As WCAG 2.2 defines it."""
    full = colour if len(colour) == 7 else "#" + "".join(2 * letter for letter in colour[1:])
    parts = [int(full[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2.2, from 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def colour_of(name: str, of: str = "fill") -> str:
    """What the compiled style sheet says outside forced colours."""
    sheet = CSS.read_text().partition("@media(forced-colors: active){.send-lanes{")[0]
    found = re.search(rf"\.send-lanes__{name}\{{[^}}]*?{of}:(#[0-9a-f]{{3,6}})", sheet)
    assert found, name
    return found[1]


ON_THE_PAGE = {"bar--education", "bar--health", "bar--care", "bar--panel", "bar--clock", "band", "wait-ground"}


def test_words_in_the_picture_stand_out_from_all_that_they_can_stand_on() -> None:
    """axe cannot judge text in SVG. Words within bars are ink; those beside them stand on the page, a band or a lane."""
    ink = colour_of("text")
    for ground in ON_THE_PAGE:
        assert contrast(ink, colour_of(ground)) >= 4.5, ground
    assert contrast(ink, colour_of("wait-line", "stroke")) >= 4.5
    for words_of in ("text", "text--quiet", "text--late"):
        for ground in ("#ffffff", colour_of("band")):
            assert contrast(colour_of(words_of), ground) >= 4.5, words_of
    for lane in ("education", "health", "care", "voice", "panel"):
        assert contrast(colour_of("text--number"), colour_of(f"mark--{lane}")) >= 4.5, lane


def test_marks_and_overruns_stand_out_from_the_page() -> None:
    for mark in ("mark--education", "mark--health", "mark--care", "mark--voice", "mark--panel", "bar--over"):
        for ground in ("#ffffff", colour_of("band")):
            assert contrast(colour_of(mark), ground) >= 3, mark


def test_every_lane_has_a_shape_of_its_own_as_well_as_a_colour(whole: Lanes) -> None:
    drawing = draw(whole, BORN, WIDE)
    shapes: dict[str, set[str]] = {}
    for outline in drawing.outlines:
        if "numbered" not in outline.look:
            first = outline.d[: outline.d.index("z")]
            shapes.setdefault(outline.look, set()).add(re.sub(r"M[\d.]+ [\d.]+", "", first))
    assert len(shapes) == 6
    assert len({frozenset(found) for found in shapes.values()}) == 5, "a deadline is a diamond too, but hollow"
