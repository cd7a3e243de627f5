"""The words of one catalog, and every place of a text where one of them stands.

Built once per catalog: an Aho–Corasick automaton over the catalog's names and values together with
the closed vocabulary of ``words.py``. Which of the overlapping mentions count is the cover's business.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

import ahocorasick

from analytics.contract import Analysis
from assistant.language.aims import further
from assistant.language.grammar import Mention
from assistant.language.intents import Intents
from assistant.language.meaning import (
    DimensionWord,
    LengthWord,
    MetricWord,
    Quoted,
    StemWord,
    TableWord,
    TallyWord,
    TargetWord,
    TermWord,
    UnitWord,
    ValueWord,
    VerbWord,
)
from assistant.language.phrases import Grouping, Verb
from assistant.language.words import seeds
from semantic_layer.catalog import Aggregate, Catalog, Dimension, Kind
from semantic_layer.query import Agg

ASKING = ("了多少", "多少", "了几", "几", "过多少", "过几")
COMMON = "个条项行次"  # classifiers that tell nothing of what is counted
PLACE = re.compile(
    r"(?:特别行政区|壮族自治区|回族自治区|维吾尔自治区|自治区|自治州|自治县|地区|省|市|区|县|州|镇|乡)$"
)
COMPANY = re.compile(r"(?:股份有限公司|有限责任公司|集团有限公司|有限公司|集团|公司)$")
LATIN = re.compile(r"[a-z0-9]")
QUOTED = re.compile(r"[\"'“‘「『《]([^\"'”’」』》]{1,40})[\"'”’」』》]")
COUNTING = (Agg.COUNT, Agg.COUNT_DISTINCT, Agg.SUM)
NUMBERED = r"[一二两三四五六七八九十百千万几每多少半数条\d]"  # 三单最多 counts, 单最多 measures
NUMERIC = re.compile(r"[\d.,%+-]+")


def plain(surface: str) -> str:
    """The form in which words are compared: half width, lower case, no blanks at the ends."""
    return unicodedata.normalize("NFKC", surface).lower().strip()


def place_names(value: str) -> Iterator[str]:
    """广东省 is also called 广东."""
    short = PLACE.sub("", value)
    if len(short) >= 2 and short != value:
        yield short


class Lexicon:
    """``mentions(text)`` finds words; ``names`` is what fuzzy matching may propose."""

    def __init__(self, catalog: Catalog, analyses: Mapping[str, Analysis] | None = None) -> None:
        self.catalog = catalog
        self.intents = Intents(analyses or {}, catalog)
        table: dict[str, dict[type, dict[Any, None]]] = defaultdict(lambda: defaultdict(dict))
        for surface, kind, item in _names(catalog, self.intents):
            if surface := plain(surface):
                table[surface][kind][item] = None
        for kinds in table.values():
            _one_role(catalog, kinds)
        for kinds in table.values():  # 库存: with a number behind it, the metric is compared
            if MetricWord in kinds:
                kinds.pop(LengthWord, None)
        self.names: dict[str, tuple[Any, ...]] = {
            surface: tuple(
                self._word(kind, tuple(items), kinds, surface) for kind, items in kinds.items()
            )
            for surface, kinds in table.items()
        }
        everything: dict[str, list[Any]] = {s: list(v) for s, v in self.names.items()}
        for surface, value in seeds():
            everything.setdefault(plain(surface), []).append(value)
        for unit in {d.unit for d in catalog.dimensions.values() if d.kind is Kind.NUMBER} - {""}:
            if not any(isinstance(v, UnitWord) for v in everything.setdefault(unit, [])):
                everything[unit].append(UnitWord(unit))
        self._tallies = tuple(_tallied(catalog))
        self._automaton = ahocorasick.Automaton()
        for surface, values in everything.items():
            self._automaton.add_word(surface, (len(surface), tuple(values)))
        self._automaton.make_automaton()

    def _word(
        self, kind: type, items: tuple[Any, ...], kinds: dict[type, dict[Any, None]], surface: str
    ) -> Any:
        if kind is DimensionWord:
            kinds_of = {d: self.catalog.dimensions[d].kind for d in items}
            measurable = (Kind.NUMBER, Kind.TIME)
            told = not surface.startswith(("是否", "是不是", "有无", "有没有"))
            holds = told and set(kinds_of.values()) == {Kind.BOOL}
            return DimensionWord(items, tuple(d for d in items if kinds_of[d] in measurable), holds)
        if kind is MetricWord:
            values = kinds.get(ValueWord, {})
            return MetricWord(items, tuple(values), surface.startswith(("多少", "几")))
        return kind(items)

    def mentions(self, text: str, asked: str | None = None) -> list[Mention]:
        """Every word of the lexicon in ``text`` (normalised), overlaps included. ``asked`` is the
        analysis that the conversation is about: its parameters may be said alone."""
        found = []
        for last, (length, values) in self._automaton.iter(text):
            start, end = last + 1 - length, last + 1
            if _cuts_latin(text, start, end):
                continue
            found += [Mention(start, end, value, "word") for value in values]
        for unit, name in self._tallies:
            for at in re.finditer(rf"(?<!{NUMBERED}){unit}(?=最[多少高低大小]|量?更[多少])", text):
                found.append(Mention(at.start(), at.end(), MetricWord((name,)), "word"))
        for m in QUOTED.finditer(text):
            found.append(Mention(m.start(), m.end(), Quoted(m.group(1)), "quoted"))
            inner = self.names.get(m.group(1), ())
            found += [Mention(m.start(), m.end(), v, "quoted") for v in inner]
        found += self.intents.idioms.mentions(text)
        return [*found, *self.intents.mentions(text, found, asked)]


def _one_role(catalog: Catalog, kinds: dict[type, dict[Any, None]]) -> None:
    """A word for an entity and for the column that names it is one word.

    Entities with a key of their own (订单, 用户) stay entities; where the name itself is the key (a table
    of channels) the column stays.
    """
    if MetricWord in kinds and catalog.primary:
        kinds.pop(TableWord, None)  # 退款, 库存: the metric that the word names counts the rows too
    tables, dimensions = kinds.get(TableWord), kinds.get(DimensionWord)
    if not tables or not dimensions:
        return
    for name in list(tables):
        table = catalog.tables[name]
        own = {d for d in dimensions if catalog.dimensions[d].table == name}
        keyed = any(d.kind is Kind.KEY for d in catalog.dimensions.values() if d.table == name)
        shown = {d for d in own if d in table.display or catalog.dimensions[d].kind is Kind.KEY}
        shown |= {d for d in dimensions if catalog.dimensions[d].kind is Kind.KEY}
        if keyed:
            for d in shown:
                dimensions.pop(d, None)
        elif own:
            tables.pop(name, None)
    for kind in (TableWord, DimensionWord):
        if not kinds.get(kind):
            kinds.pop(kind, None)


def _cuts_latin(text: str, start: int, end: int) -> bool:
    """True where a latin word or a number is cut: ``or`` inside ``order``, ``11`` inside ``2011``."""
    return _glued(text, start) or _glued(text, end)


def _glued(text: str, at: int) -> bool:
    if not 0 < at < len(text):
        return False
    left, right = text[at - 1], text[at]
    if not (LATIN.match(left) and LATIN.match(right)):
        return False
    return left.isdigit() == right.isdigit()


def _names(catalog: Catalog, intents: Intents) -> Iterator[tuple[str, type, Any]]:
    for metric in catalog.metrics.values():
        for s in (metric.label, *metric.synonyms, *_identifier(metric.name)):
            yield s, MetricWord, metric.name
        if metric.label.startswith("新增") and metric.label.endswith("数"):
            yield metric.label[:-1], MetricWord, metric.name  # 新增会员
        for s in metric.verbs:
            done = s.endswith(("过", "了"))
            yield s, Verb if done else VerbWord, metric.name
            if done and len(s) > 1:
                yield s[:-1], StemWord, metric.name  # 来过 → 没来
            if metric.unit and not done:
                yield from ((f"{s}{asks}{metric.unit}", MetricWord, metric.name) for asks in ASKING)
            if len(s) > 1 and not done:
                yield f"{s[0]}过{s[1:]}", Verb, metric.name  # 下单 → 下过单
                yield f"{s[0]}了{s[1:]}", Verb, metric.name
    targets = {m.target for m in catalog.metrics.values() if m.target}
    for name in sorted(targets):
        metric = catalog.metrics[name]
        yield from ((s, TargetWord, name) for s in (metric.label, *metric.synonyms))
    for name in sorted(targets):
        yield "目标", TargetWord, name
    for name in dict.fromkeys(target for _, target in further(catalog)):
        metric = catalog.metrics[name]
        yield from ((s, TargetWord, name) for s in (metric.label, *metric.synonyms))
    for unit, name in _tallied(catalog):
        yield f"一{unit}", TallyWord, name
    for dimension in catalog.dimensions.values():
        for s in (dimension.label, *dimension.synonyms, *_identifier(dimension.name)):
            yield s, DimensionWord, dimension.name
        for s in (dimension.label, *dimension.synonyms):
            for tail in (f"几{dimension.unit}", f"{dimension.unit}数"):
                if dimension.unit and s.endswith(tail) and s != tail:  # 住几晚, 提前天数
                    yield s.removesuffix(tail), LengthWord, (dimension.name, dimension.unit)
    for name in {t.names for t in catalog.tables.values() if t.names}:
        yield "名字", DimensionWord, name
        yield "名称", DimensionWord, name
    for table in catalog.tables.values():
        for s in (table.label, table.entity, *table.synonyms):
            yield s, TableWord, table.name
        if table.classifier and table.classifier not in COMMON:
            for s in ("每", "每一", "各"):
                yield f"{s}{table.classifier}", Grouping, f"@{table.name}"
    for term in (t for t in catalog.terms.values() if t.spoken):
        for s in (term.label, *term.synonyms):
            yield s, TermWord, term.name
    yield from intents.words()
    yield from _values(catalog)


def _tallied(catalog: Catalog) -> Iterator[tuple[str, str]]:
    """(unit, the metric that one more of it raises by one): 单 → 订单数. Things, not people."""
    taken: set[str] = set()
    for metric in (catalog.metrics[name] for name in (*catalog.primary, *catalog.metrics)):
        calc = metric.calc
        counts = isinstance(calc, Aggregate) and calc.agg in COUNTING and not calc.snapshot
        if counts and len(metric.unit) == 1 and metric.unit not in {*taken, "元", "人"}:
            taken.add(metric.unit)
            yield metric.unit, metric.name


def _identifier(name: str) -> tuple[str, ...]:
    """channel and order_count may be typed as they are, or as order count."""
    if not name.isascii() or "." in name:
        return ()
    return (name, name.replace("_", " ")) if "_" in name else (name,)


def _values(catalog: Catalog) -> Iterator[tuple[str, type, Any]]:
    for name, values in catalog.values.items():
        dimension = catalog.dimensions[name]
        for value in values:
            if not isinstance(value, str) or not value.strip():
                continue
            if NUMERIC.fullmatch(value) and len(value) < 3 and dimension.kind is not Kind.TEXT:
                continue
            yield value, ValueWord, (name, value)
            for short in place_names(value):
                yield short, ValueWord, (name, value)
        yield from _synonyms(name, dimension)
    for name, dimension in catalog.dimensions.items():
        if name not in catalog.values:
            yield from _synonyms(name, dimension)


def _synonyms(name: str, dimension: Dimension) -> Iterator[tuple[str, type, Any]]:
    for value, synonyms in dimension.value_synonyms:
        for s in (value, *synonyms):
            yield s, ValueWord, (name, value)
            if isinstance(s, str) and s[:1] in "没未" and len(s) > 2:  # 没寄出, 还没寄出, 尚未寄出
                yield f"还{s}", ValueWord, (name, value)
                yield f"尚未{s[1:]}", ValueWord, (name, value)
