"""Writes Great Expectations' Data Docs of windows as pages that need no network and hold no row's values."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import great_expectations as gx
from great_expectations.core.batch_definition import BatchDefinition

from send_integration.contracts.event import Event
from send_integration.errors import BadInput
from send_integration.quality.audit import NO_VALUES
from send_integration.quality.checks import RowChecks
from send_integration.quality.frame import cells_of, frame_of

SITE = "windows"
PAGES = ("validations", "expectations")
"""The folders of the library's pages; whatever else stands beside them is not ours to change."""

REMOTE = re.compile(
    r"<script\b.*?</script>|<style\b.*?</style>|<link\b[^>]*>|<img\b[^>]*>|<iframe\b.*?</iframe>",
    re.DOTALL | re.IGNORECASE,
)
"""Scripts, styles and pictures: the library's pages take them from content-delivery networks."""

OUTGOING = re.compile(r"\s(?:href|src|action)=([\"'])(?:https?:)?//.*?\1", re.IGNORECASE | re.DOTALL)
STYLE = """<meta charset="utf-8"><style>
body{font-family:Arial,Helvetica,sans-serif;margin:2rem;max-width:70rem;color:#0b0c0c}
table{border-collapse:collapse}td,th{border:1px solid #b1b4b6;padding:.3rem .6rem;text-align:left}
nav,.navbar,.modal,.d-none{display:none}a{color:#1d70b8}
</style></head>"""


def write_data_docs(folder: Path, checks: Mapping[str, RowChecks], windows: Mapping[str, Sequence[Event]]) -> None:
    """Validate each feed's window and write the site into `folder`. Raises BadInput where that holds something else."""
    if folder.exists() and any(folder.iterdir()) and not (folder / PAGES[0]).is_dir():
        raise BadInput("holds other files", where=str(folder), next_step="Name a folder that is new or empty.")
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    store = {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(folder.resolve())}
    site = {
        "class_name": "SiteBuilder",
        "store_backend": store,
        "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
    }
    for made in context.get_docs_sites_urls():
        context.delete_data_docs_site(made["site_name"])
    context.add_data_docs_site(site_name=SITE, site_config=site)
    source = context.data_sources.add_pandas("windows")
    for feed, events in windows.items():
        if not events:
            continue
        asset: BatchDefinition = source.add_dataframe_asset(feed).add_batch_definition_whole_dataframe("latest")
        suite = gx.ExpectationSuite(feed, expectations=[mask.rule.expectation.copy() for mask in checks[feed].masks])
        definition = gx.ValidationDefinition(name=feed, data=asset, suite=context.suites.add(suite))
        frame = frame_of(cells_of(events, checks[feed].columns))
        context.validation_definitions.add(definition).run(
            batch_parameters={"dataframe": frame},
            result_format=NO_VALUES,
        )
    context.build_data_docs(site_names=[SITE])
    for page in (page for part in PAGES for page in (folder / part).rglob("*.html")):
        page.write_text(offline(page.read_text("utf-8")), "utf-8")
    (folder / "index.html").write_text(_index(folder), "utf-8")


def _index(folder: Path) -> str:
    """A list of the pages; the library's own is filled by a script."""
    pages = sorted(path.relative_to(folder) for path in (folder / PAGES[0]).rglob("*.html"))
    lines = "".join(
        f'<li><a href="{page.as_posix()}">{page.parts[1]}, {page.parts[-2][:8]} {page.parts[-2][9:13]} UTC</a></li>'
        for page in pages
    )
    title = "Expectations on each feed's latest events"
    head = f'<!DOCTYPE html><html lang="en"><head><title>{title}</title>{STYLE}'
    return f"{head}<body><h1>{title}</h1><ul>{lines}</ul></body></html>"


def offline(page: str) -> str:
    """A page without anything that is fetched from elsewhere or leads there."""
    return OUTGOING.sub("", REMOTE.sub("", page)).replace("</head>", STYLE, 1)
