"""AARRR in words: one row a stage, what changed, which stage is the weakest, what cannot be known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from analytics import words
from analytics.contract import Facts, Suggestion

Line = Mapping[str, Any]
ADVICE = {  # stage → (what to do, what to ask next)
    "获取": ("先看新增少在哪个渠道，把预算移到获客成本低的渠道", "各注册渠道的注册用户数"),
    "激活": (
        "在新用户注册当天和第三天各推一次引导或新人券，缩短到激活行为的步骤",
        "近30天的转化漏斗",
    ),
    "留存": ("给上一期来过、这一期没来的人发唤醒消息，先从买过的人开始", "最近的留存情况"),
    "收入": ("对活跃而没付费的人发首单券，对付费的人推满额和搭配", "近90天的RFM分层"),
    "推荐": ("给老客一个带新人的理由：双方都有券", "最近的留存情况"),
}
COLUMNS = (
    words.dimension("stage", "环节"),
    words.dimension("indicator", "指标"),
    words.measure("value", "本期"),
    words.measure("before", "对比期"),
    words.share("change", "相对变化"),
    words.share("rate", "比率"),
    words.share("rate_before", "对比期比率"),
    words.share("rate_change", "比率变化"),
)


def lines(now: Line, then: Line, event: str, days: int, facts: Facts) -> list[dict[str, Any]]:
    """One row a figure, the five stages in order."""
    deed = f"{days} 天内{event or '购买'}的新用户（人）"
    out = [
        _line("获取", "新增用户（人）", now, then, "new"),
        _line("激活", deed, now, then, "activated", "ripe"),
        _line("留存", "上一期来过又来的（人）", now, then, "kept", "base"),
    ]
    if "payers" in now:
        out.append(_line("收入", "付费用户（人）", now, then, "payers", "active", "paying"))
        out.append(_line("收入", "收入（元）", now, then, "amount"))
    else:
        out.append({"stage": "收入", "indicator": "付费用户（人）"})
    if "inviters" in now:
        out.append(_line("推荐", "邀请人（人）", now, then, "inviters", "active"))
    else:
        out.append({"stage": "推荐", "indicator": "邀请人（人）"})
    return out


def _line(
    stage: str, indicator: str, now: Line, then: Line, what: str, of: str = "", part: str = ""
) -> dict[str, Any]:
    rates = [(c[part or what] / c[of] if c[of] else None) if of else None for c in (now, then)]
    moved = None if rates[0] is None or rates[1] is None else rates[0] - rates[1]
    pair = rates if of else [now[what], then[what]]  # of the rate where there is one
    return {
        "stage": stage,
        "indicator": indicator,
        "value": now[what],
        "before": then[what],
        "change": pair[0] / pair[1] - 1 if pair[0] is not None and pair[1] else None,
        "rate": rates[0],
        "rate_before": rates[1],
        "rate_change": moved,
    }


def weakest(found: Sequence[Line]) -> Line | None:
    moved = [(m, line) for line in found if (m := line.get("change")) is not None and m < 0]
    return min(moved, key=lambda pair: pair[0])[1] if moved else None


def title(found: Sequence[Line]) -> str:
    line = weakest(found)
    return "五个环节都没有下降" if line is None else f"下降最多的环节是{line['stage']}"


def findings(found: Sequence[Line], now: Line) -> tuple[str, ...]:
    said = ["；".join(_told(line) for line in found if line.get("value") is not None)]
    line = weakest(found)
    if line is None:
        said.append("和对比期比，没有环节下降")
    elif line["rate_change"] is not None:
        said.append(
            f"最弱的是{line['stage']}：比率从 {words.percent(line['rate_before'])} 到 {words.percent(line['rate'])}，"
            f"{words.points(line['rate_change'])}"
        )
    else:
        said.append(
            f"最弱的是{line['stage']}：{line['indicator']}比对比期少 {words.percent(-line['change'])}"
        )
    if missing := [line["stage"] for line in found if line.get("value") is None]:
        said.append(f"{'、'.join(missing)}算不出：数据里没有需要的字段")
    return tuple(said)


def _told(line: Line) -> str:
    money = line["indicator"].endswith("（元）")
    value = words.money(line["value"]) if money else f"{words.count(line['value'])} 人"
    rate = "" if line["rate"] is None else f"（{words.percent(line['rate'])}）"
    if line["rate_change"] is not None:
        return f"{line['stage']} {value}{rate}，{words.points(line['rate_change'])}"
    change = line["change"]
    moved = (
        "" if change is None else f"，{'多' if change >= 0 else '少'} {words.percent(abs(change))}"
    )
    return f"{line['stage']} {value}{rate}{moved}"


def suggestions(found: Sequence[Line]) -> tuple[Suggestion, ...]:
    line = weakest(found)
    if line is None:
        return ()
    action, ask = ADVICE[line["stage"]]
    if line["rate_change"] is not None:
        because = f"{line['stage']}比率从 {words.percent(line['rate_before'])} 到 {words.percent(line['rate'])}"
    else:
        because = f"{line['indicator']}比对比期少 {words.percent(-line['change'])}"
    return (Suggestion(f"先补{line['stage']}：{action}", because, ask),)


def notes(
    facts: Facts,
    now: tuple[date, date],
    then: tuple[date, date],
    counts: Line,
    event: str,
    days: int,
) -> tuple[str, ...]:
    spans = [
        f"{start.isoformat()} 至 {(end - timedelta(days=1)).isoformat()}"
        for start, end in (now, then)
    ]
    usual = "" if facts.asked else "没有说时间，看近 30 天："
    said = [
        f"{usual}本期 {spans[0]}，对比期 {spans[1]}",
        f"激活行为是{event or '首次购买'}，{words.count(counts['ripe'])} 位新用户已满 {days} 天，没满的不算",
        f"付费率是活跃的人里付费的比例，本期活跃 {words.count(counts['active'])} 人，上一个同长时期 {words.count(counts['base'])} 人",
    ]
    if "inviters" not in counts:
        said.append("模型没有邀请人字段，推荐这一环空着")
    if not facts.has("register_time", "user"):
        said.append("没有注册时间，新增按首次出现算")
    return tuple(said)
