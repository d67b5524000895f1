"""The chart of a trial of rules: an SVG that stands alone, with every figure in it as text."""

from collections.abc import Iterator
from html import escape

from send_integration.steps.trial_report import MonthOfTrial, TrialReport

WIDTH, LABEL, ROW, BAR, TOP = 800, 90, 44, 16, 92
LONGEST = WIDTH - LABEL - 80
"""The longest bar: right of it there is room for its number."""


def chart_of(report: TrialReport) -> str:
    """Two bars for each month: flags raised by the rules in force, plain, and by those that are tried, hatched."""
    height = TOP + ROW * len(report.months) + 20
    title = f"Flags raised each month from {report.first} to {report.last}, by the rules in force and as tried"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"',
        ' role="img" aria-labelledby="title desc" font-family="Arial, sans-serif" font-size="15" fill="#0b0c0c">',
        f'<title id="title">{escape(title)}</title>',
        f'<desc id="desc">{escape(_in_words(report))}</desc>',
        '<defs><pattern id="tried" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">',
        '<rect width="6" height="6" fill="#ffffff"/><rect width="3" height="6" fill="#912b88"/></pattern></defs>',
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<text x="10" y="26" font-weight="bold">{escape(title)}</text>',
        *_legend(),
        *_rows(report),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _in_words(report: TrialReport) -> str:
    rules = ", ".join(change.rule for change in report.changes) or "none"
    months = "; ".join(
        f"{month.month}: {month.raised.in_force} by the rules in force, {month.raised.tried} as tried"
        for month in report.months
    )
    return (
        f"Rules that differ: {rules}. {report.children_changed} of {report.children} children and"
        f" {report.flags_changed} flags would have gone another way. {months}."
    )


def _legend() -> Iterator[str]:
    for x, fill, words in ((10, "#1d70b8", "rules in force"), (180, "url(#tried)", "rules as tried")):
        yield f'<rect x="{x}" y="46" width="{BAR}" height="{BAR}" fill="{fill}" stroke="#0b0c0c"/>'
        yield f'<text x="{x + BAR + 8}" y="59">{words}</text>'


def _rows(report: TrialReport) -> Iterator[str]:
    most = max((max(month.raised) for month in report.months), default=0)
    for place, month in enumerate(report.months):
        yield from _row(month, TOP + place * ROW, most)


def _row(month: MonthOfTrial, y: int, most: int) -> Iterator[str]:
    yield f'<text x="10" y="{y + BAR + 5}">{month.month}</text>'
    for count, fill, down in ((month.raised.in_force, "#1d70b8", 0), (month.raised.tried, "url(#tried)", BAR + 2)):
        width = round(LONGEST * count / most) if count else 0
        yield f'<rect x="{LABEL}" y="{y + down}" width="{width}" height="{BAR}" fill="{fill}" stroke="#0b0c0c"/>'
        yield f'<text x="{LABEL + width + 8}" y="{y + down + 13}">{count:,}</text>'
