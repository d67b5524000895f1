"""Sends messages by a mail server, each with a link to the page that says more."""

import smtplib
import ssl
from collections.abc import Callable
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import NamedTuple
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from send_integration import clock
from send_integration.alerts.letters import Letter
from send_integration.channels.channel import ChannelDown, Postponed, Refused, is_local, link
from send_integration.errors import BadSetting

WITHIN_SECONDS = 10
NAME = "smtp"

IMPLICIT, STARTTLS, NONE = "implicit", "starttls", "none"
"""TLS from the first byte, TLS asked for before anything is said, and none."""

_PORTS = {IMPLICIT: 465, STARTTLS: 587, NONE: 25}
_HELP = "Write host:port, or smtp://user:password@host:port?tls=starttls (or none), or smtps://user:password@host:port."


class MailServer(NamedTuple):
    """Where a mail server listens, and how it is spoken to."""

    host: str
    port: int
    tls: str
    user: str = ""
    password: str = ""


def read_server(written: str) -> MailServer:
    """A mail server as settings name it. Raises BadSetting, which never quotes it."""
    if "://" not in written:
        parts, tls = urlsplit(f"//{written}"), NONE
    else:
        parts = urlsplit(written)
        tls = IMPLICIT if parts.scheme == "smtps" else parse_qs(parts.query).get("tls", [STARTTLS])[-1]
        if parts.scheme not in ("smtp", "smtps") or tls not in _PORTS:
            raise _bad("Its scheme or its tls is not known")
    host, port = _place(parts)
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if user and tls == NONE and not is_local(host):
        raise _bad("A password must not go over the network without TLS")
    return MailServer(host, port or _PORTS[tls], tls, user, password)


def _place(parts: SplitResult) -> tuple[str, int | None]:
    try:
        host, port = parts.hostname, parts.port
    except ValueError:
        raise _bad("Its port is no number") from None
    if not host:
        raise _bad("It names no host")
    return host, port


def _bad(what: str) -> BadSetting:
    return BadSetting(what, where="SEND_SMTP", next_step=_HELP)


class Smtp:
    """A mail server."""

    name = NAME

    def __init__(self, server: str, sender: str, web_address: str, *, now: Callable[[], datetime] = clock.now) -> None:
        self._server = read_server(server)
        self._sender = sender
        self._web_address = web_address
        self._now = now

    def send(self, address: str, letter: Letter, message_id: str) -> None:
        """Send one message. Raises ChannelDown where the server takes none, Refused or Postponed where not this one."""
        message = self._message(address, letter, message_id)
        try:
            with self._connected() as server:
                server.send_message(message, from_addr=parseaddr(self._sender)[1], to_addrs=[address])
        except smtplib.SMTPRecipientsRefused as refused:
            (code, _), *_ = refused.recipients.values()
            raise _for_this_message(code) from None  # the fault quotes the address
        except smtplib.SMTPDataError as fault:
            raise _for_this_message(fault.smtp_code) from None
        except (OSError, smtplib.SMTPException) as fault:
            raise ChannelDown(type(fault).__name__) from fault

    def _connected(self) -> smtplib.SMTP:
        host, port, tls, user, password = self._server
        if tls == IMPLICIT:
            context = ssl.create_default_context()
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=WITHIN_SECONDS, context=context)
        else:
            server = smtplib.SMTP(host, port, timeout=WITHIN_SECONDS)
        try:
            if tls == STARTTLS:
                server.starttls(context=ssl.create_default_context())
            if user:
                server.login(user, password)
        except BaseException:
            server.close()
            raise
        return server

    def _message(self, address: str, letter: Letter, message_id: str) -> EmailMessage:
        message = EmailMessage()
        message["From"] = self._sender
        try:
            message["To"] = address
            address.encode("ascii")
        except ValueError:
            raise Refused("the address is not one for mail") from None
        message["Subject"] = letter.subject
        message["Date"] = format_datetime(self._now())
        message["Message-ID"] = f"<{message_id}@{self._domain()}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(f"{letter.text}\n{link(self._web_address, letter)}\n")
        return message

    def _domain(self) -> str:
        return parseaddr(self._sender)[1].rpartition("@")[2] or "localhost"


def _for_this_message(code: int) -> ChannelDown | Postponed | Refused:
    """What a server's answer to a recipient or to a message means; 421 is its goodbye to everybody."""
    if code == 421:
        return ChannelDown(f"answered {code}")
    return Refused(f"answered {code}") if code >= 500 else Postponed(f"answered {code}")
