"""Every code that anybody raises has words, and every code with words is raised."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from assistant.problems import MESSAGES, problem

# ── problems ──────────────────────────────────────────────────────────────────────────────────

ROOT = Path(__file__).parents[1]
CODE = r"([a-z]+(?:-[a-z]+)*)"
RAISED = re.compile(
    rf'(?:\b(?:Unanswerable|Refused|problem)\(\s*|\bdecline\(\s*\w+,\s*|\bcode=)"{CODE}"'
)
QUOTED = re.compile(rf'"{CODE}"')
# words that stand ready for the analyses, for permissions and for stricter readings
AWAITED = {
    "bad-query",
    "contradiction",
    "forecast-too-far",
    "missing-role",
    "permission",
    "too-little-data",
    "too-many-rows",
    "two-readings",
    "unknown-value",
}


def sources() -> list[str]:
    rooms = ("assistant", "semantic_layer", "analytics")
    paths = [p for room in rooms for p in (ROOT / room).rglob("*.py")]
    return [p.read_text("utf-8") for p in paths if p != ROOT / "assistant" / "problems.py"]


def test_every_code_that_is_raised_has_words() -> None:
    raised = {code for text in sources() for code in RAISED.findall(text)}
    assert "dimension-unreachable" in raised
    assert raised <= MESSAGES.keys()


def test_every_code_with_words_is_raised() -> None:
    quoted = {code for text in sources() for code in QUOTED.findall(text)}
    assert MESSAGES.keys() - quoted <= AWAITED


@pytest.mark.parametrize("code", MESSAGES)
def test_a_problem_never_prints_a_hole(code: str) -> None:
    for details in ({}, {"words": "玄学指数", "until": "2026-06-23", "since": "2024-01-01"}):
        message, help = problem(code, suggestions=("上个月销售额",), **details)
        assert message.endswith("。")
        assert not set("{}！您") & set(message + help)
