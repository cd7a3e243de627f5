"""What is offered as the next question is understood and means what it says, in every business.

Each is asked back: it must come to an answer, without a word unread, about a metric that it names,
for the days that the answer it came from was about.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from assistant.reply import Answer
from assistant.service import Assistant
from semantic_layer.measures import conjuncts
from semantic_layer.query import MetricQuery, MetricRef, Where
from tests.worlds import clinic_data, hotel_data, school_data

WORLDS = Path(__file__).parent / "worlds"
MADE = {"clinic": clinic_data.write, "school": school_data.write, "hotel": hotel_data.write}
ASKED = 35  # answers of each business

pytestmark = [
    pytest.mark.xdist_group("worlds"),
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:invalid escape sequence"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def _answers(assistant: Assistant, name: str) -> Iterator[Answer]:
    turns = yaml.safe_load((WORLDS / f"{name}.yml").read_text(encoding="utf-8"))
    alone = [turn["q"] for turn in turns if "q" in turn]
    replies = (assistant.ask(question) for question in alone)
    found = [r for r in replies if isinstance(r, Answer) and isinstance(r.query, MetricQuery)]
    yield from found[:ASKED]


@pytest.mark.parametrize("name", MADE)
def test_every_next_question_reads_back(name: str, tmp_path: Path) -> None:
    source = MADE[name](tmp_path / f"{name}.duckdb")
    assistant = Assistant.open(WORLDS / name, source=source)
    labels = {m.name: m.label for m in assistant.catalog.metrics.values()}
    wrong, checked = [], 0
    for answer in _answers(assistant, name):
        for text in answer.next_questions:
            checked += 1
            again = assistant.ask(text)
            if not isinstance(again, Answer) or again.common.unread:
                wrong.append(f"{text}: not understood")
                continue
            query = again.query
            assert isinstance(query, MetricQuery), text
            named = [labels[m.metric] for m in query.measures if isinstance(m, MetricRef)]
            if not all(label in text for label in named):
                wrong.append(f"{text}: about {named}")
            said = [
                str(v)
                for p in conjuncts(query.scope.where)
                if isinstance(p, Where)
                for v in p.values
            ]
            rest = text
            for value in sorted(set(said), key=len, reverse=True):  # 金卡 is inside 白金卡
                rest = rest.replace(value, "", 1)
            if any(value in rest for value in said):
                wrong.append(f"{text}: says a value twice")
    assert checked > ASKED
    assert wrong == []
