"""渠道归因：成交前来过哪些渠道，功劳怎么分：首次、末次、线性、时间衰减、位置，和马尔可夫移除效应。

Every rule shares out one deal among the visits before it, inside a window; the shares of a rule add to
one. Deals without a visit belong to no channel and are said. It describes; it is no experiment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from analytics import attribution_words as told
from analytics import credit, words
from analytics.attribution_words import LABELS, METHODS
from analytics.contract import (
    Analysis,
    Facts,
    Intent,
    Outcome,
    Param,
    Params,
    Refused,
)
from analytics.credit import RULES
from analytics.template import by_column, fill
from semantic_layer.result import Column

MIN_DEALS = 20
USUAL = 90  # days, where the question says no period
TOUCH = ("event", "channel", "user", "time")
DEAL = ("user", "time", "amount")
SAME = """
SELECT COUNT(*) FILTER (WHERE CAST(channel AS VARCHAR) IS DISTINCT FROM :by) AS apart FROM (SELECT * FROM touched LIMIT 10000)
"""


def run(facts: Facts, params: Params) -> Outcome | Refused:
    """One SELECT for the rules, one for the transitions of the chain."""
    methods, money = tuple(params["method"]), facts.has(*DEAL)
    method = methods[0]
    if not money and not facts.steps:
        return Refused("missing-role", "金额")
    start = facts.since
    if not facts.asked:
        start = max(start, facts.until - timedelta(days=USUAL - 1))
    rows = {
        "touched": facts.select(*TOUCH, span="until", leave=DEAL),
        "bought": _deals(facts, money),
    }
    window = float(params["window"])
    holes: dict[str, Any] = {
        "start": start,
        "earliest": start - timedelta(days=-(-window // 1)),
        "pause": credit.PAUSE,
        "window": int(window * 86400),
        "half": float(params["half"]),
    }
    found = facts.run(fill(credit.CREDITS, rows, **holes))
    total = sum(r["first"] for r in found)
    if total < MIN_DEALS:
        return Refused(
            "too-little-data", f"只有 {words.count(total)} 单成交前有触点，少于 {MIN_DEALS} 单"
        )
    effects = credit.removal(facts.run(fill(credit.MOVES, rows, **holes)))
    lines = _lines(found, effects, total, method)
    columns = _columns(methods, money)
    return Outcome(
        columns=columns,
        rows=tuple(tuple(line.get(c.name) for c in columns) for line in lines),
        view=told.view(lines, methods),
        findings=told.findings(lines, found, methods, money),
        suggestions=told.suggestions(lines),
        notes=_notes(facts, params, start, found, total, money),
        extra={
            "deals": total,
            "single": found[0]["single"] / total,
            "touches": sum(r["touched"] for r in found) / total,
            "effects": list(effects.values()),
            "window": window,
        },
    )


def _deals(facts: Facts, money: bool) -> Any:
    """What is to be explained: orders with money, else the last of the model's steps."""
    if money:
        return facts.select(*DEAL, leave=TOUCH)
    return fill(
        'SELECT "user", time, 1 AS amount FROM e WHERE event = :goal',
        {"e": facts.select("event", "user", "time")},
        goal=facts.steps[-1],
    )


Line = Mapping[str, Any]


def _lines(
    found: Sequence[Line], effects: Mapping[str, float], total: float, method: str
) -> list[dict[str, Any]]:
    """One row a channel: deals and money by the method asked for, the share by every method."""
    whole = sum(effects.values()) or 1.0
    money = sum(r["linear_amount"] or 0.0 for r in found)
    lines = []
    for row in found:
        share = {f"{m}_share": row[m] / total for m in RULES}
        share["markov_share"] = effects.get(row["channel"], 0.0) / whole
        mine = share[f"{method}_share"]
        amount = mine * money if method == "markov" else row[f"{method}_amount"]
        lines.append(
            {
                "channel": row["channel"],
                "helped": row["helped"],
                "deals": mine * total,
                "amount": amount,
                "effect": effects.get(row["channel"], 0.0),
                **share,
            }
        )
    return sorted(lines, key=lambda line: (-line["deals"], line["channel"]))


def _columns(methods: Sequence[str], money: bool) -> tuple[Column, ...]:
    method, order = methods[0], tuple(dict.fromkeys((*methods, *METHODS)))
    return (
        words.dimension("channel", "渠道"),
        words.people("deals", f"{LABELS[method]}归因成交", "单"),
        *((words.amount("amount", f"{LABELS[method]}归因金额"),) if money else ()),
        *(words.share(f"{m}_share", f"{LABELS[m]}占比", m) for m in order),
        words.people("helped", "来过的成交", "单"),
        words.share("effect", "移除效应"),
    )


