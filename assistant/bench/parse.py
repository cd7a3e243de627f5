"""``wenshu bench parse``: how long reading a sentence and answering it takes, over the corpus."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from time import perf_counter

from rich.console import Console
from rich.progress import track
from rich.table import Table

from assistant import Assistant, corpus

QUANTILES = (0.5, 0.95, 1.0)


def main(argv: Sequence[str]) -> int:
    """Print the median, the 95th percentile and the slowest, in milliseconds; warm, one process."""
    parser = argparse.ArgumentParser(prog="wenshu bench parse", description="解析和回答的速度")
    parser.add_argument("--model", default="retail")
    parser.add_argument("--answers", type=int, default=200, help="实际回答多少句（0 为不跑）")
    said = parser.parse_args(list(argv))
    assistant = Assistant.open(said.model)
    questions = [e.question for e in corpus.load(corpus.CORPUS / "sentences") if not e.session]
    for question in questions[:20]:
        assistant.read(question)  # dictionaries and caches are filled once
    console = Console()
    table = Table(box=None)
    for title in ("", "句数", "中位数 ms", "p95 ms", "最慢 ms"):
        table.add_column(title, justify="right" if title else "left")
    table.add_row("解析", *_timed(assistant.read, questions, console))
    step = max(1, len(questions) // said.answers) if said.answers else 0
    if step:
        chosen = questions[::step][: said.answers]
        for question in chosen:
            assistant.ask(question)
        table.add_row("回答（热）", *_timed(assistant.ask, chosen, console))
    console.print(table)
    return 0


def _timed(run: Callable[[str], object], questions: Sequence[str], console: Console) -> list[str]:
    spent = []
    for question in track(questions, "计时", console=console, transient=True):
        started = perf_counter()
        run(question)
        spent.append((perf_counter() - started) * 1e3)
    spent.sort()
    places = [spent[min(len(spent) - 1, int(q * len(spent)))] for q in QUANTILES]
    return [str(len(spent)), *(f"{ms:.1f}" for ms in places)]
