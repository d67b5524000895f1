"""Reads and checks the file that says who may do what: every name must be known to the code, and every name of the code said."""

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from send_integration.errors import BadSetting

WAYS = ("any", "own-child", "on-agenda", "glass-broken")
PARTS = ("agenda", "glass", "roles", "actions", "fields")


class Grant(NamedTuple):
    """A role, of one sector or, where it names none, of every."""

    role: str
    sector: str | None

    def is_for(self, role: str, sector: str | None) -> bool:
        """Whether it is for a person of a role and sector."""
        return self.role == role and self.sector in (None, sector)

    def __str__(self) -> str:
        return f"{self.role}:{self.sector}" if self.sector else self.role


@dataclass(frozen=True, slots=True)
class Grants:
    """To whom an action or a field is granted, by what the person is to the child; what it is, and what it rests on."""

    what: str
    basis: str
    any: tuple[Grant, ...]
    own_child: tuple[Grant, ...]
    on_agenda: tuple[Grant, ...]
    glass_broken: tuple[Grant, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """The whole file; the names are those of the code."""

    roles: Mapping[str, str]
    actions: Mapping[str, Grants]
    fields: Mapping[str, Grants]
    agenda_days_after: int
    glass_minutes: int


class _Known(NamedTuple):
    roles: Collection[str]
    sectors: Collection[str]


def read_policy(
    path: Path, *, roles: Collection[str], actions: Collection[str], fields: Collection[str], sectors: Collection[str]
) -> Policy:
    """The policy in a file. Raises BadSetting, saying where, for whatever is not as it must be."""
    try:
        written = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise _fault(f"It cannot be read: {fault}") from None
    _same_names("the file", written, PARTS)
    _same_names("roles", _table("roles", written["roles"]), roles)
    known = _Known(roles, sectors)
    return Policy(
        roles={str(name): _words(f"roles.{name}", about) for name, about in written["roles"].items()},
        actions=_granted("actions", written["actions"], actions, known),
        fields=_granted("fields", written["fields"], fields, known),
        agenda_days_after=_number("agenda", written["agenda"], "days-after", most=366),
        glass_minutes=_number("glass", written["glass"], "minutes", most=24 * 60),
    )


def require_fields(policy: Policy, shows: Mapping[str, Collection[str]]) -> None:
    """Raise BadSetting where somebody may open a page and does not see what the page cannot be without."""
    for action, needed in shows.items():
        for grant in policy.actions[action].any:
            for name in needed:
                if not any(held.is_for(grant.role, grant.sector) for held in policy.fields[name].any):
                    raise _fault(f"actions.{action} is granted to {grant}, who is not granted fields.{name}")


def _granted(part: str, written: object, names: Collection[str], known: _Known) -> dict[str, Grants]:
    table = _table(part, written)
    _same_names(part, table, names)
    return {name: _grants(f"{part}.{name}", entry, known) for name, entry in table.items()}


def _grants(place: str, written: object, known: _Known) -> Grants:
    table = _table(place, written)
    strange = sorted(set(table) - {"what", "basis", *WAYS})
    if strange:
        raise _fault(f"{place} has {strange[0]}, which is none of {', '.join(('what', 'basis', *WAYS))}")
    ways = (_list(f"{place}.{way}", table.get(way, []), known) for way in WAYS)
    return Grants(_words(f"{place}.what", table.get("what")), _words(f"{place}.basis", table.get("basis")), *ways)


def _list(place: str, written: object, known: _Known) -> tuple[Grant, ...]:
    if not isinstance(written, list):
        raise _fault(f"{place} must be a list of roles")
    found = tuple(_grant(place, name, known) for name in written)
    if len(set(found)) != len(found):
        raise _fault(f"{place} names a role twice")
    return found


def _grant(place: str, written: object, known: _Known) -> Grant:
    role, colon, sector = written.partition(":") if isinstance(written, str) else ("", "", "")
    if role not in known.roles or (colon and sector not in known.sectors):
        raise _fault(f"{place} names {written!r}, which is no role, or no role and sector")
    return Grant(role, sector or None)


def _same_names(place: str, written: Mapping[str, Any], known: Collection[str]) -> None:
    strange, missing = sorted(set(written) - set(known)), sorted(set(known) - set(written))
    if strange:
        raise _fault(f"{place} names {', '.join(strange)}, which the software does not know")
    if missing:
        raise _fault(f"{place} does not name {', '.join(missing)}")


def _table(place: str, written: object) -> dict[str, Any]:
    if not isinstance(written, dict):
        raise _fault(f"{place} must be a table")
    return written


def _words(place: str, written: object) -> str:
    if not isinstance(written, str) or not written.strip():
        raise _fault(f"{place} must say something")
    return written


def _number(place: str, written: object, name: str, *, most: int) -> int:
    table = _table(place, written)
    _same_names(place, table, [name])
    found = table[name]
    if not isinstance(found, int) or isinstance(found, bool) or not 0 < found <= most:
        raise _fault(f"{place}.{name} must be a whole number from 1 to {most}")
    return found


def _fault(what: str) -> BadSetting:
    return BadSetting(what, where="web/policy.toml", next_step="Correct it and start again.")
