"""What rows are ranked or sorted by, and in which direction: 最贵, 最早, 离机场最近, 按排名从高到低."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.language.rows import hints
from assistant.language.rows.choose import Places
from assistant.language.rows.kept import Kept
from assistant.language.rows.said import Said
from semantic_layer.catalog import Catalog, Kind
from semantic_layer.query import Condition, DetailQuery, Members, Order, Scope, Top


class Ranker:
    """Finds the column of a superlative in one catalog."""

    def __init__(self, catalog: Catalog, places: Places) -> None:
        self.catalog, self.places = catalog, places

    def _member(self, kept: Kept, root: str) -> Condition | None:
        """The rows that belong to what the previous question found, by the nearest key both know."""
        if kept.root is None:
            return None
        here, there = self.places.up[root], self.places.up[kept.root]
        options = []
        for mine in here:
            for theirs in self.places.same[mine]:
                key = self.places.key_of(mine)
                if theirs in there and key is not None:
                    options.append((here[mine] + there[theirs], mine, theirs, key))
        if not options:
            return None
        _, mine, theirs, key = min(options)
        column = f"{theirs}.{key.split('.', 1)[1]}"
        inner = DetailQuery(kept.root, (column,), kept.scope, kept.order, kept.top)
        return Members(key, inner)

    def _meant(self, said: Said) -> tuple[str, ...]:
        """The columns that a superlative alone may rank by, where no number is named."""
        assert said.ranking is not None
        numbers = [
            n for c in said.columns for n in c.names if self._kind(n) in (Kind.NUMBER, Kind.TIME)
        ]
        if numbers:
            return ()
        word = said.ranking.text
        if any(w in word for w in "多少高低"):
            parts = [p for w in hints.MEANS if w in said.text for p in hints.MEANS[w]]
            found = [
                d.name
                for p in parts
                for d in self.catalog.dimensions.values()
                if d.kind is Kind.NUMBER and p in d.label
            ]
            if found:
                return tuple(dict.fromkeys(found))
        for words, endings in hints.RANKING[:-2]:
            if any(w in word for w in words):
                return tuple(
                    d.name
                    for d in self.catalog.dimensions.values()
                    if d.kind is Kind.NUMBER and d.label.endswith(endings)
                )
        return ()

    def _ranked_by(
        self,
        said: Said,
        kept: Kept,
        root: str,
        columns: Sequence[str],
        tables: Sequence[str | None],
    ) -> str | None:
        """The column beside the superlative, the one that its word hints at, or the one before."""
        rank, at, clause = said.ranking, said.sort_at, -1
        if rank is not None:
            at, clause = rank.start, rank.clause
        elif said.sort is None:
            return None
        spans = {n: c for c in said.columns for n in self._all_copies(c.names)}
        fit = [
            c
            for c in columns
            if self._kind(c) in (Kind.NUMBER, Kind.TIME) or (rank is None and c in spans)
        ]
        placed = [
            c for c in fit if c in spans and (rank is None or spans[c].clause == clause)
        ] or fit
        if rank is not None and placed:
            left = [c for c in placed if c in spans and spans[c].end <= at]
            near = left[-1] if left else placed[0]
            if rank is not None and not self._suits(rank.text, near):
                return self._hinted(rank.text, root) or near
            return near
        if placed:
            return placed[-1]
        if rank is not None and (found := self._hinted(rank.text, root)):
            if kept.order and kept.order[0].by and any(w in rank.text for w in "多少高低大小"):
                return kept.order[0].by
            return found
        if kept.order and kept.order[0].by:
            return kept.order[0].by
        own = [
            d.name
            for d in self.catalog.dimensions.values()
            if d.table == root and d.kind is Kind.NUMBER
        ]
        if rank is not None and own and not any(self._kind(c) is Kind.NUMBER for c in kept.columns):
            return own[0]
        numbers = [c for c in kept.columns if self._kind(c) is Kind.NUMBER]
        return numbers[-1] if numbers else None

    def _suits(self, word: str, name: str) -> bool:
        late = any(w in word for w in ("早", "晚", "新", "旧"))
        return not late or self._kind(name) is Kind.TIME

    def _hinted(self, word: str, root: str) -> str | None:
        """最贵 → a price, 最早 → a time, 最大 of a person → the age."""
        reach = self.places.up[root]
        near = sorted(self.catalog.dimensions.values(), key=lambda d: reach.get(d.table, 99))
        near = [d for d in near if d.table in reach]
        if any(w in word for w in hints.TIME_WORDS):
            return next((d.name for d in near if d.kind is Kind.TIME), None)
        for words, endings in hints.RANKING:
            if any(w in word for w in words):
                for d in near:
                    if d.kind is Kind.NUMBER and d.label.endswith(endings):
                        return d.name
                if "年轻" in word or "老" in word:
                    return next((d.name for d in near if d.label in hints.BIRTH), None)
        return None

    def _ranking(
        self,
        said: Said,
        kept: Kept,
        by: str | None,
        order: tuple[Order, ...],
        top: Top | None,
        scope: Scope,
        root: str,
        reached: bool,
    ) -> tuple[tuple[Order, ...], Top | None, Scope]:
        rank = said.ranking
        if by is None:
            return order, top, scope
        label = self.catalog.dimensions[by].label
        ordinal = any(w in label for w in hints.ORDINAL)
        if rank is None:
            return (Order(by, descending=bool(said.sort) is not ordinal),), top, scope
        down = rank.descending
        if self._kind(by) is Kind.NUMBER and any(w in rank.text for w in "近远"):
            down = "远" in rank.text
        if self._kind(by) is Kind.TIME and any(w in rank.text for w in "长久老短"):
            down = "短" in rank.text
        if ordinal and not any(w in rank.text for w in ("低", "后", "差", "小")):
            down = not down
        if label in hints.BIRTH and not any(w in rank.text for w in ("早", "晚")):
            down = not down
        if top is not None and reached and (said.points or said.inside):
            member = self._member(kept, root)
            if member is not None:
                scope = Scope(member, scope.periods, scope.time)
        n = kept.n if rank.n == 1 and kept.n > 1 and not rank.offset else rank.n
        new = Top(n, down, ties=rank.ties and n == 1, both=rank.both, offset=rank.offset)
        return (Order(by, descending=down),), new, scope

    def _all_copies(self, names: tuple[str, ...]) -> list[str]:
        return [c for n in names for c in self.places.copies[n]]

    def _kind(self, name: str) -> Kind:
        return self.catalog.dimensions[name].kind


def _ordinal(said: Said, label: str) -> int:
    """排名第一, 第5届: the number that a ranked column must have, else 0."""
    rank = said.ranking
    if rank is None or "第" not in rank.text:
        return 0
    return rank.offset + 1 if any(w in label for w in (*hints.ORDINAL, "届")) else 0
