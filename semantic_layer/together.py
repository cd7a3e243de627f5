"""Which parts of a query can stand together: nothing that was asked may be left out in silence.

Every stage of the SQL knows some parts only. A part that the others would drop, or would give another
meaning, is refused here with a code before anything is planned. ``check`` and ``check_listing`` look at
the query alone, ``check_periods`` at its periods, ``check_sums`` at how its measures are computed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from semantic_layer.errors import Unanswerable
from semantic_layer.measures import Leaf, Node, is_additive, leaves
from semantic_layer.query import (
    Agg,
    And,
    By,
    ByBucket,
    ByPeriod,
    ByTime,
    ColumnAggregate,
    CompareKind,
    Comparison,
    Condition,
    DetailQuery,
    Group,
    Members,
    MetricQuery,
    Not,
    Or,
    Period,
    Top,
    Where,
    WindowKind,
)
from semantic_layer.times import is_cyclic

COUNTS = (Agg.COUNT, Agg.COUNT_DISTINCT)
LAGGING = (WindowKind.MOVING_AVERAGE, WindowKind.MOVING_SUM, WindowKind.CHANGE)
SUMS = (WindowKind.CUMULATIVE, WindowKind.CUMULATIVE_SHARE, WindowKind.MOVING_SUM)


def check(query: MetricQuery) -> None:
    """Raises ``Unanswerable`` for the first part that the others leave no place for."""
    for part in (_times, _comparisons, _contrast, _ranges, _windows, _rows, _rollup, _streak):
        for code in part(query):
            raise Unanswerable(code)


def _linear(groups: Sequence[Group]) -> list[ByTime]:
    return [g for g in groups if isinstance(g, ByTime) and not is_cyclic(g.grain)]


def _has(groups: Sequence[Group], *kinds: type[Group]) -> bool:
    return any(isinstance(g, kinds) for g in groups)


def _times(query: MetricQuery) -> Iterator[str]:
    """Periods as rows have their own buckets each: crossed with all the buckets most would be empty."""
    if _has(query.group_by, ByPeriod) and _linear(query.group_by):
        yield "mixed"


def _comparisons(query: MetricQuery) -> Iterator[str]:
    if query.compare and not query.measures:
        yield "mixed"


def check_periods(
    query: MetricQuery, comparisons: Sequence[Comparison], periods: Sequence[Period]
) -> None:
    """Is there another period for each of ``comparisons``, and one way to move there? ``periods`` are
    merged: nothing runs on across a gap between two of them."""
    linear = _linear(query.group_by)
    lagging = any(w.kind in LAGGING for w in query.windows) and not _has(query.group_by, ByPeriod)
    if len(periods) > 1 and (query.streak is not None or lagging):
        raise Unanswerable("mixed")
    if not comparisons:
        return
    if len(linear) > 1:
        raise Unanswerable("mixed")
    if any(isinstance(g, ByBucket) and g.measure is not None for g in query.group_by):
        raise Unanswerable("mixed")  # members would keep this period's range in the other one
    if linear:
        return
    open_ = any(p.start is None or p.end is None for p in periods)
    explicit = all(c.kind is CompareKind.PERIOD and c.period is not None for c in comparisons)
    if not periods or (open_ and not explicit):
        raise Unanswerable("compare-needs-period")


def _contrast(query: MetricQuery) -> Iterator[str]:
    """Two members side by side have four columns of their own, and no others."""
    if query.contrast is None:
        return
    others = (query.compare, query.windows, query.top, query.order, query.rollup, query.streak)
    if not query.measures or any(others):
        yield "mixed"


def _ranges(query: MetricQuery) -> Iterator[str]:
    """Members fall into the ranges of a computed measure once, over all the periods."""
    computed = any(isinstance(g, ByBucket) and g.measure is not None for g in query.group_by)
    if computed and _has(query.group_by, ByPeriod):
        yield "mixed"
    named = {g.dimension for g in query.group_by if isinstance(g, ByBucket) and g.dimension}
    told = {d for c in (query.keep, query.claim) for d in _tested(c)}
    if named & told:
        yield "mixed"  # a row is a range by now: its value is no number that a test could meet


def _tested(condition: Condition | None) -> Iterator[str]:
    """Dimensions that a condition on rows of the result tests."""
    match condition:
        case Where(dimension) | Members(dimension):
            yield dimension
        case And(parts) | Or(parts):
            for part in parts:
                yield from _tested(part)
        case Not(part):
            yield from _tested(part)


def _windows(query: MetricQuery) -> Iterator[str]:
    grouped = {g.dimension for g in query.group_by if isinstance(g, By | ByBucket)}
    grouped |= {g.grain.value for g in query.group_by if isinstance(g, ByTime)}
    grouped |= {g.dimension for g in query.group_by if isinstance(g, ByTime)}
    timed = _has(query.group_by, ByTime, ByPeriod)
    for window in query.windows:
        if any(name not in grouped and not (timed and name == "time") for name in window.within):
            yield "having-needs-group"


def _rows(query: MetricQuery) -> Iterator[str]:
    """The first rows and their order."""
    top = query.top
    if top is not None and (not query.group_by or (top.fraction is not None and top.offset)):
        yield "mixed"
    for order in query.order:
        if order.change is not None and not query.compare:
            yield "compare-needs-period"
        if order.by is None and order.measure >= max(len(query.measures), 1):
            yield "mixed"


def _rollup(query: MetricQuery) -> Iterator[str]:
    """One figure over the rows leaves no room beside it, but for the share that a sum has."""
    rollup = query.rollup
    if rollup is None:
        return
    if not query.group_by or query.compare or query.claim is not None:
        yield "mixed"
    if rollup.agg not in COUNTS and rollup.of >= max(len(query.measures), 1):
        yield "mixed"
    for window in query.windows:
        shared = window.kind is WindowKind.SHARE and window.of == rollup.of
        alone = not window.within and (len(query.group_by) == 1 or not _timed(query))
        if rollup.agg is not Agg.SUM or not shared or not alone:
            yield "mixed"


def _timed(query: MetricQuery) -> bool:
    return _has(query.group_by, ByTime, ByPeriod)


def _streak(query: MetricQuery) -> Iterator[str]:
    """A streak has columns of its own; what ranks or tests members would not be told of them."""
    streak = query.streak
    if streak is None:
        return
    others = (query.having, query.keep, query.claim, query.compare, query.windows)
    if any(others) or query.top is not None or query.order or len(query.measures) > 1:
        yield "mixed"
    if query.rollup is not None and query.rollup.agg not in COUNTS:
        yield "mixed"
    odd = (g for g in query.group_by if isinstance(g, ByTime) and g.grain is not streak.grain)
    if is_cyclic(streak.grain) or _has(query.group_by, ByPeriod, ByBucket) or any(odd):
        yield "mixed"


def check_sums(query: MetricQuery, nodes: Sequence[Node]) -> None:
    """What is added up along rows must be such that its sum means something."""
    for window in query.windows:
        if window.of >= len(nodes):
            continue
        node = nodes[window.of]
        whole = window.kind is WindowKind.CUMULATIVE and not _running(node)
        if window.kind in SUMS and not (is_additive(node) or whole):
            raise Unanswerable("mixed")
        if _stock(node) and _along_time(query, window.kind):
            raise Unanswerable("mixed")
    rollup = query.rollup
    if rollup is not None and rollup.agg is Agg.SUM and nodes:
        node = nodes[rollup.of]
        if not is_additive(node) or (_stock(node) and _timed(query)):
            raise Unanswerable("mixed")


def _along_time(query: MetricQuery, kind: WindowKind) -> bool:
    """Does the window add up one thing at several times?"""
    members = _has(query.group_by, By, ByBucket)
    return _timed(query) and (
        kind in (WindowKind.CUMULATIVE, WindowKind.MOVING_SUM)
        or (kind in (WindowKind.SHARE, WindowKind.CUMULATIVE_SHARE) and not members)
    )


def _stock(node: Node) -> bool:
    """Is it counted on days, like what lies in a warehouse?"""
    return any(leaf.snapshot for leaf in leaves(node))


def _running(node: Node) -> bool:
    return isinstance(node, Leaf) and node.running


def check_listing(query: DetailQuery) -> None:
    """Rows are ranked by their order, or by the column that the first ones are chosen by."""
    top = query.top
    if any(o.by is None or o.change is not None for o in query.order):
        raise Unanswerable("mixed")
    if top is not None and _ranked_by_more(query, top):
        raise Unanswerable("mixed")
    if query.contrast is not None and (top is not None or query.order or query.distinct):
        raise Unanswerable("mixed")


def _ranked_by_more(query: DetailQuery, top: Top) -> bool:
    if top.by_change is not None or (top.fraction is not None and top.offset):
        return True
    if top.by is None:
        return False
    plain = isinstance(top.by, ColumnAggregate) and top.by.column is not None
    column = top.by.column if isinstance(top.by, ColumnAggregate) else None
    return not plain or (bool(query.order) and query.order[0].by != column)
