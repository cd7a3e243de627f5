"""留存：按首次行为的时间（或渠道等）分组，看之后第 N 天、周、月还有多少人回来。

Definitions are PostHog's: *first* starts a cohort at the first activity ever, *any* at every active
period; *on* counts the period itself, *after* that period or any later one. Periods that have not
ended are shown and said to be incomplete; the weighted mean leaves them out.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from typing import Any

from sqlglot import exp

from analytics import calendar, words
from analytics.cohorts import Line, added_up, by_bits, lines_of
from analytics.contract import (
    Analysis,
    Facts,
    Intent,
    Outcome,
    Param,
    Params,
    Refused,
    Suggestion,
    View,
)
from analytics.template import by_column, fill
from semantic_layer.result import Column

MIN_PEOPLE = 10
MIN_BEST = 30  # people, to be called the best or the worst
SHOWN = {"day": 31, "week": 26, "month": 24}  # cohorts
LENGTH = {"day": 30, "week": 12, "month": 12}  # periods after the first
MEAN = "加权平均"
MODES = (
    ("on", ("当期回来", "当期")),
    ("after", ("当期或以后回来", "滚动留存", "累计留存", "之后任意一次")),
)
STARTS = (("first", ("首次",)), ("any", ("每次活跃", "任意起始")))

CELLS = """
WITH seen AS (
  SELECT "user", CAST(date_trunc(:grain, time) AS DATE) AS p, MIN(time) AS first_at,
         SUM(amount) AS amount, arg_min(grp, time) AS grp
  FROM (SELECT "user", time, :amount AS amount, :by AS grp FROM facts)
  WHERE "user" IS NOT NULL GROUP BY 1, 2
),
starts AS (
  SELECT "user", p AS c, first_at, grp FROM (
    SELECT *, ROW_NUMBER() OVER (PARTITION BY "user" ORDER BY p) AS nth FROM seen
  ) WHERE (nth = 1 OR :any) AND CAST(first_at AS DATE) BETWEEN :since AND :until
),
backs AS (
  SELECT s.c, s.grp, s."user", b.amount, date_diff(:grain, s.c, b.p) AS n
  FROM starts AS s JOIN seen AS b ON b."user" = s."user" AND b.p >= s.c
),
reached AS (
  SELECT c, grp, "user", MAX(n) AS furthest FROM backs GROUP BY 1, 2, 3
)
"""
ON = (
    CELLS
    + """
