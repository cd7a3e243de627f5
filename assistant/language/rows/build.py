"""What was said, and what the conversation keeps, as one query over rows.

A number is shown as it stands, row by row: nobody who asks for the height of a mountain wants a sum.
Rows are counted only when an entity is counted, summed up only when a sum or a mean is said.
"""

from __future__ import annotations

from collections.abc import Sequence

from assistant.language.detail import dimensions_of
from assistant.language.rows.choose import KEPT, Choice, Wanted
from assistant.language.rows.kept import Kept, denied, every, joinable, joined, parts, renamed
from assistant.language.rows.rank import _ordinal
from assistant.language.rows.said import Column, Entity, Said
from assistant.language.rows.show import Shower
from semantic_layer.catalog import Kind
from semantic_layer.query import (
    Agg,
    Condition,
    DetailQuery,
    Form,
    Op,
    Order,
    Query,
    Scope,
    Top,
    Where,
)

FOCUS = 1.0  # leaving what the conversation is about


class Builder(Shower):
    """Rows of one table from what was said and what is kept."""

    def build(self, said: Said, kept: Kept) -> Query | None:
        """None when nothing says which rows."""
        wanted, fixed = self._wanted(said), self._fixed(kept)
        focus = self._focus(said, kept, bool(wanted))
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
        yes = self._yes_no(said, choice, kept)
        reached = all(choice.picks[len(wanted) + i] for i in range(len(fixed)))
        forks = self.places.forked[root] if root != kept.root else frozenset()
        reached = reached and not any(
            self.places.table_of(n) in forks for w in fixed for n in w.names
        )
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
                every((*parts(scope), Where(by, Op.EQ, (place,)))), scope.periods, scope.time
            )
            said.ranking, order, top = None, (), None
        order, top, scope = self._ranking(said, kept, by, order, top, scope, root, reached)
        if said.total and scope == Scope() and top is None and columns:
            said.aggregate = said.aggregate or Agg.SUM  # 一共 over everything, not of one row
        if made := self._aggregated(said, columns, root, scope, kept):
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

    def _focus(self, said: Said, kept: Kept, valued: bool) -> list[Wanted]:
        """What the conversation is about; all that it showed where only a value is said (X呢)."""
        narrowing = valued and not (said.columns or said.entities or said.ranking)
        named = [c for c in kept.columns if self._is_label(c)][:2]
        return [Wanted((c,), missed=FOCUS) for c in (kept.columns if narrowing else named)]

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
                out.append(renamed(option, pick[0]))
        merged: list[Condition] = []
        for condition in out:
            same = next((i for i, m in enumerate(merged) if joinable(m, condition)), None)
            if same is None:
                merged.append(condition)
            else:
                merged[same] = joined(merged[same], condition)
        return merged

    def _thresholds(self, said: Said, columns: Sequence[str], kept: Kept) -> list[Condition]:
        numbers = [c for c in (*columns, *reversed(kept.columns)) if self._kind(c) is Kind.NUMBER]
        if not numbers:
            return []
        return [Where(numbers[0], t.op, t.values) for t, _, _ in said.thresholds]

    def _yes_no(self, said: Said, choice: Choice, kept: Kept) -> list[Condition]:
        """哪些是特产: a yes/no column is a condition beside something that is asked, or where it was one."""
        asked = any(x.asked or x.counted for x in said.entities)
        before = dimensions_of(kept.conditions)
        picks = choice.picks[: len(said.columns)]
        return [
            Where(pick[0], Op.EQ, (not column.denied,))
            for pick, column in zip(picks, said.columns, strict=True)
            if pick and self._kind(pick[0]) is Kind.BOOL and (asked or pick[0] in before)
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
            return Scope(every((*first, denied(last))), periods, clock), kept.order, kept.top
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
                Scope(every(parts), periods if same else (), clock if same else None),
                kept.order,
                kept.top,
            )
        member = self._member(kept, root)
        if member is None:
            return (
                (Scope(every(tuple(fresh)), periods if time else (), time), (), None)
                if fresh
                else (None, (), None)
            )
        return Scope(every((member, *fresh)), said.periods if time else (), time), (), None

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
