"""Groups of people in later questions: those of an analysis (重要挽留客户) and those saved by name.

A question keeps such a group as what it means, an analysis or a name; only when it is about to run does
the group become a SELECT. So a reading can be told, stored and edited without running anything.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date
from typing import Any, TypeVar

from assistant.analyse import listing
from assistant.language.dialogue import Context
from assistant.language.graph import Graph
from assistant.language.lexicon import Lexicon
from assistant.language.meaning import Filler, TermWord
from assistant.language.subscope import as_set
from assistant.language.text import normalise
from semantic_layer.catalog import Catalog, NamedCondition
from semantic_layer.engines.base import Engine
from semantic_layer.measures import conjuncts
from semantic_layer.query import AnalysisQuery, CatalogQuery, Listed, Members, Term

Q = TypeVar("Q")
Find = Callable[[AnalysisQuery], Listed]
LONGEST = 20  # characters of a name
WHOM = "这些|这批|这群|他们|她们|它们|结果|上面|以上|该|此"
SAVE = re.compile(
    rf"^(?:请|帮我|麻烦)?(?:[把将](?:{WHOM}).{{0,6}}?)?(?:另?存|保存)(?:成|为|到|起来|下来)?(?:一个|个)?"
    r"(?:人群|分群|客群|群组|用户群|用户组|客户群|群)?(?:包|吧)?"
    r"(?:[，,\s]*(?:名字|名称|名)?(?:叫做?|命名为|取名为?|为|是|：|:)?\s*[「“\"']?(?P<name>[^「」“”\"'，。,]+?)[」”\"']?)?[。.]?$"
)
ABOUT = re.compile(r"群|这些|这批|他们|她们")


@dataclass(frozen=True, slots=True)
class Saved:
    """``members`` is what the group meant when it was saved; its periods are dates by then."""

    name: str
    members: Members


def wanted(question: str) -> str | None:
    """The name to save under; "" when none was said; None when nothing is to be saved.

    >>> wanted("把这些人存成人群，叫高价值"), wanted("存成人群"), wanted("库存多少")
    ('高价值', '', None)
    """
    said = question.strip()
    found = SAVE.match(said)
    if found is None or not ABOUT.search(said):
        return None
    name = (found["name"] or "").strip()[:LONGEST]
    return "" if re.fullmatch(f"({WHOM}).{{0,4}}", name) else name


def described(context: Context | None, graph: Graph) -> Members | None:
    """Whom the conversation was about last, as a condition on people."""
    key = graph.people_key()
    if context is None or context.query is None or key is None:
        return None
    for query in (context.query, *reversed(context.history)):
        inner, dimension = as_set(query, graph)
        if inner is not None and dimension == key:
            return Members(key, inner)
        where = None if isinstance(query, CatalogQuery) else query.scope.where
        about = [p for p in conjuncts(where) if isinstance(p, Members) and p.dimension == key]
        if about:
            return about[-1]
    return None


def named(catalog: Catalog, groups: tuple[Saved, ...]) -> Catalog:
    """The catalog with every saved group as one of its words."""
    terms = {name: term for name, term in catalog.terms.items() if term.members is None}
    for group in groups:
        table = catalog.dimensions[group.members.dimension].table
        terms[group.name] = NamedCondition(group.name, group.name, table, "", members=group.members)
    return replace(catalog, terms=terms)


def taken(name: str, lexicon: Lexicon) -> bool:
    """Is the whole name a word already? A saved group's own name may be saved again."""
    text = normalise(name).text
    whole = (m for m in lexicon.mentions(text) if m.start == 0 and m.end == len(text))
    return any(not isinstance(m.value, (TermWord, Filler)) for m in whole)


def resolved(value: Q, catalog: Catalog, find: Find) -> Q:
    """``value`` with every saved group spelled out and every group of an analysis as its SELECT."""
    out: Any = _resolved(value, catalog, find)
    return out  # type: ignore[no-any-return]


def _resolved(value: Any, catalog: Catalog, find: Find) -> Any:
    match value:
        case Term(name, negated) if (term := catalog.terms.get(name)) and term.members:
            members = replace(term.members, negated=negated is not term.members.negated)
            return _resolved(members, catalog, find)
        case Members(dimension, AnalysisQuery() as query, negated):
            return Members(dimension, find(_resolved(query, catalog, find)), negated)
        case tuple():
            parts = tuple(_resolved(v, catalog, find) for v in value)
            return value if all(a is b for a, b in zip(parts, value, strict=True)) else parts
        case _ if is_dataclass(value) and not isinstance(value, type):
            old = {f.name: getattr(value, f.name) for f in fields(value)}
            new = {k: _resolved(v, catalog, find) for k, v in old.items()}
            changed = {k: v for k, v in new.items() if v is not old[k]}
            return replace(value, **changed) if changed else value
        case _:
            return value


class Found:
    """The SELECTs of groups, each computed once per day. Safe to share between threads."""

    MOST = 100

    def __init__(self, catalog: Catalog, engine: Engine) -> None:
        self.catalog, self.engine = catalog, engine
        self._known: dict[tuple[AnalysisQuery, date], Listed] = {}
        self._lock = threading.Lock()

    def finder(self, today: date, cancel: threading.Event | None = None) -> Find:
        """Raises what ``analyse`` raises, and ``Unanswerable`` for a group that cannot be listed."""

        def find(query: AnalysisQuery) -> Listed:
            with self._lock:
                known = self._known.get((query, today))
            if known is None:
                known = listing(query, self.catalog, self.engine, today, cancel)
                with self._lock:
                    if len(self._known) >= self.MOST:
                        self._known.clear()
                    self._known[query, today] = known
            return known

        return find


__all__ = ["Find", "Found", "Saved", "described", "named", "resolved", "taken", "wanted"]
