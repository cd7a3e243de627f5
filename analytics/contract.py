"""What an analysis has to say about itself: plain data plus pure functions.

``intent`` and ``params`` are data, not grammar rules: the assistant compiles them, so analytics never
imports the assistant. ``run`` gets a ``Facts``: relations already scoped and permitted, with columns
named after roles, and a door to the engine that takes SELECTs only. An analysis can't forget a filter
and never names a physical column.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, Protocol

from sqlglot import exp

from semantic_layer.anatomy import Anatomy
from semantic_layer.crowd import Crowd
from semantic_layer.periods import Festival
from semantic_layer.query import (
    Comparison,
    Condition,
    Measure,
    MetricQuery,
    Period,
    Scalar,
    Scope,
)
from semantic_layer.raw import Raw
from semantic_layer.result import Column, Result

Params = Mapping[str, Any]
Rows = Sequence[tuple[Any, ...]]
Span = Literal["period", "until", "all"]


@dataclass(frozen=True, slots=True)
class Intent:
    """``phrases`` trigger the analysis; ``examples`` must be read as it, ``not_examples`` must not."""

    phrases: tuple[str, ...]
    examples: tuple[str, ...]
    not_examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Param:
    """A parameter that people set in words: a number beside one of ``phrases`` (分5档, 7天窗口内), or
    one of ``choices`` (choice → its words), or with ``role`` a sequence of that role's values, in the
    order said (浏览→加购→支付); with ``role`` and ``phrases`` a value beside one of them (``{}之后``).
    What a word has in brackets must follow it: ``{}日(留存)``. ``unit`` 天 also takes weeks, months and hours; ``unit`` % is a fraction.
    ``ranges`` are phrases for two numbers (第4-7天 → "4-7"). With ``several`` the value is all that was said, in
    order; without it two values in one sentence are asked back. ``listed``: the model names further choices
    under that key (``aspects``).
    """

    default: Any
    label: str = ""
    phrases: tuple[str, ...] = ()
    low: float = 0
    high: float = float("inf")
    choices: tuple[tuple[Scalar, tuple[str, ...]], ...] = ()
    unit: str = ""
    role: str = ""
    ranges: tuple[str, ...] = ()
    several: bool = False
    listed: str = ""


class Facts(Protocol):
    """Scoped rows by role, and the engine that may only read."""

    @property
    def today(self) -> date: ...
    @property
    def since(self) -> date:
        """First day of the scope's period, or of the data."""

    @property
    def until(self) -> date:
        """Last day included, never after the last whole day with data."""

    @property
    def first(self) -> date:
        """First day of the data, whatever the period."""

    @property
    def last(self) -> date:
        """Last whole day of the data, whatever the period."""

    @property
    def by(self) -> tuple[str, ...]:
        """Columns to group by, as ``select`` takes them: ``by_channel``."""

    @property
    def steps(self) -> tuple[str, ...]:
        """Events in their usual order, as the model declares them."""

    @property
    def measure(self) -> Measure | None:
        """The metric that the question names, if any."""

    @property
    def metrics(self) -> tuple[Measure, ...]:
        """The metrics that a newcomer should see first: what to look at when none is named."""

    @property
    def asked(self) -> tuple[Period, ...]:
        """The periods as they were said, those that lie ahead too."""

    @property
    def festival(self) -> Festival | None:
        """(name, year) → half-open span: the calendar of festivals and sales events, if there is one."""

    def breakdowns(self, measure: Measure, most: int) -> tuple[str, ...]:
        """Dimensions by which ``measure`` can be split, of text with two to ``most`` values."""

    @property
    def scope(self) -> Scope:
        """The conditions and periods of the question."""

    @property
    def anatomy(self) -> Anatomy:
        """What a measure is made of and can be split by, inside the scope."""

    @property
    def crowd(self) -> Crowd:
        """Whom the scope is about, beside everybody else, and what is known of them."""

    @property
    def others(self) -> tuple[Measure, ...]:
        """Further metrics that the question names, in the order said."""

    def lifted(self, *parts: Condition) -> Facts:
        """The same facts without these conditions of the question: what if they did not hold?"""

    def narrowed(self, *parts: Condition) -> Facts:
        """The same facts under these conditions too: what is inside a part of them?"""

    @property
    def raw(self) -> Raw:
        """The tables as they were loaded, inside the scope: for checks on the data themselves."""

    @property
    def compare(self) -> tuple[Comparison, ...]:
        """With what the question compares, if it says so."""

    def before(self, period: Period) -> Period:
        """What a period is compared with: as the question says, else the period before it."""

    def select(
        self,
        *names: str,
        where: str = "",
        span: Span = "period",
        leave: Sequence[str] = (),
    ) -> exp.Select:
        """A SELECT whose columns are named after roles (and ``by``), already filtered.

        The first role decides the table: it must bind it itself; further roles may be looked up from
        there. ``where`` is SQL over roles. ``span``: the period, everything until its end, or all.
        ``leave``: roles of a table that is joined with this one, which takes the conditions that only
        it knows.
        """

    def has(self, *names: str) -> bool: ...

    def label(self, name: str) -> str:
        """What people call a column of ``by``."""

    def run(self, query: exp.Query) -> Sequence[Mapping[str, Any]]:
        """Run one SELECT; rows as mappings. Cancellable, with the engine's time limit."""

    def compute(self, query: MetricQuery, loose: bool = False) -> Result:
        """A metric query inside the scope; periods of its own replace the scope's.

        ``loose`` leaves out conditions that the measures know nothing of; say so where it is used.
        """

    def apart(
        self, query: MetricQuery, names: Sequence[str], loose: bool = False
    ) -> Mapping[str, Sequence[tuple[Any, ...]]]:
        """``query`` by each of ``names`` besides its own groups, "" by nothing more: name → rows of (groups…,
        value, measures…). One statement where one fact answers; groups in which nothing happened are left out.
        """

    def column(self, measure: Measure) -> Column:
        """What the figures of a measure mean."""


