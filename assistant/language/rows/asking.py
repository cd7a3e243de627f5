"""The rest of a sentence over rows: question words, what nobody read, and what each entity is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from assistant.language import meaning as m
from assistant.language.grammar import Mention
from assistant.language.rows import hints
from assistant.language.rows.said import Column, Filter, Said, light, where_of
from assistant.language.rows.soft import Soft
from assistant.language.rows.tokens import Token, Unread
from semantic_layer.catalog import Catalog, Kind

CUES = m.Cue
LISTING = {CUES.LIST, CUES.WHICH_ONES, CUES.ALL}


def question_words(said: Said, tokens: Sequence[Token], text: str, catalog: Catalog) -> None:
    """什么时候, 在哪, 谁, 多少钱: columns by their endings."""
    for words, endings in (*hints.ASKING, (hints.WHEN, ())):
        word = max((w for w in words if w in text), key=len, default="")
        if not word:
            continue
        at = text.index(word)
        clause = next((t.clause for t in tokens if t.start <= at < t.end), 0)
        near = [c for c in said.columns if c.clause == clause and not c.grouped]
        numeric = [c for c in near if catalog.dimensions[c.names[0]].kind is Kind.NUMBER]
        if (numeric and words is not hints.WHEN) or any(
            _overlaps(c, at, at + len(word)) for c in near
        ):
            continue
        found = [
            d.name
            for d in catalog.dimensions.values()
            if (
                d.kind is Kind.TIME or d.label.endswith("时间")
                if words is hints.WHEN
                else hints.matches(d.label, d.kind, endings)
            )
        ]
        if _narrowed(said, near, found, catalog, text) or any(_fits(c, found) for c in near):
            continue
        if found:
            said.columns.append(Column(tuple(found), at, at + len(word), clause, 0.6, every=True))


def _narrowed(
    said: Said, near: Sequence[Column], found: list[str], catalog: Catalog, text: str
) -> bool:
    """在哪里举办: 举办 may be 举办时间 or 举办地点, and the question word says which."""
    for column in near:
        spoken = text[column.start : column.end]
        if any(spoken == catalog.dimensions[n].label for n in column.names):
            continue
        better = tuple(n for n in found if spoken in catalog.dimensions[n].label)
        if better:
            at = said.columns.index(column)
            said.columns[at] = replace(column, names=better, price=0.0)
            return True
    return False


def _fits(column: Column, found: list[str]) -> bool:
    return any(n in found for n in column.names)


def _overlaps(column: Column, start: int, end: int) -> bool:
    return column.start < end and start < column.end


def rescued(said: Said, tokens: Sequence[Token], values: Sequence[Mention]) -> list[Token]:
    """Values that overlap what nobody read: 杂食 in 杂食性, whose 食性 is a column."""
    left = []
    for token in tokens:
        hit = next(
            (
                v
                for v in sorted(values, key=lambda v: v.start - v.end)
                if isinstance(token.value, Unread) and v.start < token.end and token.start < v.end
            ),
            None,
        )
        if hit is None:
            left.append(token)
            continue
        options = tuple(where_of(d, (v,), False) for d, v in hit.value.options)
        said.filters.append(Filter(options, hit.start, hit.end, token.clause, 0.1))
    return left


def unread_words(said: Said, tokens: Sequence[Token], text: str, soft: Soft) -> None:
    """Stretches that no word explains may share characters with a column or stand inside a value."""
    done = 0
    for i, token in enumerate(tokens):
        if not isinstance(token.value, Unread) or token.start < done:
            continue
        asked = any(t.value in (CUES.WHICH, CUES.HOW_MANY) and t.end == token.start for t in tokens)
        found = soft.columns(text, token.start, token.end, asked)
        start, end = _widened(i, tokens)
        values = soft.values(text, token.start, token.end, start, end)
        if values and values[0][2] - values[0][1] >= 3:
            found = None
        if found and (found.price <= 0.5 or not values):
            said.columns.append(
                Column(found.names, token.start, token.end, token.clause, found.price)
            )
        elif values:
            options = tuple(where_of(d, v, False) for (d, v), _, _ in values)
            said.filters.append(Filter(options, values[0][1], values[0][2], token.clause, 0.5))
            done = values[0][2]
        else:
            said.unused.append((token.start, token.end))
            said.vague = True


def _widened(i: int, tokens: Sequence[Token]) -> tuple[int, int]:
    """The stretch with the light words around it: 人大附小 is read as 人, 大, 附 and 小."""
    start, end = tokens[i].start, tokens[i].end
    for token in reversed(tokens[:i]):
        if token.end != start or not _thin(token):
            break
        start = token.start
    for token in tokens[i + 1 :]:
        if token.start != end or not _thin(token):
            break
        end = token.end
    return start, end


def _thin(token: Token) -> bool:
    return (
        len(token.text) == 1
        and (light(token) or isinstance(token.value, (m.Cue, m.AggWord, m.OpWord, Unread)))
    ) or isinstance(token.value, Unread)


def mark(said: Said, tokens: Sequence[Token], text: str, soft: Soft) -> None:
    """Which entities are asked for, counted, pointed at; which words carry 各 or 每."""
    before = dict(_before(tokens))
    said.columns = [
        replace(c, grouped=before.get(c.start) is CUES.EACH and said.sort is None)
        for c in said.columns
    ]
    out = []
    for entity in said.entities:
        cue = before.get(entity.start)
        after = [t for t in tokens if t.start >= entity.end and t.clause == entity.clause][:3]
        asks = {CUES.WHICH, CUES.WHAT, CUES.HOW_MANY, CUES.LIST, CUES.WHICH_ONES}
        asked = cue in asks or cue in LISTING or any(t.value in asks for t in after[:2])
        counted = entity.counted or cue is CUES.HOW_MANY
        counted = counted or (bool(after) and after[0].value in (CUES.HOW_MANY, CUES.COUNTED))
        pointed = cue is CUES.IT
        out.append(
            replace(
                entity,
                asked=entity.asked or asked,
                counted=counted and not pointed,
                pointed=pointed,
                grouped=cue is CUES.EACH,
            )
        )
    said.entities = out
    said.vague = said.vague or any(w in text for w in ("怎么样", "如何", "情况", "介绍", "吗"))
    if said.nearest is not None and said.ranking is None:
        measured = any(
            c.clause == said.nearest.clause
            and any(n for n in c.names if soft.catalog.dimensions[n].label.startswith("距"))
            for c in said.columns
        )
        if measured or "最近的" in text or "最近一" in text or "最后的" in text:
            said.ranking = said.nearest
    said.others = any(w in text for w in hints.OTHERS)
    said.how_many = any(t.value in (CUES.HOW_MANY, CUES.WHAT) for t in tokens) or "多少" in text
    if (said.sort is not None and "由近" in text) or "从近" in text:
        said.sort = True
    if not said.points and text.startswith(hints.POINTING):
        said.points = text[:1] in "它他她其此该" or text[:2] in (
            "这个",
            "这些",
            "这家",
            "这款",
            "这部",
        )


def _before(tokens: Sequence[Token]) -> Iterator[tuple[int, Any]]:
    """Start of a word → the cue right before it, light words between left out."""
    last: Any = None
    for token in tokens:
        if light(token) and token.end - token.start <= 2:
            continue
        yield token.start, last
        last = token.value if isinstance(token.value, m.Cue) else None
