"""留存：按首次行为的时间（或渠道等）分组，看之后第 N 天、周、月，或第 4–7 天这样的一段，还有多少人回来。

Definitions are PostHog's: *first* starts a cohort at the first activity ever, *any* at every active
period; *on* counts the period itself, *after* that period or any later one; a bracket counts whoever
came back in any of its periods; whole hours count from everybody's own start. What starts somebody may
be something else than what counts as coming back. Periods that have not ended are shown and said to be
incomplete; the weighted mean leaves them out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlglot import exp

from analytics import calendar, returns, words
from analytics import retention_params as said
from analytics import retention_words as told
from analytics.cohorts import Line, added_up, by_bits, lines_of
from analytics.contract import Analysis, Facts, Intent, Outcome, Params, Refused
from analytics.retention_words import GONE, KEPT, MEAN, SHOWN
from analytics.returns import GRAINS, START, Span
from analytics.template import by_column, fill

MIN_PEOPLE = 10
LENGTH = {"day": 30, "week": 12, "month": 12}  # periods after the first
SIZE = {g: n for n, g in enumerate(GRAINS)}


@dataclass(frozen=True, slots=True)
class Sheet:
    """Lines of one grain; ``lines`` of cohorts or groups, ``mean`` of all of them."""

    grain: str
    spans: tuple[Span, ...]
    lines: tuple[Line, ...]
    mean: Line
    people: exp.Select


def run(facts: Facts, params: Params) -> Outcome | Refused:
    """Cells of cohort × span in one SELECT a grain; rates, means and gaps here."""
    asked = {g: returns.asked(params, g) for g in GRAINS}
    grains = [g for g in GRAINS if asked[g]] or [params["grain"] or "month"]
    every = [s for g in grains for s in asked[g]]
    points = len(every) > 1 or any(s.low < s.high for s in every)
    money = params["value"] == "amount"
    if money and not facts.has("user", "time", "amount"):
        return Refused("missing-role", "金额")
    sheets: list[Sheet] = []
    for grain in grains:
        sheet = _sheet(facts, params, grain, asked[grain], points)
        if isinstance(sheet, Refused):
            return sheet
        sheets.append(sheet)
    first = sheets[0]
    focus = 1 if points else every[0].low if every else 1
    rates = [
        s.mean.rate(n) for s in sheets for n in (range(1, len(s.spans)) if points else (focus,))
    ]
    if all(r is None for r in rates):
        name = returns.named(first.spans[focus], first.grain)
        return Refused("too-little-data", f"还没有一组走完{name}")
    shape = told.Shape(first.grain, focus, money, _united(params, first.grain))
    since = _since(facts, shape.cohorts)
    cells = [(s.grain, s.spans, s.lines, s.mean) for s in sheets]
    answer = told.points(facts, cells, shape) if points else told.curve(facts, *cells[0][2:], shape)
    return Outcome(
        columns=answer.columns,
        rows=answer.rows,
        view=answer.view,
        findings=answer.findings,
        suggestions=answer.suggestions,
        notes=told.notes(facts, params, shape, since),
        extra={
            "began": [s.mean.size for s in sheets],
            "mean": [first.mean.rate(n) for n in range(len(first.mean.cells))],
        },
        people=None if money else first.people,
        people_columns=told.PEOPLE_COLUMNS,
    )


def _sheet(
    facts: Facts, params: Params, grain: str, asked: tuple[Span, ...], points: bool
) -> Sheet | Refused:
    """All cells of one grain: of the spans asked for, or of every period for a while."""
    length = max(LENGTH[grain], *(s.high for s in asked), 0)
    spans = (START, *asked) if points else tuple(Span(n, n) for n in range(length + 1))
    focus = spans[1] if points or not asked else asked[0]
    money, rolling = params["value"] == "amount", params["clock"] == "rolling"
    rows = _rows(facts, params, grain, money)
    if isinstance(rows, Refused):
        return rows
    united = _united(params, grain)
    after = params["mode"] == "after" and not money
    holes: dict[str, Any] = {
        "grain": grain,
        "by": by_column(facts.by),
        "amount": exp.column("amount") if money else exp.null(),
        "any": params["start"] == "any",
        "since": _since(facts, united or grain),
        "until": facts.until,
        "after": after,
    }
    same = rows["began"] == rows["facts"]
    fast = same and not (money or rolling or params["start"] != "first")
    found = by_bits(facts, {"facts": rows["facts"]}, grain, holes, spans) if fast else None
    if found is None:
        relations = {**rows, "spans": returns.relation(spans)}
        sql = returns.cells(rolling, after)
        counted = facts.run(fill(sql, relations, **holes, inside=returns.inside(spans)))
        found = [dict(r) for r in counted]
    began = sum(r["people"] for r in found if r["n"] == 0)
    if began < MIN_PEOPLE:
        return Refused("too-little-data", f"起始人数少于 {MIN_PEOPLE} 人")
    value = "amount" if money else "people"
    lines = lines_of(
        found,
        facts.last,
        grain,
        spans,
        value,
        grouped=bool(facts.by),
        rolling=rolling,
        united=united,
    )
    ended = calendar.start_of(facts.last + timedelta(days=1), grain)
    people = fill(
        returns.people(rolling),
        rows,
        **holes,
        low=focus.low,
        high=focus.high,
        over=calendar.shifted(ended, -(focus.high + rolling), grain),
        kept=KEPT,
        gone=GONE,
    )
    return Sheet(grain, spans, lines, added_up(MEAN, lines), people)


def _united(params: Params, grain: str) -> str:
    """每月新客的7日留存: cohorts of a month, days after the start. A finer grain says nothing."""
    units = str(params["grain"])
    return units if units and SIZE[units] > SIZE[grain] else ""


def _since(facts: Facts, grain: str) -> date:
    """The period's first day; where none is said only the latest cohorts are shown."""
    if facts.asked:
        return facts.since
    latest = calendar.start_of(facts.until, grain)
    return max(facts.since, calendar.shifted(latest, 1 - SHOWN[grain], grain))


