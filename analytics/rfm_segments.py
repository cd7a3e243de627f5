"""RFM of one day: who is in which segment, by means, by scores, by fixed limits or by a weighted total.

Scores follow the R package rfm: cut points are type-7 quantiles plus one, a score is the number of
cut points that the value reaches, recency reversed. ``ntile`` would split ties at random.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlglot import exp

from analytics.contract import Facts, Params, Span
from analytics.template import fill

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
ELEVEN_WORDS = tuple(
    f"{way}{n}{unit}"
    for n in ("11", "十一")
    for unit in (
        "类",
        "层",
        "个群",
        "段",
        "个层",
        "个分层",
        "个段",
        "个层级",
        "个等级",
        "分层",
        "个人群",
        "种客户",
    )
    for way in ("", "分", "分成", "分为", "按")
)
SEGMENT_GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    *((name, (name, name.removesuffix("客户") + "用户")) for name, _ in EIGHT),
    *((name, ()) for name, *_ in ELEVEN if not name.startswith("已流失")),
    ("已流失客户", ()),
)
REST = "其他客户"
TOTAL = (("高分客户", 4.0), ("中高分客户", 3.0), ("中低分客户", 2.0))  # at least so many of 5
LOW = "低分客户"

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

ORDERS = 'SELECT "user", "order", MAX(time) AS time, SUM(amount) AS amount FROM rows GROUP BY 1, 2'
SCORED = """
WITH users AS (
  SELECT "user", date_diff('day', CAST(MAX(time) AS DATE), :day) AS r,
         COUNT("order") AS f, CAST(SUM(amount) AS DOUBLE) AS m
  FROM facts WHERE "user" IS NOT NULL GROUP BY 1
),
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
  SELECT scored.*, r_score * :r_weight + f_score * :f_weight + m_score * :m_weight AS total,
         CASE WHEN :r_cut > 0 THEN r <= :r_cut
              WHEN :by_score THEN r_score > AVG(r_score) OVER () ELSE r < r_mean END AS r_high,
         CASE WHEN :f_cut > 0 THEN f >= :f_cut
              WHEN :by_score THEN f_score > AVG(f_score) OVER () ELSE f > f_mean END AS f_high,
         CASE WHEN :m_cut > 0 THEN m >= :m_cut
              WHEN :by_score THEN m_score > AVG(m_score) OVER () ELSE m > m_mean END AS m_high
  FROM scored
),
grouped AS (SELECT *, :name AS segment FROM split)
"""


def holes(params: Params, day: date) -> dict[str, Any]:
    """What ``SCORED`` wants to know. ``day`` is the first that does not count."""
    model = params["model"]
    bins = 5 if model == "eleven" or weighted(params) else int(params["bins"])
    name = _total() if weighted(params) else _eleven() if model == "eleven" else _eight()
    return {
        "day": day,
        "levels": exp.array(*(exp.Literal.number(round(i / bins, 6)) for i in range(1, bins))),
        "bins": bins,
        "by_score": params["split"] == "score",
        "name": name,
        **{k: params[k] for k in ("r_cut", "f_cut", "m_cut")},
        **{f"{x}_weight": params[f"{x}_weight"] / (sum(_weights(params)) or 1) for x in "rfm"},
    }


def weighted(params: Params) -> bool:
    """By the weighted total: asked for, or weights were said that are not all the same."""
    said = _weights(params)
    return bool(params["model"] == "total" or len(set(said)) > 1) and sum(said) > 0


def _weights(params: Params) -> tuple[float, ...]:
    return tuple(float(params[f"{letter}_weight"]) for letter in "rfm")


def ranks(params: Params) -> tuple[str, ...]:
    """The segments, the best first: what is a rise and what a fall."""
    if weighted(params):
        return (*(name for name, _ in TOTAL), LOW)
    if params["model"] == "eleven":
        return (*(name for name, *_ in ELEVEN), REST)
    return tuple(name for name, _ in EIGHT)


def _total() -> exp.Expr:
    case = exp.Case()
    for name, least in TOTAL:
        case = case.when(exp.column("total") >= least, exp.Literal.string(name))
    return case.else_(exp.Literal.string(LOW))


def orders(facts: Facts, span: Span = "period") -> exp.Select:
    """Rows of paid orders; where orders have no number each row counts as one."""
    if facts.has("user", "time", "amount", "order"):
        return facts.select("user", "time", "amount", "order", span=span)
    rows = facts.select("user", "time", "amount", span=span).subquery("rows")
    numbered = exp.select("*").from_(rows)
    over = exp.Window(this=exp.Anonymous(this="row_number"))
    return numbered.select(over.as_("order", quoted=True))


def one_each(facts: Facts, rows: exp.Select) -> exp.Select:
    """``rows`` of ``orders`` with one an order: grouped only where the model knows several (a row an item)."""
    names = ("user", "time", "amount", "order")
    if not facts.has(*names) or facts.raw.told_by("order", names):
        return rows
    return fill(ORDERS, {"rows": rows})


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
