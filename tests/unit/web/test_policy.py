"""The one permission question: denied unless granted, and a restricted child is not even known to those who may not."""

import itertools
import re
from pathlib import Path

import pytest

from send_integration.errors import BadSetting
from send_integration.web.policy import (
    FIELDS,
    FILE,
    SHOWS,
    Action,
    Decision,
    Fields,
    Role,
    Sector,
    Tie,
    allowed,
    links,
    policy,
    seen_fields,
)
from send_integration.web.policy_file import Policy, read_policy, require_fields

TIES = [Tie(*held) for held in itertools.product((False, True), repeat=3)]
OWN = Tie(own=True)


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("role", ["", "intruder", "Manager"])
def test_a_role_that_is_not_known_may_nothing(role: str, action: Action) -> None:
    assert not allowed(action, role, holds_a_role_for_child=True, tie=Tie(own=True, on_agenda=True, glass=True)).allowed


@pytest.mark.parametrize("role", ["", "intruder", "Manager"])
def test_a_role_that_is_not_known_sees_nothing(role: str) -> None:
    assert seen_fields(role, "health", Tie(own=True, on_agenda=True, glass=True)) == Fields()


def test_only_managers_see_restricted_children() -> None:
    assert [role for role in Role if allowed(Action.SEE_RESTRICTED, role).allowed] == [Role.MANAGER]


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.MANAGER, Role.NAMED_WORKER)])
def test_neither_agenda_nor_broken_glass_opens_a_restricted_child(role: Role) -> None:
    for action in Action:
        found = allowed(action, role, tie=Tie(own=True, on_agenda=True, glass=True), restricted=True)
        assert not found.allowed, action


def test_a_named_worker_sees_an_own_restricted_child_and_no_other() -> None:
    own = allowed(Action.VIEW_CHILD, Role.NAMED_WORKER, holds_a_role_for_child=True, restricted=True)
    other = allowed(Action.VIEW_CHILD, Role.NAMED_WORKER, restricted=True)
    by_glass = allowed(Action.VIEW_CHILD, Role.NAMED_WORKER, tie=Tie(glass=True), restricted=True)

    assert own == Decision(allowed=True, why="restricted: a named worker of this child")
    assert other == Decision(allowed=False, why="named-worker may not view-child")
    assert not by_glass.allowed
    assert not by_glass.unknown, "of a child who is not there a named worker is told the same"


def test_broken_glass_opens_a_childs_page_to_a_named_worker_and_says_so() -> None:
    found = allowed(Action.VIEW_CHILD, Role.NAMED_WORKER, tie=Tie(glass=True))

    assert found == Decision(allowed=True, why="broke the glass")


def test_a_role_for_a_child_opens_that_child_alone() -> None:
    others = {a for a in Action if allowed(a, Role.NAMED_WORKER).allowed}
    own = {a for a in Action if allowed(a, Role.NAMED_WORKER, tie=OWN).allowed}

    assert others == {Action.VIEW_OWN_CHILDREN, Action.VIEW_INBOX, Action.READ_NOTICES, Action.BREAK_GLASS}
    assert own - others == {
        Action.VIEW_CHILD, Action.SEE_RESTRICTED, Action.RECORD_BASIS, Action.TAKE_PACK, Action.TAKE_FAMILY_COPY,
        Action.LIST_FOR_PANEL, Action.RECORD_VOICE,
    }  # fmt: skip


def test_only_the_chair_decides_on_a_child_who_is_on_no_agenda() -> None:
    assert [role for role in Role if allowed(Action.DECIDE, role).allowed] == [Role.PANEL_CHAIR]
    assert [role for role in Role if allowed(Action.DECIDE, role, tie=Tie(on_agenda=True)).allowed] == [
        Role.PANEL_CHAIR,
        Role.PANEL_MEMBER,
    ]


def test_whoever_was_told_may_read_it_whatever_their_role() -> None:
    assert all(allowed(Action.READ_NOTICES, role).allowed for role in Role)


def test_a_refusal_for_restriction_alone_is_one_of_not_knowing() -> None:
    assert allowed(Action.VIEW_CHILD, Role.PANEL_CHAIR, restricted=True).unknown
    assert not allowed(Action.VIEW_CHILD, Role.ANALYST, restricted=True).unknown


@pytest.mark.parametrize("sector", Sector)
def test_a_panel_member_reads_the_notes_of_the_own_sector_and_of_all_while_the_child_is_on_the_agenda(
    sector: Sector,
) -> None:
    any_child = seen_fields(Role.PANEL_MEMBER, sector)
    listed = seen_fields(Role.PANEL_MEMBER, sector, Tie(on_agenda=True))

    assert [other for other in Sector if any_child.notes_of(other)] == [sector]
    assert [other for other in Sector if listed.notes_of(other)] == list(Sector)
    assert not seen_fields(Role.PANEL_MEMBER, None).notes_of(sector)


