"""What reviews say, clause by clause: about which aspect, in which mood, in which words.

A review is cut at punctuation and at the words that turn it (但是, 就是); what is granted before a turn
(虽然…) is kept as what it says, since it is said. Moods come from the polarity model on the clause, read
in the light of its review: a plain clause of a happy review that never turns is no complaint. What stays
undecided, or praises in a mocking tone (呵呵，真行), goes with the stars or is unsure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import exp

from analytics.voice import polarity
from analytics.voice.aspects import OTHER, Finder

UNSURE = (0.35, 0.65)
CUT = re.compile(
    r"[，。！？；、,.!?;~～…\s]+|(?<=[一-鿿])(?=(?:但是|不过|可是|然而|但|可惜|美中不足|唯一|只是|就是(?!说)))"
)
TURN = re.compile(
    r"^(?:但是|不过|可是|然而|可惜(?:的是)?|美中不足(?:的是)?|唯一的缺点是?|只是|就是|但|虽然|尽管|虽说|而且|另外|还有)"
)
MOCKING = re.compile(
    r"呵呵|真行|真牛|真有你的|服了|佩服|长见识|开了?眼|谢谢啊|太(?:棒|好)了吧|不愧是|[“\"](?:好|优质|正品|神速|贴心)[”\"]"
)
TURNED = re.compile("但|不过|可是|然而|可惜|美中不足|缺点|只是|就是|虽然|尽管|虽说")
LIGHT = 2.0  # log-odds that a review which never turns lends to its clauses
SHORTEST = 2  # letters of a clause


@dataclass(frozen=True, slots=True)
class Opinion:
    """A clause of a review: ``text[start:end]`` is the evidence; ``word`` names the aspect."""

    review: int
    start: int
    end: int
    clause: str
    aspect: str
    word: str
    likely: float  # P(praise), in the light of its review
    mood: int  # 1 praise, -1 blame, 0 unsure


def clauses(text: str) -> Iterator[tuple[int, int]]:
    """(start, end) of the clauses of a review, without the words that turn it.

    >>> said = "虽然物流慢，质量很好但是有点贵"
    >>> [said[a:b] for a, b in clauses(said)]
    ['物流慢', '质量很好', '有点贵']
    """
    at = 0
    for cut in CUT.finditer(text):
        yield from _clause(text, at, cut.start())
        at = cut.end()
    yield from _clause(text, at, len(text))


def _clause(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    if turn := TURN.match(text[start:end]):
        start += turn.end()
    if end - start >= SHORTEST:
        yield start, end


def mocking(text: str) -> bool:
    """Does a review praise in words that are often meant the other way?

    >>> mocking("呵呵，真行，一用就坏"), mocking("真好用")
    (True, False)
    """
    return MOCKING.search(text) is not None


def opinions(
    texts: Sequence[str], finder: Finder, stars: Sequence[int] | None = None
) -> list[Opinion]:
    """Every clause of ``texts`` in order. ``stars``: 1 for a good mark, -1 for a bad one, 0 for none."""
    spans = [(number, a, b) for number, text in enumerate(texts) for a, b in clauses(text)]
    said = [texts[number][a:b] for number, a, b in spans]
    distinct = list(dict.fromkeys(said))
    likely = dict(zip(distinct, map(float, polarity(distinct)), strict=True))
    about = {clause: finder.find(clause) or (OTHER, "") for clause in distinct}
    marks = list(stars or [0] * len(texts))
    light = [
        LIGHT * mark if mark and not TURNED.search(text) else 0.0
        for text, mark in zip(texts, marks, strict=True)
    ]
    mocked = [mocking(text) for text in texts]
    found = []
    for (number, a, b), clause in zip(spans, said, strict=True):
        aspect, word = about[clause]
        p = _shifted(likely[clause], light[number])
        mark = marks[number] if word else 0
        if mocked[number] and p > UNSURE[0] and mark <= 0:
            mood = mark
        else:
            mood = mark if UNSURE[0] <= p <= UNSURE[1] else 1 if p > UNSURE[1] else -1
        found.append(Opinion(number, a, b, clause, aspect, word, p, mood))
    return found


def _shifted(likely: float, light: float) -> float:
    odds = max(likely, 1e-9) / max(1 - likely, 1e-9) * exp(light)
    return odds / (1 + odds)
