"""What was said, and what the conversation keeps, as one query over rows.

A number is shown as it stands, row by row: nobody who asks for the height of a mountain wants a sum.
Rows are counted only when an entity is counted, summed up only when a sum or a mean is said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from assistant.language.detail import dimensions_of
from assistant.language.rows import hints
from assistant.language.rows.choose import KEPT, Choice, Places, Wanted
from assistant.language.rows.said import COUNTS, Column, Entity, Said
from semantic_layer.catalog import Catalog, Kind
from semantic_layer.query import (
    Agg,
    And,
    By,
    ColumnAggregate,
    Condition,
    DetailQuery,
    Form,
    Members,
    MetricQuery,
    Not,
    Op,
    Or,
    Order,
    Query,
    Scope,
    Top,
    Where,
)

MOST_SHOWN = 7  # columns beside what was asked: more is a page, not an answer
FOCUS = 2.5  # leaving what the conversation is about


@dataclass(frozen=True, slots=True)
class Kept:
    """What goes on from the previous query: its conditions, its ranking, its columns."""

    root: str | None = None
    scope: Scope = field(default_factory=Scope)
    order: tuple[Order, ...] = ()
    top: Top | None = None
    columns: tuple[str, ...] = ()
    distinct: bool = False
    n: int = 1  # how many the ranking before kept

    @property
    def conditions(self) -> tuple[Condition, ...]:
        return _parts(self.scope)


class Builder:
    def __init__(self, catalog: Catalog, places: Places) -> None:
        self.catalog, self.places = catalog, places

    def build(self, said: Said, kept: Kept) -> Query | None:
        """None when nothing says which rows."""
        wanted = self._wanted(said)
        fixed = self._fixed(kept)
        focus = [Wanted((c,), missed=FOCUS) for c in kept.columns if self._is_label(c)][:2]
        near = {self.places.table_of(c) for c in kept.columns}
        choice = self.places.choose([*wanted, *fixed, *focus], near, kept.root)
        if choice is None or not (wanted or kept.root):
            return None
        root = choice.root
        n, e = len(said.columns), len(said.entities)
        columns = [name for pick in choice.picks[:n] for name in pick]
        tables = [pick[0] if pick else None for pick in choice.picks[n : n + e]]
        columns += [t for t in tables if t is not None and t in self.catalog.dimensions]
        tables = [t if t is not None and t in self.catalog.tables else None for t in tables]
        filters = self._filters(said, choice, n + e)
        tests = self._thresholds(said, columns, kept)
        yes = self._yes_no(said, choice)
        reached = all(choice.picks[len(wanted) + i] for i in range(len(fixed)))
        scope, order, top = self._scope(
            said, kept, root, [*filters, *tests, *yes], reached, columns
        )
        if scope is None:
            return None
        ranked = kept.top is not None or said.sort is not None
        counted = self._counted(said, root, tables, columns, scope, ranked)
        if counted is not None and said.ranking is None:
            return counted
        meant = (
            choice.picks[len(wanted) - 1] if said.ranking is not None and self._meant(said) else ()
        )
        by = self._ranked_by(said, kept, root, columns, tables)
        if meant and not any(self._kind(c) is Kind.NUMBER for c in columns):
            by = meant[0]
        if by is not None and (place := _ordinal(said, self.catalog.dimensions[by].label)):
            scope = Scope(
                _all((*_parts(scope), Where(by, Op.EQ, (place,)))), scope.periods, scope.time
            )
            said.ranking, order, top = None, (), None
        order, top, scope = self._ranking(said, kept, by, order, top, scope, root, reached)
        if said.aggregate is not None and (
            made := self._aggregated(said, columns, root, scope, kept)
        ):
            return made
        shown = self._shown(said, kept, root, columns, tables, by)
        form = Form.WHICH if any(x.asked for x in said.entities) else Form.LIST
        return DetailQuery(
            table=root,
            columns=shown,
            scope=scope,
            order=order,
            top=top,
            distinct=said.distinct or kept.distinct,
            form=form,
        )

    def _is_label(self, name: str) -> bool:
        return self.catalog.tables[self.places.table_of(name)].names == name

    # ── where ─────────────────────────────────────────────────────────────────────────────────

    def _wanted(self, said: Said) -> list[Wanted]:
        out = [
            Wanted(c.names, c.price, 6.0 - 3 * c.price, every=c.every, extra=self._ending(c, said))
            for c in said.columns
        ]
        out += [
            Wanted(
                x.tables,
                0.0,
                5.0 if x.asked or x.counted else 2.5,
                True,
                extra=self._ending(x, said),
            )
            for x in said.entities
        ]
        for f in said.filters:
            names = tuple(d for o in f.options for d in dimensions_of((o,))[:1])
            out.append(Wanted(names, f.price, 7.0))
        if said.periods:
            times = tuple(
                t.time for t in self.catalog.tables.values() if t.time and "@" not in t.name
            )
            out.append(Wanted(times or ("",), 0.0, 1.5) if times else Wanted((), missed=0.0))
        if said.ranking is not None and (hinted := self._meant(said)):
            out.append(Wanted(hinted, 0.3, 1.5))
        return out

    def _ending(self, word: Column | Entity, said: Said) -> tuple[tuple[str, float], ...]:
        """起源于哪个国家: columns that end with the word, cheap where their beginning is said too."""
        text = said.text[word.start : word.end]
        if len(text) < 2 or (isinstance(word, Entity) and (word.counted or word.pointed)):
            return ()
        out = []
        for d in self.catalog.dimensions.values():
            if (
                d.kind is Kind.TEXT
                and d.label.endswith(text)
                and d.label != text
                and "@" not in d.table
            ):
                opening = d.label[: -len(text)]
                near = said.text[max(0, word.start - 6) : word.start]
                if opening and opening in near:
                    out.append((d.name, -0.3))
        return tuple(out)

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

    def _fixed(self, kept: Kept) -> list[Wanted]:
        names = dimensions_of(kept.conditions)
        names += [o.by for o in kept.order if o.by and kept.top is not None]
        return [Wanted((n,), missed=KEPT) for n in dict.fromkeys(names)]

    def _filters(self, said: Said, choice: Choice, at: int) -> list[Condition]:
        out: list[Condition] = []
        for i, f in enumerate(said.filters):
            pick = choice.picks[at + i]
            if not pick:
                continue
            option = next(
                (o for o in f.options if pick[0] in self.places.copies[dimensions_of((o,))[0]]),
                None,
            )
            if option is not None:
                out.append(_renamed(option, pick[0]))
        merged: list[Condition] = []
        for condition in out:
            same = next((i for i, m in enumerate(merged) if _joinable(m, condition)), None)
            if same is None:
                merged.append(condition)
            else:
                merged[same] = _joined(merged[same], condition)
        return merged

    def _thresholds(self, said: Said, columns: Sequence[str], kept: Kept) -> list[Condition]:
        numbers = [c for c in (*columns, *reversed(kept.columns)) if self._kind(c) is Kind.NUMBER]
        if not numbers:
            return []
        return [Where(numbers[0], t.op, t.values) for t, _, _ in said.thresholds]

    def _yes_no(self, said: Said, choice: Choice) -> list[Condition]:
        """哪些是特产: a yes/no column beside something else that is asked is a condition."""
        if not any(x.asked or x.counted for x in said.entities):
            return []
        picks = choice.picks[: len(said.columns)]
        return [
            Where(pick[0], Op.EQ, (not column.denied,))
            for pick, column in zip(picks, said.columns, strict=True)
            if pick and self._kind(pick[0]) is Kind.BOOL
        ]

    def _scope(
        self,
        said: Said,
        kept: Kept,
        root: str,
        fresh: list[Condition],
        reached: bool,
        columns: Sequence[str],
    ) -> tuple[Scope | None, tuple[Order, ...], Top | None]:
        """The kept conditions and the new ones; a new value of a kept dimension replaces the old."""
        time = self._time(said, root, columns) if said.periods else None
        periods, clock = (said.periods, time) if time else (kept.scope.periods, kept.scope.time)
        named = set(dimensions_of(fresh))
        if said.others and kept.conditions and not fresh:
            *first, last = kept.conditions
            return Scope(_all((*first, _denied(last))), periods, clock), kept.order, kept.top
        rows = {
            self.places.table_of(n)
            for n in named
            if self.catalog.tables[self.places.table_of(n)].names == n
        }
        old = [
            c
            for c in kept.conditions
            if not (
                isinstance(c, Where)
                and (c.dimension in named or self.places.table_of(c.dimension) in rows)
            )
        ]
        if reached:
            same = clock is None or self.places.table_of(clock) in self.places.up[root]
            parts = (*old, *fresh)
            return (
                Scope(_all(parts), periods if same else (), clock if same else None),
                kept.order,
                kept.top,
            )
        member = self._member(kept, root)
        if member is None:
            return (
                (Scope(_all(tuple(fresh)), periods if time else (), time), (), None)
                if fresh
                else (None, (), None)
            )
        return Scope(_all((member, *fresh)), said.periods if time else (), time), (), None

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

    def _time(self, said: Said, root: str, columns: Sequence[str]) -> str | None:
        """The time that a period applies to: a named one, the start's own, the nearest."""
        for name in columns:
            if self._kind(name) is Kind.TIME:
                return name
        reach = self.places.up[root]
        for table in sorted(reach, key=lambda t: reach[t]):
            if time := self.catalog.tables[table].time:
                return time
        return None

    # ── what ──────────────────────────────────────────────────────────────────────────────────

    def _counted(
        self,
        said: Said,
        root: str,
        tables: Sequence[str | None],
        columns: list[str],
        scope: Scope,
        ranked: bool,
    ) -> MetricQuery | None:
        """有多少X counts rows, unless a column holds that number (员工数量)."""
        for entity, table in zip(said.entities, tables, strict=True):
            if not entity.counted or table is None:
                continue
            if any(self._kind(c) is Kind.NUMBER for c in columns):
                return None
            if stored := self._stored_count(entity.tables, root, table):
                columns.append(stored)
                return None
            grouped = [By(t) for t in self._groups(said, tables, columns)]
            measure = ColumnAggregate(Agg.COUNT, table=root)
            return MetricQuery((measure,), tuple(grouped), scope, form=Form.COUNT)
        plain = not any(self._kind(c) in (Kind.NUMBER, Kind.TIME) for c in columns)
        if said.counts and plain and not ranked and not any(e.counted for e in said.entities):
            groups = tuple(By(t) for t in self._groups(said, tables, []))
            return MetricQuery(
                (ColumnAggregate(Agg.COUNT, table=root),), groups, scope, form=Form.COUNT
            )
        return None

    def _stored_count(self, tables: tuple[str, ...], root: str, table: str) -> str | None:
        words = {self.catalog.tables[t].entity for t in tables}
        words |= {s for t in tables for s in self.catalog.tables[t].synonyms if len(s) > 1}
        for d in self.catalog.dimensions.values():
            counts = d.table == root and d.kind is Kind.NUMBER and d.label.endswith(COUNTS)
            if counts and any(d.label.startswith(w) for w in words):
                return d.name
        return None

    def _groups(
        self, said: Said, tables: Sequence[str | None], columns: Sequence[str]
    ) -> list[str]:
        out = [
            label
            for entity, table in zip(said.entities, tables, strict=True)
            if entity.grouped and table and (label := self.catalog.tables[table].names)
        ]
        return out + [c for c in columns if self._kind(c) in (Kind.TEXT, Kind.BOOL)]

    def _aggregated(
        self, said: Said, columns: Sequence[str], root: str, scope: Scope, kept: Kept
    ) -> MetricQuery | None:
        numbers = [c for c in columns if self._kind(c) is Kind.NUMBER]
        numbers = numbers or [c for c in kept.columns if self._kind(c) is Kind.NUMBER]
        if not numbers or said.aggregate is None:
            return None
        groups = [By(c) for c in columns if self._kind(c) in (Kind.TEXT, Kind.BOOL)]
        measures = tuple(ColumnAggregate(said.aggregate, n) for n in dict.fromkeys(numbers))
        return MetricQuery(measures, tuple(dict.fromkeys(groups)), scope)

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

    def _shown(
        self,
        said: Said,
        kept: Kept,
        root: str,
        columns: Sequence[str],
        tables: Sequence[str | None],
        by: str | None,
    ) -> tuple[str, ...]:
        """Who it is, what was asked, what it was ranked by, and what stood there before."""
        asked = list(columns)
        labels = [self.catalog.tables[t].names for t in tables if t]
        reach = self.places.up[root]
        if said.detail and not asked:
            base = next((t for t in tables if t), root)
            return self.catalog.tables[base].display
        own = self.catalog.tables[root].names
        out: list[str] = [n for n in labels if n]
        out += [own] if own else []
        out += asked
        before = [c for c in kept.columns if self.places.table_of(c) in reach]
        out = list(dict.fromkeys([*out, *([by] if by else [])]))
        out += [c for c in before if c not in out][: max(0, MOST_SHOWN - len(out))]
        near = [t for t in reach if reach[t] == 1 and self.catalog.tables[t].names]
        extra = [str(self.catalog.tables[t].names) for t in near] if not own or not asked else []
        certain = any(c.price == 0.0 for c in said.columns)
        if not own or (not certain and (asked or not labels or said.vague)):
            extra += [d for d in self.catalog.tables[root].display if self._kind(d) is not Kind.KEY]
        out += [c for c in dict.fromkeys(extra) if c not in out][: max(0, MOST_SHOWN - len(out))]
        if not asked and not labels and not before and not by:
            plain = [d for d in self.catalog.tables[root].display if self._kind(d) is not Kind.KEY]
            return tuple(dict.fromkeys([*plain, *extra]))[:MOST_SHOWN]
        return tuple(dict.fromkeys(out)) or self.catalog.tables[root].display[:MOST_SHOWN]

    def _all_copies(self, names: tuple[str, ...]) -> list[str]:
        return [c for n in names for c in self.places.copies[n]]

    def _kind(self, name: str) -> Kind:
        return self.catalog.dimensions[name].kind


