"""What the environment says; read once by an entry point and handed on as values.

Every setting is an environment variable with the prefix SEND_; unset means the embedded parts.
"""

import re
from datetime import date
from functools import lru_cache
from ipaddress import ip_network
from pathlib import Path

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from send_integration import clock
from send_integration.alerts.schedule import WorkingHours, answer_days
from send_integration.alerts.sending import ALERTS_A_DAY
from send_integration.errors import BadSetting

_PAIR = re.compile(r"[^=\s]+\s*=\s*[^=\s]+@[^=\s]+")


def _pairs(written: str) -> list[str]:
    """The parts between commas; one after the last comma is none."""
    return [pair.strip() for pair in written.split(",") if pair.strip()]


class Settings(BaseSettings):
    """All settings, each with its meaning; `send-integration settings` prints them without their secrets."""

    model_config = SettingsConfigDict(env_prefix="SEND_", frozen=True, extra="ignore")

    kafka: str = Field("", description="Kafka bootstrap servers, host:port separated by commas; empty: embedded.")
    database: SecretStr = Field(
        SecretStr(""),
        description="PostgreSQL address, postgresql://user:password@host:port/name; empty: embedded.",
    )
    home: Path = Field(Path("var"), description="Folder for what the embedded parts and the workers write.")
    partitions: int = Field(4, ge=1, le=256, description="Partitions of every topic that is created.")
    replication: int = Field(1, ge=1, le=9, description="Copies of every topic that is created.")
    as_of: date | None = Field(
        None,
        description="Rehearsals and demonstrations only: the day that counts as today; empty: the clock.",
    )
    authority: str = Field("Luton", description="The authority's name, for pages and messages.")
    authority_code: str = Field("821", pattern=r"^[0-9]{3}$", description="The authority's three-digit code.")
    worker_web_port: int = Field(0, ge=0, le=65535, description="Port of a worker's own status page; 0: none.")
    web_host: str = Field("127.0.0.1", description="Address on which the page listens.")
    web_port: int = Field(8080, ge=1, le=65535, description="Port on which the page listens.")
    web_processes: int = Field(
        2,
        ge=1,
        le=64,
        description="Processes that answer the page, of one core each; they share nothing but the database.",
    )
    web_address: str = Field("", description="Address by which people reach the page, used in alerts' links.")
    sign_in: str = Field(
        "none",
        pattern="^(none|development|oidc)$",
        description="How people sign in: 'oidc' at the authority's OpenID Connect provider; 'development' lets anyone sign in"
        " as a made-up person, for rehearsals.",
    )
    oidc_issuer: str = Field("", description="Address of the provider, exactly as it calls itself; https.")
    oidc_client_id: str = Field("", description="Id under which the page is registered at the provider.")
    oidc_client_secret: SecretStr = Field(SecretStr(""), description="The secret that goes with it.")
    oidc_roles: str = Field(
        "",
        description="group=role pairs separated by commas, the first that a person has counts; a role can have a sector"
        " (panel-member:health), an agency's manager has an agency (agency-manager:urn:send:luton:camhs). Whoever is in no"
        " group named here is refused.",
    )
    oidc_roles_claim: str = Field("roles", description="The claim of the ID token that holds a person's groups.")
    oidc_person_claim: str = Field(
        "sub", description="The claim that holds a person's worker id, as the directory of workers has it."
    )
    oidc_scope: str = Field("openid profile", description="What is asked of the provider; must begin with openid.")
    session_hours: int = Field(8, ge=1, le=24, description="Hours after which a person signs in again.")
    session_idle_minutes: int = Field(
        60, ge=5, le=1440, description="Minutes without opening a page after which a person signs in again."
    )
    requests_a_minute: int = Field(
        600, ge=0, description="Pages that one person may open in a minute, of one process of the page; 0: any number."
    )
    searches_a_minute: int = Field(60, ge=0, description="Searches of one person in a minute, likewise.")
    sign_ins_a_minute: int = Field(60, ge=0, description="Sign-ins that one address may begin in a minute, likewise.")
    address_requests_a_minute: int = Field(
        6000, ge=0, description="Requests of one address in a minute, likewise; an office has one for everybody in it."
    )
    trusted_proxies: str = Field(
        "",
        description="Addresses or networks of the proxies before the page, separated by commas: only what comes from them is"
        " believed when it says for whom (X-Forwarded-For). Empty: nobody.",
    )
    metrics_token: SecretStr = Field(
        SecretStr(""),
        description="Token with which a monitor may read /metrics of the page; empty: there is no such page.",
    )
    channels: str = Field(
        "",
        description="Channels for alerts and notices, first choice first, of smtp, notify and webhook, separated by commas;"
        " empty: the mail server if one is set, else the inbox page only.",
    )
    smtp: SecretStr = Field(
        SecretStr(""),
        description="Mail server: host:port (no TLS, no login), or smtp://user:password@host:port?tls=starttls (or none),"
        " or smtps://user:password@host:port.",
    )
    mail_from: str = Field("send-integration@localhost", description="Sender address of alerts and notices.")
    notify_key: SecretStr = Field(SecretStr(""), description="API key of the authority's service at GOV.UK Notify.")
    notify_template: str = Field("", description="Id of the e-mail template there.")
    notify_url: str = Field(
        "https://api.notifications.service.gov.uk",
        description="Where GOV.UK Notify's API is; change it for rehearsals only.",
    )
    webhook_url: SecretStr = Field(
        SecretStr(""),
        description="Address of the authority's own that messages are posted to; https, unless localhost.",
    )
    webhook_secret: SecretStr = Field(
        SecretStr(""),
        description="What posts are signed with: whsec_ and 24 to 64 random bytes in base64; two, with a space between, while"
        " one takes the place of the other.",
    )
    team_mailboxes: str = Field(
        "",
        description="team=address pairs separated by commas: where alerts go that no named worker takes, and a team's notices;"
        " nothing on a restricted child. 'data-stewards' is told of feeds that are paused or silent, 'duty-manager' of channels"
        " that are dead and of messages that cannot be delivered.",
    )
    fallback_mailbox: str = Field(
        "", description="Address for alerts whose recipient has none, such as a team without a mailbox."
    )
    duty_manager: str = Field(
        "",
        description="Worker id or address of the duty manager, to whom an alert goes that nobody else can take, or that nobody"
        " answers; a worker that sends alerts does not start without, but in a rehearsal.",
    )
    working_hours: str = Field(
        "08:30-17:00", description="When people work on working days, by London's clock: urgent alerts are sent then."
    )
    alerts_a_day: int = Field(
        ALERTS_A_DAY,
        ge=1,
        le=1000,
        description="Urgent alerts that are sent to one recipient at once in a day; what is more is in the next digest, never"
        " what the law asks for.",
    )
    answer_days: str = Field(
        "high=2,raise=5",
        description="Working days within which an alert of each level is to be answered before the manager has it as well; a"
        " level that is not named is not passed on.",
    )
    identity_model: Path | None = Field(
        None, description="The authority's own identity model, from `identity train`; empty: the one that ships."
    )
    feed_cool_down_minutes: int = Field(
        30,
        ge=1,
        le=1440,
        description="Minutes after which a feed that its batch rules paused is tried again; doubled each time.",
    )
    pseudonym_keys: Path | None = Field(
        None,
        description="Folder of the keys by which each consumer of topics or tables has names of its own for"
        " children: `snapshot`, `warehouse`; and of `erasure`, by which what was erased is known when it comes again. Empty:"
        " pseudonym-keys in SEND_HOME.",
    )
    record_keys: Path | None = Field(
        None,
        description="Folder of the master key that wraps the keys of person records. Empty: the folder of the consumers' keys.",
    )
    rules: Path | None = Field(None, description="The authority's own rules file; empty: the catalogue as shipped.")
    retention: Path | None = Field(
        None, description="The authority's own file of how long records are kept; empty: the one that ships."
    )

    @field_validator("rules", "retention", "identity_model", "pseudonym_keys", "record_keys", "as_of", mode="before")
    @classmethod
    def _is_unset_where_empty(cls, written: object) -> object:
        return None if written == "" else written

    @field_validator("team_mailboxes")
    @classmethod
    def _names_a_mailbox_for_each_team(cls, written: str) -> str:
        if not all(_PAIR.fullmatch(pair) for pair in _pairs(written)):
            message = "each part between commas must be a team, '=' and an address"
            raise ValueError(message)
        return written

    @field_validator("trusted_proxies")
    @classmethod
    def _names_networks(cls, written: str) -> str:
        for part in _pairs(written):
            ip_network(part)
        return written

    @field_validator("working_hours")
    @classmethod
    def _names_working_hours(cls, written: str) -> str:
        WorkingHours.of(written)
        return written

    @field_validator("answer_days")
    @classmethod
    def _names_answer_days(cls, written: str) -> str:
        answer_days(written)
        return written

    @property
    def mailboxes(self) -> dict[str, str]:
        """The teams' addresses; the duty manager's own is that of their inbox, where it has no other."""
        pairs = (pair.partition("=") for pair in _pairs(self.team_mailboxes))
        duty = {"duty-manager": self.duty_manager} if "@" in self.duty_manager else {}
        return duty | {team.strip(): address.strip() for team, _, address in pairs}

    @property
    def pseudonym_folder(self) -> Path:
        """Where the consumers' keys are."""
        return self.pseudonym_keys or self.home / "pseudonym-keys"

    @property
    def record_key_folder(self) -> Path:
        """Where the master key of the records' keys is."""
        return self.record_keys or self.pseudonym_folder

    def today(self) -> date:
        """The day that counts as today: the clock's, except in a rehearsal."""
        return self.as_of or clock.today()


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process. Raises BadSetting, naming the variable and never its value."""
    try:
        return Settings()
    except ValidationError as invalid:
        names = ", ".join(sorted({f"SEND_{str(e['loc'][0]).upper()}: {e['msg']}" for e in invalid.errors()}))
        raise BadSetting(names, where="environment", next_step="Correct it and start again.") from None
