"""The repository about itself: what people forget, this notices."""

import ast
import re
import tomllib
from pathlib import Path

import pytest
import yaml

from send_integration.cli.main import COMMANDS
from send_integration.settings import Settings

HOUSE = Path(__file__).parents[2]
SOURCES = sorted([*HOUSE.glob("src/**/*.py"), *HOUSE.glob("streams/**/*.py")])
MOST_LINES_OF_A_FILE = 400
MOST_LINES_OF_A_FUNCTION = 45
README = (HOUSE / "README.md").read_text()


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(HOUSE)))
def test_a_module_says_first_what_it_is_for_and_is_not_long(path: Path) -> None:
    text = path.read_text()

    assert text.count("\n") <= MOST_LINES_OF_A_FILE
    assert not text or ast.get_docstring(ast.parse(text))


def test_no_function_is_long() -> None:
    long = [
        f"{path.relative_to(HOUSE)}:{node.lineno} {node.name} {node.end_lineno - node.lineno}"
        for path in SOURCES
        if "versions" not in path.parts  # a migration is a list
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno > MOST_LINES_OF_A_FUNCTION
    ]

    assert long == []


def test_every_dependency_has_its_reason_in_the_readme() -> None:
    project = tomllib.loads((HOUSE / "pyproject.toml").read_text())
    wanted = [
        *project["project"]["dependencies"],
        *(d for d in project["dependency-groups"]["dev"] if isinstance(d, str)),
    ]
    names = {re.split(r"[\[<>=~ ]", line)[0] for line in wanted}
    explained = set(re.findall(r"^\| `([a-zA-Z0-9_.-]+)` \|", README, flags=re.MULTILINE))

    assert {name for name in names if not name.startswith(("types-", "pandas-stubs"))} - explained == set()


def test_every_dependency_is_locked_with_its_hash() -> None:
    for lock in ("requirements.lock", "requirements-dev.lock"):
        text = (HOUSE / lock).read_text()
        pinned = re.findall(
            r"^[a-zA-Z0-9_.-]+(?:\[[a-z,]+\])?==\S+(.*(?:\n    --hash=sha256:[0-9a-f]{64}.*)+)", text, re.MULTILINE
        )
        requirements = re.findall(r"^[a-zA-Z0-9_.-]+.*==", text, re.MULTILINE)

        assert len(pinned) == len(requirements) > 50


def test_every_setting_is_documented() -> None:
    documented = set(re.findall(r"`(SEND_[A-Z_]+)`", README))

    assert {f"SEND_{name.upper()}" for name in Settings.model_fields} == {
        name for name in documented if not name.startswith("SEND_TEST")
    }
    assert all(field.description for field in Settings.model_fields.values())


def test_every_command_is_in_the_readme_and_has_a_module() -> None:
    for name, entry in COMMANDS.items():
        assert f"`{name}" in README, name
        assert (HOUSE / "src/send_integration/cli" / f"{entry.module}.py").exists(), name


def test_compose_uses_only_settings_and_commands_that_exist() -> None:
    compose = yaml.safe_load((HOUSE / "docker-compose.yml").read_text())
    ours = {name: part for name, part in compose["services"].items() if part.get("build")}

    assert set(ours) == {"migrate", "topics", "worker", "reports", "audit", "web"}
    for part in ours.values():
        assert part["command"][0] in COMMANDS
        assert {name.removeprefix("SEND_").lower() for name in part["environment"]} <= set(Settings.model_fields)
    for name, part in compose["services"].items():
        assert "healthcheck" in part or part.get("restart") == "no", name


def test_nothing_names_a_machine_or_a_registry() -> None:
    hosts = ("py{}pi.org", "python{}hosted", "registry.{}npmjs", "repo1.{}maven", "repo.{}maven", "deb.{}debian")
    machine = ("/{}work/", "/{}root/")
    forbidden = re.compile("|".join(re.escape(name.format("")) for name in (*hosts, *machine)))
    texts = (
        path
        for pattern in ("**/*.py", "**/*.toml", "**/*.md", "**/*.lock", "**/*.yml", "**/*.json", "**/*.xml", "Makefile")
        for path in HOUSE.glob(pattern)
        if not {".venv", "node_modules", ".git"} & set(path.parts) and path != Path(__file__)
    )

    assert [str(path) for path in texts if forbidden.search(path.read_text(errors="replace"))] == []
