"""Signatures are those of the Standard Webhooks specification, and secrets are as long as it asks."""

import base64

import pytest

from send_integration.channels.signing import read_secrets, signed_headers

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BODY = b'{"test": 2432232314}'


def test_the_signature_is_that_of_the_specifications_own_libraries() -> None:
    """The vector that they test themselves with."""
    headers = signed_headers(read_secrets(SECRET), "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, BODY)

    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_while_one_secret_takes_the_place_of_another_both_sign() -> None:
    other = f"whsec_{base64.b64encode(bytes(range(32))).decode()}"
    both = signed_headers(read_secrets(f"{other} {SECRET}"), "m", 1, BODY)["webhook-signature"].split()

    alone = [signed_headers(read_secrets(one), "m", 1, BODY)["webhook-signature"] for one in (other, SECRET)]
    assert both == alone
    assert both[0] != both[1]


@pytest.mark.parametrize("change", [("n", 1, BODY), ("m", 2, BODY), ("m", 1, BODY + b" ")], ids=["id", "time", "body"])
def test_whatever_is_signed_changes_the_signature(change: tuple[str, int, bytes]) -> None:
    secrets = read_secrets(SECRET)

    assert (
        signed_headers(secrets, *change)["webhook-signature"]
        != signed_headers(secrets, "m", 1, BODY)["webhook-signature"]
    )


@pytest.mark.parametrize(
    "written",
    [
        "",
        "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "whsec_",
        f"whsec_{base64.b64encode(bytes(23)).decode()}",
        f"whsec_{base64.b64encode(bytes(65)).decode()}",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS!",
        f"{SECRET} weak",
    ],
)
def test_a_secret_that_is_none_is_refused_and_not_quoted(written: str) -> None:
    with pytest.raises(ValueError, match=r"there is none|whsec_' and 24 to 64") as refused:
        read_secrets(written)
    assert "MfKQ" not in str(refused.value)
    assert "weak" not in str(refused.value)
