"""RFM：按最近一次购买、购买频次、购买金额给客户分层：八类（均值或说的界线）、十一类、加权总分，以及两天之间的流转。"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from analytics import words
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
from analytics.rfm_moves import MOVES, WAY_GROUPS, moves
from analytics.rfm_segments import (
    ACTIONS,
    ELEVEN_WORDS,
    SCORED,
    SEGMENT_GROUPS,
    holes,
    one_each,
    orders,
    weighted,
)
from analytics.template import fill

MIN_PEOPLE = 20

SEGMENTS = (
    SCORED
    + """
SELECT segment, COUNT(*) AS users, COUNT(*) / SUM(COUNT(*)) OVER () AS user_share, SUM(m) AS amount,
       SUM(m) / NULLIF(SUM(SUM(m)) OVER (), 0) AS amount_share, AVG(r) AS recency,
       AVG(f) AS frequency, SUM(m) / COUNT(*) AS monetary, SUM(COUNT(*)) OVER () AS everybody,
       ANY_VALUE(rq) AS rq, ANY_VALUE(fq) AS fq, ANY_VALUE(mq) AS mq, ANY_VALUE(r_mean) AS r_mean,
       ANY_VALUE(f_mean) AS f_mean, ANY_VALUE(m_mean) AS m_mean
