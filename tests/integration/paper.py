"""Reads what the press printed; skips, saying why, where a machine has not the libraries that print."""

import io

import pytest
from pypdf import PdfReader

from send_integration.web.printing import plate
from tests.integration.brokers import NOTHING_SKIPPED


def require_press() -> None:
    """Skip the test where this machine cannot print; fail where nothing may be skipped."""
    try:
        import weasyprint  # noqa: F401, PLC0415 - loads the libraries that may be missing
    except OSError:
        if NOTHING_SKIPPED:
            pytest.fail(plate.WHAT_TO_INSTALL)
        pytest.skip(plate.WHAT_TO_INSTALL)


def pages_of(printed: bytes) -> list[str]:
    """The text of each page, its white space made single."""
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(printed)).pages]


def letters(text: str) -> str:
    """A text without white space and marks of direction, for what lines break in two."""
    return "".join(letter for letter in text if not letter.isspace() and letter.isprintable())
