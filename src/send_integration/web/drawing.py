"""Draws a child's lanes as numbers for an SVG made on the server: one layout for wide pages, another for phones."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from send_integration.rules.year_groups import year_in_words
from send_integration.web.lanes import LANES, LEGAL, TITLES, Bar, Lanes, Mark
from send_integration.when.periods import after_months
from send_integration.when.school_years import school_year_start, year_group

LATEST_AHEAD = timedelta(270)
LEAST_AHEAD = timedelta(75)
"""How far beyond today the picture reaches: to the last deadline within three terms, and a little at the least."""

LEAST_HATCHING = 8.0
TICKS = (9, 1, 5)
"""The months whose first day the axis names: a school year's terms."""


class Layout(NamedTuple):
    """How a picture is laid out: its own width, the gutter for the lanes' names (0: they stand above), the size of its
    text, how many rows of marks and bars a lane has at the most, and how many school years it goes back."""

    name: str
    width: int
    gutter: int
    text: int
    mark_rows: int
    bar_rows: int
    years: int


WIDE = Layout("wide", 960, 148, 14, 3, 7, 8)
PHONE = Layout("phone", 340, 0, 12, 2, 6, 3)

BAR, THIN, BAR_GAP, MARK_ROW, PAD, HEADER, AXIS = 20, 5, 4, 20, 8, 26, 24
BEYOND = 2
"""How far the round and pointed marks that hold a number reach beyond half their width."""


class Text(NamedTuple):
    """Words at a place; `look` is the class of their style, `anchor` SVG's own."""

    x: float
    y: float
    words: str
    look: str
    anchor: str = "start"


class Block(NamedTuple):
    """A rectangle of a look."""

    x: float
    y: float
    width: float
    height: float
    look: str


class Outline(NamedTuple):
    """A path of a look."""

    d: str
    look: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """A whole picture, in the order in which it is painted; `drawn` are the facts of the lanes that are in it.

    `begins` says since when, where something was before that; `left_out` counts what there was no room for.
    """

    layout: Layout
    height: float
    bands: list[Block]
    blocks: list[Block]
    hatched: list[Block]
    rules: list[float]
    outlines: list[Outline]
    texts: list[Text]
    today_x: float
    drawn: list[object]
    left_out: int
    begins: date | None


@dataclass(slots=True)
class _Pen:
    """What is drawn so far, and where the next lane begins."""

    lanes: Lanes
    layout: Layout
    first: date
    place: Callable[[date], float]
    y: float = HEADER
    bands: list[Block] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    hatched: list[Block] = field(default_factory=list)
    rules: list[float] = field(default_factory=list)
    outlines: list[Outline] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)
    drawn: list[object] = field(default_factory=list)
    left_out: int = 0

    @property
    def left(self) -> float:
        return self.layout.gutter + 4

    @property
    def right(self) -> float:
        return self.layout.width - 4

    def long(self, words: str) -> float:
        """About how wide words are, in a sans-serif face; rather more than less."""
        return len(words) * self.layout.text * 0.56


def draw(lanes: Lanes, born_on: date, layout: Layout) -> Drawing:
    """The picture of a child's lanes."""
    today = lanes.today
    furthest = max((d.on for d in lanes.deadlines if d.on <= today + LATEST_AHEAD), default=today)
    last = max(today + LEAST_AHEAD, furthest + timedelta(14))
    this_year = school_year_start(today)
    first = max(school_year_start(lanes.first), this_year.replace(year=this_year.year - layout.years + 1))
    left, right = layout.gutter + 4.0, layout.width - 8.0
    scale = (right - left) / (last - first).days

    def place(day: date) -> float:
        return round(left + scale * min(max((day - first).days, 0), (last - first).days), 1)

    pen = _Pen(lanes, layout, first, place)
    for lane in LANES:
        _lane(pen, lane)
    _years(pen, born_on, last)
    _axis(pen, last)
    return Drawing(
        layout,
        pen.y + AXIS,
        pen.bands,
        pen.blocks,
        pen.hatched,
        pen.rules,
        pen.outlines,
        pen.texts,
        place(today),
        pen.drawn,
        pen.left_out,
        first if lanes.first < first else None,
    )


