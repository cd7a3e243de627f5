"""The calendar words of one business: 店庆, 流感季, 义诊周期间. Which days they are, ``calendar.py`` knows.

A name that ``festivals.py`` has already is left to the rules there; the business's dates still win.
"""

from __future__ import annotations

import re

from assistant.language.festivals import BY_NAME
from assistant.language.grammar import Mention
from assistant.language.times import Feast
from semantic_layer.catalog import Catalog

AFTER = r"(?:的?(?:活动)?(?:期间|时候|时段|那段时间|那几天|那阵子|档期))?"


class Occasions:
    """``mentions(text)`` finds the periods that a catalog names."""

    def __init__(self, catalog: Catalog) -> None:
        self._labels = {
            name.lower(): p.label
            for p in catalog.periods
            for name in (p.label, *p.synonyms)
            if name.strip() and name.lower() not in BY_NAME
        }
        names = "|".join(re.escape(n) for n in sorted(self._labels, key=len, reverse=True))
        self._pattern = re.compile(f"({names}){AFTER}") if names else None

    def mentions(self, text: str) -> list[Mention]:
        """``text`` is normalised. Each mention is a ``Feast`` by its label, whole."""
        if self._pattern is None:
            return []
        return [
            Mention(m.start(), m.end(), Feast(self._labels[m[1]], True), "occasion")
            for m in self._pattern.finditer(text)
        ]