@dataclass(frozen=True, slots=True)
class View:
    """How to draw: the same vocabulary as ``assistant.reply.Chart``. ``data``: what is drawn where that is
    not the rows of the outcome (a series whose odd days are the rows)."""

    mark: str
    x: str = ""
    y: tuple[str, ...] = ()
    color: str = ""
    title: str = ""
    options: tuple[tuple[str, str], ...] = ()
    compare: str = ""
    data: Result | None = None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What to do about it, and why: ``because`` quotes the numbers."""

    action: str
    because: str
    ask_next: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """Why it cannot be computed: ``too-little-data``, ``missing-role`` …, and a sentence for people."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """``findings`` are sentences whose every number is a cell of ``rows`` or of ``extra``."""

    columns: tuple[Column, ...]
    rows: Rows
    view: View
    findings: tuple[str, ...]
    suggestions: tuple[Suggestion, ...] = ()
    headline: str = ""
    sql: str = ""
    notes: tuple[str, ...] = ()  # sample sizes, back-tests, how far to trust it
    extra: Mapping[str, Any] = field(default_factory=dict)
    people: exp.Select | None = None  # SELECT user, group: the people behind the numbers
    people_columns: tuple[Column, ...] = ()  # what the further columns of ``people`` mean


@dataclass(frozen=True, slots=True)
class Analysis:
    """``needs`` are roles of one table; ``definition`` is printed under 口径 with ``{parameters}``
    filled in. ``groups`` are values of ``Outcome.people``'s group: 重要挽留客户名单 lists one; words after
    ``…`` name it only in a conversation about the analysis (漏掉的 after a funnel). ``makes`` are the
    parameters without which a group is not there."""

    name: str
    title: str
    intent: Intent
    needs: tuple[str, ...]
    definition: str
    run: Callable[[Facts, Params], Outcome | Refused]
    params: Mapping[str, Param] = field(default_factory=dict)
    wants: tuple[str, ...] = ()  # roles used when bound
    measured: bool = False  # is it about a metric (``Facts.measure``)?
    compares: bool = False  # with another period (``Facts.before``)?
    relates: bool = False  # several metrics with each other (``Facts.others``)?
    describes: bool = False  # are words of metrics that are values too (新客) whom it is about?
    ahead: bool = False  # does it look ahead? Then a bare 7月 is the next one
    splits: bool = True  # can it be computed by group (``Facts.by``)?
    makes: Mapping[str, Params] = field(default_factory=dict)  # group → parameters
    groups: tuple[tuple[str, tuple[str, ...]], ...] = ()  # group whose people can be listed → words
