"""Files to take away: real numbers, Chinese that opens right, nothing that runs."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime

import openpyxl
import pytest

from assistant.answer.export import ABOUT, DATA, file_name, headings, to_csv, to_xlsx
from semantic_layer.catalog import Catalog, Dimension, Format, Kind, Table
from semantic_layer.result import Column, ColumnRole, Result

CITY = Column("city", "城市", Kind.TEXT, ColumnRole.DIMENSION, source="city")
PHONE = Column("phone", "手机号", Kind.TEXT, ColumnRole.DIMENSION, source="phone")
DAY = Column("day", "日期", Kind.TIME, ColumnRole.TIME)
GMV = Column("gmv", "销售额", Kind.NUMBER, ColumnRole.MEASURE, "元", Format.MONEY)
SHARE = Column("share", "占比", Kind.NUMBER, ColumnRole.SHARE, of="gmv")
KEY = Column("order_id", "订单编号", Kind.KEY, ColumnRole.KEY)
RESULT = Result(
    (CITY, DAY, GMV, SHARE),
    (
        ("上海", date(2026, 5, 1), 1234.5, 0.25),
        ("=1+1", date(2026, 5, 2), -8.0, 0.75),
        (None, None, None, None),
    ),
    notes=("截至 6 月 23 日",),
)
DANGEROUS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1")


def lines(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_csv_opens_as_chinese_and_keeps_numbers() -> None:
    data = to_csv(RESULT)
    assert data.startswith(b"\xef\xbb\xbf")
    assert lines(data) == [
        ["城市", "日期", "销售额（元）", "占比"],
        ["上海", "2026-05-01", "1234.5", "0.25"],
        ["'=1+1", "2026-05-02", "-8.0", "0.75"],
        ["未填写", "", "", ""],
    ]


@pytest.mark.parametrize("text", DANGEROUS, ids=[repr(t) for t in DANGEROUS])
def test_text_that_would_run_is_disarmed(text: str) -> None:
    result = Result((CITY,), ((text,),))
    assert lines(to_csv(result))[1] == [f"'{text}"]
    cell = openpyxl.load_workbook(io.BytesIO(to_xlsx(result, "问")))[DATA]["A2"]
    assert cell.data_type == "s"
    assert str(cell.value).startswith("'")


def test_sensitive_columns_stay_at_home() -> None:
    catalog = Catalog(
        name="c",
        label="店",
        tables={"t": Table("t", "表")},
        joins=(),
        dimensions={"phone": Dimension("phone", "手机号", "t", "phone", sensitive=True)},
        metrics={},
    )
    result = Result((CITY, PHONE), (("上海", "13800000000"),))
    assert lines(to_csv(result, catalog)) == [["城市"], ["上海"]]
    book = openpyxl.load_workbook(io.BytesIO(to_xlsx(result, "问", catalog=catalog)))
    assert [[c.value for c in row] for row in book[DATA].iter_rows()] == [["城市"], ["上海"]]


def test_a_workbook_has_formats_a_frozen_head_and_its_definitions() -> None:
    notes = (("理解", "上个月，销售额"), ("SQL", "SELECT 1"), ("销售额", "支付金额合计"))
    book = openpyxl.load_workbook(io.BytesIO(to_xlsx(RESULT, "按城市", notes)))
    sheet = book[DATA]
    assert [c.value for c in sheet[1]] == ["城市", "日期", "销售额（元）", "占比"]
    assert [c.value for c in sheet[2]] == ["上海", datetime(2026, 5, 1), 1234.5, 0.25]
    assert [c.number_format for c in sheet[2]][1:] == ["yyyy-mm-dd", "#,##0.00", "0.0%"]
    assert [c.value for c in sheet[4]] == ["未填写", None, None, None]
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:D4"
    assert sheet.column_dimensions["B"].width > 10
    about = [[c.value for c in row] for row in book[ABOUT].iter_rows()]
    assert about == [["标题", "按城市"], *map(list, notes), ["说明", "截至 6 月 23 日"]]


def test_long_keys_keep_their_digits() -> None:
    result = Result((KEY,), ((20260501123456789,),))
    sheet = openpyxl.load_workbook(io.BytesIO(to_xlsx(result, "单号")))[DATA]
    assert sheet["A2"].value == "20260501123456789"


def test_equal_labels_are_told_apart() -> None:
    other = Column("gmv_last_year", "销售额", Kind.NUMBER, ColumnRole.PREVIOUS, "元", Format.MONEY)
    assert headings(Result((GMV, other), ())) == ["销售额（元） gmv", "销售额（元） gmv_last_year"]


@pytest.mark.parametrize("title", ["", "a/b\\c", "..", "长" * 200, "x\ny"])
def test_file_names_are_accepted_everywhere(title: str) -> None:
    name = file_name(title, "csv")
    assert name.endswith(".csv")
    assert len(name) <= 64
    assert not set('/\\:*?"<>|\n') & set(name)
    assert not name.startswith(".")


def test_money_is_taken_away_to_the_cent() -> None:
    money = Column("loss", "可能损失", Kind.NUMBER, ColumnRole.MEASURE, "元", Format.MONEY)
    told = to_csv(Result((money,), ((2445.561867019798,),))).decode("utf-8-sig")
    assert told.splitlines() == ["可能损失（元）", "2445.56"]
