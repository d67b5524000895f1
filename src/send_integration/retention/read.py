"""Reads retention rules from the text of a TOML file, and refuses what is wrong."""

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from send_integration.errors import BadSetting
from send_integration.retention.model import Circumstance, CountsFrom, RetentionRule


class _Written(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Child(_Written):
    whom: Annotated[list[Circumstance], Field(min_length=1)]
    counts_from: CountsFrom
    years: Annotated[int, Field(ge=1, le=150)]
    died_under_18: bool | None = None
    basis: Literal["S", "G", "L"]
    citation: Annotated[str, Field(min_length=1)]
    why: Annotated[str, Field(min_length=1)]


class _Table(_Written):
    days: Annotated[int, Field(ge=1, le=36_500)]
    why: Annotated[str, Field(min_length=1)]


class _File(_Written):
    child: dict[str, _Child]
    table: dict[str, _Table] = {}


@dataclass(frozen=True, slots=True)
class AgeRule:
    """How many days rows of a table are kept that are no child's record."""

    name: str
    days: int
    why: str


@dataclass(frozen=True, slots=True)
class Retention:
    """The rules on children, and those on tables."""

    children: tuple[RetentionRule, ...]
    tables: tuple[AgeRule, ...]


def read_retention(text: str, file: str, tables: Collection[str]) -> Retention:
    """The rules of a file; `tables` are those that can be named by one. Raises BadSetting, naming what is wrong: with a rule
    less somebody would be erased too soon."""
    try:
        parsed = _File.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as fault:
        raise BadSetting(f"It is no TOML: {fault}", where=file) from None
    except ValidationError as fault:
        raise BadSetting(_first(fault.errors()[0]), where=file, next_step="Correct the file and start again.") from None
    unknown = sorted(parsed.table.keys() - set(tables))
    if unknown:
        raise BadSetting(f"There is no rule for a table by the name of '{unknown[0]}'", where=file,
                         next_step=f"Those that there are: {', '.join(sorted(tables))}.")  # fmt: skip
    if not any(Circumstance.EVERYONE in rule.whom for rule in parsed.child.values()):
        raise BadSetting("No rule on children holds for everyone", where=file, next_step="Write one.")
    return Retention(
        tuple(_rule(name, rule) for name, rule in sorted(parsed.child.items())),
        tuple(AgeRule(name, rule.days, rule.why) for name, rule in sorted(parsed.table.items())),
    )


def _rule(name: str, written: _Child) -> RetentionRule:
    return RetentionRule(
        name,
        frozenset(written.whom),
        written.counts_from,
        written.years,
        written.died_under_18,
        written.basis,
        written.citation,
        written.why,
    )


def _first(fault: Mapping[str, Any]) -> str:
    return f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}"
