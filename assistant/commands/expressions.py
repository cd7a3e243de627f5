"""Read time or number expressions in bulk: one JSON object a line in, one a line out."""

from __future__ import annotations

from pathlib import Path

from assistant import bench_expressions


def run(suite: str, source: Path, target: Path) -> int:
    bench_expressions.run(suite, source, target)
    return 0
