"""Signs what is posted to a webhook, as the Standard Webhooks specification 1.0.0 has it."""

import base64
import binascii
import hashlib
import hmac

PREFIX = "whsec_"
LEAST_BYTES, MOST_BYTES = 24, 64
"""Of a secret, as the specification has it."""


def read_secrets(written: str) -> list[bytes]:
    """One secret, or several between spaces while one takes the place of another. Raises ValueError, quoting none."""
    found = [_read_secret(part) for part in written.split()]
    if not found:
        raise ValueError("there is none")
    return found


def _read_secret(written: str) -> bytes:
    try:
        secret = base64.b64decode(written.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        secret = b""
    if not (written.startswith(PREFIX) and LEAST_BYTES <= len(secret) <= MOST_BYTES):
        message = f"a secret is '{PREFIX}' and {LEAST_BYTES} to {MOST_BYTES} random bytes in base64"
        raise ValueError(message)
    return secret


def signed_headers(secrets: list[bytes], message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The headers by which a receiver knows who sent a body, when, and whether it had it before."""
    signatures = [f"v1,{_signature(secret, message_id, timestamp, body)}" for secret in secrets]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signatures),
    }


def _signature(secret: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    content = b".".join((message_id.encode(), str(timestamp).encode(), body))
    return base64.b64encode(hmac.new(secret, content, hashlib.sha256).digest()).decode()
