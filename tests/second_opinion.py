"""Metric questions over the demo business, computed a second time with pandas and nothing of the engine.

Metrics and facts are those of ``second_facts.py``, periods are ``DateOffset``. What this file does not know raises ``Beyond``. Rows come back in the documented order of
columns: groups, then each measure with what it is compared with and what was computed from it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from math import ceil
from typing import Any

import duckdb
import pandas as pd
from second_facts import BASES, PARTS, PRODUCT, Frame, facts

from semantic_layer import query as q


class Beyond(Exception):
    """The question has a part that this file does not compute."""


STEP: dict[str, dict[str, Any]] = {
    "day": {"days": 1},
    "week": {"days": 7},
    "month": {"months": 1},
    "quarter": {"months": 3},
}
YEAR = q.CompareKind.YEAR_OVER_YEAR
STEP |= {"half": {"months": 6}, "year": {"months": 12}}
COMPARE: dict[q.Op, Callable[[Any, Any], Any]] = {
    q.Op.GT: lambda a, b: a > b,
    q.Op.GE: lambda a, b: a >= b,
    q.Op.LT: lambda a, b: a < b,
    q.Op.LE: lambda a, b: a <= b,
    q.Op.EQ: lambda a, b: a == b,
}


class Shop:
    """The tables of one database file, merged into one wide frame per fact."""

    def __init__(self, path: str, until: date) -> None:
        self.until = pd.Timestamp(until)
        with duckdb.connect(path, read_only=True) as db:
            self.facts = facts(lambda table: db.execute(f"SELECT * FROM {table}").df())

    def rows(self, query: q.MetricQuery) -> list[tuple[Any, ...]]:
        """The rows of the answer, in no order."""
        if query.streak or not query.measures or any(p.lunar for p in query.scope.periods):
            raise Beyond
        if query.rollup and query.rollup.agg not in (q.Agg.COUNT, q.Agg.SUM, q.Agg.AVG):
            raise Beyond
        if any(isinstance(g, q.ByPeriod) for g in query.group_by):
            return self._by_period(query)
        names = [f"g{i}" for i in range(len(query.group_by))]
        if query.contrast:
            return self._contrasted(query, query.contrast, names)
        table = self._grid(query, query.scope.periods, names, tuple(_names(query)))
        shown = [*names]
        for i in range(len(query.measures)):
            shown.append(f"m{i}")
            for comparison in query.compare:
                table, told = self._compared(query, comparison, names, i, table)
                shown += told
        for i in range(len(query.measures)):
            at = shown.index(f"m{i + 1}") if f"m{i + 1}" in shown else len(shown)
            shown[at:at] = [
                c for w in query.windows if w.of == i for c in self._window(query, w, table)
            ]
        for part in _conjuncts(query.having):
            table = table[self._having(query, part, table, names)]
        if query.top:
            table = self._first(query, query.top, table, names)
        for part in _conjuncts(query.keep):
            table = table[self._having(query, part, table, names)]
        if query.rollup:
            return self._rolled(query, table, names)
        if query.claim:
            held = [self._having(query, p, table, names) for p in _conjuncts(query.claim)]
            table = table.assign(claim=pd.concat(held, axis=1).all(axis=1))
            shown.append("claim")
        return [tuple(map(_plain, row)) for row in table[shown].itertuples(index=False)]

    def _by_period(self, query: q.MetricQuery) -> list[tuple[Any, ...]]:
        """One row per period, each as if it had been asked alone."""
        if len(query.group_by) > 1 or query.having or query.top or query.windows or query.rollup:
            raise Beyond
        found = []
        for period in query.scope.periods:
            start, end = _span(period)
            last = (end - pd.Timedelta(days=1)).date()
            text = period.label or (f"{start.date()}" + (f"~{last}" if last > start.date() else ""))
            alone = replace(query, group_by=(), scope=replace(query.scope, periods=(period,)))
            rows = self.rows(alone)
            if any(None in row for row in rows):
                raise Beyond  # 0 where it is a count, unknown where it is a rate
            found += [(text, *row) for row in rows]
        return found

    def _contrasted(
        self, query: q.MetricQuery, contrast: q.Contrast, names: list[str]
    ) -> list[tuple[Any, ...]]:
        if query.having or query.keep or query.claim or len(query.measures) > 1:
            raise Beyond
        (measure,) = query.measures
        if not isinstance(measure, q.MetricRef) or measure.where is not None:
            raise Beyond
        sides = [
            replace(measure, where=q.Where(contrast.dimension, q.Op.EQ, (side,)))
            for side in (contrast.left, contrast.right)
        ]
        table = self._grid(query, query.scope.periods, names, tuple(sides))
        found = []
        for row in table.itertuples(index=False):
            *groups, a, b = map(_plain, row)
            gap = None if a is None or b is None else a - b
            rate = gap / abs(b) if gap is not None and b else None
            apart = [None if gap is None else abs(gap)] if contrast.absolute else []
            found.append((*groups, a, b, gap, rate, *apart))
        return found

    # ── rows of a fact ───────────────────────────────────────────────────────────────────────

    def _grid(self, query: q.MetricQuery, periods: Any, names: list[str], measures: Any) -> Frame:
        """One row per combination of groups, one column ``m0`` … per measure."""
        spans = [_span(p) for p in periods]
        columns = [self._measure(m, query, spans, names) for m in measures]
        if not names:
            return Frame({f"m{i}": [c] for i, c in enumerate(columns)})
        table = pd.concat([c.rename(f"m{i}") for i, c in enumerate(columns)], axis=1, sort=False)
        timed = [i for i, g in enumerate(query.group_by) if isinstance(g, q.ByTime)]
        if timed:
            if len(timed) > 1:
                raise Beyond
            (at,) = timed
            table = self._filled(query, table, at, spans)
        for i, m in enumerate(measures):
            if self._is_counted(m):
                table[f"m{i}"] = table[f"m{i}"].fillna(0)
        table.index.names = names
        found: Frame = table.reset_index()
        return found

    def _filled(self, query: q.MetricQuery, table: Frame, at: int, spans: Any) -> Frame:
        """Every bucket of the periods, for every combination of the other groups."""
        group = query.group_by[at]
        assert isinstance(group, q.ByTime)
        if group.grain.value not in STEP or group.recorded or group.dimension:
            raise Beyond
        if len(query.group_by) > 1 and (query.top or _keyed(query)):
            return table
        seen = table.index.get_level_values(at)
        bounds = spans or [(seen.min(), seen.max() + pd.Timedelta(days=1))]
        buckets: list[pd.Timestamp] = []
        for start, end in bounds:
            last = min(end, self.until + pd.Timedelta(days=1)) - pd.Timedelta(seconds=1)
            here = _bucket(pd.Series([start]), group.grain.value)[0]
            while here <= last:
                buckets.append(here)
                here = here + pd.DateOffset(**STEP[group.grain.value])
        days = pd.Index(buckets).unique()
        if len(query.group_by) == 1:
            if not buckets:
                raise Beyond
            return table.reindex(table.index.union(days))
        if table.empty or max(end for _, end in bounds) > self.until + pd.Timedelta(days=366):
            raise Beyond  # nothing to fill, or days that have not come
        others = {tuple(k[:at] + k[at + 1 :]) for k in table.index}
        keys = [(*o[:at], d, *o[at:]) for o in others for d in days]
        return table.reindex(pd.MultiIndex.from_tuples([*keys]))

    def _measure(self, m: q.Measure, query: q.MetricQuery, spans: Any, names: list[str]) -> Any:
        match m:
            case q.MetricRef(name, where) if name in PARTS:
                op, *both = PARTS[name]
                a, b = (self._measure(q.MetricRef(n, where), query, spans, names) for n in both)
                return _arithmetic(op, a, b)
            case q.MetricRef(name, where) if name in BASES:
                return self._base(name, where, query, spans, names)
            case q.Formula(op, left, right):
                a, b = (self._measure(x, query, spans, names) for x in (left, right))
                return _arithmetic(op, a, b)
            case q.PerUnit(inner, unit) if unit in STEP and len(spans) == 1 and not _times(query):
                if _timed_tests(query.scope.where):
                    raise Beyond
                start, end = spans[0]
                if start <= self.until:
                    end = min(end, self.until + pd.Timedelta(days=1))
                days = pd.Series(pd.date_range(start, end, inclusive="left"))
                value = self._measure(inner, query, spans, names)
                count = _bucket(days, unit).nunique()
                return None if value is None else _arithmetic("/", value, count)
            case _:
                raise Beyond

    def _base(self, name: str, where: Any, query: q.MetricQuery, spans: Any, names: Any) -> Any:
        base = BASES[name]
        asked = {g.dimension for g in query.group_by if isinstance(g, q.By)}
        asked |= set(_dimensions(query.scope.where)) | set(_dimensions(where))
        if base.finer and asked & PRODUCT:
            return (
                self._base(base.finer, where, query, spans, names) if base.finer in BASES else _no()
            )
        frame = self.facts[base.fact]
        test = pd.Series(True, index=frame.index)
        if base.keep is not None:
            test &= base.keep(frame)
        if spans:
            inside = [(frame.time >= a) & (frame.time < b) for a, b in spans]
            test &= pd.concat(inside, axis=1).any(axis=1)
        for condition in (query.scope.where, where):
            test &= self._test(condition, frame)
        frame = frame[test]
        if not names:
            value = getattr(frame[base.of], base.how)()
            return None if base.how != "nunique" and frame.empty else value
        keys = [_key(frame, g) for g in query.group_by]
        return getattr(frame.groupby(keys, dropna=False)[base.of], base.how)()

    def _is_counted(self, m: q.Measure) -> bool:
        return isinstance(m, q.MetricRef) and m.metric in BASES and BASES[m.metric].how != "mean"

    def _test(self, condition: q.Condition | None, frame: Frame) -> Any:
        match condition:
            case None:
                return pd.Series(True, index=frame.index)
            case q.And(parts):
                return pd.concat([self._test(p, frame) for p in parts], axis=1).all(axis=1)
            case q.Or(parts):
                return pd.concat([self._test(p, frame) for p in parts], axis=1).any(axis=1)
            case q.Not(part):
                return ~self._test(part, frame)
            case q.Where(name, op, values) if not any(isinstance(v, q.Ref) for v in values):
                return _where(_dimension(frame, name), op, values)
            case q.Members(name, q.MetricQuery() as inner, negated) if len(inner.group_by) == 1:
                inside = _dimension(frame, name).isin({r[0] for r in self.rows(inner)} - {None})
                return ~inside if negated else inside
            case q.WhereTime(grain, values, None):
                return _cycle(frame.time, grain.value).isin(values)
            case _:
                raise Beyond

    # ── after the groups ─────────────────────────────────────────────────────────────────────

    def _compared(
        self, query: q.MetricQuery, c: q.Comparison, names: list[str], i: int, table: Frame
    ) -> tuple[Frame, list[str]]:
        """The table with the value, difference and rate of the other period, and which are shown."""
        timed = [k for k, g in enumerate(query.group_by) if isinstance(g, q.ByTime)]
        if timed and (len(query.group_by) > 1 or c.kind is q.CompareKind.PERIOD):
            raise Beyond
        if timed:
            group = query.group_by[0]
            assert isinstance(group, q.ByTime)
            step: dict[str, Any] = {"days": 364} if group.grain is q.Grain.WEEK else {"years": 1}
            back = pd.DateOffset(**(step if c.kind is YEAR else STEP.get(group.grain.value, {})))
            spans = [_span(p) for p in query.scope.periods]
            moved = tuple(q.Period((a - back), (b - back)) for a, b in spans)
            other = self._grid(query, moved, names, query.measures)
            days = table[[names[0]]].assign(back=[d - back for d in table[names[0]]])
            other = days.merge(other.rename(columns={names[0]: "back"}), on="back", how="left")
        else:
            others = tuple(_shifted(p, c) for p in query.scope.periods) or _no()
            other = self._grid(query, others, names, query.measures)
        before = f"{c.kind}{i}"
        other = other.rename(columns={f"m{i}": before})[[*names, before]]
        if names:
            table = table.merge(other, on=names, how="left" if timed else "outer")
        else:
            table = table.assign(**{before: other[before].values})
        for measure, column in _names(query).items():
            if names and self._is_counted(measure):
                table[column] = table[column].fillna(0)
        for k, measure in enumerate(query.measures):
            if names and self._is_counted(measure):
                old = [
                    n
                    for n in map(str, table)
                    if n[-1] == str(k) and n[:-1] in ("yoy", "pop", "period")
                ]
                table[old] = table[old].fillna(0)
        now, was = (table[n].astype(float) for n in (f"m{i}", before))
        table[f"{before}d"], table[f"{before}r"] = (
            now - was,
            (now - was) / was.abs().where(was != 0),
        )
        suffixes = {"value": "", "difference": "d", "rate": "r"}
        return table, [before + s for what, s in suffixes.items() if what in c.shows]

    def _window(self, query: q.MetricQuery, w: q.Window, table: Frame) -> list[str]:
        of, name = f"m{w.of}", f"{w.kind}{w.of}{'-'.join(w.within)}"
        additive = isinstance(m := query.measures[w.of], q.MetricRef) and m.metric in BASES
        additive = additive and BASES[m.metric].how == "sum"  # type: ignore[union-attr]
        timed = [f"g{i}" for i, g in enumerate(query.group_by) if isinstance(g, q.ByTime)]
        inside = [f"g{_place(query, name)}" for name in w.within]
        if inside and not timed and w.kind is q.WindowKind.SHARE and additive and len(table):
            sums = table.groupby(inside, dropna=False)[of].transform("sum")
            table[name] = table[of] / sums.where(sums != 0)
            return [name]
        if w.within or len(table) == 0 or (timed and len(query.group_by) > 1):
            raise Beyond
        if w.kind is q.WindowKind.SHARE and additive:
            table[name] = table[of] / table[of].sum()
        elif w.kind is q.WindowKind.RANK and not timed:
            groups = [f"g{i}" for i in range(len(query.group_by))]
            known = table[[*groups, of]].notna().all(axis=1)
            table[name] = table[of].where(known).rank(ascending=not w.descending, method="min")
        elif w.kind is q.WindowKind.CUMULATIVE and additive and timed:
            table[name] = table.sort_values(timed[0])[of].cumsum()
        else:
            raise Beyond
        return [name]

    def _having(self, query: q.MetricQuery, part: Any, table: Frame, names: list[str]) -> Any:
        if isinstance(part, q.Where):
            return _where(table[names[_place(query, part.dimension)]], part.op, part.values)
        if isinstance(part, q.HavingChange):
            kinds = [c.kind for c in query.compare if c.period == part.compare.period]
            if part.measure not in query.measures or part.compare.kind not in kinds:
                raise Beyond
            column = f"{part.compare.kind}{query.measures.index(part.measure)}{part.show[0]}"
            return COMPARE.get(part.op, _no)(table[column], part.values[0])
        if not isinstance(part, q.Having) or len(part.values) != 1:
            raise Beyond
        values = table[_names(query)[part.measure]]
        bound = part.values[0]
        if isinstance(bound, q.Benchmark):
            if bound.kind != "group_average":
                raise Beyond
            bound = values.mean() * bound.factor
        return COMPARE.get(part.op, _no)(values, bound)

    def _first(self, query: q.MetricQuery, top: q.Top, table: Frame, names: list[str]) -> Frame:
        if not names or (top.by_change and (top.by is not None or not query.compare)):
            raise Beyond
        if top.by_change:
            by = table[f"{query.compare[0].kind}0{top.by_change[0]}"]
            return self._ranked(query, top, table.assign(by=by), names)
        by = table["m0"] if top.by is None else table[_names(query)[top.by]]
        return self._ranked(query, top, table.assign(by=by), names)

    def _ranked(self, query: q.MetricQuery, top: q.Top, table: Frame, names: list[str]) -> Frame:
        members = [n for n, g in zip(names, query.group_by, strict=True) if isinstance(g, q.By)]
        table = table.dropna(subset=["by", *members])
        per = [names[_place(query, name)] for name in top.per]
        groups = [t for _, t in table.groupby(per)] if per and len(table) else [table]
        kept = []
        for group in groups:
            size = ceil(len(group) * top.fraction) if top.fraction else top.n
            ends = (True, False) if top.both else (top.descending,)
            kept += [_head(group, descending, top, size) for descending in ends]
        found = pd.concat(kept)
        return found[~found.index.duplicated()]

    def _rolled(
        self, query: q.MetricQuery, table: Frame, names: list[str]
    ) -> list[tuple[Any, ...]]:
        assert query.rollup is not None
        if query.rollup.agg is q.Agg.COUNT:
            return [(len(table.dropna(subset=names)),)]
        of = table[f"m{query.rollup.of}"]
        shares = [f"{w.kind}{w.of}{'-'.join(w.within)}" for w in query.windows]
        value = of.mean() if query.rollup.agg is q.Agg.AVG else of.sum()
        return [(_plain(value), *(_plain(table[s].sum()) for s in shares))]


# ── values, days, facts ───────────────────────────────────────────────────────────────────────


def _no(*_: Any) -> Any:
    raise Beyond


def _plain(value: Any) -> Any:
    """Python's own numbers, days and None, so that rows of both sides look alike."""
    if value is None or value is pd.NaT or (not isinstance(value, str) and pd.isna(value)):
        return None
    if isinstance(value, pd.Timestamp):
        return value.date()
    return value.item() if hasattr(value, "item") else value


