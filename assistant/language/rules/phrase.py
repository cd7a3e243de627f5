"""Sugar for phrase rules: optional items, alternatives and single cues over the one grammar engine."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
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
    examples: Iterable[str],
    rejects: Iterable[str] = (),
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Like ``grammar.rule`` with Opt, OneOf and Enum members among the items.

    Every combination becomes one plain rule of the same name; the examples go with the first. What a
    phrase means depends on the catalog, so its examples are texts alone: ``tests/test_phrases.py`` reads
    each of them, with a toy catalog, whole and by this very rule; a reject never.
    """

    def add(produce: Callable[..., Any]) -> Callable[..., Any]:
        corpus, never = dict.fromkeys(examples), tuple(rejects)
        for combo in product(*(_choices(item) for item in pattern)):
            items = [type(x) if isinstance(x, Enum) else x for x in combo if x is not None]
            if items:
                grammar.rule(items, examples=corpus, rejects=never)(_adapt(produce, combo))
                corpus, never = {}, ()
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
