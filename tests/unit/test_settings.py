"""Settings say what is wrong with them at the start, and never a value."""

import pytest

from send_integration.errors import BadSetting
from send_integration.settings import Settings, settings


def test_mailboxes_are_read_by_team_whatever_spaces_stand_between(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEND_TEAM_MAILBOXES", "ehc-team = ehc@example.org, data-stewards=stewards@example.org,")

    assert Settings().mailboxes == {"ehc-team": "ehc@example.org", "data-stewards": "stewards@example.org"}


@pytest.mark.parametrize(
    ("mailboxes", "duty", "address"),
    [
        ("", "duty@example.org", "duty@example.org"),
        ("duty-manager=m@example.org", "d@example.org", "m@example.org"),
        ("", "m1", None),
    ],
)
def test_the_duty_managers_address_is_their_mailbox_where_they_have_no_other(
    mailboxes: str, duty: str, address: str | None
) -> None:
    found = Settings(team_mailboxes=mailboxes, duty_manager=duty)

    assert found.mailboxes.get("duty-manager") == address


@pytest.mark.parametrize("written", ["data-stewards", "data-stewards=", "=stewards@example.org", "a=b@c d=e@f"])
def test_a_mailbox_that_nothing_would_reach_is_refused_at_the_start(
    monkeypatch: pytest.MonkeyPatch, written: str
) -> None:
    monkeypatch.setenv("SEND_TEAM_MAILBOXES", written)
    settings.cache_clear()

    with pytest.raises(BadSetting, match="SEND_TEAM_MAILBOXES") as refused:
        settings()
    assert written not in str(refused.value)


@pytest.mark.parametrize("name", ["rules", "identity_model", "as_of"])
def test_what_is_set_to_nothing_is_unset(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(f"SEND_{name.upper()}", "")

    assert getattr(Settings(), name) is None


@pytest.mark.parametrize(
    ("name", "written"),
    [("SEND_WORKING_HOURS", "17:00-08:30"), ("SEND_WORKING_HOURS", "nine to five"), ("SEND_ANSWER_DAYS", "urgent=2")],
)
def test_hours_and_days_to_answer_that_are_none_are_refused_at_the_start(
    monkeypatch: pytest.MonkeyPatch, name: str, written: str
) -> None:
    monkeypatch.setenv(name, written)
    settings.cache_clear()

    with pytest.raises(BadSetting, match=name) as refused:
        settings()
    assert written not in str(refused.value)