def _arithmetic(op: str, a: Any, b: Any, zero: bool = True) -> Any:
    """No refund is a refund of 0; nothing is divided by nothing."""
    if isinstance(a, pd.Series) and isinstance(b, pd.Series) and zero:
        a, b = a.align(b)
        a, b = a.fillna(0), b.fillna(0)
    elif zero and not isinstance(a, pd.Series):
        a = 0 if a is None else a
        b = 0 if b is None else b
    if op == "/":
        if isinstance(b, pd.Series):
            return a / b.where(b != 0)
        return a / b if b else None
    if a is None or b is None:
        return None
    return {"+": lambda: a + b, "-": lambda: a - b, "*": lambda: a * b}[op]()


def _head(group: Frame, descending: bool, top: q.Top, size: int) -> Frame:
    """The first ``size`` rows; a cut through equals is the engine's to decide."""
    group = group.sort_values("by", ascending=not descending)
    if top.ties:
        place = group["by"].rank(ascending=not descending, method="min")
        return group[(place > top.offset) & (place <= top.offset + size)]
    for at in (top.offset, top.offset + size):
        if 0 < at < len(group) and group["by"].iloc[at - 1] == group["by"].iloc[at]:
            raise Beyond
    return group.iloc[top.offset : top.offset + size]


def _place(query: q.MetricQuery, name: str) -> int:
    for i, group in enumerate(query.group_by):
        if name in (getattr(group, "dimension", None), getattr(group, "grain", None)):
            return i
    raise Beyond


