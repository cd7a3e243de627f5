"""数据质量：模型里每张表的完整、唯一、有效、一致、引用、及时、稳定和漂移，每条问题涉及多少行、影响哪些指标。

The checks are ``quality_checks.py``'s, the tables ``facts.raw``'s. This module orders and words them.
"""

from __future__ import annotations

from collections.abc import Sequence

from analytics import words
from analytics.contract import (
    Analysis,
    Facts,
    Intent,
    Outcome,
    Params,
    Refused,
    Suggestion,
    View,
)
from analytics.drift import drift
from analytics.quality_checks import CHECKS, Finding, check, resolved

COLUMNS = (
    words.dimension("check", "检查"),
    words.dimension("table", "表"),
    words.dimension("problem", "问题"),
    words.measure("rows", "涉及行数", "行"),
    words.share("share", "占该表", "rows"),
    words.dimension("effect", "对指标的影响"),
    words.dimension("metrics", "涉及指标"),
)
MOST_METRICS = 4
FINE = "没有发现问题"


def run(facts: Facts, params: Params) -> Outcome | Refused:
    """One row a problem, most rows first, then one a check for what was fine."""
    tried = dict.fromkeys(CHECKS, 0)
    found: list[Finding] = []
    skipped, tables = [], 0
    for table in facts.raw.tables():
        rows = facts.raw.rows(table.name)
        if rows is None:
            skipped.append(table.label)
            continue
        tables += 1
        found += check(facts, table.name, rows, tried)
        found += drift(facts, table.name, rows, tried)
    found += resolved(facts, tried)
    found.sort(key=lambda f: (-f.rows / f.of if f.of else 0, f.table, f.column))
    cells = [_row(facts, f) for f in found]
    for name, label in CHECKS.items():
        wrong = sum(f.check == name for f in found)
        if not wrong:
            cells.append((label, "全部", FINE, 0, 0.0, "无", ""))
    notes = [
        f"查了 {tables} 张表、{sum(tried.values())} 项："
        + "、".join(f"{CHECKS[k]} {n} 项" for k, n in tried.items()),
        "空值占比超过 5% 的列视为本来就可以空；行数和前后四周同一星期几的中位数比，不到一半算缺失",
    ]
    if skipped:
        notes.append(f"没有查{'、'.join(skipped)}：不认识问题里的条件")
    return Outcome(
        columns=COLUMNS,
        rows=tuple(cells),
        view=View("hbar", "problem", ("rows",), "check", title=_title(found)),
        findings=_findings(facts, found),
        suggestions=_suggestions(facts, found),
        notes=tuple(notes),
        extra={"tables": tables, "tried": sum(tried.values()), "found": len(found)},
    )


def _row(facts: Facts, f: Finding) -> tuple[object, ...]:
    metrics = "、".join(facts.raw.metrics(f.table)[:MOST_METRICS])
    share = f.rows / f.of if f.of else 0.0
    return (CHECKS[f.check], facts.raw.label(f.table), f.detail, f.rows, share, f.effect, metrics)


def _title(found: Sequence[Finding]) -> str:
    return f"发现 {len(found)} 个数据问题" if found else FINE


def _findings(facts: Facts, found: Sequence[Finding]) -> tuple[str, ...]:
    said = [_title(found)]
    said += [
        f"{facts.raw.label(f.table)}：{f.detail}，涉及 {words.count(f.rows)} 行；{f.effect}"
        for f in _worst(found)
    ]
    return tuple(said)


def _worst(found: Sequence[Finding]) -> list[Finding]:
    """What distorts metrics first: lost days, rows counted twice, then the others."""
    order = ("stable", "unique", "fresh", "drift", "resolved", "valid", "consistent", "complete")
    return sorted(found, key=lambda f: (order.index(f.check), -f.rows))[:2]


def _suggestions(facts: Facts, found: Sequence[Finding]) -> tuple[Suggestion, ...]:
    action = {
        "stable": "请数据团队补采或标记这一天，补上之前同比环比先剔除",
        "unique": "请采集方按主键去重后再入库，去重前看去重计数的指标",
        "fresh": "请数据团队恢复这张表的同步",
        "drift": "请数据团队核对这个月采集、字典或上游接口有没有改，改过的写进口径",
        "resolved": "请业务系统补齐被引用的记录，或标明是测试数据",
        "valid": "请业务系统校验录入顺序和取值范围",
        "consistent": "请录入端改成下拉选择，统一写法",
        "complete": "请运营补录，或在录入时设为必填",
    }
    return tuple(
        Suggestion(
            action[f.check],
            f"{facts.raw.label(f.table)}{f.detail}，{words.count(f.rows)} 行",
        )
        for f in _worst(found)
    )


ANALYSIS = Analysis(
    name="quality",
    title="数据质量检查",
    intent=Intent(
        phrases=words.listed(
            "数据质量 数据质量检查 数据质量报告 检查数据质量 检查一下数据质量 数据质量怎么样 脏数据 有没有脏数据 有脏数据吗 数据有没有问题 数据有问题吗 数据干净吗 数据靠谱吗 数据可靠吗 数据准吗 数据准不准 "
            "数据体检 给数据做个体检 数据完整性 数据完整吗 数据完不完整 数据有没有缺 数据缺失 有没有缺失数据 缺失值 空值检查 重复数据 有没有重复数据 数据重复吗 数据一致性 数据一致性检查 数据校验 数据核查 一次数据核查 做一次数据核查 哪些表有脏数据 哪张表有脏数据 哪些字段有缺失 数据里有没有脏数据 数据里有没有重复 数据里有没有错 数据里有什么问题"
        ),
        examples=("检查一下数据质量", "数据里有没有脏数据", "给数据做个体检"),
        not_examples=("数据更新到哪天", "质量问题的退款金额", "最近有什么异常"),
    ),
    needs=(),
    splits=False,
    definition=(
        "查模型里每张原始表：列有没有零星空值，主键有没有重复，时间先后和负数是否合理，同一个值有没有几种写法，"
        "引用的记录是否存在，是否停更，有没有哪天丢了一半以上的行，有没有哪个月起某列突然变空或取值分布突然变了（PSI 0.25 以上）。只查不改"
    ),
    run=run,
)
