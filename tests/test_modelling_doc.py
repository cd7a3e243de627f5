"""The modelling guide can't rot: its examples load, its error listing is real, no key is untaught."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel

from semantic_layer import schema
from semantic_layer.load import ModelErrors, load, load_text
from semantic_layer.source_map import SourceMap

ROOT = Path(__file__).parents[1]
GUIDE = (ROOT / "docs/modelling.md").read_text("utf-8")
BLOCKS = re.findall(r"^```yaml\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)

# What the fragments lean on, less whatever a fragment defines itself.
BASE: dict[str, list[dict[str, Any]]] = {
    "tables": [
        {"name": "orders", "label": "底表订单", "source": "orders", "key": "order_id"},
        {"name": "order_items", "label": "底表明细", "source": "order_items", "key": "line_id"},
        {"name": "users", "label": "底表用户", "source": "users", "key": "user_id"},
        {"name": "visits", "label": "底表访问", "source": "visits", "key": "visit_id"},
        {"name": "inventory", "label": "底表库存", "source": "inventory", "key": "id"},
        {
            "name": "clock",
            "label": "底表时间",
            "source": "clock",
            "key": "t",
            "dimensions": [{"name": "pay_time", "label": "底表支付时间", "kind": "time"}],
        },
        *(
            {
                "name": f"{name}_list",
                "label": f"底表{label}表",
                "source": name,
                "key": name,
                "dimensions": [{"name": name, "label": f"底表{label}"}],
            }
            for name, label in (("city", "城市"), ("channel", "渠道"))
        ),
    ],
    "metrics": [
        {
            "name": name,
            "label": name,
            "calc": {"type": "aggregate", "table": "orders", "agg": "count"},
        }
        for name in ("gmv", "refund_amount", "target_sales")
    ],
}


def defined(data: Any) -> set[tuple[str, str]]:
    """(section, name) of what a fragment defines, dimensions of its tables included."""
    found = {(s, item["name"]) for s in BASE for item in data.get(s, [])}
    for table in data.get("tables", []):
        found |= {("dimensions", d["name"]) for d in table.get("dimensions", [])}
    return found


def completed(data: Any) -> dict[str, Any]:
    own = defined(data)
    rest: dict[str, Any] = {
        section: [
            item
            for item in items
            if (section, item["name"]) not in own
            and not any(("dimensions", d["name"]) in own for d in item.get("dimensions", []))
        ]
        for section, items in BASE.items()
    }
    return rest if "model" in data else {"model": "base", "label": "底", **rest}


@pytest.mark.parametrize("block", BLOCKS, ids=lambda b: b.split("\n", 1)[0] + str(len(b)))
def test_every_example_loads(block: str, tmp_path: Path) -> None:
    data = SourceMap("block.yml", block).data
    (tmp_path / "block.yml").write_text(block, "utf-8")
    base = yaml.safe_dump(completed(data), allow_unicode=True)
    (tmp_path / "base.yml").write_text(base, "utf-8")

    catalog = load(tmp_path)

    for kind, things in (("tables", catalog.tables), ("metrics", catalog.metrics)):
        assert {name for section, name in defined(data) if section == kind} <= set(things)


def keys(data: Any) -> Iterator[str]:
    match data:
        case dict():
            for key, value in data.items():
                yield key
                yield from keys(value)
        case list():
            for value in data:
                yield from keys(value)


def test_every_key_is_taught() -> None:
    taught = {key for block in BLOCKS for key in keys(SourceMap("b", block).data)}
    models = [m for m in vars(schema).values() if isinstance(m, type) and issubclass(m, BaseModel)]
    assert {key for model in models for key in model.model_fields} - taught == set()


def test_the_listing_of_errors_is_what_one_gets() -> None:
    wrong, listing = re.findall(
        r"^```yaml-wrong\n(.*?)^```\n\n```text\n(.*?)^```", GUIDE, re.M | re.S
    )[0]
    with pytest.raises(ModelErrors) as caught:
        load_text(wrong)
    assert str(caught.value) == listing.strip()


def test_every_error_code_is_listed() -> None:
    code = re.compile(r'"([a-z]+(?:-[a-z]+)+)"')
    used: set[str] = set()
    for name in ("load", "checks", "cycles", "sql_checks", "shape_words", "source_map"):
        used |= set(code.findall((ROOT / f"semantic_layer/{name}.py").read_text("utf-8")))
    listed = set(re.findall(r"`([a-z]+(?:-[a-z]+)+)`", GUIDE))
    assert used - listed == set()


def test_it_stays_short() -> None:
    assert len(GUIDE.splitlines()) <= 400
