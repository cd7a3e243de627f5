"""Inference on tables small enough to check by eye, on untidy files, and on 49 real databases."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest
from sqlglot import exp, parse_one

from semantic_layer.catalog import Catalog, Format, Kind
from semantic_layer.engines.duckdb import DuckDBEngine
from semantic_layer.engines.files import UnreadableFile
from semantic_layer.infer import infer
from semantic_layer.query import Agg, Grain
from semantic_layer.sources import name_of, open_source

BENCH = Path(__file__).parents[1].parent / "shared" / "bench"
Tables = Mapping[str, tuple[Sequence[str], Sequence[Sequence[Any]]]]


def engine_of(tables: Tables) -> DuckDBEngine:
    connection = duckdb.connect()
    for name, (columns, rows) in tables.items():
        connection.execute(f'CREATE TABLE "{name}" ({", ".join(columns)})')
        marks = ", ".join("?" * len(columns))
        connection.executemany(f'INSERT INTO "{name}" VALUES ({marks})', rows)
    return DuckDBEngine.wrap(connection)


def catalog_of(tables: Tables) -> Catalog:
    return infer(engine_of(tables), "toy")


def joins_of(catalog: Catalog) -> set[tuple[str, str, str]]:
    return {(j.left, j.on[0][0], j.right) for j in catalog.joins}


def first_value(engine: DuckDBEngine, catalog: Catalog, dimension: str) -> Any:
    found = catalog.dimensions[dimension]
    expr = parse_one(found.expr, dialect="duckdb")
    table = exp.to_table(catalog.tables[found.table].source)
    return engine.select(exp.select(expr).from_(table).limit(1))[1][0][0]


POETS: Tables = {
    "诗人": (
        ("诗人id VARCHAR", "姓名 VARCHAR", "年龄 DOUBLE"),
        [("p1", "甲", 30), ("p2", "乙", 40)],
    ),
    "诗词": (
        ("诗词id VARCHAR", "诗词名 VARCHAR", "作者id VARCHAR"),
        [("w1", "一", "p1"), ("w2", "二", "p1"), ("w3", "三", "p2")],
    ),
}
FRUIT: Tables = {
    "水果": (("id VARCHAR", "名称 VARCHAR"), [("f_1", "香蕉"), ("f_2", "西瓜")]),
    "省份": (("id VARCHAR", "名称 VARCHAR"), [("s_1", "海南"), ("s_2", "新疆"), ("s_3", "广东")]),
    "销售水果": (
        ("水果id VARCHAR", "销往省份id VARCHAR", "原产省份id VARCHAR", "年销售量 DOUBLE"),
        [("f_1", "s_1", "s_3", 10), ("f_2", "s_2", "s_3", 20), ("f_2", "s_3", "s_1", 5)],
    ),
}


def test_a_pointer_is_found_by_its_values_where_its_name_differs() -> None:
    catalog = catalog_of(POETS)
    assert joins_of(catalog) == {("诗词", "作者id", "诗人")}
    assert catalog.tables["诗人"].key == ("诗人id",)
    assert catalog.dimensions["诗词.作者id"].names == "诗人.姓名"
    assert "作者" in catalog.dimensions["诗人.姓名"].synonyms


def test_two_pointers_to_one_table_play_roles() -> None:
    catalog = catalog_of(FRUIT)
    assert joins_of(catalog) == {
        ("销售水果", "水果id", "水果"),
        ("销售水果", "销往省份id", "省份@销往省份"),
        ("销售水果", "原产省份id", "省份@原产省份"),
    }
    assert catalog.dimensions["省份@销往省份.名称"].label == "销往省份"
    assert catalog.tables["省份@原产省份"].source == "省份"
    assert catalog.values["省份@原产省份.名称"] == catalog.values["省份.名称"]


def test_the_plain_pointer_keeps_the_plain_table_and_the_other_one_becomes_a_role() -> None:
    catalog = catalog_of(
        {
            "公司": (("公司id VARCHAR", "公司名 VARCHAR"), [("c_1", "甲"), ("c_2", "乙")]),
            "收购": (
                ("公司id VARCHAR", "被收购公司id VARCHAR"),
                [("c_1", "c_2"), ("c_1", "c_1"), ("c_2", "c_1")],
            ),
        }
    )
    assert joins_of(catalog) == {
        ("收购", "公司id", "公司"),
        ("收购", "被收购公司id", "公司@被收购公司"),
    }


def test_a_table_that_points_to_itself_gets_a_copy() -> None:
    catalog = catalog_of(
        {
            "employees": (
                ("employee_id INTEGER", "full_name VARCHAR", "manager_id INTEGER"),
                [(1, "Ann", None), (2, "Bob", 1), (3, "Cy", 1)],
            )
        }
    )
    assert joins_of(catalog) == {("employees", "manager_id", "employees@经理")}
    assert catalog.dimensions["employees.manager_id"].names == "employees@经理.full_name"


def test_a_pointer_that_is_unique_by_chance_is_no_key() -> None:
    catalog = catalog_of(
        {
            "宗教": (("宗教id VARCHAR", "宗教名 VARCHAR"), [("r_1", "甲"), ("r_2", "乙")]),
            "各国宗教": (("宗教id VARCHAR", "信仰人口 DOUBLE"), [("r_1", 10), ("r_2", 20)]),
        }
    )
    assert catalog.tables["各国宗教"].key == ()
    assert joins_of(catalog) == {("各国宗教", "宗教id", "宗教")}


def test_small_whole_numbers_in_two_tables_are_no_pointer() -> None:
    catalog = catalog_of(
        {
            "部门": (("部门编号 INTEGER", "部门名称 VARCHAR"), [(1, "甲"), (2, "乙"), (3, "丙")]),
            "比赛": (("比赛编号 INTEGER", "场次 INTEGER"), [(1, 3), (2, 2), (3, 1)]),
        }
    )
    assert joins_of(catalog) == set()


def test_names_in_a_column_join_the_table_that_they_name() -> None:
    catalog = catalog_of(
        {
            "省份": (("省份id INTEGER", "省份名 VARCHAR"), [(1, "北京"), (2, "江苏"), (3, "四川")]),
            "学校": (
                ("学校id INTEGER", "校名 VARCHAR", "所在省份 VARCHAR"),
                [(1, "甲大", "北京"), (2, "乙大", "江苏"), (3, "丙大", "北京")],
            ),
        }
    )
    assert joins_of(catalog) == {("学校", "所在省份", "省份")}
    assert catalog.dimensions["学校.所在省份"].kind is Kind.TEXT


KINDS: list[tuple[str, list[Any], Kind, Any]] = [
    ("成立时间 VARCHAR", ["2014", "2019年"], Kind.TIME, date(2014, 1, 1)),
    ("出版时间 VARCHAR", ["1982-07-21", "1990-03-02"], Kind.TIME, date(1982, 7, 21)),
    ("年月 VARCHAR", ["2021年09月", "2021年10月"], Kind.TIME, date(2021, 9, 1)),
    ("成交日期 VARCHAR", ["2022年07月26日", "2022年6月2日"], Kind.TIME, date(2022, 7, 26)),
    ("年份 DOUBLE", [2018.0, 2019.0], Kind.TIME, date(2018, 1, 1)),
    ("年龄 DOUBLE", [20.0, 30.0], Kind.NUMBER, 20.0),
    ("2018年营业额 DOUBLE", [1500.0, 1600.0], Kind.NUMBER, 1500.0),
    ("起源时间 VARCHAR", ["西周", "1644"], Kind.TEXT, "西周"),
    ("属性 VARCHAR", ["985", "211"], Kind.TEXT, "985"),
    ("是否特产 VARCHAR", ["是", "否"], Kind.BOOL, True),
    ("is_paid INTEGER", [0, 1], Kind.BOOL, False),
    ("折扣率 VARCHAR", ["12%", "5%"], Kind.NUMBER, 0.12),
    ("金额 VARCHAR", ["1,234.5", "20"], Kind.NUMBER, 1234.5),
    ("订单号 VARCHAR", ["0001", "0002"], Kind.KEY, "0001"),
    ("型号 VARCHAR", ["A1", "B2"], Kind.TEXT, "A1"),
    ("占比 VARCHAR", ["65%-68%", "1~2%"], Kind.TEXT, "65%-68%"),
]


@pytest.mark.parametrize(("column", "values", "kind", "first"), KINDS, ids=[k[0] for k in KINDS])
def test_kind_of_a_column(column: str, values: list[Any], kind: Kind, first: Any) -> None:
    declared = f'"{column.split()[0]}" {column.split()[1]}'
    engine = engine_of(
        {"某表": (("名称 VARCHAR", declared), [("甲", values[0]), ("乙", values[1])])}
    )
    catalog = infer(engine, "toy")
    name = f"某表.{column.split()[0]}"
    assert catalog.dimensions[name].kind is kind
    assert first_value(engine, catalog, name) == first


def test_units_leave_the_name_and_numbers_know_how_they_are_summed_up() -> None:
    columns = ('"绿化率(%)" DOUBLE', '"面积（平方公里）" DOUBLE', "销售额 DOUBLE", "年份 VARCHAR")
    catalog = catalog_of(
        {"小区": (columns, [(35.0, 10.0, 1e6, "2019"), (30.0, 12.0, 2e6, "2020")])}
    )
    green, area = catalog.dimensions["小区.绿化率(%)"], catalog.dimensions["小区.面积（平方公里）"]
    sales = catalog.dimensions["小区.销售额"]
    assert (green.label, green.unit, green.agg) == ("绿化率", "%", Agg.AVG)
    assert (area.label, area.unit) == ("面积", "平方公里")
    assert (sales.agg, sales.format) == (Agg.SUM, Format.MONEY)
    assert catalog.dimensions["小区.年份"].grain is Grain.YEAR
    assert catalog.tables["小区"].time == "小区.年份"
    assert (catalog.since, catalog.until) == (date(2019, 1, 1), date(2020, 1, 1))


def test_english_names_are_spoken_in_chinese() -> None:
    columns = ("order_id INTEGER", "userName VARCHAR", "pay_amount DOUBLE", "created_at TIMESTAMP")
    catalog = catalog_of(
        {"orders": (columns, [(1, "甲", 5.0, "2024-01-01"), (2, "乙", 6.0, None)])}
    )
    labels = {d.name: d.label for d in catalog.dimensions.values()}
    assert labels["orders.pay_amount"] == "支付金额"
    assert labels["orders.created_at"] == "创建时间"
    assert catalog.tables["orders"].entity == "订单"
    assert catalog.tables["orders"].classifier == "单"
    assert catalog.metrics["orders.count"].label == "订单数量"


def test_every_table_can_be_counted_and_shows_a_name() -> None:
    catalog = catalog_of(POETS)
    assert catalog.metrics["诗人.count"].synonyms[0] == "诗人数"
    assert catalog.tables["诗人"].names == "诗人.姓名"
    assert catalog.dimensions["诗人.姓名"].label == "诗人姓名"
    assert {"姓名", "诗人"} <= set(catalog.dimensions["诗人.姓名"].synonyms)


def test_short_names_of_places_are_words_too() -> None:
    catalog = catalog_of(
        {"城市": (("名称 VARCHAR", "面积 DOUBLE"), [("北京市", 1), ("天津市", 2)])}
    )
    assert ("北京市", ("北京",)) in catalog.dimensions["城市.名称"].value_synonyms


# ── files ─────────────────────────────────────────────────────────────────────────────────────

ORDERS = (
    "2024年订单明细\n导出时间：2024-01-01\n\n"
    "订单号,客户编号,金额（元）,下单时间,电话\n"
    '0001,C1,"1,234.50",2024/1/5 10:00,13800138000\n'
    '0002,C2,"2,000",2024/1/6 11:30,\n'
    "0003,C1,-,2024/2/6 11:30,\n"
    "合计,,3234.5,,\n"
)


def test_an_untidy_csv(tmp_path: Path) -> None:
    path = tmp_path / "订单.csv"
    path.write_bytes(ORDERS.encode("gbk"))
    engine = open_source(path)
    assert engine.schema() == {
        "订单": {
            "订单号": "VARCHAR",
            "客户编号": "VARCHAR",
            "金额（元）": "DOUBLE",
            "下单时间": "VARCHAR",
            "电话": "VARCHAR",
        }
    }
    rows = engine.select(parse_one('SELECT "订单号", "金额（元）" FROM "订单"', dialect="duckdb"))[
        1
    ]
    assert rows == [("0001", 1234.5), ("0002", 2000.0), ("0003", None)]
    assert infer(engine, "x").dimensions["订单.下单时间"].kind is Kind.TIME
    assert name_of(path) == "订单"


def test_a_folder_of_files_is_one_database_with_joins(tmp_path: Path) -> None:
    (tmp_path / "订单.csv").write_bytes(ORDERS.encode("gbk"))
    (tmp_path / "客户.csv").write_text("\ufeff客户编号;客户名称\nC1;张三\nC2;李四\n", "utf-8")
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["product_id", "product_name", "created_at"])
    sheet.append([1, "a", date(2024, 1, 2)])
    book.save(tmp_path / "products.xlsx")
    duckdb.sql("SELECT 1 AS a").write_parquet(str(tmp_path / "p.parquet"))
    engine = open_source(tmp_path)
    assert set(engine.schema()) == {"订单", "客户", "products", "p"}
    catalog = infer(engine, "x")
    assert joins_of(catalog) == {("订单", "客户编号", "客户")}
    assert first_value(engine, catalog, "products.created_at") == date(2024, 1, 2)


def test_a_database_among_files_is_copied(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "a.duckdb")) as db:
        db.execute("CREATE TABLE 甲 AS SELECT 1 AS 值")
    (tmp_path / "甲.csv").write_text("名称,值\n一,2\n", "utf-8")
    assert set(open_source(tmp_path).schema()) == {"甲", "甲_2"}


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [("a.doc", "x", "unsupported"), ("a.csv", "  \n", "empty"), ("a.xlsx", "x", "broken")],
)
def test_what_cannot_be_read_says_why(tmp_path: Path, name: str, content: str, code: str) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(UnreadableFile) as error:
        open_source(tmp_path / name)
    assert error.value.code == code


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="missing"):
        open_source(tmp_path / "none.csv")


def test_files_are_locked_once_read(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("名称,值\n一,2\n", "utf-8")
    engine = open_source(tmp_path / "a.csv")
    with pytest.raises(Exception, match=r"(?i)disabled|not allowed|permission|cannot"):
        engine._connection.execute("SELECT * FROM read_csv('/etc/hosts')")


# ── real databases and size ───────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def chase(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not (BENCH / "make_db.py").exists():
        pytest.skip("the benchmark data is not here")
    out = tmp_path_factory.mktemp("bench")
    subprocess.run([sys.executable, str(BENCH / "make_db.py"), str(out)], check=True)
    return out / "chase"


@pytest.mark.slow
def test_pointers_of_49_databases_are_found(chase: Path) -> None:
    """Most columns named …id point to another table's key; the data has a few that point nowhere."""
    pointers = found = 0
    for path in sorted(chase.glob("*.duckdb")):
        engine = DuckDBEngine.open(path)
        catalog = infer(engine, path.stem)
        linked = {(j.left, j.on[0][0]) for j in catalog.joins}
        for table, columns in engine.schema().items():
            for column in columns:
                named = column.lower().endswith("id") or column.endswith("编号")
                if named and column not in catalog.tables[table].key:
                    pointers += 1
                    found += (table, column) in linked
        engine.close()
    assert pointers > 100
    assert found / pointers >= 0.97, f"{found}/{pointers}"