def _lane(pen: _Pen, lane: str) -> None:
    """One lane: its name, its marks above its bars, and where nothing was heard of."""
    top = pen.y
    pen.rules.append(top)
    pen.y += PAD
    _name(pen, lane)
    if lane == LEGAL:
        _deadlines(pen)
    else:
        _marks(pen, [m for m in pen.lanes.marks if m.lane == lane and m.on >= pen.first], lane)
    _bars(pen, [b for b in pen.lanes.bars if b.lane == lane and _end(pen, b) >= pen.first])
    if pen.layout.gutter:
        pen.y = max(pen.y, top + PAD + 36)
    pen.y += PAD
    today_x = pen.place(pen.lanes.today)
    for gap in pen.lanes.unheard:
        if gap.lane == lane:
            x = min(pen.place(gap.since), today_x - LEAST_HATCHING)
            pen.hatched.append(Block(x, top, round(today_x - x, 1), pen.y - top, "unheard"))
            pen.drawn.append(gap)


def _name(pen: _Pen, lane: str) -> None:
    entries = pen.lanes.entries[lane]
    told = "" if lane == LEGAL else "1 entry" if entries == 1 else f"{entries or 'no'} entries"
    shape = _plain(_shape(lane, voice=False), 8, pen.y + 8) if lane != LEGAL else ""
    if shape:
        pen.outlines.append(Outline(shape, lane))
    x = 2 if lane == LEGAL else 20
    pen.texts.append(Text(x, pen.y + 13, TITLES[lane], "lane"))
    if pen.layout.gutter:
        pen.texts.append(Text(x, pen.y + 31, told, "quiet"))
    else:
        pen.texts.append(Text(round(x + pen.long(TITLES[lane]) * 1.15 + 4, 1), pen.y + 13, told, "quiet"))
        pen.y += 20


def _deadlines(pen: _Pen) -> None:
    """Diamonds for what is still to come, the next of them named to the left of today, or above where that is too narrow."""
    ahead = [d for d in pen.lanes.deadlines if d.on <= pen.lanes.today + LATEST_AHEAD]
    pen.left_out += len(pen.lanes.deadlines) - len(ahead)
    if not ahead:
        return
    words, today_x = f"Next due: {ahead[0].name}", pen.place(pen.lanes.today)
    wide = pen.long(words)
    if today_x - 6 - wide >= pen.left:
        pen.texts.append(Text(today_x - 6, pen.y + 13, words, "beside", "end"))
    else:
        pen.texts.append(Text(max(pen.left, min(today_x + 6, pen.right - wide)), pen.y + 13, words, "beside"))
        pen.y += MARK_ROW
    for deadline in ahead:
        pen.outlines.append(Outline(_diamond(pen.place(deadline.on), pen.y + 8, 6), "due"))
        pen.drawn.append(deadline)
    pen.y += MARK_ROW


