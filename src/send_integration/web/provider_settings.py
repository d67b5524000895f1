"""How people sign in, from the settings: every fault in them is said at the start."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from pydantic import SecretStr

from send_integration.errors import BadSetting
from send_integration.settings import Settings
from send_integration.web.cookies import LOCAL, is_local
from send_integration.web.policy import Role, Sector


@dataclass(frozen=True, slots=True)
class Post:
    """What a group at the provider makes of a person: a role, of a sector; of an agency's manager, the agency."""

    role: Role
    sector: Sector | None = None
    agency: str | None = None


@dataclass(frozen=True, slots=True)
class ProviderSettings:
    """Where people sign in, and what they are here by what the provider says of them; the first post that fits counts."""

    issuer: str
    client_id: str
    client_secret: SecretStr
    redirect_uri: str
    after_sign_out: str
    scope: str
    person_claim: str
    roles_claim: str
    posts: tuple[tuple[str, Post], ...]


def check_sign_in(settings: Settings) -> ProviderSettings | None:
    """The settings of the provider, where people sign in at one. Raises BadSetting for whatever is not as it must be."""
    if settings.sign_in == "development" and settings.as_of is None and settings.web_host not in LOCAL:
        raise _fault(
            "SEND_SIGN_IN",
            f"'development' lets anybody in, and the page listens on {settings.web_host}, where others reach it",
            "Set it to oidc; or, in a rehearsal, set SEND_AS_OF.",
        )
    if settings.sign_in != "oidc":
        return None
    for name in ("oidc_issuer", "oidc_client_id", "oidc_client_secret", "oidc_roles", "web_address"):
        given = getattr(settings, name)
        if not (given.get_secret_value() if isinstance(given, SecretStr) else given):
            raise _fault(f"SEND_{name.upper()}", "It is not set, and SEND_SIGN_IN is oidc", "Set it.")
    _require_safe("SEND_OIDC_ISSUER", settings.oidc_issuer)
    _require_safe("SEND_WEB_ADDRESS", settings.web_address)
    if "openid" not in settings.oidc_scope.split():
        raise _fault("SEND_OIDC_SCOPE", "It must hold openid", "Write for instance openid profile.")
    here = settings.web_address.rstrip("/")
    return ProviderSettings(
        issuer=settings.oidc_issuer,
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret,
        redirect_uri=f"{here}/sign-in/callback",
        after_sign_out=f"{here}/sign-in",
        scope=settings.oidc_scope,
        person_claim=settings.oidc_person_claim,
        roles_claim=settings.oidc_roles_claim,
        posts=posts_of(settings.oidc_roles),
    )


def posts_of(written: str) -> tuple[tuple[str, Post], ...]:
    """The posts of a setting such as `send-health=panel-member:health,camhs=agency-manager:urn:send:luton:camhs`."""
    found: list[tuple[str, Post]] = []
    for pair in (part.strip() for part in written.split(",") if part.strip()):
        group, equals, post = (part.strip() for part in pair.partition("="))
        if not group or not equals:
            raise _fault("SEND_OIDC_ROLES", f"The part {pair!r} is no group, '=' and role", "Write group=role.")
        found.append((group, _post(pair, post)))
    if not found:
        raise _fault("SEND_OIDC_ROLES", "It names no role", "Write group=role, separated by commas.")
    return tuple(found)


def _post(pair: str, written: str) -> Post:
    role, colon, more = written.partition(":")
    if role not in set(Role):
        raise _fault("SEND_OIDC_ROLES", f"In {pair!r} there is no role {role!r}", f"Roles are {', '.join(Role)}.")
    if role == Role.AGENCY_MANAGER:
        if not more:
            raise _fault(
                "SEND_OIDC_ROLES", f"{pair!r} names no agency", "Write agency-manager: and the agency's source."
            )
        return Post(Role(role), agency=more)
    if colon and more not in set(Sector):
        raise _fault("SEND_OIDC_ROLES", f"In {pair!r} there is no sector {more!r}", f"Sectors: {', '.join(Sector)}.")
    if role == Role.PANEL_MEMBER and not colon:
        raise _fault("SEND_OIDC_ROLES", f"{pair!r} names no sector", "Write for instance panel-member:health.")
    return Post(Role(role), Sector(more) if colon else None)


def _require_safe(name: str, address: str) -> None:
    parts = urlsplit(address)
    plain = parts.scheme == "http" and is_local(address)
    if not parts.hostname or (parts.scheme != "https" and not plain):
        raise _fault(name, "It must be an https address, unless it leads to this machine", "Correct it.")
    if parts.username or parts.query or parts.fragment:
        raise _fault(name, "It must be a plain address, without login, query or fragment", "Correct it.")


def _fault(where: str, what: str, next_step: str) -> BadSetting:
    return BadSetting(what, where=where, next_step=next_step)