@pytest.mark.slow
def test_the_gold_queries_of_a_benchmark_stay_inside_the_inferred_joins(chase: Path) -> None:
    """Tables that people ask about together must be reachable from one of them."""
    with gzip.open(BENCH / "chase" / "train.jsonl.gz", "rt", encoding="utf-8") as lines:
        turns = [json.loads(line) for line in lines]
    catalogs: dict[str, Catalog] = {}
    good = total = 0
    for turn in turns:
        name = turn["db"]
        if name not in catalogs:
            engine = DuckDBEngine.open(chase / f"{name}.duckdb")
            catalogs[name] = infer(engine, name)
            engine.close()
        asked = parse_one(turn["sql"].replace('"', "'"), dialect="mysql").find(exp.Select)
        assert asked is not None
        origin = asked.args.get("from_") or asked.args["from"]
        used = [origin.this, *(j.this for j in asked.args.get("joins") or [])]
        total += 1
        good += _reachable(catalogs[name], [t.name for t in used])
    assert good / total >= 0.95, f"{good}/{total}"


def _reachable(catalog: Catalog, names: list[str]) -> bool:
    spelled = {t.lower(): t for t in catalog.tables}
    wanted = [spelled.get(n.lower(), n) for n in names]
    for base in set(wanted):
        seen, todo = {base}, [base]
        while todo:
            table = todo.pop()
            new = {j.right for j in catalog.joins if j.left == table} - seen
            seen |= new
            todo += new
        sources = [catalog.tables[t].source for t in seen if t in catalog.tables]
        if all(sources.count(w) >= wanted.count(w) for w in wanted):
            return True
    return False


@pytest.mark.slow
def test_fifty_tables_of_a_hundred_thousand_rows_take_seconds(tmp_path: Path) -> None:
    path = tmp_path / "big.duckdb"
    with duckdb.connect(str(path)) as db:
        for i in range(50):
            db.execute(
                f"CREATE TABLE t{i} AS SELECT n AS t{i}_id, (hash(n) % 100000)::INT AS "
                f"t{(i + 1) % 50}_id, 'name ' || n AS name, hash(n + 1) % 1000 / 10 AS amount, "
                "'city ' || hash(n) % 300 AS city, TIMESTAMP '2024-01-01' + to_seconds(n) AS "
                "created_at FROM range(100000) r(n)"
            )
    engine = DuckDBEngine.open(path)
    began = time.perf_counter()
    catalog = infer(engine, "big")
    seconds = time.perf_counter() - began
    assert len(catalog.joins) >= 49
    assert seconds < 20, f"{seconds:.1f} s"