def _notes(
    facts: Facts, params: Params, start: date, found: Sequence[Line], total: float, money: bool
) -> tuple[str, ...]:
    usual = "" if facts.asked else f"没有说时间，看近 {USUAL} 天："
    alone = found[0]["deals"] - total
    said = [
        f"{usual}{start.isoformat()} 至 {facts.until.isoformat()} 的成交，{words.count(total)} 单在前 "
        f"{params['window']:g} 天内有触点",
        "触点是登录用户在一个渠道的一次到访（换渠道或停顿 30 分钟算新的一次），不含只看到广告没有来的人",
        "描述性，不代表因果：要知道一个渠道真正带来多少，得做停投实验",
    ]
    if alone > 0:
        said.insert(1, f"{words.count(alone)} 单成交前没有触点（如门店成交），没有分给任何渠道")
    if not money:
        said.append(f"没有金额字段，成交用行为「{facts.steps[-1]}」代替")
    if facts.by and not _is_channel(facts):
        said.append(f"没有按{facts.label(facts.by[0])}拆分，这个分析只按渠道分")
    return tuple(said)


def _is_channel(facts: Facts) -> bool:
    """各渠道的归因 groups by what the analysis is about anyway."""
    if not facts.has(*TOUCH, *facts.by):
        return False
    rows = {"touched": facts.select(*TOUCH, *facts.by, leave=DEAL)}
    return not facts.run(fill(SAME, rows, by=by_column(facts.by)))[0]["apart"]


ANALYSIS = Analysis(
    name="attribution",
    title="渠道归因",
    intent=Intent(
        phrases=words.listed(
            "渠道归因 渠道归因分析 渠道归因结果 归因模型 触点归因 多触点归因 触点分析 营销归因 广告归因 转化归因 归因贡献 归因结果 归因占比 "
            "线性归因 首次触点 首次触点归因 首次点击 首次点击归因 第一次点击 第一次接触 最后一次点击 最后一次接触 首次归因 末次触点 末次触点归因 末次点击 末次点击归因 末次归因 最后触点归因 "
            "最后点击归因 时间衰减 时间衰减归因 衰减归因 位置归因 位置归因模型 U型归因 马尔可夫 马尔可夫模型 马尔可夫归因 马尔科夫 马尔科夫模型 "
            "马尔科夫归因 markov 移除效应 渠道功劳 渠道的功劳 功劳 助攻 助攻了多少 谁带来的成交多 到底谁带来的成交多 哪个渠道带来的成交多 "
            "哪个渠道贡献最大 哪个渠道的贡献最大 哪个渠道对转化的贡献最大 哪个渠道对成交的贡献最大 贡献最大的渠道 去掉某个渠道会少多少订单 "
            "去掉某个渠道会少多少单 去掉一个渠道会少多少单 去掉一个渠道会少多少订单 渠道价值 对转化的贡献 对成交的贡献 渠道贡献归因 渠道价值归因"
        ),
        examples=(
            "线性归因下哪个渠道贡献最大",
            "按末次触点归因看各渠道的贡献",
            "上个月的渠道归因分析，窗口7天",
        ),
        not_examples=("各渠道的销售额", "上个月销售额为什么跌了", "各品类对增长的贡献度"),
    ),
    needs=TOUCH,
    wants=("amount",),
    definition=(
        "一单的功劳分给付款前 {window}内到访过的渠道：首次、末次各给全部，线性平分，时间衰减按半衰期 {half}，位置给首尾各 40%、"
        "中间平分 20%；马尔可夫按去掉一个渠道后成交少多少分。本次主看{method}"
    ),
    params={
        "method": Param(
            ("linear",),
            "归因方法",
            several=True,
            choices=(
                ("linear", ("线性归因", "线性", "平均分配")),
                (
                    "first",
                    ("首次触点归因", "首次触点", "首次点击归因", "首次点击", "首次归因", "首触"),
                ),
                (
                    "last",
                    (
                        "末次触点归因",
                        "末次触点",
                        "末次点击归因",
                        "末次点击",
                        "最后一次点击",
                        "最后一次接触",
                        "末次归因",
                        "最后触点归因",
                        "最后点击归因",
                        "最后触点",
                    ),
                ),
                ("decay", ("时间衰减归因", "时间衰减", "衰减归因")),
                ("position", ("位置归因", "位置归因模型", "u型归因", "u型", "基于位置")),
                (
                    "markov",
                    (
                        "马尔可夫归因",
                        "马尔可夫模型",
                        "马尔可夫",
                        "马尔科夫归因",
                        "马尔科夫模型",
                        "马尔科夫",
                        "markov",
                        "移除效应",
                    ),
                ),
            ),
        ),
        "window": Param(
            30,
            "回溯窗口",
            (
                "窗口{}",
                "{}窗口",
                "{}的窗口",
                "回溯{}",
                "{}回溯",
                "{}内",
                "往前看{}",
                "窗口期{}",
                "下单前{}",
                "成交前{}",
                "购买前{}",
                "付款前{}",
                "前{}(碰)",
                "前{}(接触)",
            ),
            low=1,
            high=180,
            unit="天",
        ),
        "half": Param(
            7, "半衰期", ("半衰期{}", "{}半衰期", "半衰期为{}"), low=0.1, high=180, unit="天"
        ),
    },
    run=run,
)
