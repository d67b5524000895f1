"""Every fault in how people sign in is said at the start, with the setting's name, and never a secret."""

from datetime import date
from typing import Any

import pytest

from send_integration.errors import BadSetting
from send_integration.settings import Settings
from send_integration.web.policy import Role, Sector
from send_integration.web.provider_settings import Post, check_sign_in, posts_of

RIGHT: dict[str, Any] = {
    "sign_in": "oidc", "oidc_issuer": "https://idp.example/realm", "oidc_client_id": "send", "oidc_client_secret": "s3cret",
    "oidc_roles": "a=manager", "web_address": "https://send.example",
}  # fmt: skip


def test_what_is_right_is_taken() -> None:
    found = check_sign_in(Settings(**RIGHT))

    assert found is not None
    assert found.redirect_uri == "https://send.example/sign-in/callback"
    assert "s3cret" not in repr(found)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"oidc_issuer": ""}, "SEND_OIDC_ISSUER"),
        ({"oidc_client_id": ""}, "SEND_OIDC_CLIENT_ID"),
        ({"oidc_client_secret": ""}, "SEND_OIDC_CLIENT_SECRET"),
        ({"oidc_roles": ""}, "SEND_OIDC_ROLES"),
        ({"oidc_roles": " , "}, "SEND_OIDC_ROLES"),
        ({"web_address": ""}, "SEND_WEB_ADDRESS"),
        ({"oidc_issuer": "http://idp.example"}, "SEND_OIDC_ISSUER"),
        ({"oidc_issuer": "https://me:secret@idp.example"}, "SEND_OIDC_ISSUER"),
        ({"oidc_issuer": "idp.example"}, "SEND_OIDC_ISSUER"),
        ({"web_address": "http://send.example"}, "SEND_WEB_ADDRESS"),
        ({"oidc_roles": "manager"}, "no group"),
        ({"oidc_roles": "a=boss"}, "'boss'"),
        ({"oidc_roles": "a=manager:police"}, "'police'"),
        ({"oidc_roles": "a=panel-member"}, "names no sector"),
        ({"oidc_roles": "a=agency-manager"}, "names no agency"),
        ({"oidc_scope": "profile"}, "SEND_OIDC_SCOPE"),
    ],
)
def test_what_is_wrong_is_said_at_the_start(changed: dict[str, str], said: str) -> None:
    with pytest.raises(BadSetting) as fault:
        check_sign_in(Settings(**(RIGHT | changed)))

    assert said in str(fault.value)
    assert fault.value.exit_code == 78
    assert "s3cret" not in str(fault.value)


def test_posts_are_taken_in_order_and_an_agency_keeps_its_colons() -> None:
    assert posts_of("b = panel-member:care, c=agency-manager:urn:send:luton:camhs, a=manager") == (
        ("b", Post(Role.PANEL_MEMBER, Sector.CARE)),
        ("c", Post(Role.AGENCY_MANAGER, agency="urn:send:luton:camhs")),
        ("a", Post(Role.MANAGER)),
    )


def test_made_up_people_sign_in_in_a_rehearsal_or_on_this_machine_alone() -> None:
    assert check_sign_in(Settings()) is None
    assert check_sign_in(Settings(sign_in="development")) is None
    assert check_sign_in(Settings(sign_in="development", web_host="0.0.0.0", as_of=date(2025, 1, 1))) is None
    with pytest.raises(BadSetting, match="SEND_SIGN_IN"):
        check_sign_in(Settings(sign_in="development", web_host="0.0.0.0"))
    assert Settings().sign_in == "none"
