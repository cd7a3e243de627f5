"""What a written numeral is worth: 四百五, 一千零一, 5亿1万4千6百, 二零二三, 十点二三."""

from __future__ import annotations

import re

DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")}
DIGITS |= {c: i for i, c in enumerate("〇壹贰叁肆伍陆柒捌玖")} | {
    "两": 2,
    "俩": 2,
    "仨": 3,
    "参": 3,
    "幺": 1,
}
TENS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
SCALES = {"兆": 10**12, "亿": 10**8, "万": 10**4}

ARABIC = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|\.\d+"
_TOKEN = re.compile(rf"({ARABIC}|[{''.join(DIGITS)}])?([{''.join(TENS)}])?")


def chinese(text: str) -> float | None:
    """The value of a numeral in Chinese, mixed or Arabic digits; None if it is not one.

    >>> chinese("四亿五千六百四十二万零一十五"), chinese("两千三百五"), chinese("5亿1万4千6百")
    (456420015.0, 2350.0, 500014600.0)
    >>> chinese("二零二三"), chinese("百三"), chinese("两千三点一")
    (2023.0, 130.0, 2300.1)
    """
    text = text.replace("廿", "二十").replace("卅", "三十").replace("卌", "四十")
    whole, dot, rest = text.partition("点")
    if dot:
        digits = "".join(str(DIGITS.get(c, c)) for c in rest)
        value = _scaled(whole, 1)
        if value is None or not digits.isdigit():
            return None
        return float(f"{value:.0f}.{digits}")
    value = _scaled(text, 1)
    return None if value is None else float(value)


def _scaled(text: str, unit: int) -> float | None:
    """``unit`` is the scale just said: a lone digit after it counts its tenth (九万四)."""
    for name, scale in SCALES.items():
        left, mark, right = text.rpartition(name)
        if mark:
            head = _scaled(left, 1) if left else (1.0 if right else None)
            tail = _scaled(right, scale) if right else 0.0
            return None if head is None or tail is None else round(head * scale + tail, 6)
    return _small(text, unit)


def _small(text: str, unit: int) -> float | None:
    if not text:
        return None
    if all(c in DIGITS for c in text) and len(text) > 1 and not (text[0] in "零〇" and unit > 1):
        return float("".join(str(DIGITS[c]) for c in text))
    total, gap = 0.0, False
    for m in _TOKEN.finditer(text):
        if m.end() == m.start():
            if m.end() < len(text):
                return None
            break
        digit, ten = m[1], m[2]
        if digit in ("零", "〇") and not ten:
            gap = True
            continue
        value = (
            1.0
            if digit is None
            else float(DIGITS.get(digit, 0))
            if digit in DIGITS
            else float(digit.replace(",", ""))
        )
        if digit in ("零", "〇"):
            value = 1.0  # 一百零十
        if ten:
            unit, gap = TENS[ten], False
            total += value * unit
        else:
            total += value * (unit // 10 if unit >= 100 and not gap and value < 10 else 1)
            unit = 1
    return total
