"""Sugar for phrase rules: optional items, alternatives and single cues over the one grammar engine."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import product
from typing import Any

from assistant.language.grammar import Grammar

Item = Any  # a regex, a type, a member of an Enum, Opt or OneOf


@dataclass(frozen=True, slots=True)
class Opt:
    """The item, or nothing; the production gets None for nothing."""

    item: Item


@dataclass(frozen=True, slots=True)
class OneOf:
    items: tuple[Item, ...]


def opt(item: Item) -> Opt:
    return Opt(item)


def one_of(*items: Item) -> OneOf:
    return OneOf(items)


def _choices(item: Item) -> tuple[Item | None, ...]:
    match item:
        case Opt(inner):
            return (None, *_choices(inner))
        case OneOf(items):
            return tuple(x for i in items for x in _choices(i))
        case _:
            return (item,)


def phrase(
    grammar: Grammar,
    pattern: Sequence[Item],
    *,
    examples: Mapping[str, Any] | None = None,
    rejects: Iterable[str] = (),
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Like ``grammar.rule`` with Opt, OneOf and Enum members among the items.

    Every combination becomes one plain rule of the same name; the examples go with the first.
    """

    def add(produce: Callable[..., Any]) -> Callable[..., Any]:
        combos = list(product(*(_choices(item) for item in pattern)))
        for i, combo in enumerate(combos):
            items = [x for x in combo if x is not None]
            if not items:
                continue
            plain = [type(x) if isinstance(x, Enum) else x for x in items]
            rule = grammar.rule(
                plain,
                examples=(examples or {}) if i == 0 else {},
                rejects=tuple(rejects) if i == 0 else (),
            )
            rule(_adapt(produce, combo))
        return produce

    return add


def _adapt(produce: Callable[..., Any], combo: tuple[Item | None, ...]) -> Callable[..., Any]:
    def run(*values: Any) -> Any:
        rest = iter(values)
        full: list[Any] = []
        for item in combo:
            if item is None:
                full.append(None)
                continue
            value = next(rest)
            if isinstance(item, Enum) and value != item:
                return None
            full.append(value)
        return produce(*full)

    run.__name__ = produce.__name__
    return run


def text(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
