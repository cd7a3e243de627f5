"""RFM：按最近一次购买、购买频次、购买金额给客户分层：八类（均值切分）或十一类（五分位评分）。

Scores follow the R package rfm: cut points are type-7 quantiles plus one, a score is the number of
cut points that the value reaches, recency reversed. ``ntile`` would split ties at random.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlglot import exp

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
from analytics.template import fill

MIN_PEOPLE = 20

EIGHT = (  # R 近, F 高, M 高 → 名称
    ("重要价值客户", "r_high AND f_high AND m_high"),
    ("重要发展客户", "r_high AND NOT f_high AND m_high"),
    ("重要保持客户", "NOT r_high AND f_high AND m_high"),
    ("重要挽留客户", "NOT r_high AND NOT f_high AND m_high"),
    ("一般价值客户", "r_high AND f_high AND NOT m_high"),
    ("一般发展客户", "r_high AND NOT f_high AND NOT m_high"),
    ("一般保持客户", "NOT r_high AND f_high AND NOT m_high"),
    ("一般挽留客户", "TRUE"),
)
ELEVEN = (  # 名称 → R、F、M 评分的闭区间，先到先得（R 包 rfm 的说明）
    ("冠军客户", (5, 5), (5, 5), (5, 5)),
    ("潜力忠诚客户", (3, 5), (3, 5), (2, 5)),
    ("忠诚客户", (2, 4), (2, 4), (2, 4)),
    ("有希望的客户", (3, 4), (1, 3), (3, 5)),
    ("新近客户", (4, 5), (1, 3), (1, 5)),
    ("不能失去的客户", (1, 2), (3, 4), (4, 5)),
    ("有流失风险的客户", (1, 2), (2, 5), (4, 5)),
    ("需要关注的客户", (1, 3), (3, 5), (3, 5)),
    ("即将沉睡的客户", (2, 3), (1, 3), (1, 4)),
    ("已流失客户", (1, 1), (1, 5), (1, 5)),
)
REST = "其他客户"
ACTIONS: Mapping[str, str] = {
    "重要价值客户": "给{group}专属权益和新品优先购，保持联系而不靠打折",
    "重要发展客户": "用第二单券和搭配推荐，让{group}买得更勤",
    "重要保持客户": "主动回访{group}，发有效期两周的回归券",
    "重要挽留客户": "对{group}做一对一召回，先问清不再来的原因",
    "冠军客户": "给{group}专属权益，请他们评价和推荐",
    "不能失去的客户": "主动回访{group}，给高额回归权益",
    "有流失风险的客户": "给{group}发限时券并提醒常买的商品",
    "潜力忠诚客户": "邀请{group}入会，用满额权益提高频次",
}

USERS = """
WITH users AS (
  SELECT "user", date_diff('day', CAST(MAX(time) AS DATE), :day) AS r,
         COUNT("order") AS f, CAST(SUM(amount) AS DOUBLE) AS m
  FROM (SELECT "user", "order", MAX(time) AS time, SUM(amount) AS amount FROM facts GROUP BY 1, 2) WHERE "user" IS NOT NULL GROUP BY 1
)"""
SCORED = (
    USERS
    + """,
cuts AS (
  SELECT quantile_cont(r, :levels) AS rq, quantile_cont(f, :levels) AS fq,
         quantile_cont(m, :levels) AS mq, AVG(r) AS r_mean, AVG(f) AS f_mean, AVG(m) AS m_mean
  FROM users
),
scored AS (
  SELECT users.*, cuts.*,
         :bins - list_sum(list_transform(rq, lambda q: CAST(r >= q + 1 AS INTEGER))) AS r_score,
         1 + list_sum(list_transform(fq, lambda q: CAST(f >= q + 1 AS INTEGER))) AS f_score,
         1 + list_sum(list_transform(mq, lambda q: CAST(m >= q + 1 AS INTEGER))) AS m_score
  FROM users CROSS JOIN cuts
),
split AS (
  SELECT *, CASE WHEN :by_score THEN r_score > AVG(r_score) OVER () ELSE r < r_mean END AS r_high,
         CASE WHEN :by_score THEN f_score > AVG(f_score) OVER () ELSE f > f_mean END AS f_high,
         CASE WHEN :by_score THEN m_score > AVG(m_score) OVER () ELSE m > m_mean END AS m_high
  FROM scored
),
grouped AS (SELECT *, :name AS segment FROM split)
"""
)
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
    + 'SELECT "user", segment AS "group", r, f, m, r_score, f_score, m_score FROM grouped ORDER BY m DESC, "user"'
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
)


def run(facts: Facts, params: Params) -> Outcome | Refused:
    """Per user R, F, M → scores → segment → one row a segment."""
    eleven = params["model"] == "eleven"
    bins = 5 if eleven else int(params["bins"])
    holes: dict[str, Any] = {
        "day": facts.until + timedelta(days=1),
        "levels": exp.array(*(exp.Literal.number(round(i / bins, 6)) for i in range(1, bins))),
        "bins": bins,
        "by_score": params["split"] == "score",
        "name": _eleven() if eleven else _eight(),
    }
    rows = {"facts": _facts(facts)}
    found = facts.run(fill(SEGMENTS, rows, **holes))
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
        notes=_notes(found, facts, eleven, params["split"] == "score", bins),
        extra={"everybody": found[0]["everybody"], "total": sum(r["amount"] for r in found)},
        people=fill(PEOPLE, rows, **holes),
        people_columns=PEOPLE_COLUMNS,
    )


def _facts(facts: Facts) -> exp.Select:
    """Rows of paid orders; where orders have no number each row counts as one."""
    if facts.has("user", "time", "amount", "order"):
        return facts.select("user", "time", "amount", "order")
    rows = facts.select("user", "time", "amount").subquery("rows")
    numbered = exp.select("*").from_(rows)
    over = exp.Window(this=exp.Anonymous(this="row_number"))
    return numbered.select(over.as_("order", quoted=True))


def _eight() -> exp.Expr:
    case = exp.Case()
    for name, test in EIGHT:
        case = case.when(test, exp.Literal.string(name))
    return case


def _eleven() -> exp.Expr:
    case = exp.Case()
    for name, *ranges in ELEVEN:
        tests = [
            exp.column(f"{letter}_score").between(low, high)
            for letter, (low, high) in zip("rfm", ranges, strict=True)
        ]
        case = case.when(exp.and_(*tests), exp.Literal.string(name))
    return case.else_(exp.Literal.string(REST))


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


def _notes(found: Found, facts: Facts, eleven: bool, by_score: bool, bins: int) -> tuple[str, ...]:
    first = found[0]
    if eleven or by_score:
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
        ),
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
        "十一类按五分位评分，分界是分位数加 1，达到几个分界就加几分，R 反向。本次：{model}，高低{split}"
    ),
    params={
        "model": Param(
            "eight",
            "分层方法",
            choices=(
                ("eight", ("八类", "8类", "八个群", "八分类", "8个群", "八层")),
                ("eleven", ("十一类", "11类", "十一层", "11层", "十一个群", "11个群")),
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
        "bins": Param(
            5, "评分档数", ("分{}档", "{}档", "{}分制", "{}等份"), low=3, high=5, unit="档"
        ),
    },
    run=run,
    groups=tuple((name, (name, name.removesuffix("客户") + "用户")) for name, _ in EIGHT)
    + tuple((name, ()) for name, *_ in ELEVEN if not name.startswith("已流失"))
    + (("已流失客户", ()),),
)
