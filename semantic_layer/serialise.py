"""Query values as JSON and back, exactly. Generic over the frozen dataclasses of ``query.py``.

A dataclass becomes ``{"type": "MetricQuery", …}`` without the fields that have their default; a
tuple becomes a list; dates are tagged, because JSON has none.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from types import ModuleType
from typing import Any, get_args, get_type_hints

from semantic_layer import query as _query

TYPE, DATE, DATETIME = "type", "date", "datetime"


def _classes(module: ModuleType) -> dict[str, type]:
    return {n: c for n, c in vars(module).items() if isinstance(c, type) and is_dataclass(c)}


CLASSES: Mapping[str, type] = _classes(_query)


def to_dict(value: Any) -> Any:
    """A query, or any part of one, as JSON-safe data.

    >>> to_dict(_query.Where("city", _query.Op.EQ, ("广州",)))
    {'type': 'Where', 'dimension': 'city', 'op': '=', 'values': ['广州']}
    """
    match value:
        case StrEnum():
            return value.value
        case datetime():
            return {TYPE: DATETIME, "value": value.isoformat()}
        case date():
            return {TYPE: DATE, "value": value.isoformat()}
        case tuple() | list():
            return [to_dict(v) for v in value]
        case None | bool() | int() | float() | str():
            return value
        case _ if type(value).__name__ in CLASSES:
            told = {
                f.name: to_dict(getattr(value, f.name))
                for f in fields(value)
                if not _is_default(f, getattr(value, f.name))
            }
            return {TYPE: type(value).__name__, **told}
        case _:
            raise TypeError(f"not a query value: {type(value).__name__}")


def from_dict(data: Any) -> Any:
    """The value that ``to_dict`` told. Raises ValueError on anything else."""
    return _read(data, None)


def dumps(value: Any) -> str:
    return json.dumps(to_dict(value), ensure_ascii=False, separators=(",", ":"))


def loads(text: str) -> Any:
    """
    >>> loads(dumps(_query.MetricQuery((_query.MetricRef("gmv"),)))).measures[0].metric
    'gmv'
    """
    return from_dict(json.loads(text))


def _is_default(field: Field[Any], value: Any) -> bool:
    default = field.default
    return default is not MISSING and type(default) is type(value) and bool(default == value)


@lru_cache(maxsize=256)
def _enums(name: str) -> Mapping[str, type[StrEnum]]:
    """Fields of a class that hold a member of a closed set."""
    found: dict[str, type[StrEnum]] = {}
    for field, hint in get_type_hints(CLASSES[name], vars(_query)).items():
        for part in get_args(hint) or (hint,):
            if isinstance(part, type) and issubclass(part, StrEnum):
                found[field] = part
    return found


def _read(data: Any, enum: type[StrEnum] | None) -> Any:
    match data:
        case str() if enum is not None:
            return enum(data)
        case list():
            return tuple(_read(v, None) for v in data)
        case {"type": "date", "value": str(text)}:
            return date.fromisoformat(text)
        case {"type": "datetime", "value": str(text)}:
            return datetime.fromisoformat(text)
        case {"type": str(name)}:
            rest: dict[str, Any] = {k: v for k, v in data.items() if k != TYPE}
            if name not in CLASSES:
                raise ValueError(f"unknown type {name!r}")
            known = {f.name for f in fields(CLASSES[name])}
            if unknown := rest.keys() - known:
                raise ValueError(f"{name} has no {sorted(unknown)}")
            enums = _enums(name)
            return CLASSES[name](**{k: _read(v, enums.get(k)) for k, v in rest.items()})
        case dict():
            raise ValueError("no type")
        case _:
            return data
