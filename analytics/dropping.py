"""What differs about those who drop out of a funnel: odds of stopping at a step, by attribute.

Everybody has the attributes of the first time they took the first step. Odds ratios of two by two tables
with intervals widened for how many tables were looked at (Bonferroni). It describes, it explains nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlglot import exp

from analytics import words
from analytics.contract import Facts, Outcome, Refused, Suggestion, View
from analytics.template import fill

ATTRIBUTES = {
    "platform": "端",
    "app_version": "版本",
    "channel": "渠道",
    "register_channel": "注册渠道",
    "gender": "性别",
    "city_tier": "城市等级",
    "member_level": "会员等级",
}
TOGETHER = ("platform", "app_version")  # a release goes wrong on one platform
FIXABLE = (
    "both",
    "app_version",
    "platform",
    "channel",
)  # where it happens rather than who they are
MIN_PEOPLE = 100  # of a value who came to the step, and of all others
SHOWN = 12

COUNTED = """
WITH first_touch AS (
  SELECT visitor, UNNEST(:labels) AS name, UNNEST(seen) AS value FROM (
    SELECT :visitor AS visitor, :firsts AS seen FROM facts
    WHERE event = :step AND time >= :start AND time < :ends GROUP BY 1
  )
),
steps AS (SELECT UNNEST(range(1, :n)) AS k)
SELECT f.name, f.value, s.k, COUNT(*) AS came, COUNT(*) FILTER (WHERE u.level > s.k) AS went
FROM reached AS u JOIN first_touch AS f ON f.visitor = u.visitor CROSS JOIN steps AS s
WHERE u.level >= s.k AND f.value IS NOT NULL GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""


@dataclass(frozen=True, slots=True)
class Odds:
    """Of stopping after step ``k``, for one value against all others with a known value."""

    name: str
    value: str
    k: int
    came: int
    stopped: float
    others: float
    ratio: float
    low: float
    high: float

    @property
    def surely(self) -> bool:
        return self.low > 1 or self.high < 1

    @property
    def distance(self) -> float:
        """How far the interval is from 1, on either side."""
        return max(self.low, 1 / self.high if self.high else 0.0)


def run(facts: Facts, users: exp.Select, steps: Sequence[str], since: date) -> Outcome | Refused:
    """One SELECT over everybody's first attributes."""
    who = "visitor" if facts.has("event", "time", "visitor") else "user"
    names = [a for a in ATTRIBUTES if facts.has("event", "time", who, a)]
    if not names:
        return Refused("missing-role", "端、渠道或用户属性")
    rows = {"reached": users, "facts": facts.select("event", "time", who, *names, span="all")}
    firsts = [_first(n) for n in names]
    if set(TOGETHER) <= set(names):
        names, firsts = [*names, "both"], [*firsts, _both()]
    holes: dict[str, Any] = {
        "labels": exp.array(*(exp.Literal.string(n) for n in names)),
        "firsts": exp.array(*firsts),
        "visitor": exp.column(who, quoted=True),
        "step": steps[0],
        "start": since,
        "ends": facts.until + timedelta(days=1),
        "n": len(steps),
    }
    found = odds(facts.run(fill(COUNTED, rows, **holes)))
    if not found:
        return Refused("too-little-data", f"没有一种属性在一步上有至少 {MIN_PEOPLE} 人可比")
    return _outcome(found, steps)


def _first(name: str) -> exp.Expr:
    column = exp.cast(exp.column(name, quoted=True), "VARCHAR")
    return exp.Anonymous(this="arg_min", expressions=[column, exp.column("time")])


def _both() -> exp.Expr:
    parts = [exp.cast(exp.column(n, quoted=True), "VARCHAR") for n in TOGETHER]
    joined = exp.DPipe(
        this=exp.DPipe(this=parts[0], expression=exp.Literal.string(" ")), expression=parts[1]
    )
    return exp.Anonymous(this="arg_min", expressions=[joined, exp.column("time")])


