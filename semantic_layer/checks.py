"""What must hold across a model: names, references, cycles, words. SQL is in ``sql_checks.py``.

A check is a generator over all parts that yields issues; adding one is adding it to ``CHECKS``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date

from semantic_layer import cycles, sql_checks
from semantic_layer.catalog import Kind
from semantic_layer.parts import Part, names
from semantic_layer.query import Agg
from semantic_layer.schema import (
    AggregateYaml,
    CountGroupsYaml,
    DerivedYaml,
    RatioYaml,
    RunningTotalYaml,
)
from semantic_layer.shape_words import suggest
from semantic_layer.source_map import Issue, Path, Position

WORDS = {"table": "表", "dimension": "维度", "metric": "指标", "term": "条件"}
Parts = Sequence[Part]


def find(parts: Parts) -> list[Issue]:
    """Every issue that needs more than one item to be seen."""
    return [issue for check in CHECKS for issue in check(parts)]


def _one_model(parts: Parts) -> Iterator[Issue]:
    said = [
        (part.source.data["model"], part.at("model"))
        for part in parts
        if isinstance(part.source.data, dict) and "model" in part.source.data
    ]
    if not said and parts and all(part.source.data is not None for part in parts):
        at = Position(parts[0].source.file, 1, 1)
        yield Issue(at, "no-model", "缺少 model", "在一个文件里写 model: 名字 和 label: 名称")
    for _, at in said[1:]:
        yield Issue(at, "model-twice", "model 写了两次", f"{said[0][1]} 已有，留一个")


def _unique_names(parts: Parts) -> Iterator[Issue]:
    seen: dict[tuple[str, str], Position] = {}
    for part in parts:
        for kind, name, at in part.named():
            if (first := seen.setdefault((kind, name), at)) is not at:
                what = f"{WORDS[kind]} {name} 定义了两次"
                yield Issue(at, "duplicate-name", what, f"第一次在 {first}")


def _references(part: Part) -> Iterator[tuple[Path, str, str]]:
    """(where, kind, name) of every name that is used and must be defined somewhere."""
    for path, table in part.tables():
        if table.names:
            yield (*path, "names"), "dimension", table.names
        if table.time:
            yield (*path, "time"), "dimension", table.time
        for i, column in enumerate(table.display):
            yield (*path, "display", i), "dimension", column
        for i, join in enumerate(table.joins):
            if join:
                yield (*path, "joins", i, "to"), "table", join.to
    for path, _, dimension in part.dimensions():
        for key, name in (("parent", dimension.parent), ("names", dimension.names)):
            if name:
                yield (*path, key), "dimension", name
        for i, name in enumerate(dimension.instead):
            yield (*path, "instead", i), "dimension", name
    for path, metric in part.metrics():
        if metric.finer:
            yield (*path, "finer"), "metric", metric.finer
        if metric.target:
            yield (*path, "target"), "metric", metric.target
        for key, listed in (("factors", metric.factors), ("drivers", metric.drivers)):
            for i, name in enumerate(listed):
                yield (*path, key, i), "metric", name
        match metric.calc:
            case AggregateYaml() | CountGroupsYaml() as calc:
                yield (*path, "calc", "table"), "table", calc.table
                if calc.time:
                    yield (*path, "calc", "time"), "dimension", calc.time
            case RatioYaml() as calc:
                yield (*path, "calc", "numerator"), "metric", calc.numerator
                yield (*path, "calc", "denominator"), "metric", calc.denominator
            case RunningTotalYaml() as calc:
                yield (*path, "calc", "metric"), "metric", calc.metric
    for path, term in part.terms():
        yield (*path, "table"), "table", term.table
    for path, role in part.roles():
        yield (*path, "table"), "table", role.table
    for i, tag in enumerate(part.model.tags):
        if tag and tag.table:
            yield ("tags", i, "table"), "table", tag.table
        if tag and tag.dimension:
            yield ("tags", i, "dimension"), "dimension", tag.dimension
    for i, name in enumerate(part.model.primary):
        yield ("primary", i), "metric", name
    for word, meant in part.model.ambiguous.items():
        for i, name in enumerate(meant):
            yield ("ambiguous", word, i), "metric", name


def _known_references(parts: Parts) -> Iterator[Issue]:
    known = {kind: names(parts, kind) for kind in WORDS}
    for part in parts:
        for path, kind, name in _references(part):
            if name not in known[kind]:
                hint = suggest(name, sorted(known[kind]), "先定义它，或改名")
                what = f"没有{WORDS[kind]} {name}"
                yield Issue(part.at(*path), f"unknown-{kind}", what, hint)
        for path, metric in part.metrics():
            if isinstance(metric.calc, DerivedYaml):
                for name, column in sql_checks.column_names(metric.calc.expr):
                    if name not in known["metric"]:
                        at = part.source.inside((*path, "calc", "expr"), 1, column)
                        hint = suggest(name, sorted(known["metric"]), "先定义它，或改名")
                        yield Issue(at, "unknown-metric", f"没有指标 {name}", hint)


def _times(parts: Parts) -> Iterator[Issue]:
    """A period applies to a time dimension and to nothing else."""
    kinds = {d.name: d.kind for part in parts for _, _, d in part.dimensions()}
    for part in parts:
        for path, kind, name in _references(part):
            if path[-1] == "time" and kind == "dimension" and kinds.get(name, Kind.TIME) != "time":
                what = f"{name} 不是时间"
                yield Issue(part.at(*path), "not-a-time", what, "给它写 kind: time，或换一个维度")


def _words(parts: Parts) -> Iterator[Issue]:
    """One word, one metric: a synonym that two metrics claim could only be guessed at."""
    claimed: dict[str, tuple[str, Position]] = {}
    labels: dict[str, Position] = {}
    for part in parts:
        for path, metric in part.metrics():
            words = [(metric.label, part.at(*path, "label"))]
            words += [(w, part.at(*path, "synonyms", i)) for i, w in enumerate(metric.synonyms)]
            for word, at in words:
                owner, first = claimed.setdefault(word.casefold(), (metric.name, at))
                if first is not at:
                    what = f"“{word}”已经是指标 {owner} 的说法"
                    yield Issue(at, "word-taken", what, f"见 {first}，只能留一处")
        for path, _, dimension in part.dimensions():
            at = part.at(*path, "label")
            if (first := labels.setdefault(dimension.label, at)) is not at:
                what = f"“{dimension.label}”已经是另一个维度的名称"
                yield Issue(at, "label-taken", what, f"见 {first}，换一个分得清的名称")
            yield from _value_words(part, path, dimension.values)


def _value_words(part: Part, path: Path, values: dict[str, list[str]]) -> Iterator[Issue]:
    claimed = {value.casefold(): value for value in values}
    for value, words in values.items():
        for i, word in enumerate(words):
            if (owner := claimed.setdefault(word.casefold(), value)) != value:
                at = part.at(*path, "values", value, i)
                yield Issue(at, "value-taken", f"“{word}”已经指 {owner}", "只能留一处")


def _tables(parts: Parts) -> Iterator[Issue]:
    keys = {
        t.name: tuple([t.key] if isinstance(t.key, str) else t.key)
        for part in parts
        for _, t in part.tables()
    }
    for part in parts:
        for path, table in part.tables():
            if bool(table.source) == bool(table.sql):
                what = f"表 {table.name} 的 source 和 sql 要写一个，也只写一个"
                yield Issue(part.at(*path), "table-source", what, "物理表写 source，查询写 sql")
            to: set[str] = set()
            for i, join in enumerate(table.joins):
                if not join:
                    continue
                at = part.at(*path, "joins", i)
                if join.to in to:
                    what = f"{table.name} 已经关联过 {join.to}"
                    hint = f"再定义一张同样 source 的表，如 {join.to}_2，各起名称"
                    yield Issue(at, "join-twice", what, hint)
                to.add(join.to)
                right = {join.on} if isinstance(join.on, str) else set(join.on.values())
                if join.to in keys and right != set(keys[join.to]):
                    what = f"关联的不是 {join.to} 的主键，会重复计数"
                    hint = f"主键是 {'、'.join(keys[join.to]) or '（没有写）'}"
                    yield Issue(at, "join-not-key", what, hint)


def _calcs(parts: Parts) -> Iterator[Issue]:
    for part in parts:
        for path, metric in part.metrics():
            calc = metric.calc
            if isinstance(calc, AggregateYaml):
                if not calc.expr and calc.agg != Agg.COUNT:
                    at = part.at(*path, "calc")
                    yield Issue(at, "missing", f"{calc.agg} 缺少 expr", "写上要聚合的列")
                if (calc.at is None) == (calc.agg == Agg.PERCENTILE):
                    hint = "percentile 写 at: 0.9，其他不写"
                    yield Issue(part.at(*path, "calc"), "percentile-at", "at 和 agg 不配", hint)


def _periods(parts: Parts) -> Iterator[Issue]:
    for part in parts:
        for i, period in enumerate(part.model.periods):
            if not period:
                continue
            if bool(period.spans) == bool(period.yearly):
                at = part.at("periods", i)
                hint = "每年同样的日子写 yearly，其他写 spans"
                yield Issue(at, "bad-span", "spans 和 yearly 要写一个，也只写一个", hint)
            spans = [(("periods", i, "spans", j), s) for j, s in enumerate(period.spans)]
            if period.yearly:
                yearly = "..".join(f"2024-{end}" for end in period.yearly.split(".."))
                spans.append((("periods", i, "yearly"), yearly))  # type: ignore[arg-type]
            for path, span in spans:
                if why := _span_fault(span, wraps="yearly" in path):
                    yield Issue(part.at(*path), "bad-span", why, "两端写真实的日期，先早后晚")


def _span_fault(span: str, *, wraps: bool) -> str:
    try:
        start, end = map(date.fromisoformat, span.split(".."))
    except ValueError:
        return f"没有这一天：{span}"
    return "" if start <= end or wraps else f"结束早于开始：{span}"


def _roles(parts: Parts) -> Iterator[Issue]:
    seen: dict[tuple[str, str], Position] = {}
    for part in parts:
        for path, role in part.roles():
            for name in role.bind:
                at = part.at(*path, "bind", name)
                if (first := seen.setdefault((role.table, name), at)) is not at:
                    what = f"{role.table} 的角色 {name} 写了两次"
                    yield Issue(at, "duplicate-name", what, f"第一次在 {first}")


def _aspects(parts: Parts) -> Iterator[Issue]:
    """A word speaks of one aspect of reviews; the name of an aspect is one of its words."""
    seen: dict[str, tuple[str, Position]] = {}
    for part in parts:
        for name, words in part.model.aspects.items():
            places = [(name, part.source.locate(("aspects", name), key=True))]
            places += [(w, part.at("aspects", name, i)) for i, w in enumerate(words)]
            for word, at in places:
                owner, first = seen.setdefault(word, (name, at))
                if first is not at:
                    what = f"“{word}”已经属于方面{owner}"
                    yield Issue(at, "word-taken", what, f"见 {first}，只能留一处")


CHECKS: tuple[Callable[[Parts], Iterable[Issue]], ...] = (
    _one_model,
    _unique_names,
    _known_references,
    _times,
    cycles.loops,
    _words,
    _tables,
    _calcs,
    _periods,
    _roles,
    _aspects,
    sql_checks.bad_sql,
)
