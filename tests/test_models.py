"""Models: ours are sound, also against real columns; broken ones say what is wrong on the very line."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from semantic_layer.catalog import Aggregate, CountGroups, Derived, Ratio, RunningTotal
from semantic_layer.load import MODELS, ModelErrors, load, load_text, positions, with_values
from semantic_layer.query import Agg, Grain
from semantic_layer.source_map import SourceMap
from semantic_layer.sql_checks import check_database

BAD = sorted((Path(__file__).parent / "models_bad").glob("*.yml"))
OURS = sorted(folder.name for folder in MODELS.iterdir() if folder.is_dir())
MARK = re.compile(r"# !((?: [a-z-]+)+)")

SMALL = """
model: shop
label: 小店
tables:
  - name: orders
    label: 订单
    source: orders
    key: order_id
    time: paid_at
    dimensions:
      - {name: paid_at, label: 支付时间, kind: time, grain: day}
      - {name: city, label: 城市, expr: upper(town), lexicon: values, values: {上海: [魔都, 沪]}}
      - {name: place, label: 地方, expr: town, values: {上海: [申城, 沪]}}
terms:
  - {name: paid, label: 已付款, table: orders, sql: paid_at IS NOT NULL OR gift}
metrics:
  - {name: gmv, label: 销售额, calc: {type: aggregate, table: orders, agg: sum, expr: amount, where: "{paid}"}}
  - {name: n, label: 订单数, calc: {type: aggregate, table: orders, agg: count, where: "first >= {start}"}}
  - {name: aov, label: 笔单价, calc: {type: ratio, numerator: gmv, denominator: n}}
  - {name: net, label: 净额, calc: {type: derived, expr: n * 0 + gmv - n}}
  - {name: sum, label: 累计, calc: {type: running_total, metric: gmv}}
  - {name: loyal, label: 常客, calc: {type: count_groups, table: orders, per: buyer, agg: count, expr: order_id, op: ">=", value: 2}}
periods:
  - {label: 年货节, yearly: 12-20..01-10, synonyms: [办年货]}
  - {label: 店庆, spans: [2026-05-20..2026-05-22]}
