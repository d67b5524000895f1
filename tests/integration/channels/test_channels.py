"""What each channel makes of a real server's answers: taken, refused for this address, wanted later, or down."""

import logging
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from send_integration.alerts.letters import Letter
from send_integration.channels.channel import Channel, ChannelDown, NotTaken, Postponed, Refused
from send_integration.channels.notify import Notify
from send_integration.channels.smtp import Smtp
from send_integration.channels.webhook import Webhook
from send_integration.embedded.ports import free_port
from tests.builders import NOW
from tests.integration.channels.mail import Mailbox, mail
from tests.integration.channels.notify_server import KEY, TEMPLATE, TRIAL_WORDS, NotifyServer, notify_server
from tests.integration.channels.receiver import SECRET, Receiver, receiving

__all__ = ["mail"]

PAGE = "https://send.example.org"
LETTER = Letter(
    "Alert a1: ehc-final-plan, missed", "Child reference c1.", "/children/c1", "ehc-final-plan, missed", "2025-05-01"
)
WREN = "wren@example.org"


def outcome(channel: Channel, address: str = WREN) -> str:
    """What became of a message: 'taken', or the kind of failure and its words."""
    try:
        channel.send(address, LETTER, "a1")
    except NotTaken as fault:
        assert address not in str(fault)  # noqa: PT017 - of whichever kind it is
        return f"{type(fault).__name__}: {fault}"
    return "taken"


def smtp(written: str) -> Smtp:
    return Smtp(written, "SEND <send@example.org>", PAGE, now=lambda: NOW)