def odds(counted: Sequence[Mapping[str, Any]], confidence: float = 0.95) -> list[Odds]:
    """Every value and step with enough people on both sides, the surest difference first."""
    from scipy.stats.contingency import odds_ratio

    totals: dict[tuple[str, int], tuple[int, int]] = {}
    for row in counted:
        came, went = totals.get((row["name"], row["k"]), (0, 0))
        totals[row["name"], row["k"]] = came + row["came"], went + row["went"]
    tables = []
    for row in counted:
        came, went = totals[row["name"], row["k"]]
        mine = row["came"] - row["went"], row["went"]
        rest = came - went - mine[0], went - mine[1]
        if min(sum(mine), sum(rest)) >= MIN_PEOPLE and min(*mine, *rest) > 0:
            tables.append((row, mine, rest))
    level = 1 - (1 - confidence) / max(len(tables), 1)
    found = []
    for row, mine, rest in tables:
        result = odds_ratio([list(mine), list(rest)], kind="sample")
        interval = result.confidence_interval(level)
        found.append(
            Odds(
                row["name"],
                row["value"],
                row["k"],
                sum(mine),
                mine[0] / sum(mine),
                rest[0] / sum(rest),
                float(result.statistic),
                float(interval.low),
                float(interval.high),
            )
        )
    return sorted(found, key=lambda o: (-o.distance, o.name, o.value, o.k))


COLUMNS = (
    words.dimension("step", "步骤"),
    words.dimension("attribute", "属性"),
    words.dimension("value", "取值"),
    words.people("came", "到这一步"),
    words.share("stopped", "停下的比例"),
    words.share("others", "其他人停下的比例"),
    words.measure("ratio", "几率比", "倍"),
    words.measure("low", "区间下限", "倍"),
    words.measure("high", "区间上限", "倍"),
)


def _outcome(found: Sequence[Odds], steps: Sequence[str]) -> Outcome:
    worse = [o for o in found if o.low > 1]
    fixable = sorted((o for o in worse if o.name in FIXABLE), key=lambda o: FIXABLE.index(o.name))
    shown = [o for o in found if o.surely][:SHOWN] or list(found[:SHOWN])
    shown += [o for o in fixable[:1] if o not in shown]
    told = list(dict.fromkeys([*worse[:1], *fixable[:1]]))
    said = [_told(o, steps) for o in told] or ["停下的人和走下去的人在这些属性上没有明显差别"]
    rows = tuple(
        (_step(o, steps), _label(o), o.value, o.came, o.stopped, o.others, o.ratio, o.low, o.high)
        for o in shown
    )
    suggestions = tuple(
        Suggestion(
            f"先走一遍{_label(o)}为{o.value}的{_step(o, steps)}，看卡在哪里，修好后对停下的人发提醒",
            f"{words.count(o.came)} 人到这一步，{words.percent(o.stopped)} 停下，其他人 {words.percent(o.others)}",
            "漏斗流失用户名单",
        )
        for o in (fixable or worse)[:1]
    )
    return Outcome(
        columns=COLUMNS,
        rows=rows,
        view=View("hbar", "value", ("ratio",), "step", "停下的几率是其他人的几倍"),
        findings=tuple(said),
        suggestions=suggestions,
        notes=(
            f"看了 {len(found)} 组比较，区间按 Bonferroni 放宽；属性取第一次做第一步时的值；描述性，不代表因果",
        ),
        extra={"compared": len(found)},
    )


def _label(odds: Odds) -> str:
    both = "和".join(ATTRIBUTES[n] for n in TOGETHER)
    return both if odds.name == "both" else ATTRIBUTES[odds.name]


def _step(odds: Odds, steps: Sequence[str]) -> str:
    return f"{steps[odds.k - 1]}→{steps[odds.k]}"


def _told(o: Odds, steps: Sequence[str]) -> str:
    return (
        f"{_label(o)}为{o.value}的人在{_step(o, steps)}停下 {words.percent(o.stopped)}，其他人 {words.percent(o.others)}，"
        f"几率是 {words.number(o.ratio)} 倍（区间 {words.number(o.low)} 到 {words.number(o.high)}）"
    )
