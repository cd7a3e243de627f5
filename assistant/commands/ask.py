"""One question in the terminal, or many from a file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.progress import track
from rich.table import Table
from rich.text import Text

from assistant import Assistant
from assistant.answer.numbers import cell
from assistant.answer.shape import shape_of
from assistant.contract import to_dict
from assistant.problems import unlisted
from assistant.reply import Answer, Choice, Refusal, Reply
from semantic_layer.result import Column, ColumnRole

SHOWN_ROWS = 20
LEFT_ALIGNED = frozenset((ColumnRole.DIMENSION, ColumnRole.TIME, ColumnRole.KEY))


def opened(model: str | None, source: Path | None) -> Assistant:
    """Data alone is inferred; a model reads its own data, or the data given beside it."""
    return Assistant.open(model, source=str(source) if source else None)


def one(
    question: str, model: str | None, source: Path | None, today: date | None, as_json: bool
) -> int:
    """Print the reply; 1 when it is a problem."""
    reply = opened(model, source).ask(question, today=today)
    if as_json:
        print(json.dumps(to_dict(reply), ensure_ascii=False, indent=2))
    else:
        tell(reply, Console())
    return 1 if isinstance(reply, Refusal) else 0


def many(
    source: Path, target: Path, model: str | None, database: Path | None, today: date | None
) -> int:
    """Answer each line ``{"id", "question", "session", "today"}``; lines of one session share context."""
    assistant = opened(model, database)
    lines = [json.loads(line) for line in source.read_text(encoding="utf-8").splitlines() if line]
    with target.open("w", encoding="utf-8") as out:
        for line in track(lines, "正在回答", console=Console(stderr=True)):
            out.write(json.dumps(answered(assistant, line, today), ensure_ascii=False) + "\n")
    return 0


def answered(assistant: Assistant, line: dict[str, Any], today: date | None) -> dict[str, Any]:
    day = date.fromisoformat(line["today"][:10]) if line.get("today") else today
    reply = assistant.ask(line["question"], session=line.get("session"), today=day)
    return {"id": line.get("id"), **to_dict(reply)}


# ── telling it in a terminal ───────────────────────────────────────────────────────────────────


def tell(reply: Reply, console: Console) -> None:
    match reply:
        case Answer():
            console.print(Text(reply.understanding, style="dim"))
            console.print(Text(reply.headline, style="bold"))
            if len(reply.result.rows) > 1 or len(reply.result.columns) > 2:
                console.print(Padding(table(reply), (1, 0, 0, 0)))
            notes = [*reply.findings, *(f"{a.action}：{a.because}" for a in reply.advice)]
        case Choice():
            console.print(Text("这句话有几种理解，想问哪一个？"))
            notes = [f"{i}. {option.text}" for i, option in enumerate(reply.options, 1)]
        case Refusal():
            console.print(Text(reply.message, style="bold"))
            rest, caption = unlisted(reply.help, reply.next_questions)
            offers = (f"  {i}. {label}" for i, (_, label) in enumerate(reply.offers, 1))
            notes = [*([rest] if rest else []), *([f"{caption}："] if caption else []), *offers]
    for note in [*notes, *asides(reply)]:
        console.print(Text(note))
    if isinstance(reply, Answer) and reply.next_questions:
        console.print(Text("还可以问：" + " · ".join(reply.next_questions), style="dim"))


def asides(reply: Reply) -> Iterator[str]:
    """What was not read, and what was taken for granted."""
    if reply.common.unread and not isinstance(reply, Refusal):
        yield "没有用上：" + "、".join(f"「{word.text}」" for word in reply.common.unread)
    yield from reply.common.assumptions


def table(answer: Answer) -> Table:
    grain = shape_of(answer.query, answer.result).grain
    shown = Table(box=None, pad_edge=False, header_style="dim")
    for column in answer.result.columns:
        shown.add_column(column.label, justify="left" if is_text(column) else "right")
    for row in answer.result.rows[:SHOWN_ROWS]:
        shown.add_row(*(cell(v, c, grain) for v, c in zip(row, answer.result.columns, strict=True)))
    hidden = len(answer.result.rows) - SHOWN_ROWS
    if hidden > 0:
        shown.caption = f"还有 {hidden} 行"
    return shown


def is_text(column: Column) -> bool:
    return column.role in LEFT_ALIGNED
