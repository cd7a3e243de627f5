"""What a column is (key, text, number, time, yes/no) and the SQL that makes it so.

Text dates, years as numbers, 1,234 and 12% as text, 是 and 否: recognised by every sampled value, or
left as text. A wrong guess costs more than a missed one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from sqlglot import exp

from semantic_layer.catalog import Format, Kind
from semantic_layer.inference.labels import has_chinese, is_key_name
from semantic_layer.inference.profile import ColumnProfile
from semantic_layer.inference.words import AVERAGED, FALSE_WORDS, MONEY, RATES, TRUE_WORDS
from semantic_layer.query import Agg, Grain

_DATES: tuple[tuple[str, str, Grain], ...] = (
    (r"\d{4}-\d{1,2}-\d{1,2}", "%Y-%m-%d", Grain.DAY),
    (r"\d{4}/\d{1,2}/\d{1,2}", "%Y/%m/%d", Grain.DAY),
    (r"\d{4}\.\d{1,2}\.\d{1,2}", "%Y.%m.%d", Grain.DAY),
    (r"\d{4}年\d{1,2}月\d{1,2}日", "%Y年%m月%d日", Grain.DAY),
    (r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])", "%Y%m%d", Grain.DAY),
    (r"\d{4}-\d{1,2}-\d{1,2}[ T]\d{1,2}:\d{2}:\d{2}", "%Y-%m-%d %H:%M:%S", Grain.MINUTE),
    (r"\d{4}-\d{1,2}-\d{1,2} \d{1,2}:\d{2}", "%Y-%m-%d %H:%M", Grain.MINUTE),
    (r"\d{4}/\d{1,2}/\d{1,2} \d{1,2}:\d{2}:\d{2}", "%Y/%m/%d %H:%M:%S", Grain.MINUTE),
    (r"\d{4}/\d{1,2}/\d{1,2} \d{1,2}:\d{2}", "%Y/%m/%d %H:%M", Grain.MINUTE),
    (r"\d{4}年\d{1,2}月", "%Y年%m月", Grain.MONTH),
    (r"\d{4}-\d{1,2}", "%Y-%m", Grain.MONTH),
    (r"\d{4}/\d{1,2}", "%Y/%m", Grain.MONTH),
    (r"(?:1\d|20)\d{2}年", "%Y年", Grain.YEAR),
    (r"(?:1\d|20)\d{2}", "%Y", Grain.YEAR),
)
_PATTERNS = tuple((re.compile(p), f, g) for p, f, g in _DATES)
_NEEDS_NAME = ("%Y", "%Y%m%d", "%Y-%m", "%Y/%m")  # digits that may as well be a number or a code
_TIME_NAME = re.compile(
    r"年|月份|日期|时间|时候|期$|日$|date|time|year|month|day|_at$|At$", re.IGNORECASE
)
_ORDER = (Grain.YEAR, Grain.MONTH, Grain.DAY, Grain.MINUTE)
_NUMBER = re.compile(r"[-+]?[¥￥$]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?%?")


@dataclass(frozen=True, slots=True)
class Typed:
    """``expr`` is SQL over the table's columns; ``grain`` the natural unit of a time column."""

    kind: Kind
    expr: str
    grain: Grain | None = None
    format: Format = Format.NUMBER
    unit: str = ""
    agg: Agg | None = None


def _sql(node: exp.Expr) -> str:
    return node.sql(dialect="duckdb")


def _time_of(profile: ColumnProfile) -> tuple[exp.Expr, Grain] | None:
    column = profile.column()
    if profile.type == "DATE":
        return column, Grain.DAY
    if profile.type.startswith("TIMESTAMP"):
        return column, Grain.MINUTE
    values = profile.sample
    if not values:
        return None
    if profile.numeric:
        years = profile.whole and all(1000 <= v <= 2999 for v in (profile.low, profile.high))
        if not (years and re.search(r"年$|年份|年度|赛季|届|year$|Year$", profile.name)):
            return None
        return exp.func("make_date", exp.cast(column, "INT"), _one(), _one()), Grain.YEAR
    if not profile.textual:
        return None
    found: dict[str, Grain] = {}
    for value in values:
        for pattern, form, grain in _PATTERNS:
            if pattern.fullmatch(str(value).strip()):
                found[form] = grain
                break
        else:
            return None
    if any(form in _NEEDS_NAME for form in found) and not _TIME_NAME.search(profile.name):
        return None
    forms = exp.Array(expressions=[exp.Literal.string(f) for f in found])
    parsed = exp.Try(this=exp.StrToTime(this=exp.Trim(this=column), format=forms))
    finest = max(found.values(), key=_ORDER.index)
    if finest is Grain.MINUTE:
        return parsed, finest
    return exp.cast(parsed, "DATE"), finest


