"""The press prints what it is handed and fetches nothing, and a machine without its libraries says what to install."""

import io
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from pypdf import PdfReader

from send_integration.errors import Broken
from send_integration.web.printing import plate, press
from send_integration.web.printing.press import NoPress, print_pdf
from tests.integration.paper import pages_of, require_press

PAGE = '<html lang="en-GB" data-mark="m" data-foot="f" data-head="h"><head><title>A title</title></head><body><h1>One</h1>{}</body></html>'


@pytest.fixture
def knocks() -> Iterator[tuple[str, list[bytes]]]:
    """An address on this machine, and what came to its door."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as door:

        def listen() -> None:
            try:
                while True:
                    caller, _ = door.accept()
                    with caller:
                        heard.append(caller.recv(100))
            except OSError:
                return

        threading.Thread(target=listen, daemon=True).start()
        yield f"127.0.0.1:{door.getsockname()[1]}", heard


def test_a_page_becomes_a_tagged_pdf_that_says_its_title_and_language() -> None:
    require_press()

    printed = print_pdf(PAGE.format("<p>Words</p>"), "pack")

    reader = PdfReader(io.BytesIO(printed))
    catalog = reader.root_object
    assert "Words" in pages_of(printed)[0]
    assert catalog["/MarkInfo"]["/Marked"]
    assert catalog["/Lang"] == "en-GB"
    assert reader.metadata is not None
    assert reader.metadata.title == "A title"


def test_the_same_page_is_the_same_bytes() -> None:
    require_press()
    page = PAGE.format("<p>Words</p>")

    assert print_pdf(page, "pack") == print_pdf(page, "pack")


@pytest.mark.parametrize(
    "asks",
    [
        '<img src="http://{door}/x.png">',
        '<img src="file://{secret}">',
        '<link rel="stylesheet" href="http://{door}/x.css">',
        '<style>@import url("http://{door}/x.css");</style>',
        '<style>@font-face {{ font-family: x; src: url("http://{door}/x.woff") }} p {{ font-family: x }}</style><p>x</p>',
        '<p style="background: url(http://{door}/x.png)">x</p>',
        '<svg viewBox="0 0 9 9"><image href="http://{door}/x.png" width="9" height="9"/></svg>',
        '<svg viewBox="0 0 9 9"><use href="file://{secret}#x"/></svg>',
        '<a rel="attachment" href="file://{secret}">x</a>',
        '<link rel="attachment" href="file://{secret}">',
        '<object data="file://{secret}"></object>',
    ],
)
def test_a_page_that_asks_for_a_file_or_an_address_gets_nothing(
    asks: str, tmp_path: Path, knocks: tuple[str, list[bytes]]
) -> None:
    require_press()
    door, heard = knocks
    secret = tmp_path / "secret.svg"
    secret.write_text('<svg xmlns="http://www.w3.org/2000/svg"><text id="x">SECRET</text></svg>')

    printed = b""
    with suppress(Broken):  # or else it is printed without
        printed = print_pdf(PAGE.format(asks.format(door=door, secret=secret)), "pack")

    assert b"SECRET" not in printed
    assert not printed or PdfReader(io.BytesIO(printed)).attachments == {}
    assert "SECRET" not in " ".join(pages_of(printed) if printed else [])
    assert heard == []


def test_a_page_that_asks_for_anything_is_not_printed() -> None:
    require_press()

    with pytest.raises(Broken, match="nothing is fetched"):
        print_pdf(PAGE.format('<img src="http://127.0.0.1:9/x.png">'), "pack")


def test_the_process_that_prints_is_handed_no_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEND_DATABASE", "postgresql://somebody:word@nowhere/x")
    given: dict[str, object] = {}

    def run(arguments: object, **rest: object) -> subprocess.CompletedProcess[bytes]:
        given.update(rest, arguments=arguments)
        return subprocess.CompletedProcess([], 0, b"%PDF", b"")

    monkeypatch.setattr(press.subprocess, "run", run)
    print_pdf("<p>Anna</p>", "pack")

    assert not [name for name in given["env"] if name.startswith("SEND")]  # type: ignore[attr-defined]
    assert "Anna" not in str(given["arguments"])


def test_a_machine_without_the_libraries_says_in_a_sentence_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As where dlopen finds no Pango: the import raises OSError."""
    folder = tmp_path / "without"
    folder.mkdir()
    (folder / "weasyprint.py").write_text("raise OSError('cannot load library libpango-1.0-0')")
    code = f"import sys; sys.path.insert(0, {str(folder)!r}); sys.argv = ['x', 'pack']; from {plate.__name__} import main; main()"
    real = subprocess.run
    monkeypatch.setattr(press.subprocess, "run", lambda _arguments, **rest: real([sys.executable, "-c", code], **rest))

    with pytest.raises(NoPress, match=r"apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"):
        print_pdf("<p>x</p>", "pack")


def test_a_fault_of_the_press_says_nothing_of_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    code = f"from {plate.__name__} import stop; stop(70, 'ValueError at x.py line 3.')"
    real = subprocess.run
    monkeypatch.setattr(press.subprocess, "run", lambda _arguments, **rest: real([sys.executable, "-c", code], **rest))

    with pytest.raises(Broken) as fault:
        print_pdf("<p>Anna Kowalska</p>", "pack")

    assert "Anna" not in str(fault.value)
    assert "ValueError at x.py line 3." in str(fault.value)


def test_who_has_waited_too_long_for_the_press_is_told_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(press, "LONGEST_WAIT_SECONDS", 0.01)
    assert press._turns.acquire(timeout=5)
    try:
        with pytest.raises(NoPress, match="Try again in a minute"):
            print_pdf("<p>x</p>", "pack")
    finally:
        press._turns.release()


def test_where_many_wait_already_nobody_else_is_kept_waiting() -> None:
    """Each who waits holds a thread that would answer a page."""
    taken = [press._places.acquire(blocking=False) for _ in range(press.MOST_WAITING)]
    try:
        with pytest.raises(NoPress, match="Other packs are being printed"):
            print_pdf("<p>x</p>", "pack")
    finally:
        for _ in taken:
            press._places.release()
    assert all(taken)


def test_only_our_own_style_sheets_are_opened() -> None:
    done = subprocess.run(
        [sys.executable, "-I", "-m", plate.__name__, "../../../etc/passwd"], input=b"", capture_output=True, check=False,
        env={"PATH": os.environ["PATH"]},
    )  # fmt: skip

    assert done.returncode == plate.FAILED
