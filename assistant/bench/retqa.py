"""RETQA: single questions about real estate over three tables, read with a model written in YAML."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from assistant.bench.lines import Line, reply_line
from assistant.service import Assistant

GOLD = "retqa/train.jsonl.gz"
MODEL = "realestate"
TODAY = date(2023, 1, 1)  # the data end in 2022


def questions(lines: Sequence[Line], sample: int | None, seed: int) -> tuple[Line, ...]:
    """All questions, or a fixed random sample of them in the order of the file."""
    if sample is None or sample >= len(lines):
        return tuple(lines)
    chosen = random.Random(seed).sample(range(len(lines)), sample)
    return tuple(lines[i] for i in sorted(chosen))


def ask_all(database: Path, chosen: Sequence[Line]) -> Iterator[tuple[Line, dict[str, Any]]]:
    """Each question with its reply line; no question knows of another."""
    assistant = Assistant.open(MODEL, source=database)
    for line in chosen:
        reply = assistant.ask(line["question"], None, TODAY)
        yield line, reply_line(line["id"], reply)
    assistant.engine.close()
