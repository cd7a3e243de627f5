"""Checked YAML → Catalog: defaults filled in, conditions of terms spelt out, lists frozen.

Trusts ``checks.py``: every name resolves and every expression parses.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from types import MappingProxyType

from sqlglot import exp

from semantic_layer.catalog import (
    Aggregate,
    Calc,
    Catalog,
    CountGroups,
    Derived,
    Dimension,
    Join,
    Metric,
    NamedCondition,
    NamedPeriod,
    Ratio,
    Role,
    RunningTotal,
    Table,
    Tag,
    counted_by,
)
from semantic_layer.expressions import DIALECT, parse
from semantic_layer.schema import (
    AggregateYaml,
    CalcYaml,
    CountGroupsYaml,
    DerivedYaml,
    DimensionYaml,
    JoinYaml,
    MetricYaml,
    ModelYaml,
    PeriodYaml,
    RatioYaml,
    RunningTotalYaml,
    TableYaml,
    TagYaml,
)
from semantic_layer.sql_checks import PLACEHOLDER, column_names

YEARS = range(2010, 2041)  # in which a yearly period of a business is spelt out


def build(files: Iterable[ModelYaml]) -> Catalog:
    """One Catalog of the files of one model."""
    models = tuple(files)
    head = next(m for m in models if m.model)
    tables = [t for m in models for t in m.tables if t]
    dimensions = {d.name: _dimension(t, d) for t in tables for d in t.dimensions if d}
    terms = {t.name: t for m in models for t in m.terms if t}
    conditions = {name: f"({term.sql})" for name, term in terms.items()}
    shared = _shared_words(models)
    metrics = {
        x.name: _metric(x, conditions, shared.get(x.name, ()))
        for m in models
        for x in m.metrics
        if x
    }
    return Catalog(
        name=head.model or "",
        label=head.label or head.model or "",
        tables=MappingProxyType({t.name: _table(t, conditions) for t in tables}),
        joins=tuple(_join(t, j) for t in tables for j in t.joins if j),
        dimensions=MappingProxyType(dimensions),
        metrics=MappingProxyType(metrics),
        terms=MappingProxyType(
            {
                t.name: NamedCondition(
                    name=t.name,
                    label=t.label,
                    table=t.table,
                    sql=_spelt(t.sql, conditions),
                    synonyms=tuple(t.synonyms),
                    definition=t.definition,
                )
                for t in terms.values()
            }
            | {t.name: t for m in metrics.values() if (t := _counted(m)) is not None}
        ),
        periods=tuple(_period(p) for m in models for p in m.periods if p),
        roles=tuple(
            Role(name, role.table, _spelt(sql, conditions))
            for m in models
            for role in m.roles
            if role
            for name, sql in role.bind.items()
        )
        + tuple(r for m in models for t in m.tags if t for r in _tag_roles(t, conditions)),
        value_synonyms=_words_of_values(dimensions.values()),
        source=head.source,
        dialect=head.dialect,
        today=head.today,
        description=head.description,
        primary=tuple(name for m in models for name in m.primary),
        fiscal_year_start=head.fiscal_year_start,
        steps=tuple((event, tuple(words)) for m in models for event, words in m.steps.items()),
        aspects=tuple((name, (name, *w)) for m in models for name, w in m.aspects.items()),
        tags=tuple(_tag(t) for m in models for t in m.tags if t),
        examples=tuple(
            (group, question) for m in models for group, qs in m.examples.items() for question in qs
        ),
    )


def _shared_words(models: Iterable[ModelYaml]) -> Mapping[str, list[str]]:
    """Name of a metric → the words that may mean it or another one."""
    shared: dict[str, list[str]] = {}
    for model in models:
        for word, names in model.ambiguous.items():
            for name in names:
                shared.setdefault(name, []).append(word)
    return shared


def _table(table: TableYaml, conditions: Mapping[str, str]) -> Table:
    return Table(
        name=table.name,
        label=table.label,
        source=table.source,
        sql=table.sql.strip(),
        key=(table.key,) if isinstance(table.key, str) else tuple(table.key),
        entity=table.entity,
        classifier=table.classifier,
        synonyms=tuple(table.synonyms),
        time=table.time,
        display=tuple(table.display),
        where=_spelt(table.where, conditions),
        description=table.description,
        names=table.names,
    )


def _join(table: TableYaml, join: JoinYaml) -> Join:
    pairs = {join.on: join.on} if isinstance(join.on, str) else join.on
    return Join(table.name, join.to, tuple(pairs.items()))


def _dimension(table: TableYaml, dimension: DimensionYaml) -> Dimension:
    return Dimension(
        name=dimension.name,
        label=dimension.label,
        table=table.name,
        expr=dimension.expr or f'"{dimension.name}"',
        kind=dimension.kind,
        synonyms=tuple(dimension.synonyms),
        unit=dimension.unit,
        format=dimension.format,
        lexicon=dimension.lexicon == "values",
        value_synonyms=tuple((v, tuple(words)) for v, words in dimension.values.items()),
        order=tuple(dimension.order),
        scale=dimension.scale,
        parent=dimension.parent,
        names=dimension.names,
        agg=dimension.agg,
        sensitive=dimension.sensitive,
        description=dimension.description,
        instead=tuple(dimension.instead),
        explains=dimension.explains,
        grain=dimension.grain,
    )


def _tag(tag: TagYaml) -> Tag:
    return Tag(
        name=tag.name,
        label=tag.label,
        kind=tag.kind,
        table=tag.table or "",
        dimension=tag.dimension or "",
        cuts=tuple(tag.quantile.cuts) if tag.quantile else (),
        values=tuple(tag.quantile.values if tag.quantile else tag.rules),
        analysis=tag.model or "",
        definition=tag.definition,
    )


def _tag_roles(tag: TagYaml, conditions: Mapping[str, str]) -> Iterator[Role]:
    """What a tag is computed from, as a role: a label by rules, or the number that is cut."""
    if tag.table and tag.quantile:
        yield Role(f"tag_{tag.name}", tag.table, _spelt(tag.quantile.expr, conditions))
    elif tag.table and tag.rules:
        case = exp.Case()
        for value, test in tag.rules.items():
            case = case.when(parse(_spelt(test, conditions)), exp.Literal.string(value))
        yield Role(f"tag_{tag.name}", tag.table, case.sql(dialect=DIALECT))


def _metric(
    metric: MetricYaml, conditions: Mapping[str, str], shared: Iterable[str] = ()
) -> Metric:
    return Metric(
        name=metric.name,
        label=metric.label,
        calc=_calc(metric.calc, conditions),
        unit=metric.unit,
        format=metric.format,
        synonyms=(*metric.synonyms, *shared),
        direction=metric.direction,
        definition=metric.definition,
        owner=metric.owner,
        finer=metric.finer,
        default_period=metric.default_period,
        verbs=tuple(metric.verbs),
        target=metric.target,
        factors=tuple(metric.factors),
        drivers=tuple(metric.drivers),
    )


def _calc(calc: CalcYaml, conditions: Mapping[str, str]) -> Calc:
    match calc:
        case AggregateYaml():
            return Aggregate(
                agg=calc.agg,
                table=calc.table,
                expr=calc.expr,
                where=_spelt(calc.where, conditions),
                time=calc.time,
                snapshot=calc.snapshot,
                at=calc.at,
            )
        case CountGroupsYaml():
            return CountGroups(
                table=calc.table,
                per=calc.per,
                agg=calc.agg,
                expr=calc.expr,
                op=calc.op,
                value=calc.value,
                where=_spelt(calc.where, conditions),
                time=calc.time,
            )
        case RatioYaml():
            return Ratio(calc.numerator, calc.denominator)
        case DerivedYaml():
            return Derived(calc.expr, tuple(name for name, _ in column_names(calc.expr)))
        case RunningTotalYaml():
            return RunningTotal(calc.metric)


def _spelt(sql: str, conditions: Mapping[str, str]) -> str:
    """``{term}`` becomes that term's condition; ``{start}`` and ``{end}`` stay for the plan."""
    return PLACEHOLDER.sub(lambda m: conditions.get(m[1], m[0]), sql)


