"""From the words of a sentence to what it says over rows, one word at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from assistant.language import meaning as m
from assistant.language.grammar import Mention
from assistant.language.phrases import Condition_, Ranked, Threshold, Values
from assistant.language.rows import hints
from assistant.language.rows.asking import mark, question_words, rescued, unread_words
from assistant.language.rows.said import (
    COUNTS,
    Column,
    Entity,
    Filter,
    Ranking,
    Said,
    light,
    where_of,
)
from assistant.language.rows.soft import Soft
from assistant.language.rows.tokens import Token, Unread
from assistant.language.rules.number import Number
from assistant.language.times import TimeValue
from semantic_layer.catalog import Catalog, Kind
from semantic_layer.query import Agg, Period

CUES = m.Cue
COUNTERS = frozenset("个家位名种类款所座部场条间支只本首届项门台辆套块栋")
Resolve = Callable[[Any], tuple[Period, ...]]


def read_rows(
    tokens: Sequence[Token],
    text: str,
    catalog: Catalog,
    soft: Soft,
    resolve: Resolve,
    values: Sequence[Mention] = (),
) -> Said:
    """Everything that ``tokens`` say, in the order said."""
    said = Said(text)
    for i in range(len(tokens)):
        _take(said, i, tokens, soft, catalog, resolve)
    question_words(said, tokens, text, catalog)
    unread_words(said, rescued(said, tokens, values), text, soft)
    mark(said, tokens, text, soft)
    return said


def _take(
    said: Said, i: int, tokens: Sequence[Token], soft: Soft, catalog: Catalog, resolve: Resolve
) -> None:
    token = tokens[i]
    place = (token.start, token.end, token.clause)
    match token.value:
        case m.DimensionWord(names):
            _named(said, names, tokens, i, soft, catalog)
        case m.TableWord(names):
            said.entities.append(Entity(names, *place))
        case m.MetricWord(names):
            tables = tuple(n.removesuffix(".count") for n in names if n.endswith(".count"))
            if tables:
                said.entities.append(Entity(tables, *place, asked=True, counted=True))
        case m.Quoted(quoted):
            if values := soft.values(quoted, 0, len(quoted), 0, len(quoted)):
                options = tuple(where_of(d, v, False) for (d, v), _, _ in values)
                said.filters.append(Filter(options, *place))
        case Values(options, negated):
            if tables := _as_noun(i, tokens, soft):
                said.entities.append(Entity(tables, *place))
                return
            said.filters.append(Filter(tuple(where_of(d, v, negated) for d, v in options), *place))
        case Condition_(options):
            said.filters.append(Filter(options, *place))
        case Threshold() as threshold:
            said.thresholds.append((threshold, token.start, token.end))
        case Ranked(comparative=True):
            said.vague = True
        case Ranked() as r if token.text not in ("最近", "最后"):
            said.ranking = Ranking(
                r.n,
                r.descending is not False,
                r.ties or r.n == 1,
                r.both,
                r.offset,
                token.text,
                *place,
            )
        case m.SortCue(descending):
            said.sort, said.sort_at = descending, token.start
        case m.AggWord(agg):
            _aggregate(said, agg, token)
        case m.Cue() as cue:
            _cue(said, cue, token)
        case Ranked() as r:
            said.nearest = Ranking(1, True, True, False, 0, token.text, *place)
        case Number() if token.text.isdigit() and (names := soft.numbered(token.text)):
            said.columns.append(Column(names, *place, 0.2))
        case m.FormCue() | m.Filler() | m.UnitWord() | Number() | Unread():
            pass
        case value:
            if isinstance(value, TimeValue):
                periods = resolve(value)
                if periods and not _vague(token.text):
                    said.periods = (*said.periods, *periods)


def _named(
    said: Said,
    names: tuple[str, ...],
    tokens: Sequence[Token],
    i: int,
    soft: Soft,
    catalog: Catalog,
) -> None:
    """A word of a column, which may name the entity as well, or rather."""
    token = tokens[i]
    place = (token.start, token.end, token.clause)
    keyed = token.text.endswith(("id", "编号", "编码", "代码"))
    spoken = tuple(n for n in names if keyed or catalog.dimensions[n].kind is not Kind.KEY)
    price = _stem_price(token, names, tokens, catalog)
    if opening := _entity_in(token, names, catalog):
        said.entities.append(Entity((opening,), *place))
    tables = soft.tables(token.text)
    if price and tables:
        said.entities.append(Entity(tables, *place))
    else:
        said.columns.append(Column(spoken or names, *place, price))


def _as_noun(i: int, tokens: Sequence[Token], soft: Soft) -> tuple[str, ...]:
    """这些演员: a value of one column that is also the word for an entity."""
    pointing = {CUES.IT, CUES.WHICH, CUES.HOW_MANY, CUES.LIST, CUES.WHICH_ONES, CUES.EACH, CUES.ALL}
    before = next((t for t in reversed(tokens[:i]) if not light(t)), None)
    return soft.tables(tokens[i].text) if before and before.value in pointing else ()


def _entity_in(token: Token, names: tuple[str, ...], catalog: Catalog) -> str | None:
    """国家人口 as one word names the entity too."""
    for name in names:
        found = catalog.dimensions[name]
        entity = catalog.tables[found.table].entity
        if token.text != found.label and token.text.startswith(entity) and token.text != entity:
            return found.table
    return None


def _stem_price(
    token: Token, names: tuple[str, ...], tokens: Sequence[Token], catalog: Catalog
) -> float:
    """员工 for 员工数量 without 多少: perhaps the thing, not its number."""
    counting = {CUES.HOW_MANY, CUES.WHAT, CUES.COUNTED}
    if any(t.clause == token.clause and t.value in counting for t in tokens):
        return 0.0
    labels = [catalog.dimensions[n].label for n in names]
    stem = all(x != token.text and x.startswith(token.text) and x.endswith(COUNTS) for x in labels)
    return 0.8 if stem else 0.0


def _vague(text: str) -> bool:
    """今年, 目前 and 最近 are said for nothing where rows are looked up."""
    return not any(c.isdigit() or c in "一二三四五六七八九十〇零" for c in text)


def _aggregate(said: Said, agg: Agg, token: Token) -> None:
    if agg in (Agg.MAX, Agg.MIN):
        if said.ranking is None:
            place = (token.start, token.end, token.clause)
            said.ranking = Ranking(1, agg is Agg.MAX, True, False, 0, token.text, *place)
        return
    if agg is Agg.SUM and token.text in ("共", "一共", "总共", "总计", "累计"):
        said.total = True
        return  # 一共有多少 asks for the number as it stands
    if agg in (Agg.AVG, Agg.SUM, Agg.MEDIAN, Agg.STDDEV, Agg.VARIANCE):
        said.aggregate, said.aggregate_at = agg, token.start


def _cue(said: Said, cue: m.Cue, token: Token) -> None:
    match cue:
        case CUES.IT:
            said.points = True
        case CUES.WITHIN:
            said.inside = said.inside or token.text in hints.INSIDE
        case CUES.ONLY:
            said.narrows = said.narrows or token.text in hints.NARROWING
        case CUES.ALSO:
            said.adds = True
        case CUES.THEN:
            said.then = said.then or token.text != "那"
        case CUES.DETAIL:
            said.detail = True
        case CUES.HOW_MANY:
            said.counts = said.counts or token.text[-1] in COUNTERS
        case CUES.COUNTED:
            said.counts = said.counts or token.text in ("个数", "家数", "总数", "数量", "的数量")
        case CUES.TOTAL | CUES.TOGETHER_ADDED:
            said.total = True
        case CUES.DISTINCT:
            said.distinct = said.distinct or token.text not in ("独立", "不同的")
        case CUES.RESPECTIVELY:
            said.respectively = True
        case CUES.LIST | CUES.WHICH_ONES | CUES.ALL:
            said.everything = said.everything or token.text not in ("都", "找", "拉")
        case CUES.SORT:
            if said.sort is None:
                said.sort, said.sort_at = False, token.start
        case _:
            pass
