"""The best consistent ways to cut a sentence into mentions.

A cover is a set of mentions that do not overlap. Its score counts explained characters, minus a price
per mention (or chopping a phrase in two would pay), minus a price per content character left unread.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from assistant.language import weights
from assistant.language.grammar import Mention
from assistant.language.meaning import (
    Filler,
    LengthWord,
    Superlative,
    TallyWord,
    TargetWord,
    ValueWord,
)

WRAPPED = (
    ValueWord,
    Superlative,
    TallyWord,
    LengthWord,
    TargetWord,
)  # only count inside the phrase that a rule makes of them


@dataclass(frozen=True, slots=True)
class Cover:
    mentions: tuple[Mention, ...]
    unread: tuple[tuple[int, int], ...]  # spans of content characters nobody explained
    score: float


@dataclass(frozen=True, slots=True)
class _Step:
    score: float
    mention: Mention | None  # None: the character at this place is unread
    back: int
    before: _Step | None


def covers(text: str, mentions: Iterable[Mention], k: int = 6) -> tuple[Cover, ...]:
    """The ``k`` best covers of ``text``, best first.

    Dynamic programming from left to right; at each place the k best partial covers are kept.
    """
    starting: dict[int, list[tuple[float, Mention]]] = defaultdict(list)
    best: dict[tuple[int, int, Any], tuple[float, Mention]] = {}
    for m in mentions:
        if isinstance(m.value, WRAPPED):
            continue
        weight = weights.of(m)
        key = (m.start, m.end, m.value)
        if key not in best or weight > best[key][0]:
            best[key] = (weight, m)
    for weight, m in best.values():
        starting[m.start].append((weight, m))
    lattice: list[list[_Step]] = [[] for _ in range(len(text) + 1)]
    lattice[0] = [_Step(0.0, None, 0, None)]
    for at in range(len(text)):
        here = sorted(lattice[at], key=lambda s: -s.score)[:k]
        lattice[at] = here
        price = weights.unread(text[at])
        options = starting.get(at, ())
        for step in here:
            lattice[at + 1].append(_Step(step.score - price, None, at, step))
            for weight, m in options:
                lattice[m.end].append(_Step(step.score + weight, m, at, step))
    final = sorted(lattice[len(text)], key=lambda s: -s.score)
    found: dict[tuple[Any, ...], Cover] = {}
    for step in final[: 3 * k]:
        cover = _trace(text, step)
        signature = tuple(
            (m.start, m.end, m.value) for m in cover.mentions if not isinstance(m.value, Filler)
        )
        found.setdefault(signature, cover)
        if len(found) == k:
            break
    return tuple(found.values())


def _trace(text: str, step: _Step) -> Cover:
    mentions, holes = [], []
    score, here = step.score, len(text)
    walk: _Step | None = step
    while walk is not None and walk.before is not None:
        if walk.mention is not None:
            mentions.append(walk.mention)
        elif weights.unread(text[walk.back]) > 0:
            holes.append((walk.back, here))
        here = walk.back
        walk = walk.before
    return Cover(tuple(reversed(mentions)), _joined(reversed(holes)), score)


def _joined(spans: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    out: list[tuple[int, int]] = []
    for start, end in spans:
        if out and out[-1][1] == start:
            out[-1] = (out[-1][0], end)
        else:
            out.append((start, end))
    return tuple(out)