@pytest.mark.parametrize("sector", Sector)
@pytest.mark.parametrize("role", [Role.DATA_STEWARD, Role.ANALYST, Role.ADMINISTRATOR, Role.AGENCY_MANAGER])
def test_nobody_outside_the_work_reads_what_was_said_or_written_of_a_child(role: Role, sector: Sector) -> None:
    secret = {name for name in FIELDS if name not in ("names", "identifiers", "contacts")}

    for tie in TIES:
        assert not secret & set(seen_fields(role, sector, tie))


def test_another_tie_never_takes_anything_away() -> None:
    for role, sector in itertools.product(Role, (None, *Sector)):
        for less, more in itertools.product(TIES, TIES):
            if less.own <= more.own and less.on_agenda <= more.on_agenda and less.glass <= more.glass:
                assert set(seen_fields(role, sector, less)) <= set(seen_fields(role, sector, more))


def test_fields_are_asked_for_by_either_name() -> None:
    found = seen_fields(Role.PANEL_MEMBER, "health")

    assert found.notes_health
    assert "notes-health" in found
    assert "notes-care" not in found
    with pytest.raises(AttributeError):
        _ = "notes-dental" in found
    assert not found.notes_of("identity")


def test_every_grant_says_what_it_is_and_what_it_rests_on() -> None:
    for name, grants in (*policy().actions.items(), *policy().fields.items()):
        assert len(grants.what.split()) > 2, name
        assert re.search(r"\d|terms of reference", grants.basis), name


FAULTS = [
    (
        "a role that is not known",
        'any = ["panel-chair", "panel-member", "manager"]',
        'any = ["intruder"]',
        "'intruder'",
    ),
    ("a sector that is not known", '["panel-member:health"', '["panel-member:police"', "'panel-member:police'"),
    ("an action that is not known", "[actions.decide]", "[actions.delete]", "delete"),
    ("an action that is not named", "[actions.decide]", "[other.decide]", "other"),
    ("a field that is not known", "[fields.voice]", "[fields.secrets]", "secrets"),
    ("a role without words", 'analyst = "Takes figures, which name nobody"', 'analyst = ""', "roles.analyst"),
    ("a role that is not named", 'analyst = "Takes figures, which name nobody"', "", "analyst"),
    ("a way that is not known", "own-child = [", "own-childs = [", "own-childs"),
    ("no basis", 'basis = "UK GDPR article 32: availability"', "", "basis must say something"),
    ("a grant that is no list", 'any = ["administrator"]', 'any = "administrator"', "must be a list"),
    ("a role twice", 'any = ["administrator"]', 'any = ["administrator", "administrator"]', "twice"),
    ("no number", "minutes = 60", "minutes = true", "glass.minutes"),
    ("no end", "minutes = 60", "minutes = 100000", "glass.minutes"),
    ("nothing readable", "[agenda]", "[agenda", "cannot be read"),
]


@pytest.mark.parametrize(("old", "new", "said"), [fault[1:] for fault in FAULTS], ids=[fault[0] for fault in FAULTS])
def test_a_policy_that_the_code_does_not_know_is_a_fault_at_start(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    text = FILE.read_text()
    assert old in text
    (tmp_path / "policy.toml").write_text(text.replace(old, new, 1))

    with pytest.raises(BadSetting) as fault:
        read(tmp_path / "policy.toml")

    assert said in str(fault.value)
    assert fault.value.exit_code == 78


def read(path: Path) -> Policy:
    return read_policy(path, roles=list(Role), actions=list(Action), fields=FIELDS, sectors=list(Sector))


@pytest.mark.parametrize(
    ("role", "names"),
    [
        (Role.NAMED_WORKER, ["My children", "Alerts"]),
        (
            Role.MANAGER,
            ["Children", "Meetings", "Alerts", "Identity", "Quarantine", "Feeds", "Scorecards", "Measures"],
        ),
        (Role.DATA_STEWARD, ["Identity", "Quarantine", "Feeds", "Scorecards", "Alerts"]),
        (Role.PANEL_CHAIR, ["Children", "Meetings", "Alerts", "Measures"]),
        (Role.AGENCY_MANAGER, ["Scorecards"]),
        (Role.ANALYST, ["Measures"]),
    ],
)
def test_the_header_leads_where_the_role_may_go(role: Role, names: list[str]) -> None:
    assert [name for _, name in links(role)] == names


def test_whoever_opens_a_page_that_cannot_be_without_names_must_be_granted_them(tmp_path: Path) -> None:
    text = FILE.read_text().replace(
        'any = ["panel-chair", "panel-member", "manager", "data-steward"]', 'any = ["panel-member", "manager"]', 1
    )
    (tmp_path / "policy.toml").write_text(text)

    with pytest.raises(BadSetting, match=r"actions.list-children is granted to panel-chair"):
        require_fields(read(tmp_path / "policy.toml"), SHOWS)
