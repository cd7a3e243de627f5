"""What a server loads before anybody asks: every library that an analysis would otherwise import on the first question."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import analytics

ROOT = Path(__file__).parents[1]
LIBRARIES = ("numpy", "scipy", "sklearn", "threadpoolctl")
OPENED = """
import sys
from assistant import Assistant
assistant = Assistant.open("retail")
late = [name for name in {names} if name in sys.modules]
assistant.warm().join()
print(late, [name for name in {names} if name not in sys.modules])
"""


def imported_late() -> Iterator[tuple[str, str]]:
    """(file, module) of what the methods import inside their functions; teaching the scorer is no method."""
    for path in sorted((ROOT / "analytics").rglob("*.py")):
        if path.stem in ("train", "practice"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.ImportFrom) or node.module is None:
                continue
            if node.module in LIBRARIES:  # from scipy import stats
                yield from ((path.name, f"{node.module}.{alias.name}") for alias in node.names)
            else:
                yield path.name, node.module


def test_everything_that_is_imported_late_is_warmed() -> None:
    known = {*analytics.HEAVY, "numpy.typing", "threadpoolctl.threadpool_limits"}
    late = {(f, m) for f, m in imported_late() if m.split(".")[0] in LIBRARIES}
    assert len(late) > 10
    assert not sorted(f"{file}: {module}" for file, module in late if module not in known)


@pytest.mark.slow
def test_opening_imports_none_of_it_and_warming_all() -> None:
    if not (ROOT / "data" / "retail.duckdb").exists():
        pytest.skip("the demo data is not built: python -m data.generate")
    heavy = [n for n in analytics.HEAVY if n.startswith("sklearn")]
    command = [sys.executable, "-c", OPENED.format(names=heavy)]
    shown = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert shown.stdout.split() == ["[]", "[]"]
