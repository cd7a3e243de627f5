"""The sentence without the words that were not read, where leaving them out is harmless to say.

Text only: whether what is left is understood is asked of the reader by ``offers.py``.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from itertools import pairwise

Span = tuple[int, int]
# A word that negates, compares, counts or dates turns the rest into another question.
TURNS = re.compile(
    r"[不没未非无别勿莫除超比最前后仅只除]|低于|高于|小于|大于|少于|多于|足|以[上下内外]|其[他它余]|平均|平时|同比|环比"
    r"|[多少高低大小涨跌增降升]|\d|[一二两三四五六七八九十百千万亿半几]|[年月日天周季号点早晚]|星期"
    r"|复合|累计|算|包含|含|各|每|都|或|且|[哪啥谁吗呢怎]|什么"
)
CLAUSE = re.compile(r"[，,。；;！!？?：:、（）()\n]")
# what stands before needs what is cut
LEANS = set(
    "把被让给用按对跟和与及同比从到在是为向由以除像叫怕当各每这那某几些个位款种家条件名得啥买卖看/、"
)
NAMES = (
    "n",
    "eng",
    "x",
    "j",
    "l",
    "i",
    "b",
    "s",
    "vn",
    "z",
)  # jieba's flags of what describes a thing
LEADING = re.compile(r"^[\s，,。；;！!？?：:、的之了]+")
TRAILING = re.compile(r"[\s，,。；;！!：:、]+$")
FEWEST, MOST = 3, 2  # characters that must be left; places that may be cut


def without(
    question: str, unread: Sequence[Span], read: Iterable[Span], edges: Collection[int]
) -> tuple[str, str] | None:
    """(what is left, what was left out); None where the rest would be no sentence or say another thing.

    ``read`` are the spans that carry the meaning: a clause with none of them goes as a whole. ``edges``
    are the places where a word begins or ends.

    >>> without("唐僧的客单价是多少", [(0, 2)], [(3, 6)], {0, 2, 3, 6, 7, 9})
    ('客单价是多少', '唐僧')
    >>> without("订单数不到50单的店", [(3, 5)], [(0, 3)], {0, 3, 5}) is None
    True
    """
    solid = tuple(read)
    cuts = sorted({_grown(question, span, solid) for span in unread})
    if not cuts or len(cuts) > MOST or any(b > c for (_, b), (c, _) in pairwise(cuts)):
        return None
    dropped = [question[a:b].strip() for a, b in cuts]
    if any(TURNS.search(word) for word in dropped):
        return None
    left, at = "", 0
    for start, end in cuts:
        if (start, end) in unread and not _loose(question, start, end, solid, edges):
            return None
        left += question[at:start]
        at = end
    left = _tidy(left + question[at:])
    return (left, "」「".join(dropped)) if len(left) >= FEWEST else None


def _loose(
    question: str, start: int, end: int, solid: Sequence[Span], edges: Collection[int]
) -> bool:
    """Is it a word of its own, that stands between understood ones and that none of them needs?"""
    if not {start, end} <= {*edges, 0, len(question)}:
        return False
    free = [i for i in (start - 1, end) if 0 <= i < len(question)]
    joined = (
        question[i] == "的" or CLAUSE.match(question[i]) or any(a <= i < b for a, b in solid)
        for i in free
    )
    leans = bool(start) and question[start - 1] in LEANS
    return (
        all(joined) and not leans and _describes(question[start:end], start, end == len(question))
    )


def _describes(word: str, start: int, last: bool) -> bool:
    """A name before something else (钻石会员), or words behind a question that is whole without them."""
    import jieba.posseg as tagger

    if len(word.strip()) < 2:
        return False
    flags = [w.flag for w in tagger.cut(word)]
    return flags[-1].startswith(NAMES) or (
        last and start > 0 and len(flags) > 1 and flags[0].startswith("n")
    )


def _grown(question: str, span: Span, solid: Sequence[Span]) -> Span:
    """The clause of ``span`` where nothing else in it is read, else ``span``."""
    start, end = span
    breaks = [m.start() for m in CLAUSE.finditer(question)]
    first = max((b + 1 for b in breaks if b < start), default=0)
    last = min((b for b in breaks if b >= end), default=len(question))
    if any(a < last and first < b for a, b in solid):
        return start, end
    return first, last


def _tidy(text: str) -> str:
    text = re.sub(r"的{2,}", "的", text)
    text = re.sub(r"([，,。；;：:、])[\s，,。；;：:、的]+", r"\1", text)
    text = re.sub(r"（\s*）|\(\s*\)", "", text)
    return TRAILING.sub("", LEADING.sub("", text))
