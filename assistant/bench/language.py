"""``wenshu bench language``: ask the public question sets and score the answers with their scorer."""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from assistant.bench import chase, retqa
from assistant.bench.lines import Line, read_lines, write_lines

ROOT = Path(__file__).parents[2]
SETS = ("chase", "retqa")


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="wenshu bench language", description="公开的中文问数数据集"
    )
    parser.add_argument(
        "--bench", type=Path, default=ROOT.parent / "shared" / "bench", help="评测集"
    )
    parser.add_argument("--out", type=Path, default=ROOT / "var" / "bench", help="结果写到的文件夹")
    parser.add_argument("--set", choices=SETS, action="append", help="只跑其中一个")
    parser.add_argument("--sample", type=int, help="随机取多少组（chase 按会话，retqa 按问题）")
    parser.add_argument("--seed", type=int, default=7)
    return parser


def main(argv: Sequence[str]) -> int:
    """0 when every chosen set was asked and scored, 1 when the data is not there."""
    said = arguments().parse_args(list(argv))
    console = Console()
    if not (said.bench / "score.py").exists():
        console.print(f"没有找到评测集：{said.bench}。用 --bench 指定。")
        return 1
    _databases(said.bench, said.out)
    for name in said.set or SETS:
        gold, asked = _asked(name, said.bench, said.out, said.sample, said.seed)
        target, sampled = said.out / f"{name}.jsonl", said.out / f"{name}.gold.jsonl"
        write_lines(sampled, gold)
        write_lines(target, _shown(name, len(gold), asked, console))
        console.print(f"[bold]{name}[/bold]：{target}")
        scorer = [sys.executable, str(said.bench / "score.py"), "rows", str(sampled), str(target)]
        subprocess.run(scorer, check=True)
    return 0


def _databases(bench: Path, out: Path) -> None:
    """The sets' own script builds the databases once."""
    if not (out / "retqa.duckdb").exists():
        out.mkdir(parents=True, exist_ok=True)
        subprocess.run([sys.executable, str(bench / "make_db.py"), str(out)], check=True)


def _asked(
    name: str, bench: Path, out: Path, sample: int | None, seed: int
) -> tuple[Sequence[Line], Iterator[Line]]:
    """The gold lines that are asked, and the replies as they come."""
    if name == "chase":
        chosen = chase.sessions(read_lines(bench / chase.GOLD), sample, seed)
        gold = [turn for session in chosen for turn in session.turns]
        return gold, (reply for _, reply in chase.ask_all(out / "chase", chosen))
    lines = retqa.questions(read_lines(bench / retqa.GOLD), sample, seed)
    return lines, (reply for _, reply in retqa.ask_all(out / "retqa.duckdb", lines))


def _shown(name: str, total: int, lines: Iterable[Line], console: Console) -> Iterator[Line]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeRemainingColumn(), console=console) as progress:
        task = progress.add_task(name, total=total)
        for line in lines:
            progress.advance(task)
            yield line
