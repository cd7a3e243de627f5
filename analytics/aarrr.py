"""AARRR：一个时期的获取、激活、留存、收入、推荐各多少，和上一期比变了多少。

Five counts of one period beside the period before; who is active, what activates and who pays come from
the roles that are bound. A stage whose role is missing is shown empty and said, never guessed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from analytics import aarrr_words as told
from analytics import words
from analytics.contract import Analysis, Facts, Intent, Outcome, Param, Params, Refused, View
from analytics.template import fill
from semantic_layer.query import Period

MIN_PEOPLE = 20
USUAL = 30  # days, where the question says no period

JOINED = """
SELECT COUNT(DISTINCT r."user") AS people,
       COUNT(DISTINCT CASE WHEN r.time + to_days(:days) <= :known THEN r."user" END) AS ripe,
       COUNT(DISTINCT CASE WHEN r.time + to_days(:days) <= :known AND d."user" IS NOT NULL THEN r."user" END) AS done
FROM (SELECT "user", CAST(register_time AS TIMESTAMP) AS time FROM joined
      WHERE register_time >= :start AND register_time < :end) AS r
LEFT JOIN did AS d ON d."user" = r."user" AND d.time >= r.time AND d.time < r.time + to_days(:days)
"""
FIRST = 'SELECT "user", MIN(time) AS register_time FROM did GROUP BY 1'
ACTIVE = """
SELECT COUNT(*) FILTER (WHERE now) AS people, COUNT(*) FILTER (WHERE earlier) AS base,
       COUNT(*) FILTER (WHERE now AND earlier) AS kept
FROM (
  SELECT who, bool_or(time >= :start) AS now, bool_or(time < :start) AS earlier
  FROM (SELECT time, :who AS who FROM seen) WHERE who IS NOT NULL AND time >= :before AND time < :end GROUP BY 1
)
"""
PAID = """
SELECT COUNT(DISTINCT "user") AS people, CAST(SUM(amount) AS DOUBLE) AS amount
FROM paid WHERE time >= :start AND time < :end
"""
PAYING = """
SELECT COUNT(DISTINCT who) AS people FROM (SELECT time, "user", :who AS who FROM seen)
WHERE time >= :start AND time < :end AND "user" IN (SELECT "user" FROM paid WHERE time >= :start AND time < :end)
"""
INVITED = """
SELECT COUNT(DISTINCT inviter) AS inviters, COUNT(DISTINCT "user") AS invited
FROM joined WHERE inviter IS NOT NULL AND register_time >= :start AND register_time < :end
"""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Half-open."""

    start: date
    end: date

    @property
    def days(self) -> int:
        return (self.end - self.start).days


def run(facts: Facts, params: Params) -> Outcome | Refused:
    """The same five counts for two periods."""
    since = facts.since
    if not facts.asked:
        since = max(since, facts.until - timedelta(days=USUAL - 1))
    now = Bounds(since, facts.until + timedelta(days=1))
    then = _before(facts, now)
    event = str(params["event"]) or _usual_event(facts)
    days = round(float(params["days"]))
    counts = [_counted(facts, bounds, event, days) for bounds in (now, then)]
    if counts[0]["active"] < MIN_PEOPLE:
        return Refused(
            "too-little-data", f"这段时间只有 {counts[0]['active']} 人，少于 {MIN_PEOPLE} 人"
        )
    lines = told.lines(counts[0], counts[1], event, days, facts)
    return Outcome(
        columns=told.COLUMNS,
        rows=tuple(tuple(line.get(c.name) for c in told.COLUMNS) for line in lines),
        view=View("hbar", "indicator", ("change",), title=told.title(lines)),
        findings=told.findings(lines, counts[0]),
        suggestions=told.suggestions(lines),
        notes=told.notes(
            facts, (now.start, now.end), (then.start, then.end), counts[0], event, days
        ),
        extra={**{f"{k}_now": v for k, v in counts[0].items()}, "days": days},
    )


def _before(facts: Facts, now: Bounds) -> Bounds:
    """As the question compares, else the period before."""
    found = facts.before(Period(now.start, now.end))
    start, end = (_day(found.start), _day(found.end))
    if start is None or end is None:
        return Bounds(now.start - timedelta(days=now.days), now.start)
    return Bounds(start, end)


def _day(moment: date | datetime | None) -> date | None:
    return moment.date() if isinstance(moment, datetime) else moment


def _usual_event(facts: Facts) -> str:
    """The second of the model's steps: the first one that is more than looking."""
    return facts.steps[1] if len(facts.steps) > 1 and facts.has("event", "user", "time") else ""


