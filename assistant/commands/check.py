"""Check models: every mistake at once, with its place in the file and the line itself."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.text import Text

from assistant.opening import source_path
from semantic_layer.catalog import Catalog
from semantic_layer.engines.duckdb import DuckDBEngine
from semantic_layer.load import ModelErrors, load, positions
from semantic_layer.sql_checks import check_database


def models(names: Sequence[str], source: Path | None = None) -> int:
    """0 when every model loads and fits its data; 1 after printing what is wrong."""
    console = Console(soft_wrap=True)
    return max(checked(name, console, source) for name in names)


def checked(name: str, console: Console, source: Path | None = None) -> int:
    try:
        catalog = load(name)
    except FileNotFoundError as missing:
        console.print(Text(str(missing), style="bold"))
        return 1
    except ModelErrors as errors:
        for issue in errors.issues:
            console.print(Text(str(issue)))
            if caret := errors.caret(issue):
                console.print(Text(caret, style="dim"))
        console.print(Text(f"{name}：{len(errors.issues)} 处要改", style="bold"))
        return 1
    held = against_data(catalog, name, source, console)
    if held is False:
        return 1
    beside = "" if held else "（没有找到数据，只检查了 YAML）"
    console.print(
        Text(
            f"{name}：没有问题{beside}，{len(catalog.metrics)} 个指标，"
            f"{len(catalog.dimensions)} 个维度，{len(catalog.tables)} 张表"
        )
    )
    return 0


def against_data(catalog: Catalog, name: str, source: Path | None, console: Console) -> bool | None:
    """Do the tables and columns exist? None where there is no data to look at."""
    path = source or source_path(catalog.source, name)
    if not path.exists():
        return None
    engine = DuckDBEngine.open(path)
    try:
        issues = check_database(catalog, engine.schema(), positions(name))
    finally:
        engine.close()
    for issue in issues:
        console.print(Text(str(issue)))
    if issues:
        console.print(Text(f"{name}：和数据对不上，{len(issues)} 处要改", style="bold"))
    return not issues
