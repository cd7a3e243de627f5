"""The benchmark runners: samples are fixed by their seed, sessions stay whole, the scorer is the set's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.bench import chase, language, parse, retqa
from assistant.bench.lines import read_lines, write_lines

BENCH = Path(__file__).parents[1].parent / "shared" / "bench"
TURNS = [
    {"id": f"{s}-{t}", "session": s, "db": f"db{i % 2}"}
    for i, s in enumerate("abcd")
    for t in range(3)
]


def test_sessions_are_sampled_whole_and_grouped_by_database() -> None:
    chosen = chase.sessions(TURNS, 2, seed=7)
    assert chosen == chase.sessions(TURNS, 2, seed=7)
    assert all(len(s.turns) == 3 for s in chosen)
    everything = chase.sessions(TURNS, None, seed=7)
    assert [s.database for s in everything] == ["db0", "db0", "db1", "db1"]


def test_questions_are_sampled_in_the_order_of_the_file() -> None:
    lines = [{"id": i} for i in range(100)]
    chosen = [line["id"] for line in retqa.questions(lines, 10, seed=7)]
    assert chosen == sorted(chosen)
    assert len(set(chosen)) == 10
    assert retqa.questions(lines, None, seed=7) == tuple(lines)


def test_lines_survive_a_round_trip(tmp_path: Path) -> None:
    write_lines(tmp_path / "deep" / "a.jsonl", [{"id": "一", "rows": [[1, None]]}])
    assert read_lines(tmp_path / "deep" / "a.jsonl") == [{"id": "一", "rows": [[1, None]]}]


def test_a_missing_set_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert language.main(["--bench", str(tmp_path)]) == 1
    assert "没有找到评测集" in capsys.readouterr().out


@pytest.mark.slow
def test_speed_is_told_apart_for_figures_and_analyses(capsys: pytest.CaptureFixture[str]) -> None:
    if not (Path(__file__).parents[1] / "data" / "retail.duckdb").exists():
        pytest.skip("the demo data is not built: python -m data.generate")
    assert parse.main(["--answers", "4", "--analyses", "2"]) == 0
    shown = [line.split() for line in capsys.readouterr().out.splitlines()]
    counted = {line[0]: int(line[1]) for line in shown if line and line[1].isdigit()}
    assert counted["回答（热）：指标与明细"] in (3, 4)
    assert counted["回答（热）：分析"] in (1, 2)
    named = [line for line in shown if line and "ms" in line[1:2]]
    asked = counted["回答（热）：指标与明细"] + counted["回答（热）：分析"]
    assert len(named) == min(parse.SLOWEST, asked)


@pytest.mark.slow
def test_a_sample_of_conversations_beats_the_published_parsers(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Published for part C: 31.4% of questions, 10.8% of whole sessions (IGSQL, development set)."""
    if not (BENCH / "score.py").exists():
        pytest.skip("the benchmark data is not here")
    said = ["--set", "chase", "--sample", "60", "--bench", str(BENCH), "--out", str(tmp_path)]
    assert language.main(said) == 0
    shown = capfd.readouterr().out.splitlines()
    scored = next(line for line in shown if line.startswith("scored:"))
    whole = next(line for line in shown if line.startswith("whole sessions:"))
    assert float(scored.split("= ")[1].split("%")[0]) > 50, scored
    assert float(whole.split("= ")[1].split("%")[0]) > 20, whole
