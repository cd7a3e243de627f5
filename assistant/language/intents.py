"""What analyses say about themselves, compiled into words: phrases, groups of people, parameters.

An analysis declares data (``Intent``, ``Param``, ``groups``); this module makes mentions of it. The
words of a parameter count only where the text, or the conversation, is about its analysis: 5档 means
nothing anywhere else. It knows no analysis by name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from analytics.contract import Analysis, Param
from analytics.idioms import soft
from assistant.language.draft import Draft
from assistant.language.grammar import Mention
from assistant.language.idioms import Idioms
from assistant.language.meaning import AnalysisGroup, AnalysisParam, AnalysisWord, Cue
from assistant.language.parameters import gathered, regexes, seen, value_of
from assistant.language.phrases import Asked
from assistant.language.role_values import RoleValues
from semantic_layer.catalog import Catalog, Kind
from semantic_layer.query import (
    AnalysisQuery,
    And,
    ByTime,
    Condition,
    Form,
    Op,
    Scalar,
    Scope,
    Where,
)

GOING_ON = "…"  # before words that count only in a conversation
SOFT = re.compile("|".join(map(re.escape, soft())))


@dataclass(frozen=True, slots=True)
class _Pattern:
    analysis: str
    name: str
    regex: re.Pattern[str]
    param: Param


class Intents:
    """Everything that the analyses add to the language of one catalog."""

    def __init__(self, analyses: Mapping[str, Analysis], catalog: Catalog) -> None:
        self.analyses = {name: _with_listed(a, catalog) for name, a in analyses.items()}
        self.catalog = catalog
        self._roles = RoleValues(catalog)

    def words(self) -> Iterator[tuple[str, type, object]]:
        """(surface, kind of word, what it stands for), for the lexicon.

        What a metric is called is the metric: 复购率 is an analysis only where no metric is called so.
        """
        named = {w for m in self.catalog.metrics.values() for w in (m.label, *m.synonyms)}
        for analysis in self.analyses.values():
            for phrase in analysis.intent.phrases:
                if phrase not in named:
                    yield phrase, AnalysisWord, analysis.name
            for group, synonyms in analysis.groups:
                for surface in synonyms or (group,):
                    if not surface.startswith(GOING_ON):
                        yield surface, AnalysisGroup, (analysis.name, group)

    @cached_property
    def idioms(self) -> Idioms:
        return Idioms(self.analyses, self._roles.of)

    def mentions(self, text: str, found: Iterable[Mention], asked: str | None) -> list[Mention]:
        """Parameters of the analyses that ``found`` or the conversation (``asked``) is about."""
        about = {asked} if asked else set()
        for m in found:
            if isinstance(m.value, AnalysisWord):
                about |= set(m.value.names)
            elif isinstance(m.value, AnalysisGroup):
                about |= {name for name, _ in m.value.names}
            elif isinstance(m.value, AnalysisParam):
                about.add(m.value.analysis)
        out = list(_soft(text)) if about else []
        if asked in self.analyses:
            out += self._of_the_talk(text, str(asked))
        for name in sorted(about & self.analyses.keys()):
            out += self._params(text, name)
        return out

    def _of_the_talk(self, text: str, asked: str) -> Iterator[Mention]:
        """漏掉的, 第二类: what a group is called while its analysis is talked about."""
        for group, synonyms in self.analyses[asked].groups:
            for surface in (s.removeprefix(GOING_ON) for s in synonyms if s.startswith(GOING_ON)):
                for m in re.finditer(re.escape(surface), text):
                    yield Mention(m.start(), m.end(), AnalysisGroup(((asked, group),)), "talk")

    def ahead(self, found: Iterable[Mention], asked: str | None) -> bool:
        """Is the text, or the conversation that it goes on from, about what is to come?"""
        words = [n for m in found if isinstance(m.value, AnalysisWord) for n in m.value.names]
        words += (
            m.value.analysis for m in found if isinstance(m.value, AnalysisParam) and m.value.asks
        )
        names = tuple(words) or ((asked,) if asked else ())
        return any(self.analyses[n].ahead for n in names if n in self.analyses)

    def _params(self, text: str, name: str) -> Iterator[Mention]:
        for pattern in self._patterns.get(name, ()):
            for m in pattern.regex.finditer(text):
                value = value_of(m, pattern.param)
                if value is not None:
                    asks = any(p in m.group() for p in self.analyses[name].intent.phrases)
                    said = AnalysisParam(name, pattern.name, value, asks)
                    yield Mention(m.start(), m.end(), said, "param")
        chosen = list(self._choices(text, name))
        yield from chosen
        taken = {(m.start, m.end) for m in chosen}
        for key, param in self.analyses[name].params.items():
            if param.role:  # a word that is a choice already is no value: 购买留存
                found = self._roles.mentions(text, name, key, param)
                yield from (m for m in found if (m.start, m.end) not in taken)

    def _choices(self, text: str, name: str) -> Iterator[Mention]:
        for key, param in self.analyses[name].params.items():
            for choice, surfaces in param.choices:
                for surface in surfaces:
                    for m in re.finditer(seen(surface), text):
                        asks = surface in self.analyses[name].intent.phrases
                        said = AnalysisParam(name, key, choice, asks)
                        yield Mention(m.start(), m.end(), said, "param")

    @cached_property
    def _patterns(self) -> Mapping[str, tuple[_Pattern, ...]]:
        return {
            a.name: tuple(
                _Pattern(a.name, key, regex, param)
                for key, param in a.params.items()
                for regex in (() if param.role else regexes(param))
            )
            for a in self.analyses.values()
        }

    def fitted(self, query: AnalysisQuery, draft: Draft) -> AnalysisQuery:
        """What other words say of the parameters: 每个月 is the ``grain`` of an analysis that has one."""
        analysis = self.analyses.get(query.analysis)
        if analysis is None:
            return query
        params = dict(pairs := gathered(analysis, query.params))
        clash = tuple(p for p in pairs if params[p[0]] != p[1])
        grains = [g.grain.value for g in draft.groups if isinstance(g, ByTime)]
        if "grain" in analysis.params and grains:
            params.setdefault("grain", grains[0])
        for name, choice in self._named_choices(analysis, draft):
            params.setdefault(name, choice)
        if "columns" in analysis.params and (asked := self._asked(draft, query)):
            params.setdefault("columns", asked)
        if "versus" in analysis.params and draft.cues & {Cue.VERSUS, Cue.THAN}:
            params.setdefault("versus", True)
        if analysis.describes:
            query = replace(query, scope=self._described(query.scope, draft))
        by = query.by or self._each(analysis, query, draft)
        if "touch" in analysis.params and "touch" in params:
            by = (
                by or self._asked(draft, query)[:1]
            )  # 按首触渠道: the column stands behind the option
        measure = query.measure if analysis.measured else None
        compare = query.compare if analysis.compares else ()
        others = query.others if analysis.relates else ()
        return replace(
            query,
            params=(*clash, *params.items()),
            measure=measure,
            by=by,
            compare=compare,
            others=others,
        )

    def _described(self, scope: Scope, draft: Draft) -> Scope:
        """新客的画像: a metric by that name counts them; where a value has it too, it is who they are."""
        parts = [] if scope.where is None else [scope.where]
        for measure in draft.measures:
            metric = self.catalog.metrics.get(getattr(measure, "metric", ""))
            names = {metric.label, *metric.synonyms} if metric else set()
            for d in self.catalog.dimensions.values():
                for value, words in d.value_synonyms if d.lexicon else ():
                    if names & {value, *words}:
                        parts.append(Where(d.name, Op.EQ, (value,)))
        where = parts[0] if len(parts) == 1 else And(tuple(parts)) if parts else None
        return replace(scope, where=where)

    def _each(self, analysis: Analysis, query: AnalysisQuery, draft: Draft) -> tuple[str, ...]:
        """哪几个城市的客户流失最严重, A和B有什么不一样: what to group by though nothing says 按.

        Of a measure only where a change is asked about: 下滑主要来自哪个渠道.
        """
        if "versus" in analysis.params or draft.cues & {Cue.VERSUS, Cue.THAN}:
            return _compared(query.scope.where)
        if (analysis.measured and not analysis.compares) or "columns" in analysis.params:
            return ()
        taken = {d for d, _ in self._named_choices(analysis, draft)}
        which = [a for a in draft.asked if a.form is Form.WHICH and not taken]
        named = [*(a.names[0] for a in which if a.names), *self._labels(which)]
        texts = (Kind.TEXT, Kind.BOOL)
        return tuple(n for n in named if self.catalog.dimensions[n].kind in texts)[:1]

    def _labels(self, asked: Iterable[Asked]) -> Iterator[str]:
        """哪家门店: the name of the thing, else what a listing shows of it."""
        for table in (t for a in asked for t in a.tables):
            own = (d for d in self.catalog.dimensions.values() if d.table == table)
            yield from (d.names for d in own if d.kind is Kind.KEY and d.names)
            yield from self.catalog.tables[table].display

    def _asked(self, draft: Draft, query: AnalysisQuery) -> tuple[str, ...]:
        """黑金会员的品类偏好: the columns that an analysis is asked to look at."""
        asked = [*(n for a in draft.asked for n in a.names), *draft.columns]
        text = (n for n in asked if n in self.catalog.dimensions and n not in query.by)
        kinds = (Kind.TEXT, Kind.BOOL)
        return tuple(dict.fromkeys(n for n in text if self.catalog.dimensions[n].kind in kinds))

    def _named_choices(self, analysis: Analysis, draft: Draft) -> Iterator[tuple[str, Scalar]]:
        """哪些品类经常一起买: a column that is asked for is a choice too where a choice has its name."""
        asked = {n for a in draft.asked for n in a.names} | set(draft.columns)
        columns = [self.catalog.dimensions[n] for n in asked if n in self.catalog.dimensions]
        labels = {s for d in columns for s in (d.label, *d.synonyms)}
        for name, param in analysis.params.items():
            for choice, surfaces in param.choices:
                if labels & set(surfaces):
                    yield name, choice


def _with_listed(analysis: Analysis, catalog: Catalog) -> Analysis:
    """The analysis with the choices that the model lists before those that it knows by itself."""
    if not any(p.listed for p in analysis.params.values()):
        return analysis
    params = {}
    for name, param in analysis.params.items():
        own = dict(getattr(catalog, param.listed)) if param.listed else {}
        taken = {word for words in own.values() for word in words}
        known = [(c, tuple(w for w in words if w not in taken)) for c, words in param.choices]
        known = [(c, (*own.pop(c, ()), *words)) for c, words in known]
        params[name] = replace(param, choices=(*own.items(), *known)) if param.listed else param
    return replace(analysis, params=params)


def _soft(text: str) -> Iterator[Mention]:
    """Words that say nothing beside an analysis; elsewhere nobody reads them."""
    for m in SOFT.finditer(text):
        yield Mention(m.start(), m.end(), AnalysisParam("", "", ""), "soft")


def _compared(where: Condition | None) -> tuple[str, ...]:
    """A和B对比: the one dimension of which several values are named is what to group by."""
    parts = where.parts if isinstance(where, And) else (where,)
    several = [p for p in parts if isinstance(p, Where) and p.op is Op.IN and len(p.values) > 1]
    return (several[0].dimension,) if len(several) == 1 else ()
