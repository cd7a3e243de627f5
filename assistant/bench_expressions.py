"""Reading public test suites of times and numbers: ``wenshu bench time|number --in FILE --out FILE``.

Lines in are JSON with ``id``, ``text`` and, for times, ``today``; lines out are what
``shared/bench/score.py`` scores.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from assistant.language.grammar import recognise
from assistant.language.periods import cover, periods_in
from assistant.language.rules import number
from assistant.language.script import simplified
from assistant.language.text import normalise

_SPACES = re.compile(r"(?<=[\u4e00-\u9fff\d.])\s+(?=[\u4e00-\u9fff])|(?<=[\u4e00-\u9fff])\s+(?=\d)")


def read_time(line: dict[str, Any]) -> dict[str, Any]:
    """``start`` and ``end`` as ISO strings, null where no period was read; neighbours that touch are joined."""
    text = _SPACES.sub("", line["text"])
    # Duckling, whose corpus is in traditional script, reads 兩天前 as the two days; the others as a day
    style = "plain-spans" if simplified(text) != text else "plain"
    found = periods_in(text, datetime.fromisoformat(line["today"]), style=style)
    periods = [p for _, _, p in found if p.start is not None and p.end is not None]
    if not periods:
        return {"id": line["id"], "start": None, "end": None}
    start, end = periods[0].start, periods[0].end
    for p in periods[1:]:
        end = p.end if p.start == end else end
    return {"id": line["id"], "start": str(start), "end": str(end)}


def read_number(line: dict[str, Any]) -> dict[str, Any]:
    """``value`` of the number or percentage in the text: a percentage before a number, then the longest."""
    text = _SPACES.sub("", normalise(line["text"]).text)
    mentions = [
        m for m in recognise(text, number.grammar.rules) if isinstance(m.value, number.Number)
    ]
    best = sorted(cover(mentions), key=lambda m: (m.value.kind is not number.Kind.PERCENT, -len(m)))
    return {"id": line["id"], "value": best[0].value.value if best else None}


READERS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "time": read_time,
    "number": read_number,
}


def run(kind: str, source: Path, target: Path) -> int:
    """Read every line of ``source``, write the answers to ``target``; the number of lines.

    ``kind`` is ``time`` or ``number``.
    """
    lines = list(_lines(source))
    with target.open("w", encoding="utf-8") as out:
        for line in lines:
            out.write(json.dumps(READERS[kind](line), ensure_ascii=False) + "\n")
    return len(lines)


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines if line.strip())