class Answering:
    """A mail server that answers to a recipient, or to the message itself, as it is told."""

    def __init__(self, *, rcpt: str = "250 OK", data: str = "250 OK") -> None:
        self.rcpt = rcpt
        self.data = data

    async def handle_RCPT(  # noqa: N802 - as aiosmtpd calls it
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if self.rcpt.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(  # noqa: N802 - as aiosmtpd calls it
        self, _server: Any, _session: Any, _envelope: Any
    ) -> str:
        return self.data


@contextmanager
def mail_server(handler: object, **options: Any) -> Iterator[int]:
    controller = Controller(handler, hostname="127.0.0.1", port=free_port(), **options)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


def test_mail_carries_our_id_so_that_a_repeat_is_known_and_says_that_nobody_wrote_it(
    mail: tuple[Controller, Mailbox],
) -> None:
    controller, mailbox = mail
    controller.start()
    assert outcome(smtp(f"127.0.0.1:{controller.port}")) == "taken"
    assert outcome(smtp(f"127.0.0.1:{controller.port}")) == "taken"

    one, other = mailbox.received
    assert one["Message-ID"] == other["Message-ID"] == "<a1@example.org>"
    assert (one["Auto-Submitted"], one["From"], one["To"]) == ("auto-generated", "SEND <send@example.org>", WREN)
    assert one["Date"] == "Mon, 01 Jun 2026 00:00:00 +0000"


@pytest.mark.parametrize(
    ("answers", "found"),
    [
        ({"rcpt": "550 no such person"}, "Refused: answered 550"),
        ({"rcpt": "450 come back later"}, "Postponed: answered 450"),
        ({"rcpt": "421 closing"}, "ChannelDown: answered 421"),
        ({"data": "554 looks like spam"}, "Refused: answered 554"),
        ({"data": "452 no room now"}, "Postponed: answered 452"),
    ],
)
def test_a_mail_servers_answer_tells_of_this_message_or_of_the_server(answers: dict[str, str], found: str) -> None:
    with mail_server(Answering(**answers)) as port:
        assert outcome(smtp(f"127.0.0.1:{port}")) == found


def test_a_mail_server_that_is_not_there_is_down() -> None:
    assert outcome(smtp(f"127.0.0.1:{free_port()}")) == "ChannelDown: ConnectionRefusedError"


@pytest.mark.parametrize("address", ["wren@example.org\nBcc: all@example.org", "wrén@example.org"])
def test_an_address_that_is_none_for_mail_is_refused_before_anything_is_said(address: str) -> None:
    assert outcome(smtp(f"127.0.0.1:{free_port()}"), address) == "Refused: the address is not one for mail"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for localhost, signed by itself, with its key."""
    made = tmp_path_factory.mktemp("tls") / "localhost.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    command += ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(made), "-out", f"{made}.cert"]
    subprocess.run(command, check=True, capture_output=True)
    made.write_text(made.read_text() + Path(f"{made}.cert").read_text())
    return made


def login(_server: Any, _session: Any, _envelope: Any, _mechanism: str, given: Any) -> AuthResult:
    """Let in who brings the password."""
    right = isinstance(given, LoginPassword) and (given.login, given.password) == (b"sender", b"open sesame")
    return AuthResult(success=right, handled=False)


def test_login_goes_over_tls_alone_and_only_to_a_server_that_is_who_it_says(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    options = {"tls_context": context, "require_starttls": True, "authenticator": login, "auth_required": True}
    with mail_server(Answering(), **options) as port:
        right, wrong = (smtp(f"smtp://sender:{word}@localhost:{port}") for word in ("open%20sesame", "guess"))
        assert outcome(right) == "ChannelDown: SSLCertVerificationError"
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert outcome(right) == "taken"
        assert outcome(wrong) == "ChannelDown: SMTPAuthenticationError"
        assert outcome(smtp(f"localhost:{port}")).startswith("ChannelDown"), "without TLS"
    with mail_server(Answering()) as port:
        assert outcome(smtp(f"smtp://localhost:{port}")) == "ChannelDown: SMTPNotSupportedError"


def notify(server: NotifyServer, key: str = KEY, template: str = TEMPLATE) -> Notify:
    return Notify(key, template, PAGE, base_url=server.address)


def test_notify_is_given_a_reference_a_kind_a_due_date_and_a_link_signed_with_the_services_key() -> None:
    with notify_server() as server:
        assert outcome(notify(server)) == "taken"

    [sent] = server.taken
    assert (sent["email_address"], sent["template_id"], sent["reference"]) == (WREN, TEMPLATE, "a1")
    assert sent["personalisation"] == {
        "reference": "a1",
        "kind": "ehc-final-plan, missed",
        "due": "2025-05-01",
        "link": f"{PAGE}/children/c1",
        "subject": LETTER.subject,
        "text": LETTER.text,
    }


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ((400, "ValidationError", "email_address Not a valid email address"), "Refused: answered 400"),
        ((400, "BadRequestError", TRIAL_WORDS), "Refused: answered 400"),
        ((400, "BadRequestError", "Can’t send to this recipient using a team-only API key"), "Refused: answered 400"),
        ((400, "BadRequestError", "Missing personalisation: due"), "ChannelDown: answered 400"),
        ((403, "AuthError", "Error: Your system clock must be accurate to within 30 seconds"), "ChannelDown: answered 403"),
        ((429, "RateLimitError", "Exceeded rate limit for key type LIVE of 3000 requests per 60 seconds"), "ChannelDown: answered 429"),
        ((429, "TooManyRequestsError", "Exceeded send limits (50) for today"), "ChannelDown: answered 429"),
        ((500, "Exception", "Internal server error"), "ChannelDown: answered 500"),
        ((503, "Exception", ""), "ChannelDown: answered 503"),
        ((302, "", ""), "ChannelDown: answered 302"),
    ],
)  # fmt: skip
def test_notifys_answer_tells_of_this_address_or_of_the_service(
    answer: tuple[int, str, str], found: str, caplog: pytest.LogCaptureFixture
) -> None:
    with notify_server() as server, caplog.at_level(logging.INFO):
        server.answer = answer
        assert outcome(notify(server)) == found
        assert server.asked == 1

    assert not [one for one in caplog.records if one.name.startswith("notifications_python_client")]


def test_notify_with_another_key_a_lost_template_a_bad_address_or_no_server_is_told_apart() -> None:
    with notify_server() as server:
        other = KEY[:-1] + "1"
        assert outcome(notify(server, key=other)) == "ChannelDown: answered 403"
        assert outcome(notify(server, template=TEMPLATE[:-1] + "b")) == "ChannelDown: answered 400"
        assert outcome(notify(server), "nobody") == "Refused: answered 400"
        gone = notify(server)
    assert outcome(gone) == "ChannelDown: no answer"
    assert server.taken == []


def webhook(receiver: Receiver, path: str = "/hook?x=1", secret: str = SECRET) -> Webhook:
    return Webhook(f"{receiver.address}{path}", secret, PAGE, now=lambda: NOW)


def test_a_receiver_knows_who_posted_when_and_that_it_had_it_before() -> None:
    with receiving(NOW.timestamp()) as receiver:
        assert outcome(webhook(receiver)) == outcome(webhook(receiver)) == "taken"
        assert receiver.ids == ["a1", "a1"]
        assert set(receiver.paths) == {"/hook?x=1"}
        assert receiver.taken == {
            "a1": {
                "type": "send.message",
                "data": {
                    "reference": "a1",
                    "to": WREN,
                    "kind": "ehc-final-plan, missed",
                    "due": "2025-05-01",
                    "subject": LETTER.subject,
                    "text": LETTER.text,
                    "link": f"{PAGE}/children/c1",
                },
            }
        }

        other = "whsec_" + SECRET.removeprefix("whsec_")[::-1]
        assert outcome(webhook(receiver, secret=other)) == "ChannelDown: answered 401"
        assert outcome(webhook(receiver, secret=f"{other} {SECRET}")) == "taken"
        receiver.now += 301
        assert outcome(webhook(receiver)) == "ChannelDown: answered 400", "a post that somebody kept and sends again"


@pytest.mark.parametrize(
    ("status", "found"),
    [(301, "ChannelDown"), (307, "ChannelDown"), (404, "ChannelDown"), (410, "ChannelDown"), (422, "Refused"),
     (429, "ChannelDown"), (500, "ChannelDown")],
)  # fmt: skip
def test_a_receivers_answer_is_taken_as_it_is_and_nobody_follows_it_elsewhere(status: int, found: str) -> None:
    with receiving(NOW.timestamp()) as receiver:
        receiver.answers = status
        assert outcome(webhook(receiver)) == f"{found}: answered {status}"
        assert receiver.paths == ["/hook?x=1"]


def test_a_receiver_that_is_not_there_is_down() -> None:
    with receiving(NOW.timestamp()) as receiver:
        gone = webhook(receiver)
    assert outcome(gone) == "ChannelDown: ConnectionRefusedError"


def test_the_kinds_of_failure_are_three() -> None:
    assert {kind.__name__ for kind in NotTaken.__subclasses__()} == {
        ChannelDown.__name__,
        Postponed.__name__,
        Refused.__name__,
    }
