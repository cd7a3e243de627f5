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
from itertools import product
from types import UnionType
from typing import Any, get_args

from assistant.language.firsts import first_characters

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
    """A rule with its optional items decided; ``gaps`` are the argument places that stay None, ``heads``
    what each step can begin with (None: open)."""

    rule: Rule
    steps: tuple[Step, ...]
    gaps: tuple[int, ...]
    heads: tuple[frozenset[str] | None, ...]


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
        heads = tuple(first_characters(s) if isinstance(s, re.Pattern) else None for s in steps)
        gaps = tuple(i for i, item in enumerate(chosen) if item is None)
        yield _Variant(rule, steps, gaps, heads)


def _step(item: Any) -> Step:
    if isinstance(item, re.Pattern):
        return item
    return tuple(get_args(item)) if isinstance(item, UnionType) else (item,)


@lru_cache(maxsize=8)
def _index(rules: tuple[Rule, ...]) -> _Index:
    return _Index(rules)


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
        glue = GLUE.match(text, mention.end)
        ends = (mention.end, glue.end()) if glue else (mention.end,)
        for variant in index.by_type.get(type(mention.value), ()):
            if _may_go_on(variant, ends, text, chart):
                _extend(variant, (mention,), text, chart, agenda)
    here.sort(key=lambda m: -m.end)
    return here


def _may_go_on(variant: _Variant, ends: tuple[int, ...], text: str, chart: _Chart) -> bool:
    """Does what the second step can begin with stand at one of ``ends``? Most rules end here."""
    if len(variant.steps) == 1:
        return True
    step, head = variant.steps[1], variant.heads[1]
    if isinstance(step, tuple):
        for at in ends:
            here = chart[at]
            for kind in step:
                if kind in here:
                    return True
        return False
    return head is None or any(text[at : at + 1] in head for at in ends)


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
