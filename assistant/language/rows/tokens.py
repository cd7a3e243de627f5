"""A sentence's cover flattened to the words it is made of, with what nobody read in between.

Phrase rules of metrics (市值最高 as a maximum) are opened up again: over rows they mean a ranking.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from assistant.language.cover import Cover
from assistant.language.grammar import Mention
from assistant.language.meaning import Cue
from assistant.language.phrases import (
    Asked,
    Condition_,
    Grouping,
    Measured,
    Ranked,
    Threshold,
    Values,
)

WHOLE = (Values, Condition_, Threshold, Ranked)
BREAKS = frozenset("，。？！；,.?!; ")


@dataclass(frozen=True, slots=True)
class Unread:
    """A stretch that no word explains."""


@dataclass(frozen=True, slots=True)
class Token:
    start: int
    end: int
    text: str
    value: Any
    clause: int


def tokens_of(text: str, cover: Cover) -> tuple[Token, ...]:
    """Words from left to right; fillers that are question words stay, the others go."""
    clauses, number = [], 0
    for character in text:
        clauses.append(number)
        number += character in BREAKS
    clauses.append(number)
    leaves = [leaf for mention in cover.mentions for leaf in _leaves(mention)]
    found = [
        Token(x.start, x.end, text[x.start : x.end], x.value, clauses[x.start]) for x in leaves
    ]
    found += [Token(a, b, text[a:b], Unread(), clauses[a]) for a, b in cover.unread]
    return tuple(sorted(found, key=lambda t: (t.start, t.end)))


def _leaves(mention: Mention) -> Iterator[Mention]:
    opened = isinstance(mention.value, (Asked, Grouping, Measured))
    if not mention.children or not opened:
        yield mention
        return
    for child in mention.children:
        if mention.rule == "which_ones" and child.rule == "text":
            yield replace(child, value=Cue.WHICH)  # 哪些 is text there, and asks all the same
        else:
            yield from _leaves(child)
