"""A result as a file to take away: CSV that Excel opens as Chinese, and a workbook with its 口径.

Cells hold numbers, not printed figures, so that people can go on calculating; formats do the
printing. Text that a spreadsheet would run as a formula is disarmed (OWASP, CSV injection).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]

from assistant.answer.numbers import EMPTY_GROUP, is_rate
from semantic_layer.catalog import Catalog, Format
from semantic_layer.result import Column, ColumnRole, Result

TRIGGERS = ("=", "+", "-", "@", "\t", "\r")
WIDEST = 40
DATA, ABOUT = "数据", "口径"
_ILLEGAL = re.compile(r'[\\/:*?"<>|\x00-\x1f]+')


def file_name(title: str, suffix: str) -> str:
    """A name that every system accepts.

    >>> file_name("2026年5月 销售额: 按/城市", "xlsx")
    '2026年5月 销售额_ 按_城市.xlsx'
    """
    stem = _ILLEGAL.sub("_", title).strip(" ._") or "结果"
    return f"{stem[:60].rstrip()}.{suffix}"


def headings(result: Result) -> list[str]:
    """Labels with units, told apart where two are equal: 销售额（元）.

    Two columns with one label get their technical name behind it.
    """
    texts = []
    for column in result.columns:
        percent = column.role is ColumnRole.SHARE or column.format is Format.PERCENT
        unit = "" if percent or not column.unit else f"（{column.unit}）"
        texts.append(f"{column.label or column.name}{unit}")
    return [
        t if texts.count(t) == 1 else f"{t} {c.name}"
        for t, c in zip(texts, result.columns, strict=True)
    ]


def to_csv(result: Result, catalog: Catalog | None = None) -> bytes:
    """UTF-8 with a byte-order mark; dates ISO, shares as fractions, missing empty.

    Columns that the catalog marks as sensitive are left out.
    """
    shown = [i for i, c in enumerate(result.columns) if not _sensitive(c, catalog)]
    heads = headings(result)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([safe(heads[i]) for i in shown])
    for row in result.rows:
        writer.writerow([_plain(row[i], result.columns[i]) for i in shown])
    return text.getvalue().encode("utf-8-sig")


def safe(text: str) -> str:
    """A leading quote disarms what a spreadsheet would run.

    >>> safe("=HYPERLINK(1)"), safe("-3 折"), safe("上海")
    ("'=HYPERLINK(1)", "'-3 折", '上海')
    """
    return f"'{text}" if text.startswith(TRIGGERS) else text


def _plain(value: Any, column: Column) -> Any:
    if value is None:
        return EMPTY_GROUP if column.role is ColumnRole.DIMENSION else ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, (date, datetime)):
        return value.isoformat(sep=" ") if isinstance(value, datetime) else value.isoformat()
    if isinstance(value, float) and column.format is Format.MONEY:
        return round(value, 2)  # to the cent; what is behind it is the machine's
    return safe(value) if isinstance(value, str) else value


def _sensitive(column: Column, catalog: Catalog | None) -> bool:
    dimension = catalog.dimensions.get(column.source) if catalog else None
    return dimension is not None and dimension.sensitive


# ── workbook ──────────────────────────────────────────────────────────────────────────────────


def to_xlsx(
    result: Result,
    title: str,
    notes: Sequence[tuple[str, str]] = (),
    catalog: Catalog | None = None,
) -> bytes:
    """Sheet 数据 with the rows, sheet 口径 with ``notes``: (理解, …), (SQL, …), (销售额, its definition).

    Numbers stay numbers; the header is frozen and filtered; columns are as wide as they need.
    """
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        book.set_properties({"title": title})
        _data_sheet(book, result, catalog)
        _about_sheet(book, [("标题", title), *notes, *(("说明", n) for n in result.notes)])
    return buffer.getvalue()


def _data_sheet(book: Any, result: Result, catalog: Catalog | None) -> None:
    sheet = book.add_worksheet(DATA)
    shown = [i for i, c in enumerate(result.columns) if not _sensitive(c, catalog)]
    heads = headings(result)
    bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "vcenter"})
    formats = {
        f: book.add_format({"num_format": f}) for f in set(map(_number_format, result.columns))
    }
    for at, i in enumerate(shown):
        column = result.columns[i]
        sheet.write_string(0, at, safe(heads[i]), bold)
        style = formats[_number_format(column)]
        widest = _width(heads[i])
        for line, row in enumerate(result.rows, start=1):
            _write(sheet, line, at, row[i], column, style)
            if line <= 200:
                widest = max(widest, _width(str(row[i])))
        sheet.set_column(at, at, min(WIDEST, widest + 2))
    sheet.freeze_panes(1, 0)
    if shown and result.rows:
        sheet.autofilter(0, 0, len(result.rows), len(shown) - 1)


def _write(sheet: Any, line: int, at: int, value: Any, column: Column, style: Any) -> None:
    match value:
        case None:
            if column.role is ColumnRole.DIMENSION:
                sheet.write_string(line, at, EMPTY_GROUP)
        case bool():
            sheet.write_string(line, at, "是" if value else "否")
        case int() | float() if value == value and abs(value) != float("inf"):
            if abs(value) >= 1e15:  # a spreadsheet keeps fifteen digits: longer keys stay text
                sheet.write_string(line, at, str(value))
            else:
                sheet.write_number(line, at, value, style)
        case float():
            sheet.write_blank(line, at, None)
        case datetime():
            sheet.write_datetime(line, at, value.replace(tzinfo=None), style)
        case date():
            sheet.write_datetime(line, at, datetime(value.year, value.month, value.day), style)
        case _:
            sheet.write_string(line, at, safe(str(value)))


def _number_format(column: Column) -> str:
    if column.kind.value == "time" or column.role is ColumnRole.TIME:
        return "yyyy-mm-dd"
    if column.role is ColumnRole.SHARE or is_rate(column) or column.format is Format.PERCENT:
        return "0.0%"
    if column.role in (ColumnRole.KEY, ColumnRole.RANK):
        return "0"
    match column.format:
        case Format.MONEY:
            return "#,##0.00"
        case Format.COUNT:
            return "#,##0"
        case _:
            return "General"


def _width(text: str) -> int:
    """Columns on the screen: a Chinese character takes two."""
    return sum(1 if ord(c) < 0x2E80 else 2 for c in text)


def _about_sheet(book: Any, lines: Sequence[tuple[str, str]]) -> None:
    sheet = book.add_worksheet(ABOUT)
    bold = book.add_format({"bold": True, "valign": "top"})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 16)
    sheet.set_column(1, 1, 100)
    for line, (name, text) in enumerate(lines):
        sheet.write_string(line, 0, safe(name), bold)
        sheet.write_string(line, 1, safe(text)[:32767], wrapped)
