"""CHASE, part C: conversations over small databases that nobody modelled, one inferred catalog each.

A session's turns are asked in order in a conversation of their own. Nothing of the gold but the
questions is read here.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any

from assistant.bench.lines import Line, reply_line
from assistant.service import Assistant

GOLD = "chase/train.jsonl.gz"
TODAY = date(2020, 1, 1)  # the year the set was made


@dataclass(frozen=True, slots=True)
class Session:
    """The turns of one conversation, in order; each is a line of the gold file."""

    database: str
    turns: tuple[Line, ...]


def sessions(lines: Sequence[Line], sample: int | None, seed: int) -> tuple[Session, ...]:
    """All conversations, or a fixed random sample of them, grouped by database."""
    grouped = groupby(lines, key=lambda line: line["session"])
    found = [Session(turns[0]["db"], tuple(turns)) for _, g in grouped for turns in [list(g)]]
    if sample is not None and sample < len(found):
        found = random.Random(seed).sample(found, sample)
    return tuple(sorted(found, key=lambda s: s.database))


def ask_all(databases: Path, chosen: Sequence[Session]) -> Iterator[tuple[Line, dict[str, Any]]]:
    """Each turn with its reply line, opening every database once."""
    for name, group in groupby(chosen, key=lambda s: s.database):
        assistant = Assistant.open(source=databases / f"{name}.duckdb")
        for session in group:
            for turn in session.turns:
                reply = assistant.ask(turn["question"], turn["session"], TODAY)
                yield turn, reply_line(turn["id"], reply)
            assistant.forget(session.turns[0]["session"])
        assistant.engine.close()
