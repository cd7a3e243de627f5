"""Word boundaries, so that a one-character word is not found inside a longer one that nobody knows.

女 in 女装, 含 in 含税, 星 in 火星: where part of a dictionary word stays unexplained, its single characters
explain nothing either. jieba's dictionary plus the catalog's own names.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from functools import lru_cache

import jieba

from assistant.language.grammar import Mention
from assistant.language.meaning import (
    CompareCue,
    Cue,
    DimensionWord,
    Filler,
    MetricWord,
    OpWord,
    TableWord,
    VerbWord,
    WindowCue,
)
from assistant.language.phrases import Verb

jieba.setLogLevel(logging.WARNING)
FUNCTION = frozenset("的了着呢吗吧啊把被让对")  # never the first half of a name
NAMES = 20_000  # catalog names given to the tokenizer


class Segments:
    """A tokenizer that knows the names of one catalog."""

    def __init__(self, names: Iterable[str]) -> None:
        self._tokenizer = jieba.Tokenizer()
        self._names = [n for n in names if 2 <= len(n) <= 8 and not n.isascii()][:NAMES]
        self._ready = False
        self.tokens = lru_cache(maxsize=1024)(self._tokens)

    def _tokens(self, text: str) -> tuple[tuple[int, int], ...]:
        if not self._ready:
            self._tokenizer.initialize()
            for name in self._names:
                self._tokenizer.add_word(name)
            self._ready = True
        return tuple((a, b) for _, a, b in self._tokenizer.tokenize(text, HMM=False))

    def is_word(self, text: str, start: int, end: int) -> bool:
        """Does a dictionary word stand exactly there?"""
        return (start, end) in self.tokens(text)

    def honest(self, text: str, mentions: Sequence[Mention]) -> list[Mention]:
        """``mentions`` without the single characters of words that are not explained as a whole."""
        kept = _unbroken(mentions)
        for a, b in self.tokens(text):
            if b - a < 2:
                continue
            single = [m for m in kept if m.end - m.start == 1 and a <= m.start < b]
            if any(m.start == a and m.end == b and _inseparable(m) for m in kept):
                gone = {id(m) for m in single if isinstance(m.value, (Cue, Filler))}
                kept = [
                    m for m in kept if id(m) not in gone
                ]  # 其他 is not 其 and 他, 以上 not 以 and 上
            elif single and not _explained(a, b, kept):
                gone = {id(m) for m in single}
                kept = [m for m in kept if id(m) not in gone]
        return kept

    def whole(
        self, text: str, holes: Sequence[tuple[int, int]], read: Sequence[Mention] = ()
    ) -> tuple[tuple[int, int], ...]:
        """Unread stretches, grown to the words they belong to; never into what ``read`` explains.

        A single character that no word explains takes a filler before it along: half a name is unknown
        as a whole (快手 is not 手)."""
        out: list[tuple[int, int]] = []
        tokens = self.tokens(text)
        longer = [x for x in read if x.end - x.start > 1]
        fillers = {x.start for x in read if x.end - x.start == 1 and isinstance(x.value, Filler)}
        for start, end in holes:
            for a, b in tokens:
                taken = any(x.start < b < x.end or x.start < a < x.end for x in longer)
                if a < end and start < b and b - a <= 4 and not taken:
                    start, end = min(start, a), max(end, b)
            if end - start == 1 and start - 1 in fillers and text[start - 1] not in FUNCTION:
                start -= 1
            if out and start <= out[-1][1]:
                out[-1] = (out[-1][0], max(end, out[-1][1]))
            else:
                out.append((start, end))
        return tuple(out)


def _unbroken(mentions: Sequence[Mention]) -> list[Mention]:
    """Without one letter names inside a longer deed or measure (到店 has no 店 in it), and without
    comparisons that begin with the end of another word (占比|上个月)."""
    longer = [x for x in mentions if x.end - x.start > 1]
    names = (VerbWord, Verb, MetricWord, TableWord, DimensionWord)
    deeds = [x for x in longer if isinstance(x.value, names)]
    shares = [x for x in longer if isinstance(x.value, WindowCue)]

    def broken(x: Mention) -> bool:
        if x.end - x.start == 1 and isinstance(x.value, (TableWord, DimensionWord)):
            return any(w.start < x.start and x.end <= w.end for w in deeds)
        compares = isinstance(x.value, CompareCue)
        return compares and any(w.start < x.start < w.end < x.end for w in shares)

    return [x for x in mentions if not broken(x)]


def _inseparable(m: Mention) -> bool:
    return m.value is Cue.OTHERS or isinstance(m.value, OpWord)


def _explained(a: int, b: int, mentions: Sequence[Mention]) -> bool:
    """Can the word be cut into mentions that lie inside it, or is it inside one or crossed by one?"""
    inside: dict[int, set[int]] = {}
    for m in mentions:
        if m.start <= a and b <= m.end:
            return True
        if m.start < b and a < m.end and m.end - m.start > 1 and not (a <= m.start and m.end <= b):
            return True
        if a <= m.start and m.end <= b:
            inside.setdefault(m.start, set()).add(m.end)
    reached = {a}
    for at in range(a, b):
        if at in reached:
            reached |= inside.get(at, set())
    return b in reached