"""


@pytest.mark.parametrize("path", BAD, ids=lambda p: p.name)
def test_every_mark_is_reported_and_nothing_else(path: Path) -> None:
    lines = path.read_text("utf-8").splitlines()
    expected = [
        (n, code)
        for n, line in enumerate(lines, 1)
        if (mark := MARK.search(line))
        for code in mark[1].split()
    ]

    with pytest.raises(ModelErrors) as caught:
        load(path)

    found = [(issue.at.line, issue.code) for issue in caught.value.issues]
    assert found == expected, str(caught.value)


def test_every_issue_says_what_to_do_and_points_at_a_character() -> None:
    for path in BAD:
        with pytest.raises(ModelErrors) as caught:
            load(path)
        lines = path.read_text("utf-8").splitlines()
        for issue in caught.value.issues:
            assert issue.hint, issue
            assert re.search(r"[\u4e00-\u9fff]", issue.message), issue
            assert 1 <= issue.at.column <= len(lines[issue.at.line - 1]) + 1, issue
            assert caught.value.caret(issue).endswith("^")


@pytest.mark.parametrize(
    ("sql", "at"),
    [
        ("expr: upper(city", "city"),
        ('expr: "a + (b * c"', 'c"'),
        ("expr: CASE WHEN a THEN b", "b"),
        ("expr: 'a b c'", "c'"),
    ],
)
def test_bad_sql_is_marked_inside_the_expression(sql: str, at: str) -> None:
    text = SMALL.replace("expr: upper(town)", sql)
    text = text.replace(
        f"{{name: city, label: 城市, {sql}, lexicon: values, values: {{上海: [魔都, 沪]}}}}",
        f"name: city\n        label: 城市\n        {sql}",
    )

    with pytest.raises(ModelErrors) as caught:
        load_text(text)

    (issue,) = caught.value.issues
    line = text.splitlines()[issue.at.line - 1]
    assert line[issue.at.column - 1 :] == at


def test_an_unknown_key_suggests_the_one_that_was_meant() -> None:
    with pytest.raises(ModelErrors) as caught:
        load_text(SMALL.replace("kind: time", "knid: time").replace("type: ratio", "type: raito"))
    hints = " ".join(issue.hint for issue in caught.value.issues)
    assert "是不是 kind" in hints
    assert "'ratio'" in hints


def test_a_reference_to_a_broken_item_is_no_second_mistake() -> None:
    broken = SMALL.replace("{name: gmv, label: 销售额,", "{name: gmv,")
    with pytest.raises(ModelErrors) as caught:
        load_text(broken)
    assert [issue.code for issue in caught.value.issues] == ["missing"]


def test_yaml_says_what_it_looks_like() -> None:
    data = SourceMap("m.yml", "{on: no, off: 010, day: 2026-06-24, n: 7, x: 1.5, t: true}").data
    assert data == {"on": "no", "off": "010", "day": "2026-06-24", "n": 7, "x": 1.5, "t": True}


def test_a_small_model_becomes_a_catalog() -> None:
    shop = load_text(SMALL)
    paid = "(paid_at IS NOT NULL OR gift)"
    assert shop.metrics["gmv"].calc == Aggregate(Agg.SUM, "orders", "amount", paid)
    assert shop.metrics["n"].calc == Aggregate(Agg.COUNT, "orders", "", "first >= {start}")
    assert shop.metrics["aov"].calc == Ratio("gmv", "n")
    assert shop.metrics["net"].calc == Derived("n * 0 + gmv - n", ("n", "gmv"))
    assert shop.metrics["sum"].calc == RunningTotal("gmv")
    assert shop.metrics["loyal"].calc == CountGroups(
        "orders", "buyer", Agg.COUNT, "order_id", ">=", 2
    )
    assert shop.dimensions["paid_at"].expr == '"paid_at"'
    assert shop.dimensions["paid_at"].grain == Grain.DAY
    assert dict(shop.value_synonyms) == {"上海": ("魔都", "沪", "申城")}
    assert shop.time_of("aov") == "paid_at"


def test_yearly_periods_cross_the_new_year() -> None:
    festival, birthday = load_text(SMALL).periods
    spans = {first.year: (first.isoformat(), last.isoformat()) for first, last in festival.spans}
    assert spans[2025] == ("2025-12-20", "2026-01-10")
    assert len(birthday.spans) == 1


def test_values_come_later_and_change_nothing_else() -> None:
    shop = load_text(SMALL)
    filled = with_values(shop, {"city": ["上海", "北京"], "gone": ["x"]})
    assert dict(filled.values) == {"city": ("上海", "北京")}
    assert replace(filled, values=shop.values) == shop


def test_two_files_cannot_both_name_the_model(tmp_path: Path) -> None:
    for name in ("a.yml", "b.yml"):
        (tmp_path / name).write_text("model: shop\nlabel: 店\n", "utf-8")
    with pytest.raises(ModelErrors) as caught:
        load(tmp_path)
    assert [(i.code, i.at.file.split("/")[1]) for i in caught.value.issues] == [
        ("model-twice", "b.yml")
    ]


def test_an_edited_file_is_read_again(tmp_path: Path) -> None:
    file = tmp_path / "shop.yml"
    file.write_text("model: shop\nlabel: 一\n", "utf-8")
    assert load(tmp_path).label == "一"
    file.write_text("model: shop\nlabel: 第二\n", "utf-8")
    assert load(tmp_path).label == "第二"


def test_no_such_model() -> None:
    with pytest.raises(FileNotFoundError, match="没有模型 nowhere"):
        load("nowhere")


def test_the_database_is_held_against_the_model() -> None:
    shop = load_text(SMALL)
    columns = {"orders": {"order_id": "BIGINT", "paid_at": "DATE", "amonut": "DOUBLE"}}
    found = {(i.code, i.message) for i in check_database(shop, columns)}
    assert ("no-column", "orders 没有列 amount") in found
    assert ("no-column", "orders 没有列 town") in found
    assert all("start" not in message for _, message in found)
    assert [i.code for i in check_database(shop, {"other": {}})] == ["no-table"]


@pytest.mark.parametrize("name", OURS)
def test_our_models_are_sound_and_told_in_full(name: str) -> None:
    catalog = load(name)
    assert catalog.label and catalog.examples and catalog.primary
    for metric in catalog.metrics.values():
        assert metric.definition, metric.name
    written = positions(name)
    for thing in (*catalog.metrics, *catalog.dimensions):
        assert f"metric {thing}" in written or f"dimension {thing}" in written


def test_our_models_fit_the_tables_they_are_written_for() -> None:
    from data.tables.schema import statements

    columns = {
        table: {c.split()[0]: c.split()[1] for c in re.split(r", (?=[a-z_]+ [A-Z])", body)}
        for s in statements()
        if (m := re.match(r"CREATE TABLE (\w+) \((.*)\)$", s))
        for table, body in [m.groups()]
    }
    assert len(columns) == 14
    assert [str(i) for i in check_database(load("retail"), columns, positions("retail"))] == []
