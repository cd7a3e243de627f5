"""``wenshu bench analyses``: what an analysis costs beside the same figures in SQL written by hand.

The data are made once (``data/bulk.py``). Each is run warm in this process, by turns with its SQL: seconds are
the best of ``--times`` by the clock and of the processor, which other work on the machine disturbs less; memory is the
highest of the process while it ran. The analysis also checks, draws
conclusions and words them; by hand there is nothing but the figures (``by_hand.py``).
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from time import perf_counter, process_time
from types import MappingProxyType
from typing import Any

import sqlglot
from rich.console import Console
from rich.progress import track
from rich.table import Table
from sqlglot import exp

from analytics.contract import Outcome, Refused
from assistant.analyse import ANALYSES
from assistant.bench.by_hand import BY_HAND
from assistant.service import Assistant
from data.bulk import write
from semantic_layer.query import MetricRef, Period, Scope
from semantic_layer.scoped import ScopedFacts

ROOT = Path(__file__).parents[2]
MODEL = Path(__file__).parent / "bulk"
TITLES = ("", "手写 秒", "核秒", "MB", "问数 秒", "核秒", "MB", "倍数", "核秒倍数")
PATIENCE = 600.0  # seconds for one SELECT
ALL = (Period(date(2024, 1, 1), date(2026, 1, 1)),)
LAST_MONTH = (Period(date(2025, 12, 1), date(2026, 1, 1)),)
SETTINGS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "rfm": {"model": "eleven", "split": "score"},
        "retention": {"grain": "month"},
        "lifecycle": {"grain": "month"},
        "basket": {"confidence": 0.001, "lift": 0, "longest": 2},  # any pair, as by hand
    }
)


def main(argv: Sequence[str]) -> int:
    """Print the table; 1 where an analysis refused."""
    parser = argparse.ArgumentParser(prog="wenshu bench analyses", description="分析方法的速度")
    parser.add_argument("--rows", type=int, default=1_000_000, help="订单商品行数")
    parser.add_argument("--times", type=int, default=3, help="各跑几遍，取最快的一遍")
    parser.add_argument("--only", choices=tuple(BY_HAND), action="append", help="只跑其中一个")
    said = parser.parse_args(list(argv))
    path = ROOT / "var" / "bench" / f"bulk-{said.rows}.duckdb"
    write(path, said.rows)
    assistant = Assistant.open(MODEL, source=path)
    console = Console()
    table = Table(box=None, title=f"{said.rows:,} 行订单商品")
    for title in TITLES:
        table.add_column(title, justify="right" if title else "left")
    refused = False
    names = said.only or list(BY_HAND)
    for name in track(names, "计时", console=console, transient=True):
        query = sqlglot.parse_one(BY_HAND[name], dialect="duckdb")
        assert isinstance(query, exp.Query)
        by_hand = partial(assistant.engine.select, query, timeout=PATIENCE)
        hand, ours = _best(by_hand, partial(_run, assistant, name), times=said.times)
        title = ANALYSES[name].title
        if isinstance(ours.found, Refused):
            refused = True
            title += f"（{ours.found.message}）"
        cells = [
            f for x in (hand, ours) for f in (f"{x.clock:.2f}", f"{x.cpu:.2f}", f"{x.mb:,.0f}")
        ]
        ratios = (f"{ours.clock / hand.clock:.1f}", f"{ours.cpu / hand.cpu:.1f}")
        table.add_row(title, *cells, *ratios)
    console.print(table)
    return int(refused)


def _run(assistant: Assistant, name: str) -> Outcome | Refused:
    """One analysis over everything; why, over a month and the one before."""
    analysis = ANALYSES[name]
    params = {key: p.default for key, p in analysis.params.items()}
    params |= SETTINGS.get(name, {})
    scope = Scope(periods=LAST_MONTH if name == "why" else ALL)
    measure = MetricRef(assistant.catalog.primary[0]) if analysis.measured else None
    facts = ScopedFacts(
        assistant.catalog,
        assistant.engine,
        scope,
        assistant.today,
        measure=measure,
        timeout=PATIENCE,
    )
    return analysis.run(facts, params)


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds by the clock and of all cores, peak megabytes of the process, what came back."""

    clock: float = float("inf")
    cpu: float = float("inf")
    mb: float = 0.0
    found: Any = None


def _best(*runs: Callable[[], Any], times: int) -> list[Cost]:
    """The least that each took; by turns, because the machine is not always as busy."""
    best = [Cost() for _ in runs]
    for _ in range(max(times, 1)):
        for i, run in enumerate(runs):
            _forget_peak()
            clock, cpu = perf_counter(), process_time()
            found = run()
            clock, cpu = perf_counter() - clock, process_time() - cpu
            known = best[i]
            best[i] = Cost(
                min(clock, known.clock), min(cpu, known.cpu), max(_peak(), known.mb), found
            )
    return best


def _forget_peak() -> None:
    """Linux starts the process's peak memory over; elsewhere it is the highest so far."""
    refs = Path("/proc/self/clear_refs")
    if refs.exists():
        refs.write_text("5", encoding="ascii")


def _peak() -> float:
    status = Path("/proc/self/status")
    if not status.exists():
        return float("nan")
    lines = status.read_text(encoding="ascii").splitlines()
    return next(int(x.split()[1]) / 1024 for x in lines if x.startswith("VmHWM"))
