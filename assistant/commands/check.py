"""Check models: every mistake at once, with its place in the file and the line itself."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from semantic_layer.load import ModelErrors, load


def models(names: Sequence[str]) -> int:
    """0 when every model loads; 1 after printing what is wrong."""
    console = Console(soft_wrap=True)
    return max(checked(name, console) for name in names)


def checked(name: str, console: Console) -> int:
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
    console.print(
        Text(
            f"{name}：没有问题，{len(catalog.metrics)} 个指标，"
            f"{len(catalog.dimensions)} 个维度，{len(catalog.tables)} 张表"
        )
    )
    return 0
