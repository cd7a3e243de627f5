"""Tables that nobody modelled → a catalog good enough to ask questions of.

The composition only: profiles, keys, links, names and types come from ``inference/``. A model in YAML
says more and is preferred where there is one; this never reads or writes YAML.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

import sqlglot
from sqlglot import exp

from semantic_layer.catalog import (
    Aggregate,
    Catalog,
    Dimension,
    Direction,
    Format,
    Kind,
    Metric,
    Table,
)
from semantic_layer.inference.entities import (
    classifier_of,
    entity_of,
    entity_synonyms,
    label_column,
)
from semantic_layer.inference.joins import Link, find_links, natural_links, primary_keys
from semantic_layer.inference.labels import is_key_name, naming_of
from semantic_layer.inference.lexicon import lexicon, short_names
from semantic_layer.inference.profile import ColumnProfile, Source, measure, rows_of, table_of
from semantic_layer.inference.roles import Draft, with_pointers, with_roles
from semantic_layer.inference.types import typed
from semantic_layer.inference.words import LABEL_NAMES, SENSITIVE, TIME_PREFERENCE
from semantic_layer.query import Agg


def infer(source: Source, name: str, path: str = "") -> Catalog:
    """A catalog of every table that ``source`` shows; ``name`` is what the data is called."""
    schema = {t: c for t, c in source.schema().items() if c}
    profiles = {table: measure(source, table, columns) for table, columns in schema.items()}
    keys = primary_keys(source, profiles)
    links = find_links(source, profiles, keys)
    drafts = {t: _draft(t, columns, keys.get(t), links) for t, columns in profiles.items()}
    drafts = with_pointers(_own_words(drafts), links)
    labels = {t: d.label for t, d in drafts.items() if d.label is not None}
    links = (*links, *natural_links(source, profiles, labels, links))
    tables, joins, dimensions = with_roles(drafts, links)
    values = lexicon(source, profiles, dimensions, tables)
    since, until = _bounds(source, tables, dimensions, frozenset(k.target for k in links))
    metrics = _metrics(drafts)
    return Catalog(
        name=name,
        label=name,
        tables=MappingProxyType(tables),
        joins=joins,
        dimensions=MappingProxyType(
            {
                n: replace(d, lexicon=True, value_synonyms=short_names(values[n]))
                if n in values
                else d
                for n, d in dimensions.items()
            }
        ),
        metrics=MappingProxyType(metrics),
        values=MappingProxyType(values),
        value_synonyms=MappingProxyType({}),
        source=path,
        since=since,
        until=until,
        primary=tuple(metrics)[:6],
        examples=_examples(drafts),
    )


def _draft(
    name: str,
    columns: Sequence[ColumnProfile],
    key: ColumnProfile | None,
    links: Sequence[Link],
) -> Draft:
    entity = entity_of(name)
    pointers = {k.column for k in links if k.table == name}
    label = label_column(name, entity, [c for c in columns if c.name not in pointers], key)
    others = entity_synonyms(name, entity, key, label)
    dimensions: dict[str, Dimension] = {}
    for column in columns:
        naming = naming_of(column.name)
        is_key = column is key or column.name in pointers
        type_ = typed(column, naming.label, naming.unit, is_key)
        said, synonyms = naming.label, naming.synonyms
        if type_.kind is Kind.KEY:  # 客户 is the customer's name, not the number
            synonyms = tuple(s for s in synonyms if is_key_name(s))
        if column is label and said.lower() in LABEL_NAMES:
            said, synonyms = entity + said, (said, *synonyms)
        if column is label:
            synonyms = (*synonyms, entity, *others)
        if not said.startswith(entity) and type_.kind is not Kind.KEY:
            synonyms = (*synonyms, entity + said)
        elif said.startswith(entity) and len(said) - len(entity) >= 2:
            synonyms = (*synonyms, said[len(entity) :])
        dimensions[column.name] = Dimension(
            name=f"{name}.{column.name}",
            label=said,
            table=name,
            expr=type_.expr,
            kind=type_.kind,
            synonyms=tuple(s for s in dict.fromkeys(synonyms) if s != said),
            unit=type_.unit,
            format=type_.format,
            agg=type_.agg,
            grain=type_.grain,
            sensitive=said.endswith(SENSITIVE),
        )
    named = dimensions[label.name].name if label else None
    if key is not None and named:
        dimensions[key.name] = replace(dimensions[key.name], names=named)
    table = Table(
        name=name,
        label=entity,
        source=name,
        key=(key.name,) if key else (),
        entity=entity,
        classifier=classifier_of(entity),
        synonyms=others,
        time=_time(list(dimensions.values())),
        display=tuple(d.name for d in dimensions.values()),
        names=named,
        rows=columns[0].rows,
    )
    return Draft(table, MappingProxyType(dimensions), key, label)


def _time(dimensions: Sequence[Dimension]) -> str | None:
    """The column that a period applies to: the one whose name says that something happened then."""

    def rank(dimension: Dimension) -> int:
        text = dimension.name.split(".", 1)[-1].lower()
        return next((i for i, w in enumerate(TIME_PREFERENCE) if w in text), len(TIME_PREFERENCE))

    times = [d for d in dimensions if d.kind is Kind.TIME]
    return min(times, key=rank).name if times else None


def _own_words(drafts: Mapping[str, Draft]) -> dict[str, Draft]:
    """A word that is another table's name, or a keyed table's other name, belongs to that table."""
    names = {d.table.entity for d in drafts.values()} | set(drafts)
    keyed = {s for d in drafts.values() if d.key is not None for s in d.table.synonyms}
    out: dict[str, Draft] = {}
    for name, draft in drafts.items():
        taken = (names - {name}) | (keyed if draft.key is None else set())
        lost = {s for s in draft.table.synonyms if s in taken}
        table = replace(
            draft.table, synonyms=tuple(s for s in draft.table.synonyms if s not in lost)
        )
        dimensions = dict(draft.dimensions)
        if draft.label is not None:
            label = dimensions[draft.label.name]
            kept = tuple(s for s in label.synonyms if s not in lost)
            dimensions[draft.label.name] = replace(label, synonyms=kept)
        out[name] = replace(draft, table=table, dimensions=MappingProxyType(dimensions))
    return out


def _metrics(drafts: Mapping[str, Draft]) -> dict[str, Metric]:
    """How many rows each table has; any number is aggregated without a metric."""
    taken = {d.label for draft in drafts.values() for d in draft.dimensions.values()}
    out: dict[str, Metric] = {}
    for name, draft in drafts.items():
        entity, person = draft.table.entity, draft.table.classifier == "位"
        words = [
            entity + e
            for e in ("数量", "数", "总数", "个数", "数目") + (("人数",) if person else ())
        ]
        free = [w for w in words if w not in taken] or [f"{entity}行数"]
        out[f"{name}.count"] = Metric(
            name=f"{name}.count",
            label=free[0],
            calc=Aggregate(Agg.COUNT, name),
            unit=draft.table.classifier,
            format=Format.COUNT,
            synonyms=tuple(free[1:]),
            direction=Direction.NEITHER,
            definition=f"{entity}的条数",
        )
    return out


def _bounds(
    source: Source,
    tables: Mapping[str, Table],
    dimensions: Mapping[str, Dimension],
    pointed: frozenset[str],
) -> tuple[date | None, date | None]:
    """The first and the last day with data, over the times of what happened rather than what exists."""
    days: list[date] = []
    timed = [t for t in tables.values() if t.time is not None and "@" not in t.name]
    happened = [t for t in timed if t.name not in pointed]
    for table in happened or timed:
        assert table.time is not None
        expr: Any = sqlglot.parse_one(dimensions[table.time].expr, dialect="duckdb")
        query = exp.select(exp.Min(this=expr), exp.Max(this=expr.copy())).from_(
            table_of(table.source)
        )
        ends = [v for v in rows_of(source, query)[0] if isinstance(v, (date, datetime))]
        days += [v.date() if isinstance(v, datetime) else v for v in ends]
    return (min(days), max(days)) if days else (None, None)


def _examples(drafts: Mapping[str, Draft]) -> tuple[tuple[str, str], ...]:
    """A few questions for the empty page, about the tables that have names."""
    out: list[tuple[str, str]] = []
    for draft in drafts.values():
        if draft.label is None:
            continue
        entity, counted = draft.table.entity, draft.table.classifier
        out.append(("看数", f"有多少{counted}{entity}"))
        numbers = [d for d in draft.dimensions.values() if d.kind is Kind.NUMBER]
        out += [("对比", f"{d.label}最高的{entity}是哪{counted}") for d in numbers[:1]]
    return tuple(out[:8])
