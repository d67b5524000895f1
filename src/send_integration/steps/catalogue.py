"""Reads the rule files, the catalogue's and the authority's own, once, at start."""

from importlib import resources
from pathlib import Path

from send_integration.errors import BadSetting
from send_integration.rules.model import RuleBook
from send_integration.rules.read import read_rules


def load_rules(own: Path | None = None) -> RuleBook:
    """The rules in force. Raises BadSetting naming file, rule and field."""
    folder = resources.files("send_integration.rules") / "catalogue"
    catalogue = {item.name: item.read_text("utf-8") for item in folder.iterdir() if item.name.endswith(".toml")}
    if own is None:
        return read_rules(catalogue)
    try:
        return read_rules(catalogue, {own.name: own.read_text("utf-8")})
    except OSError as fault:
        raise BadSetting("cannot be read", where=str(own), next_step="Set SEND_RULES to a file.") from fault