def _parts(scope: Scope) -> tuple[Condition, ...]:
    where = scope.where
    return () if where is None else where.parts if isinstance(where, And) else (where,)


def _ordinal(said: Said, label: str) -> int:
    """排名第一, 第5届: the number that a ranked column must have, else 0."""
    rank = said.ranking
    if rank is None or "第" not in rank.text:
        return 0
    return rank.offset + 1 if any(w in label for w in (*hints.ORDINAL, "届")) else 0


def _all(parts: tuple[Condition, ...]) -> Condition | None:
    unique = tuple(dict.fromkeys(parts))
    return None if not unique else unique[0] if len(unique) == 1 else And(unique)


def _renamed(condition: Condition, name: str) -> Condition:
    if isinstance(condition, Where):
        return Where(name, condition.op, condition.values)
    return condition


def _denied(condition: Condition) -> Condition:
    """The opposite test: other than those."""
    if isinstance(condition, Where) and condition.op in _OPPOSITE:
        return Where(condition.dimension, _OPPOSITE[condition.op], condition.values)
    if isinstance(condition, Members):
        return Members(condition.dimension, condition.query, not condition.negated)
    return Not(condition)


_PAIRS = ((Op.EQ, Op.NE), (Op.IN, Op.NOT_IN), (Op.LT, Op.GE), (Op.LE, Op.GT))
_OPPOSITE = {a: b for pair in _PAIRS for a, b in (pair, pair[::-1])}


def _joinable(a: Condition, b: Condition) -> bool:
    plus = (Op.EQ, Op.IN)
    return (
        isinstance(a, Where)
        and isinstance(b, Where)
        and a.dimension == b.dimension
        and a.op in plus
        and b.op in plus
    )


def _joined(a: Condition, b: Condition) -> Condition:
    if isinstance(a, Where) and isinstance(b, Where):
        values = tuple(dict.fromkeys((*a.values, *b.values)))
        return Where(a.dimension, Op.IN if len(values) > 1 else Op.EQ, values)
    return Or((a, b))
