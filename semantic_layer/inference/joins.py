"""Which column of which table points to which key, from names and from the values themselves.

A column points to a key when its values occur there and its name says so (作者id → 诗人.诗人id by
the values, 城市id → 城市.城市id by both). Where one table points twice to another, each pointer plays
a role of its own (销往省份, 原产省份) and gets its own copy of the target table.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from semantic_layer.inference.labels import has_chinese, is_key_name, stem_of, translate
from semantic_layer.inference.profile import (
    ColumnProfile,
    Source,
    distinct_values,
    exactly_unique,
    share_found,
)
from semantic_layer.inference.words import SAME_KIND

CHECKED_VALUES = 200
_CODED = re.compile(r".*[A-Za-z_.\-].*\d.*|[0-9a-f]{8,}.*")


@dataclass(frozen=True, slots=True)
class Link:
    """``column`` of ``table`` points to ``key`` of ``target``. ``role`` is empty for the plain join.

    ``natural``: the column holds names (所在省份 = 北京) and stays a text of its own.
    """

    table: str
    column: str
    target: str
    key: str
    score: float
    role: str = ""
    natural: bool = False


def primary_keys(
    source: Source, profiles: Mapping[str, Sequence[ColumnProfile]]
) -> dict[str, ColumnProfile]:
    """Table → the column that identifies its rows: unique, named like a key, its table's own.

    A pointer may be unique by chance (one row per 宗教id in 各国宗教): where another keyed table sounds
    more like the pointer, or as much and is named shorter, the column is no key here.
    """
    found: dict[str, ColumnProfile] = {}
    for table, columns in profiles.items():
        named = [c for c in columns if is_key_name(c.name) and not (c.numeric and not c.whole)]
        order = sorted(named, key=lambda c: (-_owned(c, table), c.position))
        key = next((c for c in order if exactly_unique(source, c)), None)
        if key is not None:
            found[table] = key
    return {
        table: key
        for table, key in found.items()
        if not any(
            (_owned(key, other), -len(other)) > (_owned(key, table), -len(table))
            and _owned(key, other) >= 0.6
            and stem_of(key.name)
            for other in found
            if other != table
        )
    }


def _owned(column: ColumnProfile, table: str) -> float:
    """How much a key sounds like the key of ``table``; a bare id is its own table's."""
    stem = stem_of(column.name)
    if not stem:
        return 1.0 if column.table == table else 0.0
    return _alike(stem, table)


def _alike(stem: str, table: str) -> float:
    """How much a pointer's stem sounds like a table's name, 0 to 1."""
    if not stem:
        return 0.0
    a, b = stem.lower(), table.lower()
    if not has_chinese(b):
        b = b.removeprefix("dim_").removeprefix("t_").removeprefix("tbl_")
        singular = b.removesuffix("ies") + "y" if b.endswith("ies") else b.removesuffix("s")
        if a in (b, singular):
            return 1.0
        if has_chinese(a):
            spoken = "".join(translate(table)[:1])
            return 0.9 if a == spoken else 0.0
        return 0.7 if a.endswith(singular) else 0.0
    if a == b:
        return 1.0
    if a in b or b in a:
        return 0.7
    shared = len(set(a) & set(b))
    return 0.5 * shared / max(len(set(a)), 1) if shared >= 2 else 0.0


def _comparable(pointer: ColumnProfile, key: ColumnProfile) -> bool:
    if pointer.numeric != key.numeric or pointer.filled == 0 or key.filled == 0:
        return False
    try:
        return bool(pointer.low >= key.low and pointer.high <= key.high) or pointer.distinct > 3
    except TypeError:
        return False


def _candidates(
    profiles: Mapping[str, Sequence[ColumnProfile]], keys: Mapping[str, ColumnProfile]
) -> list[tuple[float, ColumnProfile, ColumnProfile]]:
    found = []
    for table, columns in profiles.items():
        for column in columns:
            coded = column.textual and all(_CODED.fullmatch(str(v)) for v in column.sample[:50])
            if not (is_key_name(column.name) or coded) or not column.sample:
                continue
            for target, key in keys.items():
                if target == table and column.name == key.name:
                    continue
                name = max(
                    1.0 if column.name.lower() == key.name.lower() != "id" else 0.0,
                    _alike(stem_of(column.name), target),
                    _alike(stem_of(column.name), stem_of(key.name)) if stem_of(key.name) else 0.0,
                )
                if target == table and stem_of(column.name).lower() in SAME_KIND:
                    name = 0.9
                opaque = coded and column.textual
                if (name >= 0.3 or opaque) and _comparable(column, key):
                    found.append((name, column, key))
    return found