def _counted(metric: Metric) -> NamedCondition | None:
    """The rows that a metric counts, as a condition nobody can say: what 明细 of a figure lists."""
    calc = metric.calc
    if not isinstance(calc, Aggregate) or not calc.where or "{start}" in calc.where:
        return None
    label = f"计入{metric.label}的行"
    return NamedCondition(counted_by(metric.name), label, calc.table, calc.where, spoken=False)


def _period(period: PeriodYaml) -> NamedPeriod:
    spans = [tuple(map(date.fromisoformat, span.split(".."))) for span in period.spans]
    if period.yearly:
        spans += [_in_year(period.yearly, year) for year in YEARS]
    ordered = tuple(sorted((first, last) for first, last in spans))
    return NamedPeriod(period.label, ordered, tuple(period.synonyms))


def _in_year(yearly: str, year: int) -> tuple[date, date]:
    """12-20..01-10 of 2025 ends in 2026; 02-29 is the last of February."""
    first, last = (tuple(map(int, end.split("-"))) for end in yearly.split(".."))
    ends_in = year + (last < first)
    return _day(year, *first), _day(ends_in, *last)


def _day(year: int, month: int, day: int) -> date:
    leap = month == 2 and day == 29
    try:
        return date(year, month, day)
    except ValueError:
        if leap:
            return date(year, 2, 28)
        raise


def _words_of_values(dimensions: Iterable[Dimension]) -> Mapping[str, tuple[str, ...]]:
    """value → its other names, over all dimensions."""

    def pairs() -> Iterator[tuple[str, tuple[str, ...]]]:
        for dimension in dimensions:
            yield from dimension.value_synonyms

    words: dict[str, tuple[str, ...]] = {}
    for value, others in pairs():
        words[value] = tuple(dict.fromkeys((*words.get(value, ()), *others)))
    return MappingProxyType(words)
