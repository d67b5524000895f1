"""The figures that an authority is simulated from, and how they scale to a smaller one."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

from send_integration.errors import BadInput


@dataclass(frozen=True, slots=True)
class Profile:
    """An authority's figures, as its file gives them."""

    figures: Mapping[str, Any]

    def scaled(self, table: str, name: str, children: int) -> int:
        """A count of the profile for an authority of `children`, rounded to the nearest."""
        full = int(self.figures["scale"]["children_at_full_size"])
        return round(int(self.figures[table][name]) * children / full)

    def share(self, table: str, name: str) -> float:
        """A rate between 0 and 1."""
        return float(self.figures[table][name])

    def weights(self, table: str) -> tuple[list[str], list[int]]:
        """The names and counts of a table, for drawing by them."""
        found = self.figures[table]
        return list(found), list(found.values())


def load_profile(name: str) -> Profile:
    """The profile of that name. Raises BadInput where there is none."""
    folder = resources.files("send_integration.simulate") / "profiles"
    known = sorted(item.name.removesuffix(".toml") for item in folder.iterdir() if item.name.endswith(".toml"))
    if name not in known:
        raise BadInput("There is no such profile", where="--like", next_step=f"Known are: {', '.join(known)}.")
    return Profile(tomllib.loads((folder / f"{name}.toml").read_text("utf-8")))
