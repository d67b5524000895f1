"""A webhook's receiver that does what the Standard Webhooks specification asks of one: checks who sent it, when, and whether it
had it before."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.integration.channels.notify_server import served

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
TOLERANCE_SECONDS = 300


@dataclass
class Receiver:
    """What it took, each once; the ids of all that came, and the paths; `answers` is what it answers instead of taking."""

    now: float
    address: str = ""
    taken: dict[str, dict[str, Any]] = field(default_factory=dict)
    ids: list[str] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    answers: int | None = None

    def judge(self, path: str, headers: dict[str, str], body: bytes) -> int:
        """The status that is answered."""
        self.paths.append(path)
        if self.answers:
            return self.answers
        message_id, moment = headers["webhook-id"], headers["webhook-timestamp"]
        if abs(self.now - int(moment)) > TOLERANCE_SECONDS:
            return 400
        secret = base64.b64decode(SECRET.removeprefix("whsec_"))
        signed = hmac.new(secret, f"{message_id}.{moment}.".encode() + body, hashlib.sha256).digest()
        wanted = f"v1,{base64.b64encode(signed).decode()}"
        if not any(hmac.compare_digest(wanted, one) for one in headers["webhook-signature"].split()):
            return 401
        self.ids.append(message_id)
        self.taken.setdefault(message_id, json.loads(body))
        return 204


@contextmanager
def receiving(now: float) -> Iterator[Receiver]:
    """A receiver, running, on whose clock it is `now`."""
    state = Receiver(now)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = state.judge(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", f"{state.address}/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_POST  # noqa: N815 - as http.server wants it

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with served(Handler) as address:
        state.address = address
        yield state
