"""What a card says: its title and sentence, what to do, and the question that goes on. Words only."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from analytics import words
from analytics.contract import Facts, Suggestion
from analytics.signals import Kind, Signal
from semantic_layer.catalog import Direction
from semantic_layer.query import (
    AnalysisQuery,
    And,
    By,
    ByTime,
    CompareKind,
    Comparison,
    Condition,
    Grain,
    MetricQuery,
    Period,
    Query,
    Scope,
    Top,
)


def span(period: Period) -> str:
    """2026年5月, 2026-06-08 至 2026-06-21, 2026-05-23."""
    start, end = period.start, period.end
    assert start is not None and end is not None
    last = end - timedelta(days=1)
    if period.grain is Grain.MONTH:
        return f"{start.year}年{start.month}月"
    return f"{start}" if start >= last else f"{start} 至 {last}"


def title_of(s: Signal) -> str:
    label = f"{s.facts['from']}→{s.facts['to']}" if s.kind is Kind.STEP else s.column.label
    return f"{s.place} {label}".strip()


def shown(s: Signal, value: float | None) -> str:
    return words.figure(s.column, value)


def _rate(value: float) -> str:
    return f"{value * 100:+,.1f}%"


def sentence_of(s: Signal, figures: dict[str, Any]) -> str:
    f, when = s.facts, span(s.period)
    now, then = shown(s, s.after), shown(s, s.before)
    match s.kind:
        case Kind.STEP:
            lost = f"，两周约少 {words.count(f['lost'])} 次" if f["lost"] > 0 else ""
            base = "此前" if not f["new"] else f"{f['parent']} 此前"
            return f"{s.place} 从{f['from']}到{f['to']}的转化率 {now}，{base} {then}{lost}"
        case Kind.SEGMENT:
            figures["percent"] = f["part"]
            return (
                f"消费前 {f['part']:.0%} 的客户里 {words.count(f['silent'])} 人已 {f['low']} 到 {f['high']} 天没有下单，"
                f"占 {now}，{f['back']} 天前是 {then}"
            )
        case Kind.TARGET:
            side = "超过" if f["gap"] > 0 else "差"
            text = f"{when}{s.column.label} {now}，{side} {words.money(abs(f['gap']), s.column.unit or '元')}"
            if "running" in f:
                text += f"；本月到 {f['day']} 日完成 {words.percent(f['running'])}"
                pace = f.get("pace", f["elapsed"])
                by = "去年同期已到" if "pace" in f else "时间已过"
                text += f"，{by} {words.percent(pace)}"
            return text
        case Kind.ANOMALY:
            way = "高" if s.up else "低"
            return f"{when} {s.column.label} {now}，比预期的 {then} {way} {words.percent(abs(s.change))}"
        case Kind.CONCENTRATION:
            return f"{when}{s.place}{s.column.label}的 {now}，上月 {then}，近几个月的中位数 {shown(s, f['usual'])}"
        case Kind.LEADER:
            return (
                f"{when}{s.column.label}第一是{s.place}，{now}，超过了{f['was']}的 {f['was_text']}"
            )
        case Kind.MIX:
            figures["points"] = f["share_after"] - f["share_before"]
            return (
                f"{s.place}占{s.column.label}的 {words.percent(f['share_after'])}，去年同月 "
                f"{words.percent(f['share_before'])}（{words.points(figures['points'])}）"
            )
        case Kind.LEVEL:
            figures["times"] = s.after / s.before if s.before else None
            return f"{s.place} 最近两个月{s.column.label} {now}，之前一年 {then}"
    against = {Kind.CHANGE: "环比", Kind.YEAR: "同比", Kind.WEEK: "比此前六周的均值"}[s.kind]
    if f["ratio"]:
        moved = words.points(s.change) if s.column.format == "percent" else ""
        if not moved:
            figures["relative"] = s.change / s.before if s.before else 0.0
            moved = _rate(figures["relative"])
        return f"{s.place} {when} {s.column.label} {now}，{against} {moved}，整体 {shown(s, f['rest_after'])}"
    each = "每周 " if s.kind is Kind.WEEK else ""
    figures["difference"] = s.after - s.before
    more = "多" if s.change > 0 else "少"
    return (
        f"{s.place} {when} {s.column.label} {each}{now}，{against} {_rate(s.change)}（{more} "
        f"{shown(s, abs(s.after - s.before))}），整体 {_rate(f['common'])}"
    )


# ── what to do, and how to go on ──────────────────────────────────────────────────────────────


def _bad(s: Signal) -> bool:
    return s.up == (s.column.direction is Direction.DOWN)


def suggestion_of(facts: Facts, s: Signal, figures: dict[str, Any]) -> Suggestion:
    metric = facts.anatomy.metric(s.measure) if s.measure is not None else None
    who = (metric.owner if metric else "") or "负责人"
    f, when = s.facts, span(s.period)
    match s.kind:
        case Kind.STEP:
            return Suggestion(
                f"请产品和研发排查 {s.place} 从{f['from']}到{f['to']}这一步，确认前先暂停放量",
                f"转化率 {shown(s, s.after)}，此前 {shown(s, s.before)}",
                f"{when} {s.place}的漏斗",
            )
        case Kind.SEGMENT:
            return Suggestion(
                "给沉默的大客户一对一回访，送专属券唤回",
                f"{words.count(f['silent'])} 人，累计消费 {words.money(f['money'])}",
                "重要挽留客户名单",
            )
        case Kind.TARGET:
            return Suggestion(
                f"请{who}按大区拆缺口，先补差得最多的",
                f"达成率 {shown(s, s.after)}",
                f"{when}的目标达成率",
            )
        case Kind.CONCENTRATION:
            who = str(f.get("who", ""))
            label = metric.label if metric else ""
            return Suggestion(
                f"看{who or f['whom']}能不能一直供得上，给后面的{f['whom']}留出位置，别让生意押在少数上",
                f"{s.place}{s.column.label}的 {shown(s, s.after)}",
                f"{when} {label}前 {f['many']} 的{f['whom']}" if metric else "做个RFM分层",
            )
        case Kind.LEVEL:
            return Suggestion(
                f"请品控和售后查 {figures.get('culprit', s.place)} 最近的批次，必要时先下架",
                f"{s.column.label} {shown(s, s.after)}，之前一年 {shown(s, s.before)}",
                f"今年每月{s.place}的{s.column.label}",
            )
        case Kind.ANOMALY:
            ask = f"{when}{s.column.label}的异常"
            return Suggestion(f"请{who}核对这一天的订单和活动", f"偏离 {_rate(s.change)}", ask)
        case Kind.MIX:
            way = "升" if s.up else "降"
            return Suggestion(
                f"看{s.place}的客单价和毛利，再定投入的比例",
                f"占比{way} {words.points(abs(figures['points'])).lstrip('+')}",
                f"{when} {s.place}的{s.column.label}同比",
            )
    verb = "涨" if s.change > 0 else "跌"
    goal = "先止跌" if _bad(s) else "确认能不能持续、能不能推广"
    first = str(figures.get("repair", "")) if _bad(s) else ""
    action = f"{first}，再看{s.place}的{s.column.label}是否恢复" if first else ""
    return Suggestion(
        action or f"请{who}看{s.place}的{s.column.label}，{goal}",
        f"变化 {_rate(s.change)}" if not f.get("ratio") else f"现在 {shown(s, s.after)}",
        f"{when} {s.place}的{s.column.label}为什么{verb}了",
    )


def scope_of(facts: Facts, s: Signal) -> Scope:
    """The question's conditions, the story's cell and its period."""
    parts = [c for c in (facts.scope.where, *s.cell) if c is not None]
    where: Condition | None = None
    if parts:
        where = parts[0] if len(parts) == 1 else And(tuple(parts))
    return Scope(where, (s.period,))


def query_of(facts: Facts, s: Signal) -> Query | None:
    scope = scope_of(facts, s)
    match s.kind:
        case Kind.STEP:
            return AnalysisQuery("funnel", scope=scope)
        case Kind.SEGMENT:
            return AnalysisQuery("rfm", people="重要挽留客户")
        case Kind.TARGET | Kind.LEADER:
            return None
        case Kind.CONCENTRATION if s.measure is None:
            return AnalysisQuery("rfm")
        case Kind.CONCENTRATION:
            assert s.measure is not None
            first = Top(s.facts["many"])
            return MetricQuery((s.measure,), (By(s.facts["dimension"]),), scope, top=first)
        case Kind.ANOMALY:
            return AnalysisQuery("anomaly", scope=scope, measure=s.measure)
        case Kind.LEVEL:
            assert s.measure is not None
            start = s.against.start
            whole = Scope(scope.where, (Period(start, s.period.end),))
            return MetricQuery((s.measure,), (ByTime(Grain.MONTH),), whole)
        case Kind.YEAR | Kind.MIX:
            ago = (Comparison(CompareKind.YEAR_OVER_YEAR),)
            return AnalysisQuery("why", scope=scope, measure=s.measure, compare=ago)
        case Kind.WEEK:
            custom = (Comparison(CompareKind.PERIOD, s.against),)
            return AnalysisQuery("why", scope=scope, measure=s.measure, compare=custom)
    return AnalysisQuery("why", scope=scope, measure=s.measure)
