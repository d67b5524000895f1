"""Reads what an authority may change, once, at start: the rules and the identity model."""

from importlib import resources
from pathlib import Path

from send_integration.errors import BadSetting
from send_integration.identity.model import Model, default_model, read_model
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
