"""Readers as people are: each opens a page, reads it for some seconds, and opens the next; over plain sockets, kept open."""

import asyncio
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple


class Page(NamedTuple):
    """One page of one person: what kind it is, and its address."""

    kind: str
    address: str


class Reader(NamedTuple):
    """Somebody who is signed in, and how they come to their next page."""

    cookie: str
    next_page: Callable[[random.Random], Page]


@dataclass
class Seen:
    """What readers met: for each kind of page how long each took, in milliseconds, and how many bytes; and every error."""

    took: dict[str, list[float]] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    errors: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0

    def note(self, kind: str, milliseconds: float, size: int) -> None:
        """One page that came."""
        self.took.setdefault(kind, []).append(milliseconds)
        self.sizes[kind] = max(size, self.sizes.get(kind, 0))

    def fault(self, what: str) -> None:
        """One that did not."""
        self.errors[what] = self.errors.get(what, 0) + 1

    @property
    def pages(self) -> int:
        """How many came."""
        return sum(map(len, self.took.values()))


class Connection:
    """One kept-open connection to the server."""

    def __init__(self, port: int, cookie: str) -> None:
        self._port = port
        self._cookie = cookie
        self._pipes: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def get(self, address: str) -> tuple[int, int]:
        """The status of a page, and its size."""
        try:
            return await self._ask(address)
        except (ConnectionError, asyncio.IncompleteReadError):  # the server closes a connection that was idle for long
            self.close()
            return await self._ask(address)

    async def _ask(self, address: str) -> tuple[int, int]:
        if self._pipes is None:
            self._pipes = await asyncio.open_connection("127.0.0.1", self._port, limit=2**20)
        reader, writer = self._pipes
        writer.write(
            f"GET {address} HTTP/1.1\r\nHost: localhost\r\nCookie: send_session={self._cookie}\r\n"
            "Accept-Encoding: gzip\r\n\r\n".encode()
        )
        head = await reader.readuntil(b"\r\n\r\n")
        lines = head.decode("latin-1").lower().split("\r\n")
        size = next((int(line.partition(":")[2]) for line in lines if line.startswith("content-length:")), 0)
        await reader.readexactly(size)
        return int(lines[0].split()[1]), size

    def close(self) -> None:
        """Leave."""
        if self._pipes is not None:
            self._pipes[1].close()
            self._pipes = None


async def read_at_once(port: int, readers: Sequence[Reader], seconds: float, think: tuple[float, float]) -> Seen:
    """All readers at once for some seconds; between two pages each thinks for a time within bounds, in seconds."""
    seen = Seen()
    began = time.perf_counter()
    until = began + seconds
    await asyncio.gather(*(_read(port, reader, number, until, think, seen) for number, reader in enumerate(readers)))
    seen.seconds = time.perf_counter() - began
    return seen


async def _read(port: int, reader: Reader, number: int, until: float, think: tuple[float, float], seen: Seen) -> None:
    chance = random.Random(number)
    connection = Connection(port, reader.cookie)
    if think[1]:
        await asyncio.sleep(chance.uniform(0, think[1]))  # people do not begin in step
    while time.perf_counter() < until:
        page = reader.next_page(chance)
        began = time.perf_counter()
        try:
            status, size = await asyncio.wait_for(connection.get(page.address), 30)
        except (OSError, asyncio.IncompleteReadError, TimeoutError) as fault:
            seen.fault(f"{page.kind}: {type(fault).__name__}")
            connection.close()
            continue
        if status == 200:
            seen.note(page.kind, (time.perf_counter() - began) * 1000, size)
        else:
            seen.fault(f"{page.kind}: {status}")
        if think[1]:
            await asyncio.sleep(chance.uniform(*think))
    connection.close()
