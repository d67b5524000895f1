"""What settings name is opened in its order, or refused at the start, by the variable's name and never its value."""

import pytest
from pydantic import SecretStr

from send_integration.channels.opening import channel_names, open_channels
from send_integration.channels.smtp import MailServer, read_server
from send_integration.errors import BadSetting
from send_integration.settings import Settings

KEY = "live-26785a09-ab16-4eb0-8407-a37497a57506-3d844edf-8d35-48ac-975b-e847b4f122b0"
WHOLE = {
    "channels": "notify, smtp,webhook",
    "smtp": SecretStr("mail.example.org:25"),
    "notify_key": SecretStr(KEY),
    "notify_template": "f33517ff-2a88-4f6e-b855-c550268ce08a",
    "webhook_url": SecretStr("https://hooks.example.org/send?key=hidden"),
    "webhook_secret": SecretStr("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
}


def test_channels_are_those_that_are_named_in_their_order() -> None:
    assert [channel.name for channel in open_channels(Settings(**WHOLE))] == ["notify", "smtp", "webhook"]


def test_where_none_is_named_it_is_the_mail_server_if_there_is_one_as_it_always_was() -> None:
    assert channel_names(Settings(smtp=SecretStr("mail:25"))) == ["smtp"]
    assert channel_names(Settings()) == []


@pytest.mark.parametrize(
    ("change", "variable"),
    [
        ({"channels": "smtp,pigeon"}, "SEND_CHANNELS"),
        ({"channels": "smtp,smtp"}, "SEND_CHANNELS"),
        ({"smtp": SecretStr("")}, "SEND_SMTP"),
        ({"smtp": SecretStr("ftp://hidden@mail")}, "SEND_SMTP"),
        ({"smtp": SecretStr("smtp://mail?tls=hidden")}, "SEND_SMTP"),
        ({"smtp": SecretStr("smtp://user:hidden@mail.example.org:25?tls=none")}, "SEND_SMTP"),
        ({"smtp": SecretStr("mail:hidden")}, "SEND_SMTP"),
        ({"smtp": SecretStr(":25")}, "SEND_SMTP"),
        ({"notify_key": SecretStr("")}, "SEND_NOTIFY_KEY"),
        ({"notify_key": SecretStr("hidden")}, "SEND_NOTIFY_KEY"),
        ({"notify_template": ""}, "SEND_NOTIFY_TEMPLATE"),
        ({"notify_url": "http://notify.example.org"}, "SEND_NOTIFY_URL"),
        ({"notify_url": "http://localhost.hidden.org"}, "SEND_NOTIFY_URL"),
        ({"webhook_url": SecretStr("http://hooks.example.org/hidden")}, "SEND_WEBHOOK_URL"),
        ({"webhook_url": SecretStr("http://127.0.0.1.hidden.org/")}, "SEND_WEBHOOK_URL"),
        ({"webhook_url": SecretStr("https://user:hidden@hooks.example.org/")}, "SEND_WEBHOOK_URL"),
        ({"webhook_url": SecretStr("file:///hidden")}, "SEND_WEBHOOK_URL"),
        ({"webhook_secret": SecretStr("hidden")}, "SEND_WEBHOOK_SECRET"),
        ({"webhook_secret": SecretStr("")}, "SEND_WEBHOOK_SECRET"),
    ],
)
def test_what_is_missing_or_wrong_is_named_at_the_start(change: dict[str, object], variable: str) -> None:
    with pytest.raises(BadSetting) as refused:
        open_channels(Settings(**{**WHOLE, **change}))

    assert refused.value.where == variable
    assert "hidden" not in str(refused.value)


@pytest.mark.parametrize(
    ("written", "server"),
    [
        ("mail:1025", MailServer("mail", 1025, "none")),
        ("mail.example.org", MailServer("mail.example.org", 25, "none")),
        ("[::1]:2525", MailServer("::1", 2525, "none")),
        ("smtp://mail.example.org", MailServer("mail.example.org", 587, "starttls")),
        (
            "smtp://us%40er:p%3Ass@mail.example.org:2587",
            MailServer("mail.example.org", 2587, "starttls", "us@er", "p:ss"),
        ),
        ("smtp://mail.example.org?tls=none", MailServer("mail.example.org", 25, "none")),
        ("smtps://u:p@mail.example.org", MailServer("mail.example.org", 465, "implicit", "u", "p")),
        ("smtp://u:p@localhost:25?tls=none", MailServer("localhost", 25, "none", "u", "p")),
    ],
)
def test_a_mail_server_is_read_as_it_is_written(written: str, server: MailServer) -> None:
    assert read_server(written) == server


def test_no_secret_is_shown_where_settings_are() -> None:
    shown = repr(Settings(**{**WHOLE, "smtp": SecretStr("smtp://u:hunter2@mail")}))

    for secret in ("hunter2", KEY, "hidden", "MfKQ"):
        assert secret not in shown
