"""Questions to offer where one is refused: near to it, and read whole before they are shown.

Nearest first: a name spelt right, the sentence without what was not read, an analysis that it sounds
like, what was understood in plain words; only where none of these is left, examples of the model.
Nothing is run here, and nothing is answered that was not clicked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain, islice

from analytics.contract import Analysis
from assistant.language.dialogue import Context
from assistant.language.heavy import heavy
from assistant.language.meaning import Filler
from assistant.language.parse import Parse, Parser, Reading
from assistant.near.analyses import Phrasing
from assistant.near.closest import Closest
from assistant.near.cut import TURNS, without
from assistant.near.names import Names
from assistant.near.restated import anything, restated
from assistant.near.said import Said, lies_ahead, said, understood
from assistant.understand import understand
from semantic_layer.catalog import Catalog
from semantic_layer.errors import Unanswerable
from semantic_layer.plan import plan
from semantic_layer.query import AnalysisQuery, DetailQuery, Form, MetricQuery, MetricRef, Query

SHOWN = 3
TRIES = 4  # candidates of one kind that are read before it is given up
GUESSES = 2  # analyses among what is shown
# Closeness from which an analysis goes before plain words, and from which it fills what is left. Of
# refused sentences that mean an analysis about half are clear, of the others about one in ten.
CLEAR, VAGUE = 0.12, 0.09
UNREAD_LIMIT = 12  # unread places beyond which a sentence is hopeless


@dataclass(frozen=True, slots=True)
class Offer:
    """``lead`` says what becomes of the question that was asked: 去掉「实习生请教」."""

    question: str
    lead: str = ""


@dataclass(frozen=True, slots=True)
class Help:
    """``near``: do the offers come from the question, or are they examples?"""

    offers: tuple[Offer, ...]
    understood: tuple[str, ...] = ()
    near: bool = False


@dataclass(frozen=True, slots=True)
class _Asked:
    question: str
    parse: Parse
    reading: Reading
    told: Said
    today: date
    context: Context | None


Read = tuple[Offer, Query]


class Offers:
    """Everything of one business that finding near questions needs."""

    def __init__(
        self, parser: Parser, catalog: Catalog, analyses: Mapping[str, Analysis], today: date
    ) -> None:
        self.parser, self.catalog = parser, catalog
        self.closest = Closest(analyses)
        self.names = Names(parser.lexicon)
        self.phrasing = Phrasing(parser, catalog, self.closest, today)

    def prepare(self) -> None:
        """Build now what the first refusal would wait for."""
        self.closest.prepare()
        self.names.prepare()
        self.phrasing.prepare()

    def near(
        self, question: str, today: date, context: Context | None, refused: Query | None = None
    ) -> Help:
        """Up to three questions near to ``question``; examples where none is. ``refused`` is the query that
        was understood and cannot be answered: nothing offered means the same."""
        parse = self.parser.parse(question, today, context)
        if parse.best is None:
            return self.examples(question, today)
        reading = next((r for r in parse.readings if r.query is not None), parse.best)
        told = said(parse, reading, self.catalog)
        asked = _Asked(question, parse, reading, told, today, context)
        words = understood(told, self.catalog, self.closest.analyses)
        found: dict[Query, Offer] = {}
        for offer, query in self._candidates(asked):
            if offer.question != question and not (refused and _same(query, refused)):
                found.setdefault(_meaning(query), offer)
            if len(found) == SHOWN:
                break
        if found:
            return Help(tuple(found.values()), words, near=True)
        return replace(self.examples(question, today), understood=words)

    def examples(self, question: str, today: date) -> Help:
        """The model's examples, those that share words with the question first."""
        every = [*dict.fromkeys(anything(self.catalog))]
        ordered = self.closest.ordered(question, every) if question else every
        good = (q for q in ordered if self._read(q, today, None) is not None)
        return Help(tuple(Offer(q) for q in islice(good, SHOWN)))

    # ── the kinds, nearest first ──────────────────────────────────────────────────────────────

    def _candidates(self, asked: _Asked) -> Iterator[Read]:
        clear, vague = self._close(asked.told)
        leading = 1 if asked.told.named else GUESSES
        guesses = list(self._analyses(asked, clear[:GUESSES]))
        plain = self._restated(asked)
        yield from chain(self._respelt(asked), self._cut(asked))
        yield from guesses[:leading]
        yield from islice(plain, 1)
        yield from guesses[leading:]
        yield from self._analyses(asked, vague[:1])
        if asked.told.named or not guesses:
            yield from islice(plain, 1)

    def _respelt(self, asked: _Asked) -> Iterator[Read]:
        """An unknown word replaced by a name that is near to it."""
        for start, end in asked.reading.unread[:UNREAD_LIMIT]:
            word = asked.question[start:end].strip()
            if TURNS.search(word):
                continue
            if several := self.names.meant(word):
                names: tuple[str, ...] = ("、".join(several[:-1]) + "和" + several[-1],)
            else:
                names = self.names.near(word)
            for name in names:
                text = asked.question[:start] + name + asked.question[end:]
                if (query := self._read(text, asked.today, asked.context)) is not None:
                    yield Offer(text), query
                    return

    def _cut(self, asked: _Asked) -> Iterator[Read]:
        """The sentence without its unread words, where it means what was understood of it."""
        unread = asked.reading.unread
        if not unread or len(unread) > UNREAD_LIMIT:
            return
        tell = asked.parse.text.span
        solid = [
            tell(m.start, m.end)
            for m in asked.reading.mentions
            if not isinstance(m.value, Filler) and m.end - m.start > 1
        ]
        tokens = self.parser.segments.tokens(asked.parse.text.text)
        edges = {p for a, b in tokens for p in tell(a, b)}
        weighty = tuple(s for s in unread if heavy(asked.question[s[0] : s[1]]))
        for spans in dict.fromkeys((weighty, unread)):
            cut = without(asked.question, spans, solid, edges)
            if cut is None:
                continue
            query = self._read(cut[0], asked.today, asked.context)
            if query is not None and _same(query, asked.reading.query):
                yield Offer(cut[0], f"去掉「{cut[1]}」"), query
                return

    def _close(self, told: Said) -> tuple[list[str], list[str]]:
        """The analyses that it is, or sounds like: clearly, and perhaps."""
        ranked = [(n, c) for n, c in self.closest.ranked(told.rest) if n in self.phrasing.possible]
        sure = [told.analysis] if told.analysis in self.phrasing.possible else []
        implied = self.phrasing.implied(told)
        sure += implied
        if implied:  # days to come, an experiment: nothing else knows them
            return [*dict.fromkeys(sure)], []
        if told.compared:  # with another period, which few analyses take
            ranked = [(n, c) for n, c in ranked if self.phrasing.possible[n].compares]
        clear = [*dict.fromkeys([*sure, *(n for n, c in ranked if c >= CLEAR)])]
        vague = [n for n, c in ranked if c >= VAGUE and n not in clear]
        return clear, [n for n in vague if told.named or not self.phrasing.possible[n].measured]

    def _analyses(self, asked: _Asked, names: list[str]) -> Iterator[Read]:
        """What the sentence sounds like, about the people and the time that it names."""
        for name in names:
            for text in islice(self.phrasing.sentences(name, asked.told), TRIES * 2):
                query = self._read(text, asked.today, None)
                if not isinstance(query, AnalysisQuery) or query.analysis != name:
                    continue
                if query.scope.where in (None, asked.told.scope.where):  # nothing of its own
                    yield Offer(text), query
                    break

    def _restated(self, asked: _Asked) -> Iterator[Read]:
        """What was understood, asked plainly; nothing of it may get lost."""
        told = asked.told
        if not (told.named or told.when or told.where or told.dimensions):
            return
        for text in islice(restated(asked.reading.query, told, self.catalog), TRIES):
            query = self._read(text, asked.today, None)
            if isinstance(query, MetricQuery | DetailQuery) and _keeps(query, told):
                yield Offer(text), query

    # ── reading ───────────────────────────────────────────────────────────────────────────────

    def reads(self, question: str, today: date) -> bool:
        """Can it be asked as it stands, by itself?"""
        return self._read(question, today, None) is not None

    def _read(self, question: str, today: date, context: Context | None) -> Query | None:
        """What the question asks; None unless it is read whole, one way only, and can be planned."""
        read = understand(self.parser, question, today, context)
        if read.status != "answer" or read.unread or read.query is None:
            return None
        return read.query if self._plannable(read.query, today) else None

    def _plannable(self, query: Query, today: date) -> bool:
        """Can its metrics be had inside its conditions, and of days that have come?"""
        match query:
            case MetricQuery() | DetailQuery():
                if lies_ahead(query.scope, self.catalog.until):
                    return False
            case AnalysisQuery(measure=measure, scope=scope):
                if not self.phrasing.allows(query):
                    return False
                if measure is None:
                    if not (
                        self.phrasing.possible[query.analysis].measured and self.catalog.primary
                    ):
                        return True
                    measure = MetricRef(self.catalog.primary[0])
                query = MetricQuery((measure,), scope=replace(scope, periods=()))
            case _:
                return True
        try:
            plan(query, self.catalog, today)
        except Unanswerable:
            return False
        return True


def _meaning(query: Query) -> Query:
    """How it is asked is no difference."""
    return (
        replace(query, form=Form.VALUE) if isinstance(query, MetricQuery | DetailQuery) else query
    )


def _same(query: Query, wanted: Query | None) -> bool:
    return wanted is None or _meaning(query) == _meaning(wanted)


def _keeps(query: MetricQuery | DetailQuery, told: Said) -> bool:
    """The same period and conditions, and the metrics that were named."""
    same = query.scope.periods == told.scope.periods and query.scope.where == told.scope.where
    measures = query.measures if isinstance(query, MetricQuery) else ()
    return same and (
        not told.measures or isinstance(query, DetailQuery) or set(measures) <= set(told.measures)
    )
