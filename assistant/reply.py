"""What comes back: an answer, a choice between readings, or a problem. The public contract's shape.

Replies are values: the page, the command line and HTTP draw them, none of them computes anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from semantic_layer.query import Query
from semantic_layer.result import Result


@dataclass(frozen=True, slots=True)
class Unread:
    """A stretch of the question, in characters of the original text, that did not enter the query."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Chip:
    """One visible piece of the reading: 指标 销售额, 时间 2026-05-01 至 05-31. ``slot`` says which
    part of the query it shows (measure, period, where, group, compare, top, order …), ``path`` which
    one of several, so that the page can remove or change it."""

    slot: str
    label: str
    text: str
    path: int = 0


@dataclass(frozen=True, slots=True)
class Chart:
    """What to draw; ``answer/charts.py`` picks it, ``answer/draw.py`` makes a Plotly figure of it.

    mark: kpi, line, bar, hbar, grouped, stacked, pie, heatmap, scatter, funnel, sankey, area, table.
    ``x``, ``y`` and ``color`` are column names of the result, or of ``data`` where the chart brings its
    own. ``title`` says the finding.
    """

    mark: str
    x: str = ""
    y: tuple[str, ...] = ()
    color: str = ""
    title: str = ""
    compare: str = ""  # column drawn in grey behind
    y2: tuple[str, ...] = ()  # second axis
    partial: bool = False  # the last bucket is not whole
    note: str = ""  # why not the chart that was asked for
    options: tuple[tuple[str, str], ...] = ()
    data: Result | None = None  # drawn instead of the answer's rows


@dataclass(frozen=True, slots=True)
class Advice:
    """What to do, and the numbers that say so. ``ask`` goes on in the chat."""

    action: str
    because: str
    ask: str = ""


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds."""

    parse: float = 0.0
    plan: float = 0.0
    run: float = 0.0
    answer: float = 0.0

    @property
    def total(self) -> float:
        return self.parse + self.plan + self.run + self.answer


@dataclass(frozen=True, slots=True)
class Common:
    question: str
    unread: tuple[Unread, ...] = ()
    assumptions: tuple[str, ...] = ()
    timing: Timing = Timing()


@dataclass(frozen=True, slots=True)
class Answer:
    common: Common
    query: Query
    understanding: str
    chips: tuple[Chip, ...]
    headline: str
    result: Result
    chart: Chart | None = None
    findings: tuple[str, ...] = ()
    advice: tuple[Advice, ...] = ()
    next_questions: tuple[str, ...] = ()
    sql: str = ""
    dialect: str = "duckdb"
    definitions: tuple[tuple[str, str], ...] = ()  # 指标 → 口径
    status: str = field(default="answer", init=False)


@dataclass(frozen=True, slots=True)
class Option:
    """One reading, said as a full sentence; choosing it asks its query."""

    text: str
    query: Query


@dataclass(frozen=True, slots=True)
class Choice:
    common: Common
    options: tuple[Option, ...]
    about: str = ""  # the words that have several meanings
    status: str = field(default="choice", init=False)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A question that cannot be answered as it stands: what happened and the way out.

    ``leads`` say, in the order of ``next_questions``, what each makes of the question that was asked:
    去掉「实习生请教」; "" for one that stands for itself.
    """

    common: Common
    code: str
    message: str
    help: str = ""
    span: tuple[int, int] | None = None
    next_questions: tuple[str, ...] = ()
    query: Query | None = None
    understanding: str = ""
    leads: tuple[str, ...] = ()
    status: str = field(default="problem", init=False)

    @property
    def offers(self) -> tuple[tuple[str, str], ...]:
        """(question, the same with its lead), as lists and buttons show it."""
        leads = (*self.leads, *("" for _ in self.next_questions))
        named = zip(self.next_questions, leads, strict=False)
        return tuple((q, f"{lead}：{q}" if lead else q) for q, lead in named)


Reply = Answer | Choice | Refusal
ReplyDict = Mapping[str, Any]
