"""Which analyses a sentence sounds like, when none of their phrases stands in it.

Every analysis is a bag of character pairs, taken from all the words it declares about itself: title,
phrases, examples, turns of phrase, words of its parameters. A sentence is as close to an analysis as
the share of its own pairs that the bag explains, rare pairs counting more (idf², as in BM25); a few
characters alone never come close, for they may share a pair by chance. Knows no grammar, no business
and no analysis by name.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from analytics.contract import Analysis
from analytics.idioms import idioms

RUN = re.compile(r"[一-鿿]+|[a-z]+")
NOT_WORDS = re.compile(r"\{[^}]*\}|<[a-z_]+>|\[[^\]]*\]|\(\?<?[=!][^()]*\)")
SINGLE = 0.5  # what one character counts beside a pair
OFTEN = 3  # so often in a bag, and more says nothing
UNHEARD = 2.0  # the idf of a pair that no analysis has
CHANCE = 50.0  # weight of what may be shared by chance: some six rare pairs


@dataclass(frozen=True, slots=True)
class _Index:
    rarity: Mapping[str, float]
    bags: Mapping[str, Mapping[str, float]]  # pair → analysis → how much its own, 0 to 1


class Closest:
    """Built on the first use, which takes about a tenth of a second; ``prepare`` does it ahead."""

    def __init__(self, analyses: Mapping[str, Analysis]) -> None:
        self.analyses = analyses
        self._index: _Index | None = None

    def prepare(self) -> _Index:
        if self._index is None:
            self._index = _built(self.analyses)
        return self._index

    def ranked(self, text: str) -> list[tuple[str, float]]:
        """(analysis, closeness from 0 to 1), closest first; those that share nothing are left out."""
        index = self.prepare()
        weights = {g: index.rarity.get(g, UNHEARD) ** 2 * _size(g) for g in set(_pairs(text))}
        whole = sum(weights.values()) + CHANCE
        found: dict[str, float] = defaultdict(float)
        for pair, weight in weights.items():
            for name, own in index.bags.get(pair, {}).items():
                found[name] += weight * own / whole
        return sorted(found.items(), key=lambda each: -each[1])

    def ordered(self, text: str, sentences: Iterable[str]) -> list[str]:
        """``sentences``, those that share most with ``text`` first; equals keep their order."""
        rarity, said = self.prepare().rarity, set(_pairs(text))

        def shared(sentence: str) -> float:
            own = {g: rarity.get(g, UNHEARD) ** 2 * _size(g) for g in set(_pairs(sentence))}
            return -sum(w for g, w in own.items() if g in said) / math.sqrt(
                sum(own.values()) or 1.0
            )

        return sorted(sentences, key=shared)


def _built(analyses: Mapping[str, Analysis]) -> _Index:
    counts = {name: _counted(analysis) for name, analysis in analyses.items()}
    having: Counter[str] = Counter(pair for bag in counts.values() for pair in bag)
    rarity = {pair: math.log((len(counts) + 1) / (n + 0.5)) for pair, n in having.items()}
    bags: dict[str, dict[str, float]] = defaultdict(dict)
    for name, bag in counts.items():
        for pair, times in bag.items():
            bags[pair][name] = min(1.0, math.sqrt(times / OFTEN))
    return _Index(rarity, dict(bags))


def _counted(analysis: Analysis) -> Counter[str]:
    return Counter(pair for line in _lines(analysis) for pair in set(_pairs(line)))


def _lines(analysis: Analysis) -> Iterator[str]:
    """Everything that an analysis says about how it is asked for."""
    yield from (analysis.title, *analysis.intent.phrases, *analysis.intent.examples)
    for group, words in analysis.groups:
        yield from words or (group,)
    for param in analysis.params.values():
        yield from (word for _, words in param.choices for word in words)
        yield from param.phrases
    yield from idioms().get(analysis.name, ())


def _pairs(text: str) -> Iterator[str]:
    """Neighbouring characters, and single ones, of a sentence or of an idiom's regular expression."""
    for run in RUN.findall(NOT_WORDS.sub("|", text.lower())):
        yield from run
        yield from (run[i : i + 2] for i in range(len(run) - 1))


def _size(pair: str) -> float:
    return 1.0 if len(pair) > 1 else SINGLE**2
