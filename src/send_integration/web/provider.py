"""Signing in at an OpenID Connect provider: where a browser is sent, and who the provider says has come back."""

import secrets
import threading
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, cast
from urllib.parse import urlencode, urlsplit

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet, KeySetSerialization
from joserfc.jws import JWSRegistry

from send_integration import clock
from send_integration.errors import SendError
from send_integration.store.sign_in_attempts import Attempt
from send_integration.web.cookies import is_local
from send_integration.web.provider_settings import Post, ProviderSettings

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures that only the provider can make: never one by a secret that both sides know, nor none."""

TIMEOUT_SECONDS = 10
LEEWAY_SECONDS = 60
"""By which clocks may differ."""

NEEDED = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class ProviderFault(SendError):
    """The provider cannot be reached, or what came back from it is not to be trusted."""


class Departure(NamedTuple):
    """Where a browser is sent, and what it must come back with."""

    address: str
    state: str
    attempt: Attempt


class Arrival(NamedTuple):
    """Who has come back: what the provider says of them; `post` is None where it says nothing that counts here."""

    person: str
    name: str
    post: Post | None


class Provider:
    """One provider; what it says of itself is asked once, and its keys again where it signs by a new one."""

    def __init__(self, settings: ProviderSettings) -> None:
        self.settings = settings
        self._lock = threading.Lock()
        self._said: dict[str, Any] | None = None
        self._keys: KeySet | None = None

    def depart(self) -> Departure:
        """Begin a sign-in. Raises ProviderFault where the provider cannot be asked where."""
        verifier, nonce = secrets.token_urlsafe(48), secrets.token_urlsafe(24)
        with self._client() as client:
            address, state = client.create_authorization_url(
                self.said()["authorization_endpoint"], nonce=nonce, code_verifier=verifier
            )
        return Departure(address, state, Attempt(nonce, verifier))

    def arrive(self, code: str, attempt: Attempt, issuer: str) -> Arrival:
        """Who has come back with a code. Raises ProviderFault unless the provider itself says so, to us, and just now."""
        said = self.said()
        required = said.get("authorization_response_iss_parameter_supported") is True
        if issuer != self.settings.issuer and (issuer or required):
            raise ProviderFault("The answer is another provider's")
        try:
            with self._client() as client:
                token = client.fetch_token(said["token_endpoint"], code=code, code_verifier=attempt.verifier)
        except (AuthlibBaseError, httpx2.HTTPError, ValueError) as fault:
            raise ProviderFault(f"The provider did not take the code: {type(fault).__name__}") from None
        claims = self._claims(token, attempt.nonce)
        person = claims.get(self.settings.person_claim)
        if not isinstance(person, str) or not _is_a_worker_id(person):
            raise ProviderFault("The provider does not say who it is")
        name = claims.get("name")
        shown = name if isinstance(name, str) and name.isprintable() else ""
        return Arrival(person, shown[:200], self._post(claims))

    def departure_for_good(self) -> str | None:
        """Where a browser is sent after it signed out here; None where the provider names nothing, or cannot be asked."""
        try:
            address = self.said().get("end_session_endpoint")
        except ProviderFault:
            return None
        if not isinstance(address, str) or not _is_safe(address):
            return None
        given = {"client_id": self.settings.client_id, "post_logout_redirect_uri": self.settings.after_sign_out}
        return f"{address}{'&' if urlsplit(address).query else '?'}{urlencode(given)}"

    def said(self) -> Mapping[str, Any]:
        """What the provider says of itself. Raises ProviderFault where it cannot be asked, or says what cannot be."""
        with self._lock:
            if self._said is None:
                found = _fetch(f"{self.settings.issuer.rstrip('/')}/.well-known/openid-configuration")
                if found.get("issuer") != self.settings.issuer:
                    raise ProviderFault("The provider says that it is another one")
                if not all(isinstance(found.get(name), str) and _is_safe(found[name]) for name in NEEDED):
                    raise ProviderFault("The provider does not say where people sign in, or not safely")
                self._said = found
            return self._said

    def _client(self) -> OAuth2Client:
        ways = self.said().get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        way = "client_secret_basic" if "client_secret_basic" in ways else "client_secret_post"
        return OAuth2Client(
            client_id=self.settings.client_id,
            client_secret=self.settings.client_secret.get_secret_value(),
            token_endpoint_auth_method=way,
            scope=self.settings.scope,
            redirect_uri=self.settings.redirect_uri,
            code_challenge_method="S256",
            timeout=TIMEOUT_SECONDS,
            trust_env=False,
        )

    def _claims(self, token: Mapping[str, Any], nonce: str) -> dict[str, Any]:
        written = token.get("id_token")
        if not isinstance(written, str):
            raise ProviderFault("The provider gave no ID token")
        try:
            read = self._decode(written)
            claims = CodeIDToken(
                read.claims,
                read.header,
                {
                    "iss": {"essential": True, "value": self.settings.issuer},
                    "aud": {"essential": True, "value": self.settings.client_id},
                    "nonce": {"essential": True, "value": nonce},
                },
                {"nonce": nonce, "client_id": self.settings.client_id, "access_token": token.get("access_token")},
            )
            claims.validate(now=int(clock.now().timestamp()), leeway=LEEWAY_SECONDS)
        except (JoseError, AuthlibBaseError, ValueError, TypeError, KeyError) as fault:
            raise ProviderFault(f"The ID token is not to be trusted: {type(fault).__name__}") from None
        audience = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
        if self.settings.client_id not in audience or claims["iss"] != self.settings.issuer or claims["nonce"] != nonce:
            raise ProviderFault("The ID token is another's")
        return dict(claims)

    def _decode(self, written: str) -> Any:  # noqa: ANN401 - joserfc's own
        registry = JWSRegistry(algorithms=list(ALGORITHMS), strict_check_header=False)
        try:
            return jwt.decode(written, self._key_set(anew=False), registry=registry)
        except InvalidKeyIdError:
            return jwt.decode(written, self._key_set(anew=True), registry=registry)

    def _key_set(self, *, anew: bool) -> KeySet:
        address = self.said()["jwks_uri"]
        with self._lock:
            if self._keys is None or anew:
                self._keys = KeySet.import_key_set(cast("KeySetSerialization", _fetch(address)))
            return self._keys

    def _post(self, claims: Mapping[str, Any]) -> Post | None:
        held = claims_under(claims, self.settings.roles_claim)
        return next((post for group, post in self.settings.posts if group in held), None)


def claims_under(claims: Mapping[str, Any], path: str) -> Sequence[str]:
    """The texts of a claim, which may lie in others: `realm_access.roles`; one that holds a dot itself is found as it is."""
    found: Any = claims.get(path)
    if found is None:
        found = claims
        for part in path.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
    listed = [found] if isinstance(found, str) else found if isinstance(found, list) else []
    return [one for one in listed if isinstance(one, str)]


def _fetch(address: str) -> dict[str, Any]:
    try:
        answer = httpx2.get(address, timeout=TIMEOUT_SECONDS, follow_redirects=False, trust_env=False)
        answer.raise_for_status()
        found = answer.json()
    except (httpx2.HTTPError, ValueError) as fault:
        raise ProviderFault(f"The provider cannot be asked: {type(fault).__name__}") from None
    if not isinstance(found, dict):
        raise ProviderFault("The provider's answer cannot be read")
    return found


def _is_a_worker_id(person: str) -> bool:
    """Whether somebody can be called so; a team's inbox is nobody."""
    return (
        person.strip() == person != ""
        and len(person) <= 200
        and person.isprintable()
        and not person.startswith("team:")
    )


def _is_safe(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and is_local(address))
