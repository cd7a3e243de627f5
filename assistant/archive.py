"""Replies as JSON text and back, so that yesterday's answer is shown as it was given.

Exact for every reply type, and closed: only the value types listed here are ever built, so a file
that somebody edited cannot make the page run anything. The public contract (``contract.py``) is for
other programs and loses types; this is for ourselves.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from types import ModuleType
from typing import Any

from assistant import reply as replies
from assistant.reply import Answer, Choice, Refusal, Reply
from semantic_layer import catalog, kinds, query, result, shaping

KEPT_ROWS = 2000  # of a table; the rest is asked again when it is needed
TYPE = "~"


class Unreadable(ValueError):
    """The text was written by another version, or by nobody we know."""


def _own(module: ModuleType) -> dict[str, type]:
    return {
        name: value
        for name, value in vars(module).items()
        if isinstance(value, type)
        and value.__module__ == module.__name__
        and (is_dataclass(value) or issubclass(value, Enum))
    }


KNOWN: Mapping[str, type] = {
    **_own(catalog),
    **_own(result),
    **_own(kinds),
    **_own(shaping),
    **_own(query),
    **_own(replies),
}


def dumps(reply: Reply) -> str:
    """Compact JSON; rows beyond ``KEPT_ROWS`` are left out and the result says so."""
    return json.dumps(_out(_cut(reply)), ensure_ascii=False, separators=(",", ":"))


def loads(text: str) -> Reply:
    """Raises ``Unreadable``."""
    try:
        value = _in(json.loads(text))
    except (KeyError, TypeError, ValueError) as mistake:
        raise Unreadable(str(mistake)) from mistake
    if not isinstance(value, Answer | Choice | Refusal):
        raise Unreadable(f"{type(value).__name__} is not a reply")
    return value


def query_text(reply: Reply) -> str:
    """The JSON of the reply's query, or nothing."""
    asked = None if isinstance(reply, Choice) else reply.query
    return "" if asked is None else json.dumps(_out(asked), ensure_ascii=False)


def _cut(reply: Reply) -> Reply:
    if not isinstance(reply, Answer) or len(reply.result.rows) <= KEPT_ROWS:
        return reply
    rows = reply.result.rows
    total = reply.result.total or len(rows)
    kept = replace(reply.result, rows=rows[:KEPT_ROWS], truncated=True, total=total)
    return replace(reply, result=kept)


def _out(value: Any) -> Any:
    match value:
        case Enum():
            return _tagged(type(value).__name__, value.value)
        case None | bool() | int() | str():
            return value
        case float():
            return (
                value if value == value and abs(value) != float("inf") else _tagged("float", value)
            )
        case Decimal():
            return float(value)
        case datetime():
            return _tagged("datetime", value.isoformat())
        case date():
            return _tagged("date", value.isoformat())
        case tuple() | list():
            return [_out(item) for item in value]
        case _ if type(value).__name__ in KNOWN and is_dataclass(value):
            return {TYPE: type(value).__name__} | {
                f.name: _out(getattr(value, f.name))
                for f in fields(value)
                if f.init and (f.default is MISSING or getattr(value, f.name) != f.default)
            }
        case _:
            raise TypeError(f"{type(value).__name__} has no place in an archive")


def _tagged(name: str, value: object) -> dict[str, str]:
    return {TYPE: name, "v": str(value)}


def _in(value: Any) -> Any:
    match value:
        case list():
            return tuple(_in(item) for item in value)
        case {"~": "date", "v": str(text)}:
            return date.fromisoformat(text)
        case {"~": "datetime", "v": str(text)}:
            return datetime.fromisoformat(text)
        case {"~": "float", "v": str(text)}:
            return float(text)
        case {"~": str(name), "v": raw}:
            return KNOWN[name](raw)
        case {"~": str(name)}:
            own = {key: _in(item) for key, item in value.items() if key != TYPE}
            return KNOWN[name](**own)
        case dict():
            raise ValueError("an object without a type")
        case _:
            return value