def _marks(pen: _Pen, marks: Sequence[Mark], lane: str) -> None:
    """Marks in as few rows as do not touch each other; those of a flag are larger, hold its number, and are never covered."""
    if not marks:
        return
    rows = [0.0] * pen.layout.mark_rows
    used = 1
    plain: dict[str, list[str]] = {}
    numbered: list[tuple[Outline, Text]] = []
    for mark in sorted(marks, key=lambda mark: mark.on):
        x, words = pen.place(mark.on), _numbers(mark.flags)
        half = 6.0 if not words else 8 + 3.5 * len(words)
        if words:  # wider than the margin, and on the first day of what is shown it would begin before the picture
            x = min(max(x, half + BEYOND), pen.layout.width - half - BEYOND)
        free = [row for row, taken in enumerate(rows) if taken <= x - half]
        row = free[0] if free else min(range(len(rows)), key=rows.__getitem__)
        rows[row] = max(rows[row], x + half)
        used = max(used, row + 1)
        y = pen.y + 9 + row * MARK_ROW
        shape = _shape(lane, voice=mark.voice)
        look = "voice" if mark.voice else lane
        if words:
            outline = Outline(_with_number(shape, x, y, half), f"{look} send-lanes__numbered")
            numbered.append((outline, Text(x, y + 4.5, words, "number", "middle")))
        else:
            plain.setdefault(f"{shape} {look}", []).append(_plain(shape, x, y))
        pen.drawn.append(mark)
    pen.outlines += [Outline("".join(paths), key.partition(" ")[2]) for key, paths in plain.items()]
    pen.outlines += [outline for outline, _ in numbered]
    pen.texts += [text for _, text in numbered]
    pen.y += used * MARK_ROW


def _numbers(flags: Sequence[int]) -> str:
    return ",".join(map(str, flags)) if len(flags) < 3 else f"{flags[0]},{flags[1]}+"


def _bars(pen: _Pen, bars: Sequence[Bar]) -> None:
    """Bars in as few rows as there is room for with their labels; what is late or goes on comes before what is over."""
    rows: list[list[tuple[float, float]]] = []
    for bar in sorted(bars, key=lambda bar: (not bar.late, bar.until is not None, bar.since)):
        start, end = pen.place(bar.since), max(pen.place(_end(pen, bar)), pen.place(bar.since) + 4)
        x, anchor, look = _label(pen, bar, start, end)
        wide = pen.long(bar.label)
        taken = (min(start, x if anchor == "start" else x - wide), max(end, x if anchor == "end" else x + wide))
        row = next((at for at, spans in enumerate(rows) if all(taken[1] < a or b < taken[0] for a, b in spans)), None)
        if row is None:
            if len(rows) == pen.layout.bar_rows:
                pen.left_out += 1
                continue
            rows.append([])
            row = len(rows) - 1
        rows[row].append((taken[0] - 4, taken[1] + 4))
        y = pen.y + row * (BAR + BAR_GAP)
        above = look.endswith("above")
        _bar(pen, bar, (start, end), (y + 15, THIN) if above else (y, BAR))
        pen.texts.append(Text(round(x, 1), y + (12 if above else 15), bar.label, look, anchor))
        pen.drawn.append(bar)
    pen.y += len(rows) * (BAR + BAR_GAP)


def _label(pen: _Pen, bar: Bar, start: float, end: float) -> tuple[float, str, str]:
    """Where a bar's words stand: within it, else behind it, else before it, else above it, which is then thin."""
    wide, look = pen.long(bar.label), "late" if bar.late else "beside"
    if wide + 8 <= end - start and not bar.late:  # words that are late are red, and red on red cannot be read
        return start + 4, "start", "words"
    if end + 4 + wide <= pen.right:
        return end + 4, "start", look
    if start - 4 - wide >= pen.left:
        return start - 4, "end", look
    return min(max(pen.left + wide, end), pen.right), "end", f"{look} send-lanes__above"


def _bar(pen: _Pen, bar: Bar, across: tuple[float, float], down: tuple[float, float]) -> None:
    """The parts of a bar from where to where, at which height and how thick."""
    start, end = across

    def part(since: float, until: float, look: str) -> None:
        if until > since:
            into = pen.hatched if look == "wait" else pen.blocks
            into.append(Block(since, down[0], round(until - since, 1), down[1], look))

    if bar.due_on is not None:
        due = min(max(pen.place(bar.due_on), start), end) if bar.late else end
        part(start, due, "clock")
        part(due, max(end, due + 4) if bar.late else due, "over")
    elif bar.waits:
        began = end if bar.began_on is None else min(max(pen.place(bar.began_on), start), end)
        part(start, began, "wait")
        part(began, end, bar.lane)
    else:
        part(start, end, bar.lane)


