"""Reading and writing lines of JSON, and a reply as one of them."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from assistant.contract import to_dict
from assistant.reply import Reply

Line = dict[str, Any]


def read_lines(path: Path) -> list[Line]:
    """Every non-empty line of a .jsonl or .jsonl.gz file."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def write_lines(path: Path, lines: Iterable[Line]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as out:
        out.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


def reply_line(name: str, reply: Reply) -> Line:
    """A reply in the public contract, with the gold line's id."""
    return {"id": name, **to_dict(reply)}
