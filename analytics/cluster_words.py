"""Groups of customers in words: what sets each apart, what it is worth, what to do with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analytics import words
from analytics.contract import Facts, Suggestion
from analytics.kmeans import STABLE, Groups

Line = Mapping[str, Any]
APART = 0.35  # standard deviations from everybody that are worth a word
NUMERALS = "一二三四五六七八九十"
CLEAR, SOME = 0.5, 0.25  # silhouettes


@dataclass(frozen=True, slots=True)
class Feature:
    """A measure of a customer as SQL, what it is called, and what a high and a low value say."""

    sql: str
    label: str
    high: str
    low: str


FEATURES: Mapping[str, Feature] = {
    "silent": Feature("ln(1 + silent)", "未购天数", "久未购买", "最近来过"),
    "bought": Feature("ln(bought)", "购买天数", "买得勤", "买得少"),
    "spend": Feature("ln(1 + spend)", "每次金额", "每次花得多", "每次花得少"),
    "tenure": Feature("ln(1 + tenure)", "客户时长", "老客", "新客"),
    "discount": Feature("COALESCE(discount, 0)", "优惠占比", "爱用优惠", "少用优惠"),
}
CHOSEN: Mapping[str, tuple[str, ...]] = {
    "all": tuple(FEATURES),
    "money": ("spend", "bought"),
    "pace": ("silent", "bought", "tenure"),
}
ACTIONS = (  # first whose words are all among the group's traits
    (("久未购买", "买得勤"), "一对一召回，先问清不再来的原因"),
    (("久未购买", "每次花得多"), "发高额回归权益，推曾买过的品牌"),
    (("久未购买",), "低成本触达一次，没有反应就不再投放"),
    (("爱用优惠",), "把券换成满减门槛，逐步减少折扣"),
    (("买得勤", "每次花得多"), "给专属权益和新品优先购，不靠打折"),
    (("买得勤",), "推搭配和大包装，提高每次金额"),
    (("新客",), "首单后两周内发第二单券，教会复购"),
    (("每次花得多",), "按常买品类提醒补货，提高频次"),
    (("最近来过",), "趁热推荐第二单，发短期券"),
)
REST = "保持常规触达，观察下一期变化"


def called(i: int) -> tuple[str, ...]:
    """What people call the i-th group once groups are on the table.

    >>> called(2)[:4]
    ('…第2类', '…第2类客户', '…第2类用户', '…第2类人')
    """
    said = (f"第{n}{kind}" for n in (str(i), NUMERALS[i - 1]) for kind in "类群堆拨伙组")
    return tuple(f"…{s}{who}" for s in said for who in ("", "客户", "用户", "人"))


def lines(profile: Sequence[Line], names: Sequence[str]) -> list[dict[str, Any]]:
    """Groups from the most money to the least, each with traits, a name of its own, shares and an action."""
    people = sum(r["people"] for r in profile)
    amount = sum(r["amount"] for r in profile)
    found: list[dict[str, Any]] = []
    for i, r in enumerate(profile, 1):
        traits = _traits(r["z"], names)
        name = "、".join(traits[:2]) or "各项居中"
        if any(f["name"] == name for f in found):
            name = "、".join(traits[:3]) or "各项居中"
        act = next((deed for needed, deed in ACTIONS if set(needed) <= set(traits)), REST)
        shares = {
            "people_share": r["people"] / people,
            "amount_share": r["amount"] / amount if amount else None,
        }
        group = f"第{i}群：{name}"
        found.append(
            {**r, **shares, "name": name, "group": group, "short": f"第{i}群", "action": act}
        )
    return found


def _traits(z: Sequence[float], names: Sequence[str]) -> list[str]:
    """What sets a group apart from everybody, strongest first."""
    ranked = sorted(zip(z, names, strict=True), key=lambda p: (-abs(p[0]), p[1]))
    return [
        FEATURES[name].high if value > 0 else FEATURES[name].low
        for value, name in ranked
        if abs(value) >= APART
    ]


def title(lines: Sequence[Line]) -> str:
    return f"{lines[0]['group']}占金额的 {words.percent(lines[0]['amount_share'])}"


def findings(lines: Sequence[Line], total: int) -> tuple[str, ...]:
    top = lines[0]
    said = [
        f"{words.count(total)} 位客户分成 {len(lines)} 群：{top['group']}的 {words.count(top['people'])} 人"
        f"（{words.percent(top['people_share'])}）贡献了 {words.percent(top['amount_share'])} 的金额"
    ]
    big = max(lines, key=lambda r: (r["people"], r["group"]))
    if big is not top:
        said.append(
            f"人数最多的是{big['group']}，{words.count(big['people'])} 人（{words.percent(big['people_share'])}），"
            f"人均 {words.money(big['mean'])}"
        )
    quiet = max(lines, key=lambda r: (r["silent"], r["group"]))
    if quiet is not top:
        said.append(
            f"{quiet['group']}平均 {words.number(quiet['silent'], 0)} 天没有购买，历史金额 {words.money(quiet['amount'])}"
        )
    return tuple(said)


def suggestions(lines: Sequence[Line]) -> tuple[Suggestion, ...]:
    return tuple(
        Suggestion(
            f"对{line['group']}：{line['action']}",
            f"{words.count(line['people'])} 人，人均 {words.money(line['mean'])}，"
            f"平均 {words.number(line['silent'], 0)} 天没有购买",
            f"{line['short']}客户名单",
        )
        for line in lines[:3]
    )


def notes(
    facts: Facts, found: Groups, names: Sequence[str], said: int, every: int
) -> tuple[str, ...]:
    clear = (
        "分得清楚"
        if found.silhouette >= CLEAR
        else "边界有重叠"
        if found.silhouette >= SOME
        else "边界模糊"
    )
    again = "再分一次基本相同" if found.stability >= STABLE else "再分一次会有变化，看大方向"
    notes = [
        f"轮廓系数 {found.silhouette:.2f}（{clear}），半数数据重分的一致度（ARI）{found.stability:.2f}，{again}",
        "群数由你指定" if said else "群数在 3 到 8 之间，取稳定的里面轮廓系数最高的",
        "特征：" + "、".join(FEATURES[n].label for n in names),
    ]
    if every > 1:
        notes.append(f"群心从 1/{every} 的客户学习，归群是全部客户")
    return (*notes, f"截至 {facts.until.isoformat()}")
