"""docs/access.md says what the policy says."""

import re
from pathlib import Path

from send_integration.settings import Settings
from send_integration.web.policy import policy
from send_integration.web.policy_table import as_markdown

DOCS = Path(__file__).parents[2] / "docs" / "access.md"


def test_the_tables_are_those_of_the_policy() -> None:
    assert as_markdown(policy()) in DOCS.read_text(), "write them anew with `send-integration policy`"


def test_what_it_says_of_numbers_is_so() -> None:
    written = DOCS.read_text()
    defaults = Settings.model_fields

    assert f"within the last {policy().agenda_days_after} days" in written
    assert policy().glass_minutes == 60
    assert f"after {defaults['session_hours'].default} hours" in written
    assert f"{defaults['session_idle_minutes'].default} minutes after the last page" in written
    assert (
        f"{defaults['requests_a_minute'].default} pages and {defaults['searches_a_minute'].default} searches" in written
    )
    limits = f"{defaults['sign_ins_a_minute'].default} sign-ins and {defaults['address_requests_a_minute'].default:,} requests"
    assert re.sub(r"\s+", " ", limits) in re.sub(r"\s+", " ", written)
