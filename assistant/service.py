"""One opened business: its catalog, its database, and the conversations about it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from functools import partial
from itertools import islice
from pathlib import Path
from time import perf_counter

import analytics
from assistant import pipeline
from assistant.analyse import ANALYSES
from assistant.groups import Found, Saved, described, named, taken, wanted
from assistant.insights import Insights
from assistant.language.calendar import Calendar, Event
from assistant.language.dialogue import Context
from assistant.language.heavy import heavy
from assistant.language.parse import Parser
from assistant.language.rows.parser import RowParser
from assistant.memory import advanced, from_reply, undone
from assistant.near.helped import helped
from assistant.near.offers import Offers
from assistant.opening import filled, listening, source_path
from assistant.pipeline import Run
from assistant.reply import Answer, Refusal, Reply
from assistant.sessions import Session, Sessions
from assistant.understand import Understood, understand
from semantic_layer.catalog import Catalog
from semantic_layer.engines.base import Engine
from semantic_layer.engines.duckdb import DuckDBEngine
from semantic_layer.infer import infer
from semantic_layer.load import load
from semantic_layer.query import (
    Agg,
    CatalogQuery,
    ColumnAggregate,
    MetricQuery,
    Query,
    Scope,
    Term,
)
from semantic_layer.sources import open_source

DEMO = "retail"
SUGGESTED = 3


class Assistant:
    """Open with ``Assistant.open``. Safe to share between threads."""

    def __init__(self, catalog: Catalog, engine: Engine, reader: type[Parser] = Parser) -> None:
        """``reader`` is ``RowParser`` for tables nobody modelled: it looks rows up before it measures."""
        self.catalog, self.engine = catalog, engine
        events = tuple(
            Event(p.label, start, end) for p in catalog.periods for start, end in p.spans
        )
        calendar = Calendar(catalog.fiscal_year_start, events)
        analyses = ANALYSES if catalog.roles else {}
        self._reader = partial(listening, reader, analyses, calendar)
        self.parser = self._reader(catalog)
        self.offers = Offers(self.parser, catalog, analyses, self.today)
        self.found = Found(catalog, engine)
        self.insights = Insights(catalog, engine)
        self.groups: tuple[Saved, ...] = ()
        self.keep: Callable[[Saved], None] | None = None  # where a page stores groups
        self.sessions = Sessions()

    @classmethod
    def open(
        cls, model: str | Path | None = None, *, source: str | Path | None = None
    ) -> Assistant:
        """A model by name or folder, its data where its YAML says; or ``source`` alone, whose model is
        inferred. With both, the model is read over that data; with neither, it is the demo.

        Raises ``ModelErrors`` for mistakes in YAML, ``EngineError`` for a database that won't open.
        """
        if source is not None and model is None:
            engine: Engine = open_source(source)
            inferred = infer(engine, Path(source).stem, str(source))
            return cls(filled(inferred, engine), engine, RowParser)
        catalog = load(model or DEMO)
        engine = DuckDBEngine.open(source or source_path(catalog.source, model))
        return cls(filled(catalog, engine), engine)

    def warm(self) -> threading.Thread:
        """Load in the background what the first question and the first analysis would wait for.

        For servers: a command that asks once and ends must not wait for it.
        """
        work = threading.Thread(target=self._prepare, daemon=True)
        work.start()
        return work

    def _prepare(self) -> None:
        self.parser.segments.tokens(self.catalog.label)
        heavy(self.catalog.label)
        self.parser.fuzzy.prepare()
        self.offers.prepare()
        if self.catalog.roles:
            analytics.warm()

    # ── asking ────────────────────────────────────────────────────────────────────────────────

    def ask(
        self,
        question: str,
        session: str | None = None,
        today: date | None = None,
        user: str | None = None,
        on_stage: Callable[[str], None] | None = None,
        cancel: threading.Event | None = None,
    ) -> Reply:
        """Answer, choice or problem; never raises for what a person may type.

        ``session`` names a conversation whose context is kept; without one the question stands alone.
        """
        day = today or self.today
        started = perf_counter()
        if on_stage is not None:
            on_stage("理解")
        remembered = self.sessions.open(session)
        if (name := wanted(question)) is not None:
            run = Run(question, day, found=self.found)
            return self._helped(self._saved(run, name, remembered), day, remembered)
        understood = self._understand(question, day, remembered)
        run = Run(
            question,
            day,
            (perf_counter() - started) * 1e3,
            understood.unread_spans,
            understood.assumptions,
            understood.chart,
            remembered.sql if remembered else "",
            cancel,
            on_stage,
            self.found,
        )
        reply = self._helped(self._reply(run, understood, remembered), day, remembered)
        return self._kept(reply, session)

    def run(
        self,
        query: Query,
        question: str = "",
        session: str | None = None,
        on_stage: Callable[[str], None] | None = None,
        cancel: threading.Event | None = None,
    ) -> Reply:
        """Answer a query that was chosen or edited rather than typed."""
        remembered = self.sessions.open(session)
        sql = remembered.sql if remembered else ""
        run = Run(
            question,
            self.today,
            previous_sql=sql,
            cancel=cancel,
            stage=on_stage,
            found=self.found,
        )
        return self._kept(self._helped(self._told(run, query), self.today, remembered), session)

    def read(
        self, question: str, session: str | None = None, today: date | None = None
    ) -> Understood:
        """What the question means, without running anything; the conversation moves on as if it had."""
        day = today or self.today
        remembered = self.sessions.open(session)
        understood = self._understand(question, day, remembered)
        if session is None or understood.status != "answer":
            return understood
        context = remembered.context if remembered else Context()
        what = understood.directive.what if understood.directive else ""
        if what == "reset":
            self.sessions.keep(session, Session(Context()))
        elif what == "undo":
            self.sessions.keep(session, Session(undone(context)))
        elif understood.query is not None and not isinstance(understood.query, CatalogQuery):
            self.sessions.keep(session, Session(advanced(context, understood.query)))
        return understood

    @property
    def today(self) -> date:
        return self.catalog.today or date.today()

    def recall(self, session: str, reply: Reply) -> None:
        """Go on from a stored reply after a restart."""
        self._kept(reply, session)

    def forget(self, session: str) -> None:
        self.sessions.forget(session)

    def know(self, groups: Iterable[Saved]) -> None:
        """Groups of people by name are words from now on; a name that is known is replaced."""
        new = {g.name: g for g in (*self.groups, *groups)}
        self.groups = tuple(new.values())
        self.catalog = named(self.catalog, self.groups)
        self.found = Found(self.catalog, self.engine)
        self.parser = self._reader(self.catalog)
        self.offers = Offers(self.parser, self.catalog, self.offers.closest.analyses, self.today)

    def unlearn(self, name: str) -> None:
        """Forget a group of people; conversations that used it will say that it is gone."""
        kept = tuple(g for g in self.groups if g.name != name)
        self.groups = ()
        self.know(kept)

    # ── inside ────────────────────────────────────────────────────────────────────────────────

    def _understand(self, question: str, day: date, remembered: Session | None) -> Understood:
        context = remembered.context if remembered else None
        understood = understand(self.parser, question, day, context)
        directive = understood.directive
        if directive is None or context is None:
            return understood
        if directive.what == "undo":
            previous = undone(context)
            if previous.query is None:
                return replace(understood, status="problem", code="no-context", directive=None)
            return replace(understood, query=previous.query)
        if directive.what == "chart" and context.query is not None:
            return replace(understood, query=context.query, chart=directive.detail)
        if directive.what == "sql":
            return replace(understood, query=CatalogQuery("sql"))
        return understood

    def _reply(self, run: Run, understood: Understood, remembered: Session | None) -> Reply:
        if understood.directive is not None and remembered is not None:
            if understood.directive.what == "reset":
                remembered.context, remembered.sql = Context(), ""
                return self._told(run, CatalogQuery("help"))
            if understood.directive.what == "undo":
                remembered.context = undone(remembered.context)
        if understood.status == "choice":
            return pipeline.offer(run, understood, self.catalog)
        if understood.status == "problem" or understood.query is None:
            code = understood.code or "no-metric"
            return pipeline.decline(run, code, understood.query, words=understood.words)
        return self._told(run, understood.query)

    def _saved(self, run: Run, name: str, remembered: Session | None) -> Reply:
        """存成人群: what was asked last becomes a word, and the conversation stays where it is."""
        members = described(remembered.context if remembered else None, self.parser.graph)
        if members is None:
            return pipeline.decline(run, "nobody-to-save")
        if not name:
            return pipeline.decline(run, "group-needs-name")
        if taken(name, self.parser.lexicon):
            return pipeline.decline(run, "name-taken", name=name)
        self.know((Saved(name, members),))
        if self.keep is not None:
            self.keep(Saved(name, members))
        count = ColumnAggregate(Agg.COUNT_DISTINCT, members.dimension)
        query = MetricQuery((count,), scope=Scope(Term(name)))
        reply = self._told(replace(run, found=self.found), query)
        if not isinstance(reply, Answer):
            return reply
        (number,) = reply.result.rows[0]
        text = f"已存为人群「{name}」，共 {number:,} 人，以后的问题里可以直接用这个名字"
        return replace(reply, headline=text)

    def _told(self, run: Run, query: Query) -> Reply:
        started = perf_counter()
        reply = pipeline.answer(run, query, self.catalog, self.engine)
        if not isinstance(reply, Answer):
            return reply
        timing = reply.common.timing
        kept = self._answerable(reply.next_questions, run.today)
        spent = (perf_counter() - started) * 1e3 - timing.plan - timing.run
        common = replace(reply.common, timing=replace(timing, answer=spent))
        return replace(reply, common=common, next_questions=kept)

    def _answerable(self, questions: tuple[str, ...], today: date) -> tuple[str, ...]:
        """Of the suggested questions, the first three that are read whole and can be planned."""
        good = (q for q in questions if self.offers.reads(q, today))
        return tuple(islice(good, SUGGESTED))

    def _helped(self, reply: Reply, day: date, remembered: Session | None) -> Reply:
        """A refusal with questions near to the one it refuses."""
        if not isinstance(reply, Refusal):
            return reply
        return helped(reply, self.offers, day, remembered.context if remembered else None)

    def _kept(self, reply: Reply, session: str | None) -> Reply:
        if session is None or isinstance(reply, Refusal):
            return reply
        if isinstance(reply, Answer) and not isinstance(reply.query, CatalogQuery):
            remembered = self.sessions.open(session)
            if remembered is not None:
                self.sessions.keep(
                    session, Session(from_reply(remembered.context, reply), reply.sql)
                )
        return reply
