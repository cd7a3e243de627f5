"""References that lead back to where they started: they would never come to an end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from semantic_layer import sql_checks
from semantic_layer.parts import Part
from semantic_layer.schema import DerivedYaml, RatioYaml, RunningTotalYaml
from semantic_layer.source_map import Issue, Position

Parts = Sequence[Part]
Graph = dict[str, list[tuple[str, Position]]]


def loops(parts: Parts) -> Iterator[Issue]:
    """Metrics, joins or parents that lead back to themselves, at the edge that closes the loop."""
    for graph, code, what in (
        (_metric_graph(parts), "metric-cycle", "指标互相引用"),
        (_finer_graph(parts), "finer-cycle", "finer 互相引用"),
        (_factor_graph(parts), "factor-cycle", "factors 互相引用"),
        (_join_graph(parts), "join-cycle", "关联绕成了圈"),
        (_parent_graph(parts), "parent-cycle", "上级维度绕成了圈"),
    ):
        for loop, at in _loops(graph):
            hint = "断开其中一环" if code != "join-cycle" else "同一张表要用两次时，另定义一张表"
            yield Issue(at, code, f"{what}：{' → '.join(loop)}", hint)


def _metric_graph(parts: Parts) -> Graph:
    graph: Graph = {}
    for part in parts:
        for path, metric in part.metrics():
            calc, at = metric.calc, part.at(*path, "calc")
            used: Iterable[str] = ()
            match calc:
                case RatioYaml():
                    used = (calc.numerator, calc.denominator)
                case RunningTotalYaml():
                    used = (calc.metric,)
                case DerivedYaml():
                    used = [name for name, _ in sql_checks.column_names(calc.expr)]
            graph[metric.name] = [(name, at) for name in used]
    return graph


def _finer_graph(parts: Parts) -> Graph:
    return {
        m.name: [(m.finer, part.at(*path, "finer"))]
        for part in parts
        for path, m in part.metrics()
        if m.finer
    }


def _factor_graph(parts: Parts) -> Graph:
    return {
        m.name: [(name, part.at(*path, "factors", i)) for i, name in enumerate(m.factors)]
        for part in parts
        for path, m in part.metrics()
    }


def _join_graph(parts: Parts) -> Graph:
    return {
        table.name: [
            (join.to, part.at(*path, "joins", i)) for i, join in enumerate(table.joins) if join
        ]
        for part in parts
        for path, table in part.tables()
    }


def _parent_graph(parts: Parts) -> Graph:
    return {
        d.name: [(d.parent, part.at(*path, "parent"))]
        for part in parts
        for path, _, d in part.dimensions()
        if d.parent
    }


def _loops(graph: Graph) -> Iterator[tuple[tuple[str, ...], Position]]:
    """Each loop once, at the edge that closes it."""
    done: set[str] = set()

    def visit(node: str, trail: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Position]]:
        for following, at in graph.get(node, []):
            if following in trail:
                yield (*trail[trail.index(following) :], following), at
            elif following not in done:
                yield from visit(following, (*trail, following))
        done.add(node)

    for start in graph:
        if start not in done:
            yield from visit(start, (start,))
