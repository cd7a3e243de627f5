"""Numbers in the sentences of findings, and columns in one line each.

The same habits as the assistant's figures (万, 亿, one decimal of a percent), written here because
imports only point down. A number in a sentence is rounded, never changed: what it prints is a cell.
"""

from __future__ import annotations

from semantic_layer.catalog import Direction, Format, Kind
from semantic_layer.result import Column, ColumnRole

MISSING = "—"


def count(value: float | None) -> str:
    """
    >>> count(12762), count(None)
    ('12,762', '—')
    """
    return MISSING if value is None else f"{value:,.0f}"


def number(value: float | None, digits: int = 2) -> str:
    """At most ``digits`` decimals, none for nothing.

    >>> number(1234567.0), number(3.10), number(0.5), number(12345.6)
    ('123.5 万', '3.1', '0.5', '1.2 万')
    """
    if value is None:
        return MISSING
    size = abs(value)
    if size >= 1e8:
        return f"{value / 1e8:,.2f} 亿"
    if size >= 1e4:
        return f"{value / 1e4:,.1f} 万"
    text = f"{value:,.{0 if size >= 1000 else digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def money(value: float | None, unit: str = "元") -> str:
    """
    >>> money(12345000), money(99.5)
    ('1,234.5 万元', '99.5 元')
    """
    text = number(value)
    return text if value is None else text + unit if text[-1] in "万亿" else f"{text} {unit}"


def percent(value: float | None) -> str:
    """
    >>> percent(0.2654), percent(None)
    ('26.5%', '—')
    """
    return MISSING if value is None else f"{value * 100:,.1f}%"


def part_of_change(part: float) -> str:
    """A part's share of a change; above all of it, where others offset it, in times.

    >>> part_of_change(0.695), part_of_change(1.378), part_of_change(1.02)
    ('占变化的 69.5%', '是净变化的 1.4 倍', '是净变化的 1.02 倍')
    """
    if part <= 1:
        return f"占变化的 {percent(part)}"
    return f"是净变化的 {part:.1f} 倍" if part >= 1.05 else f"是净变化的 {part:.2f} 倍"


def points(value: float | None) -> str:
    """A difference of two rates.

    >>> points(-0.012)
    '-1.2 个百分点'
    """
    return MISSING if value is None else f"{value * 100:+,.1f} 个百分点"


def still_active(share: float) -> str:
    """The mean chance that people are still customers; a model that saw nobody leave for good says 100%
    of everybody, which is its limit and no finding.

    >>> still_active(0.615), still_active(0.9999)
    ('仍活跃的概率平均 61.5%', '模型看不出有谁彻底离开，谁走了要看多久没来')
    """
    if share >= 0.995:
        return "模型看不出有谁彻底离开，谁走了要看多久没来"
    return f"仍活跃的概率平均 {percent(share)}"


def figure(column: Column, value: float | None) -> str:
    """A value as the metric of ``column`` is printed."""
    match column.format:
        case Format.PERCENT:
            return percent(value)
        case Format.MONEY:
            return money(value, column.unit or "元")
        case Format.COUNT:
            return count(value) if value is None or abs(value) < 1e4 else number(value)
        case _:
            return number(value)


def listed(text: str) -> tuple[str, ...]:
    """Phrases written on one line, apart by blanks."""
    return tuple(dict.fromkeys(text.split()))


# ── columns ───────────────────────────────────────────────────────────────────────────────────


def dimension(name: str, label: str, source: str = "", kind: Kind = Kind.TEXT) -> Column:
    return Column(name, label, kind, ColumnRole.DIMENSION, source=source)


def moment(name: str, label: str, source: str = "") -> Column:
    return Column(name, label, Kind.TIME, ColumnRole.TIME, source=source)


def people(name: str, label: str = "人数", unit: str = "人") -> Column:
    return Column(name, label, Kind.NUMBER, ColumnRole.MEASURE, unit, Format.COUNT)


def measure(name: str, label: str, unit: str = "", direction: Direction = Direction.UP) -> Column:
    return Column(name, label, Kind.NUMBER, ColumnRole.MEASURE, unit, direction=direction)


def amount(name: str, label: str, unit: str = "元") -> Column:
    return Column(name, label, Kind.NUMBER, ColumnRole.MEASURE, unit, Format.MONEY)


def share(name: str, label: str, of: str = "") -> Column:
    """A fraction, printed as a percentage; ``of`` is the measure that it is a share of."""
    role = ColumnRole.SHARE if of else ColumnRole.MEASURE
    return Column(name, label, Kind.NUMBER, role, "", Format.PERCENT, of=of)
