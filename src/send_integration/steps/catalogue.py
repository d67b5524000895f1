"""Reads what an authority may change, once, at start: the rules and the identity model."""

from importlib import resources
from pathlib import Path

from send_integration.errors import BadSetting
from send_integration.identity.model import Model, default_model, read_model
from send_integration.rules.model import RuleBook
from send_integration.rules.read import read_rules, rules_and_faults
from send_integration.rules.written import Fault


def load_rules(own: Path | None = None) -> RuleBook:
    """The rules in force. Raises BadSetting naming file, line, rule and field."""
    return read_rules(catalogue(), own_files(own))


def check_rules(own: Path) -> tuple[RuleBook, list[Fault]]:
    """The rules as an authority's own file would make them, with everything that is wrong with it."""
    return rules_and_faults(catalogue(), own_files(own))


def catalogue() -> dict[str, str]:
    """The text of every file of the catalogue that ships, by its name."""
    folder = resources.files("send_integration.rules") / "catalogue"
    return {item.name: item.read_text("utf-8") for item in folder.iterdir() if item.name.endswith(".toml")}


def own_files(own: Path | None) -> dict[str, str]:
    """The text of the authority's own file by its name; none where it has none. Raises BadSetting where it cannot be read."""
    if own is None:
        return {}
    try:
        return {own.name: own.read_text("utf-8")}
    except OSError as fault:
        raise BadSetting("cannot be read", where=str(own), next_step="Check the file's name and its rights.") from fault
    except UnicodeDecodeError as fault:
        raise BadSetting("is no text in UTF-8", where=str(own), next_step="Save the file as UTF-8.") from fault


def load_model(own: Path | None = None) -> Model:
    """The identity model: the authority's own, or the one that ships. Raises BadSetting where it cannot be read."""
    if own is None:
        return default_model()
    try:
        return read_model(own.read_bytes(), own.name)
    except OSError as fault:
        raise BadSetting(
            f"The identity model cannot be opened: {fault.strerror}",
            where="SEND_IDENTITY_MODEL",
            next_step="Name a file written by `send-integration identity train`, or leave it empty.",
        ) from None
