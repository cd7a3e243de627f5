"""What one sentence says over rows: columns, entities, filters, a ranking, an order, what it points at.

Every word keeps all the names it may stand for; ``choose.py`` picks one of each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from assistant.language import meaning as m
from assistant.language.grammar import Mention
from assistant.language.phrases import Condition_, Ranked, Threshold, Values
from assistant.language.rows import hints
from assistant.language.rows.soft import Soft
from assistant.language.rows.tokens import Token, Unread
from assistant.language.rules.number import Number
from semantic_layer.catalog import Catalog, Kind
from semantic_layer.query import Agg, Condition, Op, Period, Where

CUES = m.Cue
LISTING = {CUES.LIST, CUES.ALL}
COUNTS = ("数量", "数", "人数", "总数", "个数", "次数")
COUNTERS = frozenset("个家位名种类款所座部场条间支只本首届项门台辆套块栋")


@dataclass(frozen=True, slots=True)
class Column:
    """``names`` are dimensions it may be, ``price`` how far-fetched that is, ``group`` when 各/每 is said."""

    names: tuple[str, ...]
    start: int
    end: int
    clause: int
    price: float = 0.0
    every: bool = False  # all of ``names`` in the chosen table, not the best one
    grouped: bool = False
    denied: bool = False  # 不是985


@dataclass(frozen=True, slots=True)
class Entity:
    tables: tuple[str, ...]
    start: int
    end: int
    clause: int
    asked: bool = False
    counted: bool = False
    pointed: bool = False  # 该省
    grouped: bool = False


@dataclass(frozen=True, slots=True)
class Filter:
    options: tuple[Condition, ...]
    start: int
    end: int
    clause: int
    price: float = 0.0


@dataclass(frozen=True, slots=True)
class Ranking:
    n: int
    descending: bool
    ties: bool
    both: bool
    offset: int
    text: str
    start: int
    end: int
    clause: int


@dataclass(slots=True)
class Said:
    text: str = ""
    columns: list[Column] = field(default_factory=list)
    entities: list[Entity] = field(default_factory=list)
    filters: list[Filter] = field(default_factory=list)
    ranking: Ranking | None = None
    nearest: Ranking | None = None  # 最近: the nearest, the latest, or lately
    others: bool = False  # 其他的, 哪些不是
    sort: bool | None = None  # descending?
    sort_at: int = -1
    periods: tuple[Period, ...] = ()
    aggregate: Agg | None = None
    aggregate_at: int = -1
    how_many: bool = False  # 多少 with nothing beside it
    counts: bool = False  # 几个, 多少家
    total: bool = False  # 一共
    vague: bool = False  # 怎么样, 情况, and words that nobody understood
    detail: bool = False
    distinct: bool = False
    points: bool = False  # 它 这些 该
    inside: bool = False  # 其中
    narrows: bool = False  # 只列出
    adds: bool = False
    then: bool = False  # …呢
    respectively: bool = False
    everything: bool = False  # 所有 列出
    thresholds: list[tuple[Threshold, int, int]] = field(default_factory=list)
    unused: list[tuple[int, int]] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        return not (
            self.columns
            or self.entities
            or self.filters
            or self.ranking
            or self.sort is not None
            or self.periods
            or self.how_many
            or self.detail
            or self.distinct
            or self.thresholds
        )


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
    _question_words(said, tokens, text, catalog)
    _unread(said, _rescued(said, tokens, values), text, soft)
    _mark(said, tokens, text, soft)
    return said


def _rescued(said: Said, tokens: Sequence[Token], values: Sequence[Mention]) -> list[Token]:
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
        options = tuple(_where(d, (v,), False) for d, v in hit.value.options)
        said.filters.append(Filter(options, hit.start, hit.end, token.clause, 0.1))
    return left


def _take(
    said: Said, i: int, tokens: Sequence[Token], soft: Soft, catalog: Catalog, resolve: Resolve
) -> None:
    token = tokens[i]
    place = (token.start, token.end, token.clause)
    match token.value:
        case m.DimensionWord(names):
            keyed = token.text.endswith(("id", "编号", "编码", "代码"))
            spoken = tuple(n for n in names if keyed or catalog.dimensions[n].kind is not Kind.KEY)
            price = _stem_price(token, names, tokens, catalog)
            tables = soft.tables(token.text)
            if price and tables:
                said.entities.append(Entity(tables, *place))
            else:
                said.columns.append(Column(spoken or names, *place, price))
        case m.TableWord(names):
            said.entities.append(Entity(names, *place))
        case m.MetricWord(names):
            tables = tuple(n.removesuffix(".count") for n in names if n.endswith(".count"))
            if tables:
                said.entities.append(Entity(tables, *place, asked=True, counted=True))
        case m.Quoted(quoted):
            if values := soft.values(quoted, 0, len(quoted), 0, len(quoted)):
                options = tuple(_where(d, v, False) for (d, v), _, _ in values)
                said.filters.append(Filter(options, *place))
        case Values(options, negated):
            if tables := _as_noun(i, tokens, soft):
                said.entities.append(Entity(tables, *place))
                return
            said.filters.append(Filter(tuple(_where(d, v, negated) for d, v in options), *place))
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
            if not type(value).__module__.endswith("meaning"):
                periods = resolve(value)
                if periods and not _vague(token.text):
                    said.periods = (*said.periods, *periods)


def _as_noun(i: int, tokens: Sequence[Token], soft: Soft) -> tuple[str, ...]:
    """这些演员: a value of one column that is also the word for an entity."""
    pointing = {CUES.IT, CUES.WHICH, CUES.HOW_MANY, CUES.LIST, CUES.EACH, CUES.ALL}
    before = next((t for t in reversed(tokens[:i]) if not _light(t)), None)
    return soft.tables(tokens[i].text) if before and before.value in pointing else ()


def _light(token: Token) -> bool:
    value = token.value
    return type(value) is str or isinstance(value, (m.Filler, m.UnitWord, Number))


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


def _where(dimension: str, values: tuple[Any, ...], negated: bool) -> Where:
    if len(values) == 1:
        return Where(dimension, Op.NE if negated else Op.EQ, values)
    return Where(dimension, Op.NOT_IN if negated else Op.IN, values)


def _aggregate(said: Said, agg: Agg, token: Token) -> None:
    if agg in (Agg.MAX, Agg.MIN):
        if said.ranking is None:
            place = (token.start, token.end, token.clause)
            said.ranking = Ranking(1, agg is Agg.MAX, True, False, 0, token.text, *place)
        return
    if agg is Agg.SUM and token.text in ("共", "一共", "总共", "总计", "累计"):
        said.total = True
        return  # 一共有多少 asks for the number as it stands
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
        case CUES.TOTAL:
            said.total = True
        case CUES.DISTINCT:
            said.distinct = said.distinct or token.text not in ("独立", "不同的")
        case CUES.RESPECTIVELY:
            said.respectively = True
        case CUES.LIST | CUES.ALL:
            said.everything = said.everything or token.text not in ("都", "找", "拉")
        case CUES.SORT:
            if said.sort is None:
                said.sort, said.sort_at = False, token.start
        case _:
            pass


def _question_words(said: Said, tokens: Sequence[Token], text: str, catalog: Catalog) -> None:
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


def _unread(said: Said, tokens: Sequence[Token], text: str, soft: Soft) -> None:
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
            options = tuple(_where(d, v, False) for (d, v), _, _ in values)
            said.filters.append(Filter(options, values[0][1], values[0][2], token.clause, 0.5))
            done = values[0][2]
        elif links := soft.linked(token.text):
            said.entities.append(Entity(links, token.start, token.end, token.clause))
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
        and (_light(token) or isinstance(token.value, (m.Cue, m.AggWord, m.OpWord, Unread)))
    ) or isinstance(token.value, Unread)


def _mark(said: Said, tokens: Sequence[Token], text: str, soft: Soft) -> None:
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
        asks = {CUES.WHICH, CUES.WHAT, CUES.HOW_MANY, CUES.LIST}
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
        if _light(token) and token.end - token.start <= 2:
            continue
        yield token.start, last
        last = token.value if isinstance(token.value, m.Cue) else None