def _conjuncts(condition: Any) -> list[Any]:
    if condition is None:
        return []
    if isinstance(condition, q.And):
        return [c for part in condition.parts for c in _conjuncts(part)]
    return [condition]


def _names(query: q.MetricQuery) -> dict[q.Measure, str]:
    """The column of every measure that is shown, tested or ranked by."""
    tested = [_conjuncts(c) for c in (query.having, query.keep, query.claim)]
    hidden = [p.measure for parts in tested for p in parts if isinstance(p, q.Having)]
    ranked = [query.top.by] if query.top and query.top.by else []
    if len(set(query.measures)) < len(query.measures):
        raise Beyond
    return {m: f"m{i}" for i, m in enumerate(dict.fromkeys((*query.measures, *hidden, *ranked)))}


def _dimensions(condition: Any) -> list[str]:
    match condition:
        case q.And(parts) | q.Or(parts):
            return [d for p in parts for d in _dimensions(p)]
        case q.Not(part):
            return _dimensions(part)
        case q.Where(name) | q.Members(name):
            return [name]
        case _:
            return []


def _times(query: q.MetricQuery) -> bool:
    return any(not isinstance(g, q.By) for g in query.group_by)


def _keyed(query: q.MetricQuery) -> bool:
    return any(isinstance(g, q.By) and g.dimension.endswith("_id") for g in query.group_by)


