"""A small OpenID Connect provider on a port of its own: it signs real tokens, and checks code, verifier and client secret.

`lies` makes it misbehave in one way, to try what the page does with it.
"""

import base64
import json
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from send_integration import clock

CLIENT, SECRET = "send-integration", "not known to anybody else"


def new_key() -> rsa.RSAPrivateKey:
    """A key to sign with."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass
class StandIn:
    """The provider: who is at the keyboard (`claims`), which codes it gave out, and what it was asked for."""

    address: str
    claims: dict[str, Any] = field(
        default_factory=lambda: {"sub": "w-17", "name": "Nia Example", "roles": ["send-health"]}
    )
    lies: dict[str, Any] = field(default_factory=dict)
    key: rsa.RSAPrivateKey = field(default_factory=new_key)
    kid: str = "first"
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    refusals: list[str] = field(default_factory=list)

    def metadata(self) -> dict[str, Any]:
        found: dict[str, Any] = {
            "issuer": self.address,
            "authorization_endpoint": f"{self.address}/authorize",
            "token_endpoint": f"{self.address}/token",
            "jwks_uri": f"{self.address}/keys",
            "end_session_endpoint": f"{self.address}/end",
            "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
        }
        return found | self.lies.get("metadata", {})

    def authorize(self, asked: dict[str, str]) -> str:
        """Where the browser is sent back to, with a code, once somebody has signed in here."""
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert asked["client_id"] == CLIENT
        assert "openid" in asked["scope"].split()
        code = secrets.token_urlsafe(12)
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?code={code}&state={asked['state']}"

    def token(self, asked: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        """An ID token for a code, once; to the client alone that has the secret and began the sign-in."""
        begun = self.codes.pop(asked.get("code", ""), None)
        expected = "Basic " + base64.b64encode(f"{CLIENT}:{SECRET.replace(' ', '+')}".encode()).decode()
        challenge = base64.urlsafe_b64encode(sha256(asked.get("code_verifier", "").encode()).digest()).rstrip(b"=")
        for holds, fault in (
            (begun is not None, "code"),
            (authorization == expected or authorization == _basic(CLIENT, SECRET), "secret"),
            (begun is not None and challenge.decode() == begun["code_challenge"], "verifier"),
            (begun is not None and asked.get("redirect_uri") == begun["redirect_uri"], "redirect"),
        ):
            if not holds:
                self.refusals.append(fault)
                return 400, {"error": "invalid_grant"}
        assert begun is not None
        return 200, {
            "access_token": "of no use",
            "token_type": "Bearer",
            "expires_in": 60,
            "id_token": self.sign(begun),
        }

    def sign(self, begun: dict[str, str]) -> str:
        now = int(clock.now().timestamp())
        claims = {
            "iss": self.address, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": begun["nonce"],
            **self.claims, **self.lies.get("claims", {}),
        }  # fmt: skip
        claims = {name: value for name, value in claims.items() if value is not None}
        key = self.lies.get("key", self.key)
        algorithm = self.lies.get("algorithm", "RS256")
        return jwt.encode(claims, key, algorithm=algorithm, headers={"kid": self.lies.get("kid", self.kid)})

    def keys(self) -> dict[str, Any]:
        public = json.loads(RSAAlgorithm.to_jwk(self.key.public_key()))
        return {"keys": [{**public, "kid": self.kid, "use": "sig", "alg": "RS256"}]}


def _basic(client: str, secret: str) -> str:
    return "Basic " + base64.b64encode(f"{client}:{secret}".encode()).decode()


@contextmanager
def stand_in() -> Iterator[StandIn]:
    """The provider, running."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
            if parts.path == "/.well-known/openid-configuration":
                self._answer(200, provider.metadata())
            elif parts.path == "/keys":
                self._answer(200, provider.keys())
            elif parts.path == "/authorize":
                self.send_response(302)
                self.send_header("Location", provider.authorize(asked))
                self.end_headers()
            else:
                self._answer(200, {"ended": asked})

        def do_POST(self) -> None:
            written = self.rfile.read(int(self.headers["Content-Length"])).decode()
            asked = {name: values[0] for name, values in parse_qs(written).items()}
            self._answer(*provider.token(asked, self.headers.get("Authorization", "")))

        def _answer(self, status: int, body: dict[str, Any]) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider = StandIn(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield provider
    server.shutdown()
    thread.join(10)
