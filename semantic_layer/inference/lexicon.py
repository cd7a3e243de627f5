"""The values of text columns that become words of the language, and their short forms."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from semantic_layer.catalog import Dimension, Kind, Table
from semantic_layer.inference.profile import ColumnProfile, Source, distinct_values

MOST_PER_COLUMN = 100_000
MOST_IN_ALL = 400_000
LONGEST = 40  # characters: longer texts are prose, not names

_PLACE = re.compile(r"^(.{2,}?)(?:特别行政区|维吾尔自治区|壮族自治区|回族自治区|自治区|省|市)$")
_COMPANY = re.compile(r"^(.{2,}?)(?:股份有限公司|有限责任公司|有限公司|集团公司|集团)$")


def lexicon(
    source: Source,
    profiles: Mapping[str, Sequence[ColumnProfile]],
    dimensions: Mapping[str, Dimension],
    tables: Mapping[str, Table],
) -> dict[str, tuple[str, ...]]:
    """Values per text dimension. Names come first when the total is more than memory should hold."""
    wanted: list[tuple[int, str, ColumnProfile]] = []
    for table, columns in profiles.items():
        for column in columns:
            name = f"{table}.{column.name}"
            dimension = dimensions[name]
            if dimension.kind is not Kind.TEXT or dimension.sensitive or not column.sample:
                continue
            length = sum(len(str(v)) for v in column.sample) / len(column.sample)
            if column.distinct <= MOST_PER_COLUMN and length <= LONGEST:
                is_name = tables[table].names == name
                wanted.append((0 if is_name else column.distinct, name, column))
    found: dict[str, tuple[str, ...]] = {}
    total = 0
    for _, name, column in sorted(wanted, key=lambda w: w[:2]):
        if total + column.distinct > MOST_IN_ALL:
            continue
        values = distinct_values(source, column, MOST_PER_COLUMN)
        found[name] = tuple(sorted({str(v) for v in values if str(v).strip()}))
        total += len(found[name])
    for name, dimension in dimensions.items():  # roles share the values of their target
        original = f"{tables[dimension.table].source}.{name.split('.', 1)[1]}"
        if "@" in dimension.table and original in found:
            found[name] = found[original]
    return found


def short_names(values: tuple[str, ...]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """北京市 is said 北京: short forms that are not themselves other values.

    >>> short_names(("北京市", "吉林省", "吉林市"))
    (('北京市', ('北京',)),)
    """
    if len(values) > 5000:
        return ()
    shorts: dict[str, list[str]] = {}
    for value in values:
        if (match := _PLACE.match(value.strip()) or _COMPANY.match(value.strip())) is not None:
            shorts.setdefault(match[1], []).append(value)
    taken = set(values)
    return tuple((v[0], (s,)) for s, v in shorts.items() if len(v) == 1 and s not in taken)
