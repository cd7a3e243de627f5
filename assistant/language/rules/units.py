"""What the rules of time share: units, small numerals, and words that only look like units."""

from __future__ import annotations

from assistant.language.rules.numerals import chinese
from semantic_layer.query import Grain

DAY, WEEK, MONTH, QUARTER, YEAR = Grain.DAY, Grain.WEEK, Grain.MONTH, Grain.QUARTER, Grain.YEAR

N = r"(?:\d{1,4}|[一二两俩仨三四五六七八九十廿卅百壹贰叁肆]{1,4})"
UNITS = {
    "分钟": Grain.MINUTE,
    "小时": Grain.HOUR,
    "钟头": Grain.HOUR,
    "天": DAY,
    "日": DAY,
    "周": WEEK,
    "星期": WEEK,
    "礼拜": WEEK,
    "月": MONTH,
    "月份": MONTH,
    "季": QUARTER,
    "季度": QUARTER,
    "半年": Grain.HALF,
    "年": YEAR,
    "年度": YEAR,
}
UNIT = "分钟|小时|钟头|天|日|周|星期|礼拜|月份?|季度?|半年|年度?"
# 周 in 周大福, 月 in 月饼, 年 in 年货, 日 in 日用品: a bare unit may not run into these
NOT_A_WORD = (
    r"(?!(?<=天)[猫然气使津])(?!(?<=日)[用化常历本元报活销均])"
    r"(?!(?<=周)[大边转岁杰黑期年六生转])(?!(?<=月)[饼亮嫂子台])(?!(?<=年)(?:[货龄轻级糕夜纪兽]|会(?![员计不有是])))"
)
WHOLE = "完整的?|整个?|自然|完整自然"
DAYS = {
    "大前": -3,
    "前": -2,
    "昨": -1,
    "寻": -1,
    "琴": -1,
    "今": 0,
    "当": 0,
    "全": 0,
    "明": 1,
    "听": 1,
    "后": 2,
    "大后": 3,
}
YEARS = {"大前": -3, "前": -2, "去": -1, "旧": -1, "今": 0, "明": 1, "次": 1, "后": 2}
WEEKDAYS = {c: i + 1 for i, c in enumerate("一二三四五六日")} | {"天": 7}


def count(text: str) -> int | None:
    """A small whole number in Arabic or Chinese digits."""
    value = float(text) if text.isdigit() else chinese(text)
    return int(value) if value is not None and value == int(value) else None


SOME = {Grain.HOUR: 3, Grain.DAY: 7, Grain.WEEK: 4, Grain.MONTH: 3, Grain.QUARTER: 3, Grain.YEAR: 3}


def some(text: str, grain: Grain) -> int | None:
    """As ``count``, with 几 as the usual window of that unit: 近几天 is seven days, 近几年 three years."""
    return SOME.get(grain) if text == "几" else count(text)


def year_of(text: str) -> int | None:
    """Two or four digits of a year; two digits are left as they are (23 → 23)."""
    digits = (
        text
        if text.isdigit()
        else "".join(str("零一二三四五六七八九".find(c.replace("〇", "零"))) for c in text)
    )
    return int(digits) if digits.isdigit() and len(digits) in (2, 4) else None