def _counted(facts: Facts, bounds: Bounds, event: str, days: int) -> dict[str, Any]:
    """Every count of one period. ``None`` for what no role can tell."""
    holes: dict[str, Any] = {
        "start": bounds.start,
        "end": bounds.end,
        "before": bounds.start - timedelta(days=bounds.days),
        "known": facts.last + timedelta(days=1),
        "days": days,
    }
    money = facts.has("user", "time", "amount")
    if event:
        did = fill(
            'SELECT "user", time FROM e WHERE event = :event AND time >= :start AND time < :late',
            {"e": facts.select("event", "user", "time", span="all")},
            event=event,
            start=bounds.start,
            late=bounds.end + timedelta(days=days),
        )
    else:
        roles = ("user", "time", "amount") if money else ("user", "time")
        did = facts.select(*roles, span="all")
    found: dict[str, Any] = {}
    known = facts.has("register_time", "user")
    joined = facts.select("register_time", "user") if known else fill(FIRST, {"did": _all(facts)})
    new = facts.run(fill(JOINED, {"joined": joined, "did": did}, **holes))[0]
    found |= {"new": new["people"], "ripe": new["ripe"], "activated": new["done"]}
    seen, who = _seen(facts)
    came = facts.run(fill(ACTIVE, {"seen": seen}, **holes, who=who))[0]
    found |= {"active": came["people"], "base": came["base"], "kept": came["kept"]}
    if money:
        rows = {"seen": seen, "paid": facts.select("user", "time", "amount", span="all")}
        paid = facts.run(fill(PAID, rows, **holes))[0]
        both = facts.run(fill(PAYING, rows, **holes, who=who))[0]
        found |= {"payers": paid["people"], "amount": paid["amount"] or 0.0}
        found |= {"paying": both["people"]}
    if facts.has("register_time", "user", "inviter"):
        rows = {"joined": facts.select("register_time", "user", "inviter")}
        found |= facts.run(fill(INVITED, rows, **holes))[0]
    return found


def _all(facts: Facts) -> Any:
    """Rows that show when somebody was first there, where nobody registers."""
    return facts.select("user", "time", span="all")


def _seen(facts: Facts) -> tuple[Any, Any]:
    """Who was there when: visitors where events are kept, else whoever bought."""
    from sqlglot import exp

    names: tuple[str, ...] = (
        ("event", "time", "visitor", "user")
        if facts.has("event", "time", "visitor", "user")
        else ("event", "time", "user")
        if facts.has("event", "time", "user")
        else ("user", "time")
    )
    who = "visitor" if "visitor" in names else "user"
    return facts.select(*names, span="all"), exp.column(who, quoted=True)


ANALYSIS = Analysis(
    name="aarrr",
    title="AARRR 增长模型",
    intent=Intent(
        phrases=words.listed(
            "AARRR AARRR模型 AARRR分析 AARRR漏斗 AARRR增长模型 海盗模型 海盗指标 海盗模型分析 海盗漏斗 海盗模型各环节 增长模型 "
            "增长漏斗 用户增长模型 用户增长漏斗 增长五环节 用户增长五个环节 用户增长五个环节哪个最弱 五个环节 五个环节各怎么样 "
            "获取激活留存收入推荐 获取激活留存收入推荐五个环节 获取激活留存收入推荐五个环节各怎么样 获取、激活、留存、收入、推荐 "
            "拉新激活留存变现 拉新激活留存变现情况 拉新、激活、留存、变现 从拉新到变现 从拉新到变现整体 从拉新到变现整体看一遍 "
            "激活率 新用户激活率 用户激活率 新客激活率 新用户激活 激活的比例 激活比例 激活了多少新用户"
        ),
        examples=(
            "做个AARRR分析",
            "上个月的海盗模型",
            "新用户激活率是多少",
            "AARRR模型，下单算激活",
        ),
        not_examples=("上个月新增注册用户数", "近30天的转化漏斗", "上个月新客的次月留存率"),
    ),
    needs=("user", "time"),
    wants=("register_time", "event", "visitor", "amount", "inviter"),
    splits=False,
    compares=True,
    definition=(
        "获取：时期内新注册（没有注册时间就看首次出现）的人。激活：新用户注册后 {days}内做过激活行为的比例，只算已满这么多天的人；"
        "激活行为默认是模型步骤里的第二步。留存：上一个同长时期来过的人里这一期又来的比例。收入：付费用户、活跃用户里付费的比例和金额。"
        "推荐：带来新用户的邀请人。每项与上一期比"
    ),
    params={
        "event": Param(
            "",
            "激活行为",
            (
                "{}算激活",
                "{}就算激活",
                "以{}为激活",
                "以{}作为激活",
                "激活是{}",
                "激活看{}",
                "{}视为激活",
                "把{}当激活",
            ),
            role="event",
        ),
        "days": Param(
            7,
            "激活天数",
            (
                "{}内激活",
                "{}内的激活",
                "{}激活",
                "{}内算激活",
                "新用户{}内(激活)",
                "新用户{}内的(激活)",
                "新客{}内(激活)",
                "激活期{}",
                "{}内(激活)",
            ),
            low=1,
            high=90,
            unit="天",
        ),
    },
    run=run,
)
