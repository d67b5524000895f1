"""A stand-in for GOV.UK Notify: /v2/notifications/email as its documentation has it, for whoever brings a token that is signed
with the service's key."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from uuid import uuid4

import jwt

SERVICE = "26785a09-ab16-4eb0-8407-a37497a57506"
SECRET = "3d844edf-8d35-48ac-975b-e847b4f122b0"
KEY = f"tests-{SERVICE}-{SECRET}"
TEMPLATE = "f33517ff-2a88-4f6e-b855-c550268ce08a"
PLACEHOLDERS = ("reference", "kind", "due", "link")
ADDRESS_WORDS = "email_address Not a valid email address"
TRIAL_WORDS = "Can’t send to this recipient when service is in trial mode - see https://www.notifications.service.gov.uk/trial-mode"


@dataclass
class NotifyServer:
    """What it was sent, and what it answers instead of taking more: (status, error, message), or None."""

    address: str = ""
    taken: list[dict[str, Any]] = field(default_factory=list)
    answer: tuple[int, str, str] | None = None
    asked: int = 0

    def judge(self, path: str, authorization: str, raw: bytes) -> tuple[int, dict[str, Any]]:
        """The status and the body of an answer."""
        self.asked += 1
        if self.answer:
            return _refusal(*self.answer)
        if not _is_signed_with_the_key(authorization):
            return _refusal(403, "AuthError", "Invalid token: API key not found")
        if path != "/v2/notifications/email":
            return _refusal(404, "NoResultFound", "No result found")
        sent = json.loads(raw)
        faults = list(_faults(sent))
        if faults:
            return _refusal(400, *faults[0])
        self.taken.append(sent)
        return 201, {"id": str(uuid4()), "reference": sent["reference"], "content": {}, "uri": "", "template": {}}


def _is_signed_with_the_key(authorization: str) -> bool:
    try:
        claims = jwt.decode(authorization.removeprefix("Bearer "), SECRET, algorithms=["HS256"], leeway=30)
    except jwt.InvalidTokenError:
        return False
    return bool(claims["iss"] == SERVICE and "iat" in claims)


def _faults(sent: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if "@" not in sent["email_address"]:
        yield "ValidationError", ADDRESS_WORDS
    if sent["template_id"] != TEMPLATE:
        yield "BadRequestError", "Template not found"
    missing = [name for name in PLACEHOLDERS if name not in sent["personalisation"]]
    if missing:
        yield "BadRequestError", f"Missing personalisation: {', '.join(missing)}"


def _refusal(status: int, error: str, message: str) -> tuple[int, dict[str, Any]]:
    return status, {"status_code": status, "errors": [{"error": error, "message": message}]}


@contextmanager
def served(handler: type[BaseHTTPRequestHandler], port: int = 0) -> Iterator[str]:
    """An address of this machine at which a handler answers as long as the block lasts."""
    server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def notify_server(port: int = 0) -> Iterator[NotifyServer]:
    """The stand-in, running."""
    state = NotifyServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            status, told = state.judge(self.path, self.headers.get("Authorization", ""), raw)
            body = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            if 300 <= status < 400:
                self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with served(Handler, port) as address:
        state.address = address
        yield state