def _timed_tests(condition: Any) -> bool:
    return any(isinstance(c, q.WhereTime) for c in _conjuncts(condition))


def _span(period: q.Period) -> tuple[pd.Timestamp, pd.Timestamp]:
    if period.start is None or period.end is None:
        raise Beyond
    return pd.Timestamp(period.start), pd.Timestamp(period.end)


def _shifted(period: q.Period, comparison: q.Comparison) -> q.Period:
    """去年同期 by the calendar; 环比 by whole months, by elapsed days, or by length."""
    if comparison.period is not None:
        return comparison.period
    start, end = _span(period)
    if comparison.kind is YEAR:
        return q.Period(start - pd.DateOffset(years=1), end - pd.DateOffset(years=1))
    months = (end.year - start.year) * 12 + end.month - start.month
    if period.partial and period.grain is not None:
        step = pd.DateOffset(**STEP[period.grain.value])
        if start + step < end:
            raise Beyond
        return q.Period(start - step, min(start - step + (end - start), start))
    if start.day == end.day == 1 and months and start == start.normalize():
        return q.Period(start - pd.DateOffset(months=months), start)
    if end - start < pd.Timedelta(days=1):
        raise Beyond
    return q.Period(start - (end - start), start)


def _bucket(time: pd.Series, grain: str) -> Any:
    if grain == "day":
        return time.dt.normalize()
    if grain == "half":
        return pd.to_datetime(
            {"year": time.dt.year, "month": (time.dt.month > 6) * 6 + 1, "day": 1}
        )
    letter = {"week": "W-SUN", "month": "M", "quarter": "Q", "year": "Y"}
    return time.dt.to_period(letter.get(grain) or _no()).dt.start_time


