"""``wenshu bench parse``: how long reading a sentence and answering it takes, over the corpus.

Answers are timed warm, in one process, and told apart: 指标与明细 are one or a few statements, 分析 are methods that
fit, search or simulate. The slowest are named, because a percentile says nothing about what to mend.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from time import perf_counter

from rich.console import Console
from rich.progress import track
from rich.table import Table

from assistant import Assistant, corpus
from semantic_layer.query import AnalysisQuery, DetailQuery, MetricQuery

QUANTILES = (0.5, 0.95, 1.0)
FIGURES, ANALYSES = "指标与明细", "分析"
SLOWEST = 5
Timed = tuple[float, str]  # milliseconds, the question


def main(argv: Sequence[str]) -> int:
    """Print the median, the 95th percentile and the slowest, in milliseconds, and which they are."""
    parser = argparse.ArgumentParser(prog="wenshu bench parse", description="解析和回答的速度")
    parser.add_argument("--model", default="retail")
    parser.add_argument(
        "--answers", type=int, default=200, help="实际问多少个指标与明细（0 为不跑）"
    )
    parser.add_argument("--analyses", type=int, default=60, help="实际跑多少个分析（0 为不跑）")
    said = parser.parse_args(list(argv))
    assistant = Assistant.open(said.model)
    questions = [e.question for e in corpus.load(corpus.CORPUS / "sentences") if not e.session]
    assistant.warm().join()
    for question in questions[:20]:
        assistant.read(question)  # caches are filled once
    console = Console()
    table = Table(box=None)
    for title in ("", "句数", "中位数 ms", "p95 ms", "最慢 ms"):
        table.add_column(title, justify="right" if title else "left")
    table.add_row("解析", *placed(_timed(assistant.read, questions, console)))
    spent: list[Timed] = []
    for kind, chosen in _chosen(assistant, questions, said.answers, said.analyses):
        for question in chosen:
            assistant.ask(
                question
            )  # what is asked for the first time also fills the engine's buffers
        found = _timed(assistant.ask, chosen, console)
        table.add_row(f"回答（热）：{kind}", *placed(found))
        spent += found
    console.print(table)
    for ms, question in sorted(spent, reverse=True)[:SLOWEST]:
        console.print(f"{ms:>8,.0f} ms  {question}", highlight=False)
    return 0


def spread(questions: Sequence[str], most: int) -> Sequence[str]:
    """At most so many, evenly over all of them.

    >>> spread("abcdefg", 3), spread("abc", 5), spread("abc", 0)
    ('adg', 'abc', '')
    """
    step = max(1, -(-len(questions) // max(most, 1)))
    return questions[::step][:most]


def placed(spent: Sequence[Timed]) -> list[str]:
    """How many, then the quantiles in milliseconds.

    >>> placed([(3.0, "a"), (1.0, "b")])
    ['2', '3.0', '3.0', '3.0']
    """
    ms = sorted(each for each, _ in spent)
    if not ms:
        return ["0", *("—" for _ in QUANTILES)]
    places = [ms[min(len(ms) - 1, int(q * len(ms)))] for q in QUANTILES]
    return [str(len(ms)), *(f"{each:.1f}" for each in places)]


def _chosen(
    assistant: Assistant, questions: Sequence[str], figures: int, analyses: int
) -> Iterator[tuple[str, Sequence[str]]]:
    """Kind of answer → questions; what needs no data (help, a choice) is no answer here."""
    found: dict[str, list[str]] = {FIGURES: [], ANALYSES: []}
    for question in questions if figures or analyses else ():
        query = assistant.read(question).query
        if isinstance(query, AnalysisQuery):
            found[ANALYSES].append(question)
        elif isinstance(query, (MetricQuery, DetailQuery)):
            found[FIGURES].append(question)
    for kind, most in ((FIGURES, figures), (ANALYSES, analyses)):
        if chosen := spread(found[kind], most):
            yield kind, chosen


def _timed(run: Callable[[str], object], questions: Sequence[str], console: Console) -> list[Timed]:
    spent = []
    for question in track(questions, "计时", console=console, transient=True):
        started = perf_counter()
        run(question)
        spent.append(((perf_counter() - started) * 1e3, question))
    return spent