def _end(pen: _Pen, bar: Bar) -> date:
    """Where a bar ends in the picture: what goes on ends today."""
    return bar.until or pen.lanes.today


def _years(pen: _Pen, born_on: date, last: date) -> None:
    """School years as bands, every second one shaded, with the child's year group where there is room."""
    start = pen.first
    while start <= last:
        after = date(start.year + 1, 9, 1)
        x, until = pen.place(start), pen.place(after)
        if start.year % 2:
            pen.bands.append(Block(x, 0, round(until - x, 1), pen.y, "band"))
        group, span = year_group(born_on, start), f"{start.year}–{(start.year + 1) % 100:02}"
        if 0 <= group <= 13 and pen.long(year_in_words(group)) * 1.1 + pen.long(span) + 14 < until - x:
            pen.texts.append(Text(x + 5, 17, year_in_words(group), "lane"))
            pen.texts.append(Text(round(x + 12 + pen.long(year_in_words(group)) * 1.1, 1), 17, span, "quiet"))
        elif pen.long(span) + 8 < until - x:
            pen.texts.append(Text(x + 5, 17, span, "quiet"))
        start = after


def _axis(pen: _Pen, last: date) -> None:
    """The days below: terms where there is room, else years, and today."""
    today_x = pen.place(pen.lanes.today)
    half = pen.long("Today") / 2
    pen.rules.append(pen.y)
    pen.texts.append(Text(today_x, pen.y + 17, "Today", "lane", "middle"))
    day, taken = pen.first, 0.0
    while day <= last:
        words = f"{day:%b %Y}" if day.month == 1 else f"{day:%b}"
        x, wide = pen.place(day), pen.long(words)
        clear = x + wide < today_x - half - 6 or x > today_x + half + 6
        if x >= taken and clear and x + wide < pen.layout.width:
            pen.texts.append(Text(x, pen.y + 17, words, "quiet"))
            taken = x + wide + 10
        day = after_months(day, 4)


def _shape(lane: str, *, voice: bool) -> str:
    if voice:
        return "bubble"
    return {"education": "square", "health": "circle", "care": "diamond"}.get(lane, "triangle")


def _plain(shape: str, x: float, y: float) -> str:
    """A small mark about a point."""
    match shape:
        case "square":
            return f"M{x - 4.5:g} {y - 4.5:g}h9v9h-9z"
        case "circle":
            return f"M{x - 5:g} {y:g}a5 5 0 1 0 10 0a5 5 0 1 0-10 0z"
        case "diamond":
            return _diamond(x, y, 6)
        case "bubble":
            return f"M{x - 7:g} {y - 6:g}h14v9h-7l-4 5v-5h-3z"
        case _:
            return f"M{x:g} {y - 6:g}l6 11h-12z"


def _diamond(x: float, y: float, half: int) -> str:
    return f"M{x:g} {y - half:g}l{half} {half}-{half} {half}-{half}-{half}z"


def _with_number(shape: str, x: float, y: float, half: float) -> str:
    """The same shapes, large enough for a number."""
    match shape:
        case "square":
            return f"M{x - half:g} {y - 9:g}h{2 * half:g}v18h-{2 * half:g}z"
        case "circle":
            flat = 2 * half - 16
            return f"M{x - half + 8:g} {y - 9:g}h{flat:g}a9 9 0 0 1 0 18h-{flat:g}a9 9 0 0 1 0-18z"
        case "diamond":
            flat = 2 * half - 10
            return f"M{x - half + 5:g} {y - 9:g}h{flat:g}l7 9-7 9h-{flat:g}l-7-9z"
        case "bubble":
            return f"M{x - half:g} {y - 9:g}h{2 * half:g}v16h-{half:g}l-4 5v-5h-{half - 4:g}z"
        case _:
            return f"M{x - half + 4:g} {y - 9:g}h{2 * half - 8:g}l5 18h-{2 * half + 2:g}z"
