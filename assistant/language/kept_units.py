"""Numbers said in another unit than the catalog keeps: 提前一周以上 of a column in days.

A rule knows the unit that was said and the names it may be about; only the catalog knows what each is
kept in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

from assistant.language.grammar import Mention
from assistant.language.meaning import UnitWord
from assistant.language.phrases import Condition_, Threshold
from assistant.language.rules.number import Number
from assistant.language.scales import commensurable, converted
from semantic_layer.catalog import Catalog
from semantic_layer.query import And, ColumnAggregate, Condition, Having, MetricRef, Or, Where

LENGTHS = ("lasted", "lasted_beyond")  # 住三晚: the unit alone says that the number is one of these


def in_kept_units(mentions: Iterable[Mention], catalog: Catalog) -> Iterator[Mention]:
    """The mentions, each number in the unit of what it is compared with."""
    for x in mentions:
        if not isinstance(x.value, Condition_) or not (said := dict(_said(x))):
            yield x
            continue
        options = x.value.options
        if x.rule in LENGTHS:
            options = tuple(c for c in options if _fits(c, said, catalog))
        if options:
            options = tuple(_converted(c, said, catalog) for c in options)
            yield replace(x, value=replace(x.value, options=options))


def _said(x: Mention) -> Iterator[tuple[tuple[Any, ...], str]]:
    """(numbers, unit) of every comparison inside."""
    if isinstance(x.value, Threshold):
        yield x.value.values, x.value.unit
        return
    parts = [c.value for c in x.children]
    for number, unit in pairwise(parts):
        if isinstance(number, Number) and isinstance(unit, UnitWord):
            yield (float(number.value),), unit.text
    for child in x.children:
        yield from _said(child)


def _unit(condition: Condition, catalog: Catalog) -> str:
    match condition:
        case Where(dimension):
            return catalog.dimensions[dimension].unit
        case Having(MetricRef(name)) if name in catalog.metrics:
            return catalog.metrics[name].unit
        case Having(ColumnAggregate(column=str(column))):
            return catalog.dimensions[column].unit
        case _:
            return ""


def _fits(condition: Condition, said: dict[tuple[Any, ...], str], catalog: Catalog) -> bool:
    return all(commensurable(unit, _unit(condition, catalog)) for unit in said.values())


def _converted(
    condition: Condition, said: dict[tuple[Any, ...], str], catalog: Catalog
) -> Condition:
    match condition:
        case And(parts) | Or(parts):
            return replace(condition, parts=tuple(_converted(c, said, catalog) for c in parts))
        case Where(dimension, op, values) if values in said:
            kept = _unit(condition, catalog)
            return Where(dimension, op, converted(_plain(values), said[values], kept))
        case Having(values=values) if values in said:
            kept = _unit(condition, catalog)
            return replace(condition, values=converted(_plain(values), said[values], kept))
        case _:
            return condition


def _plain(values: tuple[Any, ...]) -> tuple[float, ...]:
    """What a threshold said is numbers: a rule made them."""
    return tuple(float(v) for v in values)