# ── who starts and who comes back ─────────────────────────────────────────────────────────────


def _rows(facts: Facts, params: Params, grain: str, money: bool) -> dict[str, exp.Select] | Refused:
    """``began`` and ``facts``, the same rows unless the question says otherwise."""
    origin, back, begin = (str(params[k]) for k in ("origin", "back", "begin"))
    active = params["activity"] == "event" or (
        params["activity"] == "" and (grain == "day" or bool(origin))
    )
    came = _events(facts, back) if back else _acts(facts, active, money)
    if origin:
        return {"began": _events(facts, origin), "facts": came}
    if begin == "order":
        return {"began": _acts(facts, False, money), "facts": came}
    if begin == "register":
        if not facts.has("register_time", "user", *facts.by):
            of = f"按{facts.label(facts.by[0])}分的" if facts.has("register_time", "user") else ""
            return Refused("missing-role", f"{of}注册时间")
        joined = facts.select("register_time", "user", *facts.by, span="all")
        renamed = fill("SELECT * RENAME (register_time AS time) FROM joined", {"joined": joined})
        return {"began": renamed, "facts": came}
    return {"began": came, "facts": came}


def _events(facts: Facts, event: str) -> exp.Select:
    rows = facts.select("user", "event", "time", *facts.by, span="all")
    return fill("SELECT * FROM acts WHERE event = :event", {"acts": rows}, event=event)


def _acts(facts: Facts, active: bool, money: bool) -> exp.Select:
    """Purchases; or any activity where days are counted and events are known."""
    if active and not money and facts.has("user", "event", "time"):
        return facts.select("user", "time", "event", *facts.by, span="all")
    names = ("user", "time", "amount") if money else ("user", "time")
    return facts.select(*names, *facts.by, span="all")


ANALYSIS = Analysis(
    name="retention",
    title="留存分析",
    intent=Intent(
        phrases=words.listed(
            "留存 留存率 留存情况 留存分析 留存曲线 留存表 同期群 同期群分析 队列分析 cohort cohort分析 留存用户 "
            "用户留存 用户留存率 留下来多少 还剩多少人 回来的比例"
        ),
        examples=(
            "1月新客的次月留存率",
            "各渠道用户的留存情况",
            "今年的7日留存",
            "按周看留存率",
            "近90天的金额留存",
            "去年每个月新客的留存曲线",
            "次日留存、7日留存和30日留存",
            "按1-3天、4-7天、8-14天看留存",
        ),
        not_examples=("复购率是多少", "老客数", "上个月新客数"),
    ),
    needs=("user", "time"),
    wants=("amount", "event", "register_time"),
    definition=(
        "按{start}行为分组，看之后第 N 期{mode}的{value}占起始的比例，一期按{clock}算，一段时间里任一期回来就算；起始行为没说就和回来的行为相同；"
        "加权平均是各组之和相除，没走完的周期不算。默认按月；按天看的是有任何行为，按周、按月看的是购买"
    ),
    params={
        "grain": said.GRAINS,
        "day": said.DAYS,
        "week": said.WEEKS,
        "month": said.MONTHS,
        "within": said.WITHIN,
        "mode": said.MODES,
        "start": said.STARTS,
        "clock": said.CLOCKS,
        "value": said.VALUES,
        "begin": said.BEGINS,
        "origin": said.ORIGIN,
        "activity": said.ACTIVITIES,
        "back": said.BACK,
    },
    run=run,
    groups=(
        (
            KEPT,
            ("留存用户名单", "留存客户名单", "留存下来的用户名单", "留存的用户名单", "留存的人"),
        ),
        (
            GONE,
            (
                "未留存用户",
                "未留存的用户",
                "没留存的用户",
                "没有留存的用户",
                "未留存客户",
                "没留存的人",
            ),
        ),
    ),
)
