"""The marks a chart can have, each built from one view of the result.

``Case`` is that view; every function below it fills in one ``Chart`` (what runs along x, what is
measured, what colours). When to use which is the table in ``charts.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from assistant.answer.shape import Shape, additive, whole
from assistant.reply import Chart
from semantic_layer.catalog import Catalog, Kind
from semantic_layer.query import ByBucket, MetricQuery, Query, WindowKind
from semantic_layer.result import Column, ColumnRole

PIE_LIMIT = 8
LINES = 8
DOMAIN_LIMIT = 40
BAR_LIMIT = 20
KEPT = 15
LONG_NAME = 6
APART = 8
FEW_BARS = 10


@dataclass(frozen=True, slots=True)
class Case:
    """What a habit looks at. ``counts`` are the distinct members of each group column."""

    query: Query
    shape: Shape
    counts: tuple[int, ...]
    catalog: Catalog | None = None

    @property
    def rows(self) -> int:
        return len(self.shape.result.rows)

    @property
    def measure(self) -> Column:
        return self.shape.measures[0]

    @property
    def share(self) -> Column | None:
        return self.shape.derived(self.measure, ColumnRole.SHARE) if self.shape.measures else None

    @property
    def previous(self) -> str:
        beside = self.shape.beside(self.measure) if self.shape.measures else ()
        return beside[0].previous.name if beside and beside[0].previous else ""

    @property
    def timed(self) -> bool:
        return self.shape.timed

    @property
    def two_units(self) -> bool:
        """Two measures that one axis cannot carry: other units, or sizes far apart."""
        if len(self.shape.measures) != 2:
            return False
        first, second = self.shape.measures
        if (first.format, first.unit) != (second.format, second.unit):
            return True
        tops = [max((abs(v) for _, v in self.shape.numbers(c)), default=0) for c in (first, second)]
        return min(tops) > 0 and max(tops) / min(tops) > APART

    @property
    def positive(self) -> bool:
        values = [v for _, v in self.shape.numbers(self.share or self.measure)]
        return bool(values) and min(values) >= 0 and sum(values) > 0

    @property
    def ordered(self) -> bool:
        """Buckets and cycles have an order of their own; everything else is sorted by size."""
        buckets = isinstance(self.query, MetricQuery) and any(
            isinstance(g, ByBucket) for g in self.query.group_by
        )
        return buckets or self.shape.cyclic

    def count_of(self, column: Column) -> int:
        return self.counts[self.shape.groups.index(column)]

    def adds(self) -> bool:
        return self.catalog is not None and additive(self.measure, self.catalog)


def kpi(case: Case) -> Chart:
    return Chart("kpi", y=tuple(c.name for c in case.shape.measures), compare=case.previous)


def table(case: Case) -> Chart:
    return Chart("table")


def line(case: Case) -> Chart:
    """Time from left to right; the compared period in grey behind a single line."""
    time = case.shape.time or case.shape.groups[0]
    names = case.shape.names if case.shape.time else ()
    ys = _same_unit(case)
    second = tuple(c.name for c in case.shape.measures[1:2]) if case.two_units and not names else ()
    color = names[0].name if names else ""
    compare = "" if color or second or len(ys) > 1 else case.previous
    if case.shape.windows and not color and len(ys) == 1 and not second:
        running = case.shape.windows[0]
        smooth = isinstance(case.query, MetricQuery) and any(
            w.kind in (WindowKind.MOVING_AVERAGE, WindowKind.MOVING_SUM) for w in case.query.windows
        )
        same = smooth and (running.format, running.unit) == (case.measure.format, case.measure.unit)
        return Chart("line", time.name, (running.name,), compare=ys[0] if same else "")
    return Chart("line", time.name, ys, color, compare=compare, y2=second)


def _same_unit(case: Case) -> tuple[str, ...]:
    first = case.measure
    if (case.shape.names and case.shape.timed) or case.two_units:
        return (first.name,)
    return tuple(
        c.name for c in case.shape.measures if (c.format, c.unit) == (first.format, first.unit)
    )


def bar(case: Case) -> Chart:
    """Sorted bars; lying down when names are long or many, top fifteen when there are too many."""
    x = _axis(case)
    options = []
    if case.ordered:
        options.append(("order", "natural"))
    if case.rows > BAR_LIMIT and not case.ordered:
        options.append(("limit", str(KEPT)))
        if case.adds() and whole(case.query, case.shape.result):
            options.append(("other", "其他"))
    lying = not case.ordered and (case.rows > FEW_BARS or _longest(case, x) > LONG_NAME)
    ys = _same_unit(case)
    mark = "grouped" if len(ys) > 1 else "hbar" if lying else "bar"
    if case.share is not None and not case.adds():
        ys = (case.measure.name,)
    second = tuple(c.name for c in case.shape.measures[1:2]) if case.two_units else ()
    if second:
        mark = "bar"
    compare = "" if len(ys) > 1 or second else case.previous
    if changed := _ranked_change(case):
        ys, compare, second, mark = (changed,), "", (), "hbar" if lying else "bar"
    return Chart(mark, x.name, ys, compare=compare, y2=second, options=tuple(options))


def _ranked_change(case: Case) -> str:
    """The change column that the rows are ranked by (涨得最多的), which is then what to draw."""
    top = case.query.top if isinstance(case.query, MetricQuery) else None
    beside = case.shape.beside(case.measure)
    if top is None or not top.by_change or not beside:
        return ""
    column = beside[0].rate if top.by_change == "rate" else beside[0].difference
    return column.name if column else ""


def _axis(case: Case) -> Column:
    return (case.shape.names or case.shape.groups)[0]


def _longest(case: Case, column: Column) -> int:
    return max((len(case.shape.text(r, column)) for r in case.shape.result.rows), default=0)


def pie(case: Case) -> Chart:
    return Chart("pie", _axis(case).name, (case.measure.name,))


def two(mark: str) -> Callable[[Case], Chart]:
    def draw(case: Case) -> Chart:
        inner, outer = case.shape.groups[:2]
        if (
            case.shape.timed and case.shape.time is not None
        ):  # time runs along the axis, whatever was said first
            inner = case.shape.time
            outer = next(c for c in case.shape.groups if c is not inner)
        elif _turned(mark, case, inner, outer):
            inner, outer = outer, inner
        return Chart(mark, inner.name, (case.measure.name,), outer.name)

    return draw


def _turned(mark: str, case: Case, inner: Column, outer: Column) -> bool:
    """The longer side runs along x, but many names read better down the side of a heat map."""
    more = case.count_of(outer) > case.count_of(inner)
    if mark != "heatmap":
        return more
    longest = outer if more else inner
    down = longest.kind is Kind.TEXT and case.count_of(longest) > FEW_BARS
    return more != down


def shares_over_time(case: Case) -> Chart:
    """The make-up of each bucket: stacked to the whole."""
    chart = two("stacked")(case)
    return Chart(chart.mark, chart.x, (case.share.name if case.share else "",), chart.color)


def scatter(case: Case) -> Chart:
    first, second = case.shape.measures[:2]
    return Chart("scatter", first.name, (second.name,), _axis(case).name)


def contrast(case: Case) -> Chart:
    return Chart("bar", "", ("left", "right"), options=(("order", "natural"),))


def shown(case: Case) -> tuple[Column, ...]:
    time = (case.shape.time,) if case.shape.time else ()
    return (*case.shape.names, *time)