FROM grouped GROUP BY segment ORDER BY amount DESC, segment
"""
)
PEOPLE = (
    SCORED
    + 'SELECT "user", segment AS "group", r, f, m, r_score, f_score, m_score, total FROM grouped ORDER BY m DESC, "user"'
)
COLUMNS = (
    words.dimension("segment", "客户层级"),
    words.people("users"),
    words.share("user_share", "人数占比", "users"),
    words.amount("amount", "金额"),
    words.share("amount_share", "金额占比", "amount"),
    words.measure("recency", "平均未购天数", "天"),
    words.measure("frequency", "平均购买次数", "次"),
    words.amount("monetary", "人均金额"),
)
PEOPLE_COLUMNS = (
    words.measure("r", "未购天数", "天"),
    words.measure("f", "购买次数", "次"),
    words.amount("m", "金额"),
    *(words.measure(f"{letter}_score", f"{letter.upper()} 评分") for letter in "rfm"),
    words.measure("total", "加权总分"),
)


def run(facts: Facts, params: Params) -> Outcome | Refused:
    """Per user R, F, M → scores → segment → one row a segment; or who moved between segments."""
    if params["show"] == "moves":
        return moves(facts, params, MIN_PEOPLE)
    known = holes(params, facts.until + timedelta(days=1))
    rows = {"facts": one_each(facts, orders(facts))}
    found = facts.run(fill(SEGMENTS, rows, **known))
    if not found or found[0]["everybody"] < MIN_PEOPLE:
        have = found[0]["everybody"] if found else 0
        return Refused("too-little-data", f"只有 {have} 位有购买的客户，少于 {MIN_PEOPLE} 位")
    cells = tuple(tuple(row[c.name] for c in COLUMNS) for row in found)
    return Outcome(
        columns=COLUMNS,
        rows=cells,
        view=View("hbar", "segment", ("amount",), title=_title(found)),
        findings=_findings(found),
        suggestions=_suggestions(found),
        notes=_notes(found, facts, params, known["bins"]),
        extra={"everybody": found[0]["everybody"], "total": sum(r["amount"] for r in found)},
        people=fill(PEOPLE, rows, **known),
        people_columns=PEOPLE_COLUMNS,
    )


# ── in words ──────────────────────────────────────────────────────────────────────────────────

Found = Sequence[Mapping[str, Any]]


def _title(found: Found) -> str:
    top = found[0]
    return f"{top['segment']}占金额的 {words.percent(top['amount_share'])}"


def _findings(found: Found) -> tuple[str, ...]:
    top, total = found[0], found[0]["everybody"]
    said = [
        f"{words.count(total)} 位客户分成 {len(found)} 层，{top['segment']} {words.count(top['users'])} 人"
        f"（{words.percent(top['user_share'])}）贡献了 {words.percent(top['amount_share'])} 的金额"
    ]
    if (lost := _at_risk(found)) is not None:
        said.append(
            f"{lost['segment']} {words.count(lost['users'])} 人平均 {words.number(lost['recency'], 0)} 天没有购买，"
            f"历史金额 {words.money(lost['amount'])}"
        )
    big = max(found, key=lambda r: (r["users"], r["segment"]))
    if big is not top:
        said.append(
            f"人数最多的是{big['segment']}，{words.count(big['users'])} 人，人均 {words.money(big['monetary'])}"
        )
    return tuple(said)


def _at_risk(found: Found) -> Mapping[str, Any] | None:
    names = ("重要保持客户", "重要挽留客户", "不能失去的客户", "有流失风险的客户")
    there = [r for r in found if r["segment"] in names]
    return max(there, key=lambda r: r["amount"], default=None)


def _suggestions(found: Found) -> tuple[Suggestion, ...]:
    """Who is worth acting on first: by what they spent."""
    there = [r for r in found if r["segment"] in ACTIONS][:3]
    return tuple(
        Suggestion(
            ACTIONS[r["segment"]].format(group=r["segment"]),
            f"{words.count(r['users'])} 人，人均 {words.money(r['monetary'])}，"
            f"平均 {words.number(r['recency'], 0)} 天没有购买，占金额 {words.percent(r['amount_share'])}",
            f"{r['segment']}名单",
        )
        for r in there
    )


def _notes(found: Found, facts: Facts, params: Params, bins: int) -> tuple[str, ...]:
    if weighted(params):
        said = "、".join(f"{x.upper()} {words.number(params[f'{x}_weight'])}" for x in "rfm")
        return (
            f"加权总分是 R、F、M 评分按权重（{said}）的平均，4 分起高分，3 分起中高分，2 分起中低分",
            f"截至 {facts.until.isoformat()}",
        )
    fixed = [
        f"{label}{words.number(params[key])} {unit}"
        for key, label, unit in (
            ("r_cut", "R 不超过 ", "天算近"),
            ("f_cut", "F 至少 ", "次算高"),
            ("m_cut", "M 至少 ", "元算高"),
        )
        if params[key]
    ]
    if fixed and params["model"] == "eight":
        rest = "" if len(fixed) == 3 else "，其余按均值"
        return (f"按说的界线：{'、'.join(fixed)}{rest}", f"截至 {facts.until.isoformat()}")
    first = found[0]
    if params["model"] == "eleven" or params["split"] == "score":
        cuts = "；".join(
            f"{label} {'、'.join(words.number(q + 1) for q in first[key])}"
            for label, key in (("R（天，越小越好）", "rq"), ("F（次）", "fq"), ("M（元）", "mq"))
        )
        return (f"{bins} 档评分的分界：{cuts}", f"截至 {facts.until.isoformat()}")
    return (
        f"均值：R {words.number(first['r_mean'], 1)} 天，F {words.number(first['f_mean'])} 次，"
        f"M {words.money(first['m_mean'])}",
        f"截至 {facts.until.isoformat()}",
    )


ANALYSIS = Analysis(
    name="rfm",
    title="RFM 客户分层",
    intent=Intent(
        phrases=words.listed(
            "RFM RFM分层 RFM分析 RFM模型 RFM客户分层 RFM用户分层 用户价值分层 客户价值分层 会员价值分层 "
            "用户价值分析 客户价值分析 客户按价值分 用户按价值分 按价值分群 按价值分层 按价值分分群 按价值分分层 "
            "价值分层 价值分群 八大客户"
        )
        + MOVES,
        examples=(
            "上个月的RFM分析",
            "近90天客户价值分层",
            "RFM分5档看看",
            "用十一类的RFM给客户分层",
            "重要挽留客户名单",
        ),
        not_examples=("用户数", "客户满意度", "高价值客户有多少"),
    ),
    needs=("user", "time", "amount"),
    wants=("order",),
    splits=False,
    definition=(
        "R 是最近一次购买距分析日的天数，F 是购买次数，M 是购买金额之和。八类按高于或低于均值切分（R 低于均值为近）；"
        "十一类按五分位评分，分界是分位数加 1，达到几个分界就加几分，R 反向。本次：{model}，高低{split}；说了界线的按界线，说了权重的按三个评分的加权平均分四档"
    ),
    params={
        "model": Param(
            "eight",
            "分层方法",
            choices=(
                ("eight", ("八类", "8类", "八个群", "八分类", "8个群", "八层")),
                ("total", ("按总分", "加权总分", "按加权总分", "综合得分", "综合评分")),
                ("eleven", ELEVEN_WORDS),
            ),
        ),
        "split": Param(
            "mean",
            "高低的分法",
            choices=(
                ("mean", ("按均值切分", "按均值", "均值切分")),
                ("score", ("按评分切分", "评分切分", "按打分", "打分")),
            ),
        ),
        "show": Param("segments", "看什么", choices=(("moves", MOVES),)),
        "back": Param(
            90,
            "和多久以前比",
            (
                "和{}前比",
                "跟{}前比",
                "与{}前相比",
                "和{}前相比",
                "对比{}前",
                "比{}前",
                "{}前到现在",
                "相比{}前",
            ),
            low=1,
            high=1500,
            unit="天",
        ),
        "r_cut": Param(
            0,
            "R 的界线",
            ("{}内买过算近", "{}内算近", "{}内算活跃", "R不超过{}", "R小于{}", "R界线{}"),
            low=1,
            high=1500,
            unit="天",
        ),
        "f_cut": Param(
            0,
            "F 的界线",
            (
                "{}次以上算高频",
                "{}次算高频",
                "买{}次算高",
                "{}次以上算高",
                "F不低于{}次",
                "F至少{}次",
                "F大于{}",
            ),
            low=1,
            high=1000,
        ),
        "m_cut": Param(
            0,
            "M 的界线",
            (
                "{}元以上算高额",
                "{}块以上算高额",
                "{}以上算高额",
                "{}元以上算高",
                "满{}元算高",
                "{}以上算高消费",
                "{}元算高",
                "M不低于{}元",
                "M至少{}元",
                "M大于{}",
            ),
            low=1,
        ),
        **{
            f"{letter}_weight": Param(
                1,
                f"{letter.upper()} 权重",
                tuple(
                    f"{letter}{said}{{}}" for said in ("权重", "权重为", "权重是", "的权重", "占")
                ),
                low=0,
                high=100,
            )
            for letter in "rfm"
        },
        "bins": Param(
            5, "评分档数", ("分{}档", "{}档", "{}分制", "{}等份"), low=3, high=5, unit="档"
        ),
    },
    run=run,
    makes={name: {"show": "moves"} for name, _ in WAY_GROUPS},
    groups=WAY_GROUPS + SEGMENT_GROUPS,
)
