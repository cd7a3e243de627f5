"""Rules, and the one engine that runs them.

A rule is a sequence of items and a function from the matched values to a new value. An item is a
regex (characters), a type or union of types (a value some other rule produced), or ``maybe`` of
one of these (passed as None when absent). A regex with groups passes its match, without groups its
text. The engine fills the chart from right to left, so that everything which starts further right
is already complete: one pass is the fixed point. Choosing between overlapping mentions is someone
else's job, and so is every meaning.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from itertools import product
from types import UnionType
from typing import Any, get_args

GLUE = re.compile(r"[\s的]+")


@dataclass(frozen=True, slots=True)
class Maybe:
    item: re.Pattern[str] | type[Any] | UnionType


Item = re.Pattern[str] | type[Any] | UnionType | Maybe
Produce = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Mention:
    start: int
    end: int
    value: Any
    rule: str
    children: tuple[Mention, ...] = ()

    def __len__(self) -> int:
        return self.end - self.start


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    name: str
    pattern: tuple[Item, ...]
    produce: Produce
    examples: Mapping[str, Any]
    rejects: tuple[str, ...]


def word(*alternatives: str) -> re.Pattern[str]:
    """Any of these strings, longest first."""
    return re.compile("|".join(map(re.escape, sorted(alternatives, key=len, reverse=True))))


def maybe(item: re.Pattern[str] | type[Any] | UnionType) -> Maybe:
    return Maybe(item)


class Grammar:
    """A named, ordered collection of rules; ``@grammar.rule(...)`` adds one."""

    def __init__(self) -> None:
        self.rules: list[Rule] = []

    def rule(
        self,
        pattern: Sequence[Item],
        *,
        examples: Mapping[str, Any],
        rejects: Iterable[str] = (),
    ) -> Callable[[Produce], Produce]:
        def add(produce: Produce) -> Produce:
            name = produce.__name__
            self.rules.append(Rule(name, tuple(pattern), produce, examples, tuple(rejects)))
            return produce

        return add


# ── rules made ready to run ───────────────────────────────────────────────────────────────────

Step = re.Pattern[str] | tuple[type[Any], ...] | None


@dataclass(frozen=True, slots=True, eq=False)
class _Variant:
    """A rule with its optional items decided; ``gaps`` are the argument places that stay None."""

    rule: Rule
    steps: tuple[Step, ...]
    gaps: tuple[int, ...]


class _Index:
    """Variants by what can begin them: a character or a type."""

    def __init__(self, rules: tuple[Rule, ...]) -> None:
        self.by_type: dict[type[Any], list[_Variant]] = {}
        self._by_first: list[tuple[frozenset[str] | None, _Variant]] = []
        self._by_char: dict[str, tuple[_Variant, ...]] = {}
        for variant in (v for r in rules for v in _variants(r)):
            head = variant.steps[0]
            if isinstance(head, re.Pattern):
                self._by_first.append((first_characters(head), variant))
            else:
                for kind in head or ():
                    self.by_type.setdefault(kind, []).append(variant)

    def at(self, char: str) -> tuple[_Variant, ...]:
        found = self._by_char.get(char)
        if found is None:
            found = tuple(v for chars, v in self._by_first if chars is None or char in chars)
            self._by_char[char] = found
        return found


def _variants(rule: Rule) -> Iterator[_Variant]:
    choices: list[tuple[Any, ...]] = [
        (i.item, None) if isinstance(i, Maybe) else (i,) for i in rule.pattern
    ]
    for chosen in product(*choices):
        steps = tuple(_step(item) for item in chosen if item is not None)
        yield _Variant(rule, steps, tuple(i for i, item in enumerate(chosen) if item is None))


def _step(item: Any) -> Step:
    if isinstance(item, re.Pattern):
        return item
    return tuple(get_args(item)) if isinstance(item, UnionType) else (item,)


@lru_cache(maxsize=8)
def _index(rules: tuple[Rule, ...]) -> _Index:
    return _Index(rules)


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


# ── the chart ─────────────────────────────────────────────────────────────────────────────────

_Chart = list[dict[type[Any], list[Mention]]]


def recognise(
    text: str, rules: Iterable[Rule], seeds: Iterable[Mention] = ()
) -> tuple[Mention, ...]:
    """Everything ``rules`` can build over ``text``, starting from ``seeds`` (the lexicon).

    Sorted by start, then longest first. Two derivations of one value over one span are one mention
    (the rule that comes first is kept).
    """
    index = _index(tuple(rules))
    chart: _Chart = [{} for _ in range(len(text) + 1)]
    by_start: dict[int, list[Mention]] = {}
    for seed in seeds:
        by_start.setdefault(seed.start, []).append(seed)
    found: list[Mention] = []
    for at in range(len(text) - 1, -1, -1):
        found[:0] = _fill(text, at, index, chart, by_start.get(at, ()))
    return tuple(found)


def _fill(
    text: str, at: int, index: _Index, chart: _Chart, seeds: Iterable[Mention]
) -> list[Mention]:
    """All mentions that start at ``at``; everything further right is in the chart already."""
    agenda: list[Mention] = list(seeds)
    for variant in index.at(text[at]):
        head = variant.steps[0]
        if isinstance(head, re.Pattern) and (m := head.match(text, at)):
            _extend(variant, (_leaf(m),), text, chart, agenda)
    if not agenda:
        return agenda
    here: list[Mention] = []
    seen: set[tuple[int, Any]] = set()
    while agenda:
        mention = agenda.pop(0)
        key = (mention.end, mention.value)
        if key in seen:
            continue
        seen.add(key)
        here.append(mention)
        chart[at].setdefault(type(mention.value), []).append(mention)
        for variant in index.by_type.get(type(mention.value), ()):
            _extend(variant, (mention,), text, chart, agenda)
    here.sort(key=lambda m: -m.end)
    return here


def _leaf(m: re.Match[str]) -> Mention:
    return Mention(m.start(), m.end(), m if m.re.groups else m.group(), "text")


def _extend(
    variant: _Variant,
    path: tuple[Mention, ...],
    text: str,
    chart: _Chart,
    out: list[Mention],
) -> None:
    """Follow ``variant`` to the right of ``path`` and produce a mention for every complete route."""
    if len(path) == len(variant.steps):
        values = [m.value for m in path]
        for gap in variant.gaps:
            values.insert(gap, None)
        value = variant.rule.produce(*values)
        if value is not None:
            out.append(Mention(path[0].start, path[-1].end, value, variant.rule.name, path))
        return
    step, end = variant.steps[len(path)], path[-1].end
    glue = GLUE.match(text, end)
    for at in (end, glue.end()) if glue else (end,):
        if isinstance(step, re.Pattern):
            if (m := step.match(text, at)) and m.end() > at:
                _extend(variant, (*path, _leaf(m)), text, chart, out)
        else:
            here = chart[at]
            if here:
                for kind in step or ():
                    for mention in here.get(kind, ()):
                        _extend(variant, (*path, mention), text, chart, out)


def explain(text: str, mention: Mention, depth: int = 0) -> str:
    """The derivation as an indented tree, one rule per line."""
    said = text[mention.start : mention.end]
    if mention.rule == "text":
        return f"{'  ' * depth}「{said}」"
    head = f"{'  ' * depth}{mention.rule} 「{said}」 → {mention.value}"
    return "\n".join([head, *(explain(text, c, depth + 1) for c in mention.children)])
