"""A sentence in its conversation → one query, a choice, a directive, or why not. No SQL runs here.

This is where reading turns into a decision: answer, ask back or refuse. The rule is to ask rather
than guess, and never to drop a word in silence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from assistant.language.beside import unsupported
from assistant.language.dialogue import Context, Directive
from assistant.language.heavy import heavy
from assistant.language.meaning import Cue
from assistant.language.parameters import apart
from assistant.language.parse import Parse, Parser, Reading
from assistant.reply import Unread
from semantic_layer.query import AnalysisQuery, CatalogQuery, DetailQuery, Form, Query

LIMIT = 500  # characters of one question
MOST = 4  # readings offered
INJECTION = re.compile(
    r"(;\s*--|--\s*$|/\*|\bdrop\s+table\b|\bunion\s+(all\s+)?select\b|'\s*or\s+'?1'?\s*=\s*'?1"
    r"|\bdelete\s+from\b|\binsert\s+into\b|\bupdate\s+\w+\s+set\b|\btruncate\s+table\b|\bxp_cmdshell\b|;\s*drop\b)",
    re.IGNORECASE,
)


WRITE = re.compile(
    r"(把.{1,20}(删|清空|清掉|作废|下架|上架|补到|补齐|补足|修改|改成\s*[\d.]+|改为\s*[\d.]+|(?:全部|全都|全|都|统一)(?:升|降|改|转|标记?|调整)(?:级|格)?[成为]|设为|设成|调到|调成\s*[\d.]+))"
    r"|^(请|帮我|麻烦)?(修改|删除|清空|插入|录入|写入|作废)"
)


@dataclass(frozen=True, slots=True)
class Understood:
    """``status``: answer (``query`` or ``directive``), choice (``options``), problem (``code``)."""

    status: str
    query: Query | None = None
    options: tuple[Query, ...] = ()
    unread_spans: tuple[Unread, ...] = ()
    code: str = ""
    words: str = ""
    assumptions: tuple[str, ...] = ()
    directive: Directive | None = None
    chart: str | None = None

    @property
    def unread(self) -> tuple[str, ...]:
        return tuple(u.text for u in self.unread_spans)


def understand(parser: Parser, question: str, today: date, context: Context | None) -> Understood:
    """Never raises for what a person may type."""
    said = question.strip()
    if not said:
        return Understood("problem", code="empty-question")
    if len(said) > LIMIT:
        return Understood("problem", code="long-question", words=str(len(said)))
    if INJECTION.search(said):
        return Understood("problem", code="injection")
    if WRITE.search(said):
        return Understood("problem", code="write-operation")
    parse = parser.parse(question, today, context)
    best = parse.best
    if best is None:
        return Understood("problem", code="no-metric")
    unread = tuple(_unread(parse, best))
    if refused := _refused(best):
        return Understood("problem", code=refused, unread_spans=unread)
    if lists := _lists(parser, best, context):
        return Understood("answer" if len(lists) == 1 else "choice", lists[0], lists[:MOST])
    answerable = [r for r in parse.readings if r.query is not None or r.directive is not None]
    if not answerable:
        return _nothing(best, unread, context)
    best = answerable[0]
    unread = tuple(_unread(parse, best))
    if (objection := _objection(parser, best, unread, said, context)) is not None:
        return objection
    if isinstance(best.query, AnalysisQuery) and (each := apart(best.query)):
        return Understood("choice", options=each[:MOST], unread_spans=unread)
    rivals = _distinct(
        r.query for r in parse.rivals if r.query is not None and len(r.unread) == len(best.unread)
    )
    if len(rivals) > 1 and best.query in rivals:
        return Understood(
            "choice",
            options=tuple(rivals[:MOST]),
            unread_spans=unread,
            assumptions=best.assumptions,
        )
    return Understood(
        "answer",
        query=best.query,
        unread_spans=unread,
        assumptions=best.assumptions,
        directive=best.directive,
        chart=best.draft.chart,
    )


def _objection(
    parser: Parser, best: Reading, unread: tuple[Unread, ...], said: str, context: Context | None
) -> Understood | None:
    """Why the best reading must not be answered, if it must not."""
    if best.draft.clash:
        return Understood("problem", code="contradiction", words=said, unread_spans=unread)
    alone = context is None or context.query is None
    if (
        alone
        and Cue.IT in best.draft.cues
        and isinstance(best.query, DetailQuery)
        and not best.draft.where
    ):
        return Understood("problem", code="no-context", unread_spans=unread)
    modelled = bool(parser.graph.catalog.primary)
    # a yes, or a list of rows, needs every word: 有没有哪天不对头, 有啥不一样
    whole = best.draft.form is Form.YES_NO or isinstance(best.query, DetailQuery)
    weighty = [u for u in unread if heavy(u.text, modelled) or (whole and modelled)]
    if weighty:
        words = _quoted(weighty)
        return Understood(
            "problem", query=best.query, code="unread-words", words=words, unread_spans=unread
        )
    return None


def _lists(parser: Parser, best: Reading, context: Context | None) -> tuple[Query, ...]:
    """名单 alone after an analysis: the people of one of its groups; which, is asked."""
    old = context.query if context else None
    bare = best.draft.cues == {Cue.LIST} and replace(best.draft, form=None).empty
    if not bare or best.unread or not isinstance(old, AnalysisQuery) or old.people:
        return ()
    analysis = parser.lexicon.intents.analyses.get(old.analysis)
    return tuple(replace(old, people=g) for g, _ in analysis.groups) if analysis else ()


def _refused(best: Reading) -> str:
    """The code of what we never do. Politeness around a real question is no reason to refuse it."""
    refuse = best.draft.refuse
    if refuse is None:
        return ""
    if refuse == "write-operation":
        return refuse
    if best.query is not None and not isinstance(best.query, CatalogQuery) and refuse == "chitchat":
        return ""
    return "unknowable" if refuse == "out-of-domain" else refuse


def _nothing(best: Reading, unread: tuple[Unread, ...], context: Context | None) -> Understood:
    words = _quoted(unread)
    if best.draft.analysis and (beside := unsupported(best.draft, bool(best.draft.compare))):
        words = "、".join(beside)
        return Understood("problem", code="beside-analysis", words=words, unread_spans=unread)
    follow = best.draft.cues & {Cue.THEN, Cue.IT, Cue.INSTEAD, Cue.REMOVE, Cue.ONLY, Cue.ALSO}
    if unread:
        code = "unknown-metric" if best.draft.empty else "unread-words"
        return Understood("problem", code=code, words=words, unread_spans=unread)
    if (follow or not best.draft.empty) and (context is None or context.query is None):
        code = "no-context" if follow else "no-metric"
        return Understood("problem", code=code, unread_spans=unread)
    return Understood("problem", code="no-metric", unread_spans=unread)


def _unread(parse: Parse, reading: Reading) -> Iterable[Unread]:
    for start, end in reading.unread:
        text = parse.text.original[start:end].strip()
        if text:
            yield Unread(text, start, end)


def _quoted(unread: Iterable[Unread]) -> str:
    """Each word once, none that is part of another; the marks around all of them are the message's."""
    words = tuple(dict.fromkeys(u.text for u in unread))
    return "」「".join(w for w in words if not any(w != other and w in other for other in words))


def _distinct(queries: Iterable[Query]) -> list[Query]:
    """One of each meaning: how it was asked is no difference."""
    found: dict[Query, Query] = {}
    for query in queries:
        key = (
            query
            if isinstance(query, (CatalogQuery, AnalysisQuery))
            else replace(query, form=Form.VALUE)
        )
        found.setdefault(key, query)
    return list(found.values())
