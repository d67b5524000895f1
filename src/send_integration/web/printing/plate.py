"""Run as a process: reads a page of ours from standard input, and writes it as tagged PDF to standard output.

It fetches nothing at all: the style sheet is read here and handed over, fonts are the machine's, and a page that names
anything else is not printed.
"""

import os
import resource
import sys
import traceback
from pathlib import Path
from typing import Any, NoReturn

SHEETS = ("pack", "family-copy")
NO_LIBRARIES = 69
FAILED = 70
MOST_CPU_SECONDS = 110
MOST_BYTES = 2 * 1024**3

WHAT_TO_INSTALL = (
    "This machine cannot print PDF yet: install the libraries that WeasyPrint needs, on Debian or Ubuntu by"
    " 'apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core'"
)


def main() -> None:
    """Print one page, with an ordinary share of the machine at most."""
    sheet = sys.argv[1]
    if sheet not in SHEETS:
        stop(FAILED, "There is no such style sheet.")
    os.nice(5)
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_CPU_SECONDS, MOST_CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
    try:
        import weasyprint  # noqa: F401, PLC0415 - loads system libraries, which not every machine has
    except OSError:
        stop(NO_LIBRARIES, WHAT_TO_INSTALL)
    page = sys.stdin.buffer.read().decode()
    try:
        printed = pdf_of(page, (Path(__file__).parent / f"{sheet}.css").read_text("utf-8"))
    except Exception as fault:  # noqa: BLE001 - the last place where a traceback, which may quote the page, becomes a line
        last = traceback.extract_tb(fault.__traceback__)[-1]
        stop(FAILED, f"{type(fault).__name__} at {last.filename.rpartition('/')[2]} line {last.lineno}.")
    sys.stdout.buffer.write(printed)


def pdf_of(page: str, style: str) -> bytes:
    """The page as PDF/UA; ends the process where the page asks for anything but itself."""
    from weasyprint import CSS, HTML  # noqa: PLC0415 - as above
    from weasyprint.urls import URLFetcher  # noqa: PLC0415

    class NothingFetched(URLFetcher):  # type: ignore[misc]
        """No page of ours asks for anything, so one that does was made by somebody else's text."""

        def fetch(self, url: str, headers: Any = None) -> NoReturn:  # noqa: ANN401, ARG002 - the library's own
            stop(FAILED, "The page asked for a file or an address, and nothing is fetched.")

    html = HTML(string=page, url_fetcher=NothingFetched())
    sheet = CSS(string=style, url_fetcher=NothingFetched())
    printed: bytes = html.write_pdf(stylesheets=[sheet], pdf_variant="pdf/ua-1", pdf_tags=True)
    return printed


def stop(code: int, why: str) -> NoReturn:
    """End the process at once, from whatever depth, with a sentence that says nothing of the page."""
    sys.stderr.write(why)
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