def find_links(
    source: Source,
    profiles: Mapping[str, Sequence[ColumnProfile]],
    keys: Mapping[str, ColumnProfile],
) -> tuple[Link, ...]:
    """Every pointer with its best target, roles assigned."""
    best: dict[tuple[str, str], Link] = {}
    samples: dict[tuple[str, str], tuple[object, ...]] = {}
    for name, column, key in _candidates(profiles, keys):
        place = (column.table, column.name)
        if place not in samples:
            samples[place] = tuple(
                v for v in distinct_values(source, column, CHECKED_VALUES) if v != ""
            )
        share = share_found(source, samples[place], key)
        needed = 0.5 if name >= 0.9 else 0.8 if name >= 0.5 else 0.95
        if share < needed:
            continue
        own = keys.get(column.table)
        if own is not None and own.name == column.name and name < 0.5:
            continue  # two tables whose keys happen to run over the same numbers
        score = share + name
        if place not in best or best[place].score < score:
            best[place] = Link(column.table, column.name, key.table, key.name, score)
    return _with_roles(_acyclic(tuple(best.values()), keys))


def _acyclic(links: tuple[Link, ...], keys: Mapping[str, ColumnProfile]) -> tuple[Link, ...]:
    """Of two tables that share one key, only the one with more to point from keeps its pointer."""
    kept: list[Link] = []
    for link in sorted(links, key=lambda k: -k.score):
        mutual = any(
            (k.table, k.target) == (link.target, link.table)
            and keys[link.table].name == link.column
            and keys[k.table].name == k.column
            for k in kept
            if link.table in keys and k.table in keys
        )
        if not mutual:
            kept.append(link)
    return tuple(kept)


def role_of(column: str) -> str:
    """What a pointer says about the row it points to: 销往省份id → 销往省份, manager_id → 经理."""
    if not has_chinese(column):
        stem = stem_of(column)
        return (translate(stem) or (stem,))[0]
    for ending in ("id", "ID", "Id", "编号", "编码", "代码"):
        if column.endswith(ending) and len(column) > len(ending):
            return column[: -len(ending)].rstrip("_")
    return column


def _with_roles(links: tuple[Link, ...]) -> tuple[Link, ...]:
    groups: dict[tuple[str, str], list[Link]] = defaultdict(list)
    for link in links:
        groups[link.table, link.target].append(link)
    out: list[Link] = []
    for (table, target), group in groups.items():
        plain = [
            k
            for k in group
            if table != target
            and (k.column.lower() == k.key.lower() or _alike(stem_of(k.column), target) >= 1.0)
        ]
        first = plain[0] if plain else group[0] if len(group) == 1 and table != target else None
        for k in group:
            role = "" if k is first else role_of(k.column)
            out.append(Link(k.table, k.column, k.target, k.key, k.score, role))
    return tuple(out)


def natural_links(
    source: Source,
    profiles: Mapping[str, Sequence[ColumnProfile]],
    labels: Mapping[str, ColumnProfile],
    known: Sequence[Link],
) -> tuple[Link, ...]:
    """Columns that hold another table's names, where no key says so: 所在省份 = 省份.省名."""
    paired = {frozenset((k.table, k.target)) for k in known}
    pointers = {(k.table, k.column) for k in known}
    found: dict[tuple[str, str], Link] = {}
    for target, label in labels.items():
        if not exactly_unique(source, label):
            continue
        for table, columns in profiles.items():
            if table == target or frozenset((table, target)) in paired:
                continue
            for column in columns:
                place = (table, column.name)
                if place in pointers or not column.textual or column is labels.get(table):
                    continue
                if _alike(stem_of(column.name), target) < 1.0 or column.distinct < 2:
                    continue
                values = [v for v in distinct_values(source, column, CHECKED_VALUES) if v]
                share = share_found(source, values, label)
                if share >= 0.8 and (place not in found or found[place].score < share):
                    found[place] = Link(table, column.name, target, label.name, share, natural=True)
    return tuple(found.values())
