"""What a mapping may name: the fields of an event type by their dotted paths, and what each takes."""

import types
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import AwareDatetime, BaseModel

from send_integration.contracts.registry import EVENT_TYPES

SET_BY_THE_ADAPTER = frozenset({"specversion", "id", "type", "subject", "dataschema", "datacontenttype", "source"})
"""What every event of a mapping has alike, or what follows from its other fields."""


@dataclass(frozen=True, slots=True)
class Target:
    """A field of an event: the kind of value it takes, its closed codes, and whether an event must have it."""

    kind: type
    codes: frozenset[str]
    is_list: bool
    required: bool


@lru_cache(maxsize=128)
def targets_of(type_name: str) -> Mapping[str, Target]:
    """Every field of an event type that a mapping may fill, by its dotted path."""
    found: dict[str, Target] = {}
    _add(found, EVENT_TYPES[type_name], "", parents_required=True)
    return {path: target for path, target in found.items() if path not in SET_BY_THE_ADAPTER}


def _add(found: dict[str, Target], model: type[BaseModel], prefix: str, *, parents_required: bool) -> None:
    for name, field in model.model_fields.items():
        path, annotation = f"{prefix}{name}", _plain(field.annotation)
        required = field.is_required() and parents_required
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            _add(found, annotation, f"{path}.", parents_required=required)
            continue
        is_list = get_origin(annotation) is tuple
        if is_list:
            annotation = _plain(get_args(annotation)[0])
        codes = frozenset(map(str, get_args(annotation))) if get_origin(annotation) is Literal else frozenset()
        kinds = {int: int, float: float, bool: bool, date: date, AwareDatetime: datetime}
        kind = str if codes else kinds.get(annotation, str)
        found[path] = Target(kind, codes, is_list, required)


def _plain(annotation: Any) -> Any:  # noqa: ANN401 - an annotation can be anything
    """The annotation without its constraints and without 'or nothing'."""
    while True:
        if get_origin(annotation) is Annotated:
            annotation = get_args(annotation)[0]
        elif get_origin(annotation) in (Union, types.UnionType):
            annotation = next(part for part in get_args(annotation) if part is not type(None))
        else:
            return annotation
