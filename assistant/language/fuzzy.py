"""Typing errors, pinyin and abbreviations: names of the catalog that almost stand in the text.

Only tried where the exact words left something unread. A guess is a mention at a price, and the
answer says what was taken for what.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache

from pypinyin import lazy_pinyin
from rapidfuzz.distance import OSA

from assistant.language.grammar import Mention
from assistant.language.lexicon import Lexicon
from assistant.language.meaning import DimensionWord, Filler, MetricWord, UnitWord

LATIN_RUN = re.compile(r"[a-z]{3,}")
LIMIT = 200_000  # names; beyond, only metrics and dimensions are guessed
MAX_LENGTH = 12
SOUND = 0.9
TURNING = set("不没未非无已反")  # a character that turns the meaning is no slip


@lru_cache(maxsize=65536)
def sound(text: str) -> str:
    """Toneless pinyin, letters kept: 销售额 → xiaoshoue."""
    return "".join(lazy_pinyin(text))


def _spoils(a: int, b: int, start: int, end: int, closeness: float) -> bool:
    """An exact word may lie inside a piece that sounds right (定单数), never be cut or respelt."""
    if closeness >= SOUND:
        return (a < start < b < end) or (start < a < end < b)
    return a < end and start < b


def _says_nothing(m: Mention) -> bool:
    return isinstance(m.value, (Filler, UnitWord))


class Fuzzy:
    """Indexes are built on the first use: most sentences never need them."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self._by_sound: dict[str, list[str]] | None = None
        self._by_pair: dict[str, set[str]] = {}
        self._initials: dict[str, list[str]] = {}
        self._latin: list[str] = []  # abbreviations that name a measure or a column: gmv

    def mentions(
        self, text: str, holes: Iterable[tuple[int, int]], exact: Iterable[Mention]
    ) -> list[Mention]:
        """Guesses that cover at least one unread character and cut no word that stands there exactly."""
        self.prepare()
        solid = {(m.start, m.end) for m in exact if m.end - m.start > 1 and not _says_nothing(m)}
        found: dict[tuple[int, int], tuple[float, str]] = {}
        for start, end in holes:
            for a, b, name, closeness in self._near(text, start, end):
                if any(_spoils(a, b, s, e, closeness) for s, e in solid):
                    continue
                if closeness > found.get((a, b), (0.0, ""))[0]:
                    found[a, b] = (closeness, name)
        return [
            Mention(a, b, value, f"fuzzy:{name}")
            for (a, b), (_, name) in found.items()
            for value in self.lexicon.names[name]
        ]

    def _names_thing(self, name: str) -> bool:
        """Two sounds alike say little: only metrics and columns are guessed from them."""
        return any(isinstance(v, (MetricWord, DimensionWord)) for v in self.lexicon.names[name])

    def prepare(self) -> None:
        """Build the indexes now rather than on the first unread word."""
        if self._by_sound is not None:
            return
        by_sound: dict[str, list[str]] = defaultdict(list)
        pairs: dict[str, set[str]] = defaultdict(set)
        initials: dict[str, list[str]] = defaultdict(list)
        names = [n for n in self.lexicon.names if 2 <= len(n) <= MAX_LENGTH]
        for name in names[:LIMIT]:
            by_sound[sound(name)].append(name)
            if not name.isascii():
                initials["".join(s[:1] for s in lazy_pinyin(name))].append(name)
            for i in range(len(name) - 1):
                pairs[name[i : i + 2]].add(name)
            if len(name) <= 4:
                for i in range(len(name)):
                    pairs[name[:i] + "?" + name[i + 1 :]].add(name)
        self._latin = [
            n for n in names if len(n) > 2 and n.isascii() and n.isalpha() and self._names_thing(n)
        ]
        self._by_sound, self._by_pair, self._initials = dict(by_sound), dict(pairs), dict(initials)

    def _near(self, text: str, start: int, end: int) -> Iterable[tuple[int, int, str, float]]:
        for m in LATIN_RUN.finditer(text):
            if m.start() < end and start < m.end():
                yield from self._romanised(m.group(), m.start(), m.end())
        longest = 8
        for a in range(max(0, start - longest + 1), end):
            for b in range(max(a + 2, start + 1), min(len(text), a + longest) + 1):
                piece = text[a:b]
                if not any("一" <= c <= "鿿" for c in piece) or any(c in " ,?的" for c in piece):
                    continue
                yield from self._alike(piece, a, b)

    def _romanised(self, piece: str, a: int, b: int) -> Iterable[tuple[int, int, str, float]]:
        assert self._by_sound is not None
        for name in self._by_sound.get(piece, ())[:3]:
            yield a, b, name, 0.95
        if len(piece) >= 3 and len(self._initials.get(piece, ())) == 1:
            yield a, b, self._initials[piece][0], 0.7
        for name in self._latin:
            swapped = sorted(name) == sorted(piece)
            if name != piece and (swapped or len(piece) > 3) and OSA.distance(piece, name) == 1:
                yield a, b, name, 0.75

    def _alike(self, piece: str, a: int, b: int) -> Iterable[tuple[int, int, str, float]]:
        assert self._by_sound is not None
        for name in self._by_sound.get(sound(piece), ())[:3]:
            if (
                name != piece
                and len(name) == len(piece)
                and (len(name) > 2 or self._names_thing(name) or set(name) & set(piece))
            ):
                yield a, b, name, 0.9
        if len(piece) < 3:
            return
        candidates = set[str]()
        for i in range(len(piece) - 1):
            candidates |= self._by_pair.get(piece[i : i + 2], set())
        if len(piece) <= 4:
            for i in range(len(piece)):
                candidates |= self._by_pair.get(piece[:i] + "?" + piece[i + 1 :], set())
        for name in candidates:
            if abs(len(name) - len(piece)) > 1 or len(name) < 3:
                continue
            if len(name) < 4 and not self._names_thing(name):
                continue
            if (set(piece) ^ set(name)) & TURNING:
                continue
            distance = OSA.distance(piece, name, score_cutoff=1)
            if distance == 1 and min(len(piece), len(name)) >= 3:
                yield a, b, name, 0.8 if len(name) == len(piece) else 0.75
