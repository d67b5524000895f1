"""docs/metrics.md says what each figure is as it is defined."""

import re
from pathlib import Path

from send_integration.warehouse.metrics.definitions import Metric, metrics

DOCS = (Path(__file__).parents[3] / "docs/metrics.md").read_text()


def told(metric: Metric) -> str:
    """A figure as the docs tell of it."""
    lines = [f"**`{metric.view}`**: {metric.title}, by {metric.period}.", "", f"- counted: {metric.counts}"]
    lines += [f"- of: {metric.of}"] if metric.of else []
    lines += [
        f"- value: {metric.measure.words}; by {', '.join(f'`{name}`' for name in metric.breakdowns)}",
        f"- rests on: {metric.basis}",
    ]
    return "\n".join([*lines, *([f"- know: {metric.caveats}"] if metric.caveats else [])])


def test_every_figure_is_told_of_as_it_is_defined() -> None:
    listed = re.search(r"<!-- figures.*?-->\n(.*?)\n<!-- end of figures -->", DOCS, re.DOTALL)

    assert listed is not None
    assert listed[1] == "\n\n".join(told(metric) for metric in metrics())