def _cycle(time: pd.Series, grain: str) -> Any:
    match grain:
        case "weekend":
            return (time.dt.day_of_week >= 5).astype(int)
        case "day_of_week":
            return time.dt.day_of_week + 1
        case "hour_of_day":
            return time.dt.hour
        case "day_of_month":
            return time.dt.day
        case _:
            return time.dt.month


def _key(frame: Frame, group: q.Group) -> Any:
    match group:
        case q.By(name):
            return _dimension(frame, name)
        case q.ByTime(grain, None):
            return _bucket(frame.time, grain.value)
        case _:
            raise Beyond


def _dimension(frame: Frame, name: str) -> Any:
    if name not in frame or name in ("time", "first_pay_time"):
        raise Beyond
    return frame[name]


def _where(value: pd.Series, op: q.Op, values: tuple[Any, ...]) -> Any:
    match op:
        case q.Op.EQ | q.Op.IN:
            return value.isin(values)
        case q.Op.NE | q.Op.NOT_IN:
            return ~value.isin(values)
        case q.Op.CONTAINS:
            return value.fillna("").str.contains(values[0], case=False, regex=False)
        case q.Op.BETWEEN:
            return value.between(*values)
        case _ if op in COMPARE:
            return COMPARE[op](value, values[0])
        case _:
            raise Beyond