SELECT c, grp, n, COUNT(DISTINCT "user") AS people, CAST(SUM(amount) AS DOUBLE) AS amount
FROM backs WHERE n <= :length GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""
)
AFTER = (
    CELLS
    + """
SELECT c, grp, n, COUNT(*) AS people, CAST(NULL AS DOUBLE) AS amount
FROM (SELECT c, grp, "user", UNNEST(range(0, furthest + 1)) AS n FROM reached)
WHERE n <= :length GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""
)
PEOPLE = (
    CELLS
    + """
SELECT "user", CASE WHEN furthest >= :focus THEN '留存' ELSE '未留存' END AS "group", c AS start, furthest
FROM reached ORDER BY c, "user"
"""
)


def run(facts: Facts, params: Params) -> Outcome | Refused:
    """Cells of cohort × period in one SELECT; rates, means and gaps here."""
    grain, focus = _asked(params)
    money = params["value"] == "amount"
    if money and not facts.has("user", "time", "amount"):
        return Refused("missing-role", "金额")
    length = max(LENGTH[grain], focus)
    since = _since(facts, grain)
    holes = {
        "grain": grain,
        "by": by_column(facts.by),
        "amount": exp.column("amount") if money else exp.null(),
        "any": params["start"] == "any",
        "since": since,
        "until": facts.until,
        "length": length,
        "focus": focus,
    }
    rows = {"facts": _facts(facts, params, grain, money)}
    after, slow = params["mode"] == "after" and not money, money or params["start"] != "first"
    counted = None if slow else by_bits(facts, rows, grain, holes, after)
    found = counted or facts.run(fill(AFTER if after else ON, rows, **holes))
    if sum(r["people"] for r in found if r["n"] == 0) < MIN_PEOPLE:
        return Refused("too-little-data", f"起始人数少于 {MIN_PEOPLE} 人")
    lines = lines_of(
        found, facts.last, grain, length, "amount" if money else "people", bool(facts.by)
    )
    mean = added_up(MEAN, lines)
    if mean.rate(focus) is None:
        return Refused("too-little-data", f"还没有一组走完第 {focus} {calendar.UNITS[grain]}")
    listed = lines if facts.by or len(lines) == 1 else (mean, *lines)
    return Outcome(
        columns=_columns(facts, grain, money),
        rows=_rows(listed),
        view=_view(listed, facts, mean, grain, focus),
        findings=_findings(lines, mean, grain, focus, money),
        suggestions=_suggestions(mean, grain, focus),
        notes=_notes(grain, facts, since),
        extra={"began": mean.size, "mean": [mean.rate(n) for n in range(len(mean.cells))]},
        people=None if money else fill(PEOPLE, rows, **holes),
        people_columns=(words.measure("furthest", "最远回到第几期"), words.moment("start", "起始")),
    )


def _asked(params: Params) -> tuple[str, int]:
    """The periods to count in and the one asked about: 7日留存 is day 7."""
    for grain in ("day", "week", "month"):
        if params[grain]:
            return grain, int(params[grain])
    return params["grain"], 1


def _since(facts: Facts, grain: str) -> date:
    """The period's first day; over the whole data only the latest cohorts are shown."""
    if facts.since > facts.first:
        return facts.since
    latest = calendar.start_of(facts.until, grain)
    return max(facts.since, calendar.shifted(latest, 1 - SHOWN[grain], grain))


def _facts(facts: Facts, params: Params, grain: str, money: bool) -> exp.Select:
    """Purchases; or any activity where days are counted and events are known."""
    active = params["activity"] == "event" or (params["activity"] == "" and grain == "day")
    if active and not money and facts.has("user", "event", "time"):
        return facts.select("user", "time", "event", *facts.by, span="all")
    names = ("user", "time", "amount") if money else ("user", "time")
    return facts.select(*names, *facts.by, span="all")


def _columns(facts: Facts, grain: str, money: bool) -> tuple[Column, ...]:
    unit = calendar.UNITS[grain]
    label = (
        facts.label(facts.by[0])
        if facts.by
        else "起始" + {"day": "日", "week": "周", "month": "月"}[grain]
    )
    first = words.amount("size", "首期金额") if money else words.people("size", "起始人数")
    back = words.amount("back", "留存金额") if money else words.people("back", "留存人数")
    return (
        words.dimension("cohort", label),
        first,
        words.measure("n", f"第几{unit}"),
        back,
        words.share("rate", "金额留存率" if money else "留存率"),
        words.dimension("done", "周期"),
    )


def _rows(lines: Sequence[Line]) -> tuple[tuple[Any, ...], ...]:
    return tuple(
        (x.name, x.base[n], n, x.cells[n], x.rate(n), "完整" if x.done[n] else "未走完")
        for x in lines
        for n in range(len(x.cells))
        if x.base[n]
    )


# ── in words ──────────────────────────────────────────────────────────────────────────────────


def _view(lines: Sequence[Line], facts: Facts, mean: Line, grain: str, focus: int) -> View:
    title = f"{_nth(grain, focus)}留存 {words.percent(mean.rate(focus))}"
    if facts.by or len(lines) == 1:
        return View("line", "n", ("rate",), "cohort" if facts.by else "", title=title)
    return View("heatmap", "n", ("rate",), "cohort", title=title)


def _nth(grain: str, n: int) -> str:
    if n == 1:
        return {"day": "次日", "week": "次周", "month": "次月"}[grain]
    return f"第 {n} {calendar.UNITS[grain]}"


def _findings(
    lines: Sequence[Line], mean: Line, grain: str, focus: int, money: bool
) -> tuple[str, ...]:
    what = "金额留存率" if money else "留存率"
    began = words.money(mean.size) if money else f"{words.count(mean.size)} 人"
    said = [f"{began}起始，{_nth(grain, focus)}{what} {words.percent(mean.rate(focus))}"]
    rated = [(rate, x) for x in lines if _counts(x, focus) and (rate := x.rate(focus)) is not None]
    if len(rated) > 1:
        high, low = max(rated, key=lambda r: r[0]), min(rated, key=lambda r: r[0])
        said.append(
            f"最高的是{high[1].name}，{words.percent(high[0])}；最低的是{low[1].name}，{words.percent(low[0])}"
        )
    last = len(mean.cells) - 1
    if last > focus:
        said.append(f"到第 {last} {calendar.UNITS[grain]}还剩 {words.percent(mean.rate(last))}")
    return tuple(said)


def _counts(line: Line, focus: int) -> bool:
    """Large enough to be called the best or the worst, and finished."""
    return focus < len(line.cells) and line.done[focus] and line.base[focus] >= MIN_BEST


def _suggestions(mean: Line, grain: str, focus: int) -> tuple[Suggestion, ...]:
    rates = [mean.rate(n) for n in range(len(mean.cells))]
    drops = [(a - b, n + 1) for n, (a, b) in enumerate(pairwise(rates)) if a and b is not None]
    if not drops:
        return ()
    _, worst = max(drops)
    unit = calendar.UNITS[grain]
    when = "首次之后" if worst == 1 else f"第 {worst - 1} {unit}之后"
    return (
        Suggestion(
            f"把触达放在{when}、第 {worst} {unit}之前：这一步掉得最多",
            f"留存从 {words.percent(rates[worst - 1])} 降到 {words.percent(rates[worst])}",
        ),
    )


def _notes(grain: str, facts: Facts, shown: date) -> tuple[str, ...]:
    said = [f"截至 {facts.last.isoformat()}，没有走完的周期标为未走完，不进加权平均"]
    if shown > facts.since:
        said.append(
            f"起始从 {shown.isoformat()} 算起，只列最近 {SHOWN[grain]} {calendar.UNITS[grain]}"
        )
    return tuple(said)


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
        ),
        not_examples=("复购率是多少", "老客数", "上个月新客数"),
    ),
    needs=("user", "time"),
    wants=("amount", "event"),
    definition=(
        "按{start}分组，看之后第 N 期{mode}的{value}占起始的比例；加权平均是各组之和相除，没走完的周期不算。"
        "默认按月；按天看的是有任何行为，按周、按月看的是购买"
    ),
    params={
        "grain": calendar.grain_param("month", "周期"),
        "day": Param(
            0, "第几天", ("{}日(留存)", "{}天(留存)", "第{}天", "第{}日"), low=1, high=365
        ),
        "week": Param(0, "第几周", ("{}周(留存)", "第{}周"), low=1, high=52),
        "month": Param(0, "第几个月", ("{}个月(留存)", "{}月(留存)", "第{}个月"), low=1, high=36),
        "mode": Param("on", "回来的算法", choices=MODES),
        "start": Param("first", "起始", choices=STARTS),
        "value": Param(
            "people",
            "看什么",
            choices=(
                ("people", ("人数(留存)",)),
                ("amount", ("金额(留存)", "收入(留存)", "营收(留存)")),
            ),
        ),
        "activity": Param(
            "",
            "行为",
            choices=(
                ("order", ("购买(留存)", "下单(留存)")),
                ("event", ("活跃(留存)", "访问(留存)", "登录(留存)")),
            ),
        ),
    },
    run=run,
)
