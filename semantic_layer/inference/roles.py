"""Pointers between drafted tables: what they show, and a copy of the target for each role.

Where one table points twice to another (销往省份, 原产省份) a single join would answer for the wrong
row, so each role becomes a table of its own over the same physical one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from semantic_layer.catalog import Dimension, Join, Kind, Table
from semantic_layer.inference.joins import Link
from semantic_layer.inference.labels import has_chinese, naming_of
from semantic_layer.inference.profile import ColumnProfile


@dataclass(frozen=True, slots=True)
class Draft:
    """One physical table with its dimensions by column."""

    table: Table
    dimensions: Mapping[str, Dimension]
    key: ColumnProfile | None
    label: ColumnProfile | None


def with_pointers(drafts: Mapping[str, Draft], links: Sequence[Link]) -> dict[str, Draft]:
    """Pointers show the name of what they point to; a table without a name of its own lists those."""
    out = dict(drafts)
    for link in links:
        draft, target = out[link.table], out[link.target]
        named = f"{_alias(link)}.{target.label.name}" if target.label else None
        dimensions = dict(draft.dimensions)
        dimensions[link.column] = replace(dimensions[link.column], names=named)
        table = draft.table
        if named and table.names is None:
            table = replace(table, display=(*table.display, named))
        out[link.table] = replace(draft, dimensions=MappingProxyType(dimensions), table=table)
    return out


def _alias(link: Link) -> str:
    return f"{link.target}@{link.role}" if link.role else link.target


def with_roles(
    drafts: Mapping[str, Draft], links: Sequence[Link]
) -> tuple[dict[str, Table], tuple[Join, ...], dict[str, Dimension]]:
    """Tables and dimensions, with a copy of the target for every role that a pointer plays."""
    tables = {t: d.table for t, d in drafts.items()}
    dimensions = {x.name: x for d in drafts.values() for x in d.dimensions.values()}
    joins = [Join(k.table, _alias(k), ((k.column, k.key),)) for k in links]
    for link in links:
        alias, target = _alias(link), drafts[link.target]
        if not link.role:
            dimensions = _role_words(dimensions, link, target)
            continue
        if alias in tables:
            continue
        joins += [
            Join(alias, _alias(k), ((k.column, k.key),))
            for k in links
            if k.table == link.target and not k.role
        ]
        copies = [_copy(d, alias, link.role, target) for d in target.dimensions.values()]
        dimensions |= {d.name: d for d in copies}
        names = f"{alias}.{target.label.name}" if target.label else None
        tables[alias] = replace(
            target.table,
            name=alias,
            label=link.role,
            entity=link.role,
            synonyms=(),
            time=None,
            display=tuple(d.name for d in copies),
            names=names,
        )
    return tables, tuple(dict.fromkeys(joins)), dimensions


def _copy(dimension: Dimension, alias: str, role: str, target: Draft) -> Dimension:
    """A dimension of a role: the name is called by the role (销往省份), the rest belongs to it."""
    column = dimension.name.split(".", 1)[1]
    label = dimension.label.removeprefix(target.table.entity) or dimension.label
    if target.label and column == target.label.name:
        said, words = role, [role + label, f"{role}的{label}", f"{role}名称"]
    else:
        said, words = role + label, [f"{role}的{label}"]
    names = dimension.names
    if names and names.split(".", 1)[0] == dimension.table:
        names = f"{alias}.{names.split('.', 1)[1]}"
    return replace(
        dimension,
        name=f"{alias}.{column}",
        label=said,
        table=alias,
        synonyms=tuple(dict.fromkeys(s for s in words if s != said)),
        names=names,
    )


def _role_words(
    dimensions: dict[str, Dimension], link: Link, target: Draft
) -> dict[str, Dimension]:
    """作者id points to 诗人 alone: 作者 is one more word for the poet's name."""
    if target.label is None:
        return dimensions
    word = naming_of(link.column).stem if has_chinese(link.column) else ""
    taken = any(
        word in (d.label, *d.synonyms) for d in dimensions.values() if d.kind is not Kind.KEY
    )
    if len(word) < 2 or taken:
        return dimensions
    name = f"{link.target}.{target.label.name}"
    found = dimensions[name]
    return {**dimensions, name: replace(found, synonyms=(*found.synonyms, word))}
