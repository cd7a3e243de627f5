"""Replies in the shape of the public contract: plain dicts, safe for JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime, time
from enum import Enum
from typing import Any

from assistant.reply import Answer, Choice, Common, Refusal, Reply


def to_dict(reply: Reply) -> dict[str, Any]:
    """Every key of the contract is present; what a reply does not have is null or empty."""
    out = _empty(reply.common)
    out["status"] = reply.status
    match reply:
        case Answer():
            result = reply.result
            out |= {
                "understanding": reply.understanding,
                "query": plain(reply.query),
                "sql": reply.sql,
                "dialect": reply.dialect,
                "columns": [
                    {
                        "name": c.name,
                        "label": c.label,
                        "type": c.kind.value,
                        "unit": c.unit,
                        "role": c.role.value,
                    }
                    for c in result.columns
                ],
                "rows": [[plain(v) for v in row] for row in result.rows],
                "row_count": len(result.rows),
                "truncated": result.truncated,
                "headline": reply.headline,
                "chart": plain(reply.chart) if reply.chart else None,
                "findings": list(reply.findings),
                "notes": list(result.notes),
                "advice": [plain(a) for a in reply.advice],
                "next_questions": list(reply.next_questions),
            }
        case Choice():
            out["choices"] = [{"text": o.text, "query": plain(o.query)} for o in reply.options]
        case Refusal():
            out["problem"] = {"code": reply.code, "message": reply.message, "help": reply.help}
            out["next_questions"] = list(reply.next_questions)
            out["understanding"] = reply.understanding
            out["query"] = plain(reply.query) if reply.query else None
    return out


def _empty(common: Common) -> dict[str, Any]:
    timing = common.timing
    return {
        "status": "",
        "question": common.question,
        "understanding": "",
        "query": None,
        "sql": "",
        "dialect": "duckdb",
        "columns": [],
        "rows": [],
        "row_count": 0,
        "truncated": False,
        "headline": "",
        "chart": None,
        "findings": [],
        "notes": [],
        "advice": [],
        "next_questions": [],
        "unread": [{"text": u.text, "start": u.start, "end": u.end} for u in common.unread],
        "assumptions": list(common.assumptions),
        "choices": [],
        "problem": None,
        "timing_ms": {
            "parse": round(timing.parse, 3),
            "plan": round(timing.plan, 3),
            "run": round(timing.run, 3),
            "answer": round(timing.answer, 3),
            "total": round(timing.total, 3),
        },
    }


def plain(value: Any) -> Any:
    """Dataclasses become dicts with their ``type``; fields at their default are left out."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        out: dict[str, Any] = {"type": type(value).__name__}
        for f in fields(value):
            item = getattr(value, f.name)
            if f.default is MISSING or item != f.default:
                out[f.name] = plain(item)
        return out
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, (tuple, list, frozenset)):
        return [plain(v) for v in value]
    if isinstance(value, float) and value != value:
        return None
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    return str(value)
