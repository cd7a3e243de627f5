"""What a regular expression can begin with, so that a rule is tried only where it may match."""

from __future__ import annotations

import re
from importlib import import_module
from typing import Any


def first_characters(pattern: re.Pattern[str]) -> frozenset[str] | None:
    """Every character a match can begin with, or None when the set is open.

    >>> sorted(first_characters(re.compile("(?<!x)(?:ab|[cd]?e)")))
    ['a', 'c', 'd', 'e']
    """
    parser = import_module("re._parser")
    chars, empty = _first(parser.parse(pattern.pattern, pattern.flags))
    return None if empty or chars is None else frozenset(chars)


def _first(nodes: Any) -> tuple[set[str] | None, bool]:
    """Of a parsed regex: the set of first characters (None: open) and whether it can be empty."""
    out: set[str] = set()
    for op, arg in nodes:
        chars, empty = _first_of(str(op), arg)
        if chars is None:
            return None, empty
        out |= chars
        if not empty:
            return out, False
    return out, True


def _first_of(op: str, arg: Any) -> tuple[set[str] | None, bool]:
    match op:
        case "LITERAL":
            return {chr(arg)}, False
        case "IN":
            return _class(arg), False
        case "BRANCH":
            parts = [_first(nodes) for nodes in arg[1]]
            if any(chars is None for chars, _ in parts):
                return None, any(empty for _, empty in parts)
            return {c for chars, _ in parts for c in chars or ()}, any(e for _, e in parts)
        case "SUBPATTERN":
            return _first(arg[-1])
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            chars, empty = _first(arg[2])
            return chars, empty or arg[0] == 0
        case "AT" | "ASSERT" | "ASSERT_NOT":
            return set(), True
        case _:
            return None, False


def _class(members: Any) -> set[str] | None:
    out: set[str] = set()
    for op, arg in members:
        match str(op):
            case "LITERAL":
                out.add(chr(arg))
            case "RANGE" if arg[1] - arg[0] < 128:
                out |= {chr(c) for c in range(arg[0], arg[1] + 1)}
            case "CATEGORY" if str(arg) == "CATEGORY_DIGIT":
                out |= set("0123456789")
            case "CATEGORY" if str(arg) == "CATEGORY_SPACE":
                out |= set(" \t\n\r\f\v")
            case _:
                return None
    return out
