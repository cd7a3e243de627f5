"""The shape of the house: imports point down, heavy libraries have one home, nothing is specific to a
machine or, in general code, to the demo business."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from semantic_layer.load import load

ROOT = Path(__file__).parent.parent
LAYERS = ("semantic_layer", "analytics", "assistant", "app")
ONLY_IN = {
    "duckdb": ("semantic_layer/engines/", "data/"),
    "streamlit": ("app.py", "assistant/ui/"),
    "plotly": ("assistant/answer/", "assistant/ui/"),
    "yaml": ("semantic_layer/source_map.py", "semantic_layer/load.py", "assistant/corpus.py"),
    "sklearn": ("assistant/fit/", "assistant/language/", "analytics/"),
    "starlette": ("assistant/http.py",),
    "uvicorn": ("assistant/http.py",),
}
LONGEST_MODULE = 300
LONGEST_PAGE = 120


def sources() -> list[Path]:
    """Our own modules, tests left out."""
    folders = [ROOT / layer for layer in (*LAYERS[:-1], "data")]
    return [ROOT / "app.py", *(path for folder in folders for path in sorted(folder.rglob("*.py")))]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def layer_of(name: str) -> str:
    return name.split("/")[0].removesuffix(".py")


def imports() -> Iterator[tuple[str, str]]:
    """(file, module it imports), wherever in the file the import stands."""
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                yield from ((name_of(path), alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield name_of(path), node.module


def test_imports_point_down() -> None:
    rank = {layer: i for i, layer in enumerate(LAYERS)}
    up = [
        f"{file} → {module}"
        for file, module in imports()
        if layer_of(file) in rank and rank.get(module.split(".")[0], -1) > rank[layer_of(file)]
    ]
    assert not up, "\n".join(up)


def test_heavy_libraries_have_one_home() -> None:
    stray = [
        f"{file} imports {module}"
        for file, module in imports()
        if not file.startswith(ONLY_IN.get(module.split(".")[0], ("",)))
    ]
    assert not stray, "\n".join(stray)


def test_only_the_page_knows_the_page() -> None:
    stray = [
        f"{file} → {module}"
        for file, module in imports()
        if module.startswith("assistant.ui") and not file.startswith(("app.py", "assistant/ui/"))
    ]
    assert not stray, "\n".join(stray)


@pytest.mark.parametrize("path", sources(), ids=name_of)
def test_modules_stay_short(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= (LONGEST_PAGE if name_of(path) == "app.py" else LONGEST_MODULE)


# ── the demo business stays in its YAML ────────────────────────────────────────────────────────


def demo_words() -> frozenset[str]:
    """What the retail model calls its own: metric labels and names, table names, dimension values.

    Synonyms are left out: 多少件 and 生意 are said in any trade.
    """
    catalog = load("retail")
    labels = {metric.label for metric in catalog.metrics.values()}
    values = {v for d in catalog.dimensions.values() for v, _ in d.value_synonyms}
    values |= {v for d in catalog.dimensions.values() for v in d.order}
    return frozenset(w for w in labels | values if len(w) > 1) - EVERYDAY


def demo_names() -> frozenset[str]:
    """Identifiers of the retail model that no other code would use by chance."""
    catalog = load("retail")
    named = (*catalog.metrics, *catalog.dimensions, *catalog.tables)
    roles = {r.name for r in catalog.roles}  # the vocabulary that analyses share with every model
    return frozenset(n for n in named if "_" in n or n == "gmv") - roles


# Words of the language at large that the demo model happens to use as a name too.
EVERYDAY = frozenset(("未知", "已取消", "目标", "其他", "收藏"))
# Thesauri of column names for data that nobody modelled: any trade's words, tied to no model.
THESAURI = ("assistant/language/rows/hints.py", "semantic_layer/inference/")
# Where a sentence illustrates and decides nothing.
ILLUSTRATION = frozenset(("examples", "rejects", "not_examples", "help"))


def literals(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """String constants that a program can act on: no docstrings, no examples of a rule."""
    skipped: set[int] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Expr(value=ast.Constant(value=str())):
                skipped.add(id(node.value))
            case ast.keyword(arg=name, value=value) if name in ILLUSTRATION:
                skipped.update(id(child) for child in ast.walk(value))
            case _:
                pass
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in skipped
        ):
            yield node.lineno, node.value


def test_general_code_names_nothing_of_the_demo() -> None:
    words, names = demo_words(), demo_names()
    assert len(words) > 50 and len(names) > 50, "the retail model should have given its words"
    general = [
        *sorted((ROOT / "assistant").rglob("*.py")),
        *sorted((ROOT / "semantic_layer").rglob("*.py")),
    ]
    found = []
    for path in general:
        if name_of(path).startswith(THESAURI):
            continue
        for line, text in literals(ast.parse(path.read_text(encoding="utf-8"))):
            hits = {w for w in words if w in text} | ({text} & names)
            found += [f"{name_of(path)}:{line} {hit} in {text[:60]!r}" for hit in sorted(hits)]
    assert not found, "\n".join(found)


# ── nothing that only one machine has ──────────────────────────────────────────────────────────


def test_nothing_names_a_machine() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    place = re.compile(
        r"/(?:home|Users|root)/\w|(?<![\w.])/work/\w|(?:index-url|find-links)|"
        r"//(?:pypi|files\.pythonhosted|mirrors?)\."
    )
    found = []
    for name in filter(None, listed.stdout.split("\0")):
        path = ROOT / name
        if not path.is_file() or name in ("Makefile", "tests/test_layers.py"):
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [
            f"{name}:{number} {line.strip()[:100]}"
            for number, line in enumerate(text.splitlines(), 1)
            if place.search(line)
        ]
    assert not found, "\n".join(found)


def test_requirements_are_pinned_by_hash() -> None:
    for lock in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / lock).read_text(encoding="utf-8")
        pins = re.findall(r"^[a-z0-9][\w.-]*==.*$", text, flags=re.MULTILINE)
        assert pins and all(line.endswith("\\") for line in pins), lock
        assert "://" not in text, lock
