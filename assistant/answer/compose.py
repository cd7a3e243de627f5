"""From a result to an answer: headline, reading, chart, findings, advice, definitions, notes.

``compose`` is the last step of the arrow. It computes nothing from the database; an empty result
becomes a refusal that says why and what to do instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime

from analytics.contract import Analysis, Outcome, View
from assistant.answer.advice import advice, from_suggestions
from assistant.answer.charts import pick
from assistant.answer.conditions import condition_text
from assistant.answer.definitions import compose_catalog, definitions
from assistant.answer.findings import findings, small_samples
from assistant.answer.next_questions import next_questions
from assistant.answer.nobody import listed_members
from assistant.answer.nouns import period_text
from assistant.answer.numbers import day_text, plain
from assistant.answer.sentences import headline
from assistant.answer.shape import data_end, partial_end, shape_of
from assistant.answer.wording import describe
from assistant.problems import problem
from assistant.reply import Answer, Chart, Common, Refusal, Timing, Unread
from semantic_layer.catalog import Catalog, Format
from semantic_layer.measures import conjuncts
from semantic_layer.query import AnalysisQuery, DetailQuery, Form, MetricQuery, Period
from semantic_layer.result import ColumnRole, Result

__all__ = ["compose", "compose_analysis", "compose_catalog"]

UNTIMED = Timing()


def compose(
    question: str,
    query: MetricQuery | DetailQuery,
    result: Result,
    catalog: Catalog,
    *,
    sql: str = "",
    dialect: str = "duckdb",
    timing: Timing = UNTIMED,
    unread: tuple[Unread, ...] = (),
    assumptions: tuple[str, ...] = (),
    chart: str | None = None,
    counted: date | None = None,
) -> Answer | Refusal:
    """``chart`` is the mark that the question asked for, as ``charts.pick`` takes it; ``counted`` the
    day of the count that the figures come from."""
    common = Common(question, unread, assumptions, timing)
    reading = describe(query, catalog)
    result = listed_members(query, result, catalog)
    if nothing(query, result) and not _negative(query, catalog):
        return _empty(common, query, reading.text, catalog)
    shape = shape_of(query, result)
    notes = (*result.notes, *notes_of(query, result, catalog, counted))
    told = headline(query, shape, catalog)
    if counted and not query.scope.periods:
        told = f"{plain(counted)} {told}"
    if few := small_samples(shape):
        notes = (*notes, few)
    return Answer(
        common,
        query,
        reading.text,
        reading.chips,
        told,
        replace(result, notes=tuple(dict.fromkeys(notes))),
        chart=_chart(query, result, chart, catalog) if result.rows else None,
        findings=findings(query, shape, catalog),
        advice=advice(query, shape, catalog),
        next_questions=next_questions(query, result, catalog),
        sql=sql,
        dialect=dialect,
        definitions=definitions(query, catalog),
    )


def _chart(
    query: MetricQuery | DetailQuery, result: Result, asked: str | None, catalog: Catalog
) -> Chart | None:
    """Bars are of members: the rest that has no store would dwarf every store."""
    shape = shape_of(query, result)
    members = tuple(shape.members(catalog)) if isinstance(query, MetricQuery) else result.rows
    if members and len(members) < len(result.rows):
        drawn = replace(result, rows=members)
        found = pick(query, drawn, asked, catalog)
        if found is not None and found.mark in ("bar", "hbar"):
            return replace(found, data=drawn)
    return pick(query, result, asked, catalog)


def compose_analysis(
    question: str,
    query: AnalysisQuery,
    outcome: Outcome,
    catalog: Catalog,
    analyses: Mapping[str, Analysis],
    *,
    dialect: str = "duckdb",
    timing: Timing = UNTIMED,
    unread: tuple[Unread, ...] = (),
    assumptions: tuple[str, ...] = (),
) -> Answer:
    """An analysis brings its own sentences, view and suggestions; the form is the same."""
    found = analyses[query.analysis]
    reading = describe(query, catalog, analyses)
    suggestions = from_suggestions(outcome.suggestions)
    return Answer(
        Common(question, unread, assumptions, timing),
        query,
        reading.text,
        reading.chips,
        outcome.headline or (outcome.findings[0] if outcome.findings else found.title),
        Result(outcome.columns, tuple(outcome.rows), notes=outcome.notes),
        chart=chart_of(outcome.view),
        findings=outcome.findings,
        advice=suggestions,
        next_questions=tuple(dict.fromkeys(a.ask for a in suggestions if a.ask)),
        sql=outcome.sql,
        dialect=dialect,
        definitions=((found.title, found.definition), *definitions(query, catalog)),
    )


def chart_of(view: View) -> Chart:
    """What an analysis wants drawn, as a chart of the answer.

    >>> chart_of(View("line", "day", ("n",))).mark
    'line'
    """
    return Chart(
        view.mark,
        view.x,
        view.y,
        view.color,
        view.title,
        compare=view.compare,
        options=view.options,
        data=view.data,
    )


def nothing(query: MetricQuery | DetailQuery, result: Result) -> bool:
    """No rows, or one row without groups in which every value is missing."""
    if not result.rows:
        return True
    grouped = isinstance(query, DetailQuery) or bool(query.group_by)
    return not grouped and all(v is None for row in result.rows for v in row)


def _negative(query: MetricQuery | DetailQuery, catalog: Catalog) -> bool:
    """Whether an empty result is itself the answer: nobody met the condition that was asked about.

    Outside the days with data it never is.
    """
    if _outside(query, catalog):
        return False
    if query.form is Form.YES_NO:
        return True
    if isinstance(query, DetailQuery):
        return query.scope.where is not None
    return bool(query.group_by) and bool(query.having or query.streak or query.keep)


def _outside(query: MetricQuery | DetailQuery, catalog: Catalog) -> str:
    """``future`` or ``too-early`` when every period lies outside the data; else empty."""
    last = data_end(catalog)
    starts = [_day(p.start) for p in query.scope.periods]
    ends = [_last_day(p) for p in query.scope.periods]
    if starts and last and all(s and s > last for s in starts):
        return "future"
    if ends and catalog.since and all(e and e < catalog.since for e in ends):
        return "too-early"
    return ""


def notes_of(
    query: MetricQuery | DetailQuery, result: Result, catalog: Catalog, counted: date | None = None
) -> tuple[str, ...]:
    """What a reader must know: where the data end, what was cut, that no time was said."""
    said = []
    if until := partial_end(query):
        said.append(f"截至 {day_text(until)}")
    end = data_end(catalog)
    if counted:
        said.append(f"时点数，取 {plain(counted)} 的")
    elif not query.scope.periods and catalog.since and end and _timed(query, catalog):
        said.append(f"未限定时间，用的是全部数据（{plain(catalog.since)} 至 {plain(end)}）")
    for period in query.scope.periods:
        start, last = _day(period.start), _last_day(period)
        if end and last and last > end and start and start <= end:
            said.append(f"数据到 {plain(end)}，之后的日期还没有数")
            break
    if result.truncated:
        shown = f"{len(result.rows):,}"
        total = f"，共 {result.total:,} 行" if result.total else ""
        said.append(f"只取前 {shown} 行{total}")
    if any(None in row for row in result.rows) and isinstance(query, MetricQuery):
        missing = [
            c.label
            for i, c in enumerate(result.columns)
            if c.role is ColumnRole.MEASURE
            and c.format is Format.PERCENT
            and any(r[i] is None for r in result.rows)
        ]
        if missing:
            said.append(f"{'、'.join(dict.fromkeys(missing))}为 — 的行没有可以相除的数")
    return tuple(said)


def _timed(query: MetricQuery | DetailQuery, catalog: Catalog) -> bool:
    if isinstance(query, DetailQuery):
        table = catalog.tables.get(query.table)
        return table is not None and table.time is not None
    return True


def _empty(
    common: Common, query: MetricQuery | DetailQuery, understanding: str, catalog: Catalog
) -> Refusal:
    """Why there is nothing: a time without data, conditions that nobody meets, or both."""
    since, until = (plain(d) if d else "" for d in (catalog.since, data_end(catalog)))
    period = spaced_after("、".join(period_text(p) for p in query.scope.periods))
    suggestions = _ways_out(query, catalog)
    code = _outside(query, catalog) or "empty-result"
    details = {"what": period or "全部数据里", "period": period}
    conditions = [condition_text(p, catalog) for p in conjuncts(query.scope.where)]
    if conditions:
        details["way"] = f"放宽这些条件：{'；'.join(conditions)}"
    elif query.scope.periods:
        details["way"] = "换一个时间段"
    message, help = problem(code, suggestions=(), since=since, until=until, **details)
    return Refusal(
        common,
        code,
        message,
        help,
        next_questions=suggestions,
        query=query,
        understanding=understanding,
    )


def _ways_out(query: MetricQuery | DetailQuery, catalog: Catalog) -> tuple[str, ...]:
    """The same metric where there are data: the last month, the last 30 days."""
    if not isinstance(query, MetricQuery) or not query.measures:
        return ()
    label = describe(MetricQuery(query.measures[:1]), catalog).chips[-1].text
    return (f"上个月{label}", f"近30天{label}", f"今年每月{label}")


def _day(value: date | datetime | None) -> date | None:
    return value.date() if isinstance(value, datetime) else value


def spaced_after(text: str) -> str:
    """A space between figures and the Chinese that follows."""
    return f"{text} " if text[-1:].isascii() and text else text


def _last_day(period: Period) -> date | None:
    end = period.end
    if end is None:
        return None
    if isinstance(end, datetime) and (end.hour or end.minute):
        return end.date()
    day = _day(end)
    return date.fromordinal(day.toordinal() - 1) if day else None