def _one() -> exp.Expr:
    return exp.Literal.number(1)


def _yes_no_of(profile: ColumnProfile) -> exp.Expr | None:
    column = profile.column()
    if profile.type == "BOOLEAN":
        return column
    values = {str(v).strip().removesuffix(".0") for v in profile.sample}
    named = re.search(r"是否|有无|能否|可否|^(is|has|can)[_A-Z]|flag$", profile.name)
    words = set(TRUE_WORDS) | set(FALSE_WORDS)
    plain = values <= (words - {"1", "0", "对", "不", "真", "假"}) and len(values) == 2
    if not values or not values <= words or not (named or plain):
        return None
    text = (
        exp.Trim(this=exp.cast(column, "VARCHAR")) if not profile.textual else exp.Trim(this=column)
    )

    def among(options: tuple[str, ...]) -> exp.In:
        listed = [o for o in options if o in values] or [options[0]]
        if profile.numeric:
            listed += [f"{o}.0" for o in listed if o.isdigit()]
        return exp.In(this=text.copy(), expressions=[exp.Literal.string(o) for o in listed])

    return exp.Case().when(among(TRUE_WORDS), exp.true()).when(among(FALSE_WORDS), exp.false())


def _number_in_text(profile: ColumnProfile) -> tuple[exp.Expr, bool] | None:
    """1,234 and 12% as text: the number, and whether it was a percentage (then a fraction)."""
    values = [str(v).strip() for v in profile.sample]
    if not values or not all(_NUMBER.fullmatch(v) for v in values):
        return None
    percent = all(v.endswith("%") for v in values)
    marked = percent or any("," in v or "." in v or v[0] in "¥￥$" for v in values)
    if not marked or any(v.endswith("%") for v in values) != percent:
        return None
    node: exp.Expr = profile.column()
    for sign in ",¥￥$%":
        if any(sign in v for v in values):
            node = exp.func("replace", node, exp.Literal.string(sign), exp.Literal.string(""))
    node = exp.TryCast(this=exp.Trim(this=node), to=exp.DataType.build("DOUBLE"))
    return (exp.Div(this=node, expression=exp.Literal.number(100)) if percent else node), percent


def aggregate_of(label: str, name: str) -> Agg:
    """How a number is summed up when nobody says: rates, prices, ages and scores are averaged."""
    text = label if has_chinese(label) else name.lower()
    return Agg.AVG if any(text.endswith(word) for word in AVERAGED) else Agg.SUM


def _format_of(label: str, unit: str, sample: tuple[Any, ...]) -> Format:
    if any(label.lower().endswith(word) for word in RATES):
        numbers = [abs(float(v)) for v in sample if isinstance(v, (int, float))]
        if unit != "%" and numbers and max(numbers) <= 1.5:
            return Format.PERCENT
        return Format.NUMBER
    if any(label.lower().endswith(word) for word in MONEY):
        return Format.MONEY
    return Format.NUMBER


def typed(profile: ColumnProfile, label: str, unit: str, is_key: bool) -> Typed:
    """The kind of a column; ``is_key`` says that keys.py or joins.py found it to identify rows."""
    column = _sql(profile.column())
    if is_key or (is_key_name(profile.name) and not _fractional(profile)):
        return Typed(Kind.KEY, column)
    if time := _time_of(profile):
        return Typed(Kind.TIME, _sql(time[0]), time[1])
    if (yes := _yes_no_of(profile)) is not None:
        return Typed(Kind.BOOL, _sql(yes))
    if profile.numeric:
        money_or_rate = _format_of(label, unit, profile.sample)
        return Typed(
            Kind.NUMBER, column, None, money_or_rate, unit, aggregate_of(label, profile.name)
        )
    if number := _number_in_text(profile):
        shown = Format.PERCENT if number[1] else _format_of(label, unit, ())
        return Typed(
            Kind.NUMBER, _sql(number[0]), None, shown, unit, aggregate_of(label, profile.name)
        )
    return Typed(Kind.TEXT, column)


def _fractional(profile: ColumnProfile) -> bool:
    return profile.numeric and not profile.whole
