"""Words that almost name a column, or stand inside a value: 主办 → 主办单位, 京东 → 北京京东世纪….

Only tried on what the exact words left unread.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass

from assistant.language.rows import hints
from semantic_layer.catalog import Catalog, Kind

STOP = frozenset("的了吗呢啊有是在和与及个最多少不很")
_WEAK = "时间 数量 名称 地点 公司 中国 人数 总数 类型 情况 年份 日期 城市 国家"
WEAK = frozenset(_WEAK.split())


@dataclass(frozen=True, slots=True)
class Guess:
    names: tuple[str, ...]
    price: float


class Soft:
    """Built once per catalog."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self._parts: dict[str, list[str]] = defaultdict(list)
        words: dict[str, list[str]] = defaultdict(list)
        for table in catalog.tables.values():
            for word in {table.entity, table.label, *table.synonyms}:
                words[word].append(table.name)
        self._tables = {w: tuple(names) for w, names in words.items()}
        for d in catalog.dimensions.values():
            if d.kind is Kind.KEY:
                continue
            entity = catalog.tables[d.table].entity
            spoken = {s for s in d.synonyms if len(s) <= 8 and not s.startswith(entity)}
            for name in {d.label, *spoken}:
                for size in range(2, len(name) + 1):
                    for at in range(len(name) - size + 1):
                        part = name[at : at + size].lower()
                        if d.name not in self._parts[part]:
                            self._parts[part].append(d.name)

    def columns(self, text: str, start: int, end: int, asked: bool) -> Guess | None:
        """The columns that share the longest piece with text[start:end], or what its verb may mean."""
        piece = text[start:end]
        for size in range(len(piece), 1, -1):
            for at in range(len(piece) - size + 1):
                part = piece[at : at + size]
                if part not in WEAK and (names := self._parts.get(part)):
                    return Guess(self._best(part, names), 0.2 if size >= 0.5 * len(piece) else 0.6)
        wider = text[max(0, start - 1) : end + 1]
        for size in range(min(4, len(wider)), 1, -1):
            for at in range(len(wider) - size + 1):
                part = wider[at : at + size]
                if part not in WEAK and not STOP & set(part) and (names := self._parts.get(part)):
                    return Guess(self._best(part, names), 0.5)
        return self._meant(piece, asked) or self._scattered(piece)

    def _best(self, part: str, names: list[str]) -> tuple[str, ...]:
        """Labels that begin with the part first, then the shorter ones."""

        def key(name: str) -> tuple[bool, int]:
            label = self.catalog.dimensions[name].label.lower()
            return (not label.startswith(part), len(label))

        return tuple(sorted(names, key=key))

    def _scattered(self, piece: str) -> Guess | None:
        """主演 → 主要演员: two characters that open the two halves of a label."""
        if len(piece) != 2:
            return None
        names = [
            d.name
            for d in self.catalog.dimensions.values()
            if d.kind is not Kind.KEY
            and 3 <= len(d.label) <= 6
            and d.label[0] == piece[0]
            and piece[1] in d.label[2:]
        ]
        return Guess(tuple(names), 0.7) if names else None

    def _meant(self, piece: str, asked: bool) -> Guess | None:
        word = max((w for w in hints.MEANS if w in piece), key=len, default="")
        if not word:
            return None
        parts = hints.MEANS[word]
        names = [
            d.name
            for d in self.catalog.dimensions.values()
            if d.kind is not Kind.KEY and any(p in d.label for p in parts)
        ]
        return Guess(tuple(names), 0.7 if asked or len(word) > 1 else 0.9) if names else None

    def numbered(self, digits: str) -> tuple[str, ...]:
        """Columns with a number in their name: 288 → 288票价余量."""
        return tuple(
            d.name
            for d in self.catalog.dimensions.values()
            if d.kind is not Kind.KEY and digits in re.findall(r"\d+", d.label)
        )

    def tables(self, word: str) -> tuple[str, ...]:
        """The tables whose rows are called ``word``."""
        return self._tables.get(word, ())

    def values(
        self, text: str, start: int, end: int, low: int, high: int
    ) -> list[tuple[tuple[str, tuple[str, ...]], int, int]]:
        """Values that contain the longest part of text[low:high] around the unread text[start:end].

        ((dimension, values), start, end) of the part; a part as wide as most values says nothing.
        """
        for size in range(min(high - low, 12), 1, -1):
            for at in range(max(low, start - size + 1), min(high - size, end - 1) + 1):
                part = text[at : at + size].lower()
                if size == 2 and (part in WEAK or STOP & set(part) or at < start or at + 2 > end):
                    continue
                found = [
                    (name, hits)
                    for name, values in self.catalog.values.items()
                    if (hits := self._holding(name, values, part))
                ]
                if found:
                    found.sort(key=lambda f: (len(f[1]), self._rank(f[0])))
                    return [(f, at, at + size) for f in found]
        return []

    def _holding(self, name: str, values: tuple[str, ...], part: str) -> tuple[str, ...]:
        named = self._rank(name) == 0
        hits = tuple(v for v in values if part in v.lower() and (named or _marks(part, v.lower())))
        return hits if len(hits) == 1 or 2 * len(hits) < len(values) else ()

    def _rank(self, name: str) -> int:
        table = self.catalog.tables[self.catalog.dimensions[name].table]
        return 0 if table.names == name else 1


def _marks(part: str, value: str) -> bool:
    """Is ``part`` enough of a value that is no name: its beginning, its end, or much of it?"""
    return value.startswith(part) or value.endswith(part) or len(part) >= 0.4 * len(value)
