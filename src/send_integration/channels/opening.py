"""Makes the channels that the settings name, in the order in which they are to be used."""

# ruff: noqa: D102 - `settings` says what each of them means
from collections.abc import Sequence
from typing import Protocol

from pydantic import SecretStr

from send_integration.channels import notify, smtp, webhook
from send_integration.channels.channel import Channel
from send_integration.errors import BadSetting

NAMES = (smtp.NAME, notify.NAME, webhook.NAME)


class ChannelSettings(Protocol):
    """What the settings say of channels."""

    @property
    def channels(self) -> str: ...
    @property
    def web_address(self) -> str: ...
    @property
    def smtp(self) -> SecretStr: ...
    @property
    def mail_from(self) -> str: ...
    @property
    def notify_key(self) -> SecretStr: ...
    @property
    def notify_template(self) -> str: ...
    @property
    def notify_url(self) -> str: ...
    @property
    def webhook_url(self) -> SecretStr: ...
    @property
    def webhook_secret(self) -> SecretStr: ...


def channel_names(settings: ChannelSettings) -> list[str]:
    """The channels that are to be used, first choice first; where none is named, the mail server if there is one."""
    named = [name.strip() for name in settings.channels.split(",") if name.strip()]
    return named or ([smtp.NAME] if settings.smtp else [])


def open_channels(settings: ChannelSettings) -> Sequence[Channel]:
    """The channels that are to be used. Raises BadSetting where one is not known, or lacks what it needs."""
    names = channel_names(settings)
    if len(set(names)) < len(names):
        raise BadSetting("It names a channel twice", where="SEND_CHANNELS")
    return [_open(name, settings) for name in names]


def _open(name: str, settings: ChannelSettings) -> Channel:
    if name == smtp.NAME:
        return smtp.Smtp(_given(settings.smtp, "SEND_SMTP"), settings.mail_from, settings.web_address)
    if name == notify.NAME:
        return notify.Notify(
            _given(settings.notify_key, "SEND_NOTIFY_KEY"),
            settings.notify_template,
            settings.web_address,
            base_url=settings.notify_url,
        )
    if name == webhook.NAME:
        address = _given(settings.webhook_url, "SEND_WEBHOOK_URL")
        return webhook.Webhook(address, _given(settings.webhook_secret, "SEND_WEBHOOK_SECRET"), settings.web_address)
    raise BadSetting(
        "It names a channel that there is not", where="SEND_CHANNELS", next_step=f"There are: {', '.join(NAMES)}."
    )


def _given(value: SecretStr, variable: str) -> str:
    if not value:
        raise BadSetting("It is needed by a channel of SEND_CHANNELS, and is not set", where=variable)
    return value.get_secret_value()
